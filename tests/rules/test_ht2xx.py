"""What is read: the judgements of HT201 to HT205."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.facts import Bound, Cargo, Facts, Operation, Seal, TableDefinition
from hushtable.model.rule import Confidence, Severity
from hushtable.model.service import Channel, ModelState
from tests.rules.samples import (
    HERE,
    OPEN,
    PERSONAL,
    SECRET,
    access,
    attribute,
    carried,
    judged,
    only,
    outflow,
)

OUT = (Channel.RESPONSE,)
DRAINED = {"whole_list": True, "limit": Bound.CAPPED, "drains": True}


@pytest.mark.parametrize(
    ("change", "severity", "confidence"),
    [
        ({"whole_list": True}, Severity.HIGH, Confidence.HIGH),
        ({"whole_list": True, "filtered": True}, Severity.HIGH, Confidence.HIGH),
        (
            DRAINED,
            Severity.HIGH,
            Confidence.HIGH,
        ),
        ({"whole_list": False}, Severity.MEDIUM, Confidence.MEDIUM),
        ({"count_only": True, "drains": True}, Severity.MEDIUM, Confidence.MEDIUM),
        ({"whole_list": True, "limit": Bound.CLIENT}, Severity.MEDIUM, Confidence.MEDIUM),
        ({"whole_list": True, "limit": Bound.UNKNOWN}, Severity.MEDIUM, Confidence.LOW),
        ({"whole_list": True, "limit": Bound.CONSTANT}, None, None),
        ({"whole_list": True, "limit": Bound.CAPPED}, None, None),
        ({"reaches": ()}, Severity.NOTE, Confidence.LOW),
        ({"reaches": (Channel.LOG,)}, Severity.NOTE, Confidence.LOW),
        ({"reaches": (), "route": None}, None, None),
    ],
)
def test_a_scan(
    change: dict[str, object], severity: Severity | None, confidence: Confidence | None
) -> None:
    """HT201 weighs what bounds the scan and how much of it leaves."""
    read = access(Operation.SCAN, **{"reaches": OUT, **change})
    told = [(one.severity, one.confidence) for one in judged("HT201", Facts(accesses=(read,)))]
    assert told == ([(severity, confidence)] if severity else [])


def test_a_scan_is_told_as_it_is() -> None:
    """HT201 says that a filter does not bound, and proposes a query for it."""
    read = access(Operation.SCAN, reaches=OUT, whole_list=True, filtered=True, drains=True)
    told = only("HT201", Facts(accesses=(read,)))
    assert told.message == (
        "GET /users/{user_id} scans every page of the table `users` and answers with what it "
        "finds; the filter applies after reading"
    )
    assert told.remedy.startswith("Query the table `users`")


def test_a_query_is_no_scan() -> None:
    """HT201 is quiet about queries, whatever bounds them."""
    read = access(Operation.QUERY, reaches=OUT, whole_list=True)
    assert judged("HT201", Facts(accesses=(read,))) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"limit": Bound.CLIENT}, "as many items"),
        ({"start_from_client": True}, "at a key that the client sends"),
        ({"limit": Bound.CLIENT, "start_from_client": True}, "both the limit and the start key"),
        ({"start_from_client": True, "start_sealed": True}, ""),
        ({"limit": Bound.CAPPED}, ""),
        ({}, ""),
    ],
)
def test_pagination(change: dict[str, object], said: str) -> None:
    """HT202 speaks of an uncapped limit and of an unsealed start key."""
    told = judged("HT202", Facts(accesses=(access(Operation.QUERY, **change),)))
    assert [said in one.message for one in told] == ([True] if said else [])
    get = access(Operation.GET, **change)
    assert judged("HT202", Facts(accesses=(get,))) == []


@pytest.mark.parametrize(
    ("seal", "said"),
    [
        (Seal.NONE, "as it is"),
        (Seal.ENCODED, "only encoded"),
        (Seal.SIGNED, ""),
        (Seal.ENCRYPTED, ""),
    ],
)
def test_a_cursor(seal: Seal, said: str) -> None:
    """HT203 speaks of a cursor that is neither signed nor encrypted."""
    cursor = carried("users.user_id", cargo=Cargo.CURSOR, seal=seal)
    told = judged("HT203", Facts(outflows=(outflow(cursor),)))
    assert [said in one.message for one in told] == ([True] if said else [])
    assert all(one.attributes == () for one in told)


def test_a_filter_as_guard() -> None:
    """HT204 is medium for owners and tenants, low for a state, quiet where nothing leaves."""
    read = access(Operation.QUERY, reaches=OUT, filter_hides=("tenant_id", "deleted"))
    told = only("HT204", Facts(accesses=(read,)))
    assert told.severity is Severity.MEDIUM
    assert "`tenant_id` and `deleted`" in told.remedy
    state = replace(read, filter_hides=("is_deleted",))
    assert only("HT204", Facts(accesses=(state,))).severity is Severity.LOW
    assert judged("HT204", Facts(accesses=(replace(read, reaches=()),))) == []
    assert judged("HT204", Facts(accesses=(replace(read, filter_hides=()),))) == []


STORED = outflow(
    carried("users.pin", SECRET), carried("users.email", PERSONAL), channel=Channel.STORE
)
READ = access(Operation.GET, reaches=OUT, used=("plan", "profile.locale"))


def test_more_is_read_than_shown() -> None:
    """HT205 names the secrets that are read for nothing, and the projection that leaves them."""
    told = only("HT205", Facts(accesses=(READ,), outflows=(STORED,)))
    assert told.attributes == (attribute("users.pin"),)
    assert told.severity is Severity.NOTE
    assert 'ProjectionExpression="#plan, profile"' in told.remedy
    assert told.reasons == ("users.pin is credential: its name",)


@pytest.mark.parametrize(
    "change",
    [
        {"projection": ("plan",)},
        {"used": ()},
        {"used": ("plan", "*")},
        {"used": ("plan", "pin")},
        {"count_only": True},
        {"reaches": ()},
        {"table": "orders"},
        {"operation": Operation.PUT},
    ],
)
def test_reads_that_are_right(change: dict[str, object]) -> None:
    """HT205 is quiet where nothing secret is read in vain, or nothing is known of it."""
    read = replace(READ, **change)  # type: ignore[arg-type]
    assert judged("HT205", Facts(accesses=(read,), outflows=(STORED,))) == []


def test_an_item_that_leaves_anyway() -> None:
    """HT205 is quiet where the route returns the item itself, unless a closed model cuts it."""
    item = outflow(carried("users.*"))
    assert judged("HT205", Facts(accesses=(READ,), outflows=(STORED, item))) == []
    cut = replace(item, model=ModelState.CLOSED)
    assert judged("HT205", Facts(accesses=(READ,), outflows=(STORED, cut)))


def test_an_index_that_holds_only_some() -> None:
    """HT205 is quiet about an index that is defined to hold only some attributes."""
    table = TableDefinition(HERE, "users", indexes=(("by_plan", ("plan",), ("nickname",)),))
    read = replace(READ, index="by_plan", route=OPEN)
    assert judged("HT205", Facts(accesses=(read,), outflows=(STORED,), tables=(table,))) == []

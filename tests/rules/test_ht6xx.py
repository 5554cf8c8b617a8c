"""Stores, logs, files and source: the judgements of HT601 to HT606."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.facts import (
    Cargo,
    Carried,
    Facts,
    Literal,
    Outflow,
    Seal,
    TableDefinition,
    UrlSecret,
)
from hushtable.model.place import Place
from hushtable.model.rule import Severity
from hushtable.model.sensitivity import PUBLIC, Sensitivity
from hushtable.model.service import Channel
from tests.rules.samples import HERE, OPEN, PERSONAL, SECRET, attribute, carried, judged, only
from tests.rules.samples import outflow as flowing

WHOLE = carried("users.*")
INPUT = carried("users.password", SECRET, cargo=Cargo.INPUT)


def to(channel: Channel, *things: Carried, **more: object) -> Facts:
    """Make facts of one outflow through a channel."""
    flow: Outflow = flowing(*things, channel=channel, **more)  # type: ignore[arg-type]
    return Facts(outflows=(flow,))


@pytest.mark.parametrize(
    ("seal", "speaks"),
    [
        (Seal.NONE, True),
        (Seal.ENCODED, True),
        (Seal.HASHED, False),
        (Seal.ENCRYPTED, False),
        (Seal.SIGNED, False),
        (Seal.MASKED, False),
    ],
)
def test_a_secret_in_a_table(seal: Seal, *, speaks: bool) -> None:
    """HT601 speaks of a credential that is neither hashed nor encrypted."""
    told = judged("HT601", to(Channel.STORE, replace(INPUT, seal=seal)))
    assert bool(told) is speaks


def test_what_to_store_instead() -> None:
    """HT601 proposes a hash for a password and encryption for a key."""
    key = carried("users.api_key", replace(SECRET, kind="api-key"))
    told = only("HT601", to(Channel.STORE, INPUT, key, carried("users.email", PERSONAL)))
    assert told.message == (
        "GET /users/{user_id} stores `users.api_key` and `users.password` in clear"
    )
    assert "a hash of `password`" in told.remedy
    assert "Encrypt `api_key`" in told.remedy


@pytest.mark.parametrize(
    "sensitivity",
    [PERSONAL, PUBLIC, replace(SECRET, confidence=0.4), replace(SECRET, kind="password-hash")],
)
def test_what_may_be_stored(sensitivity: Sensitivity) -> None:
    """HT601 is quiet about what is no credential, a weak guess, or a hash by its name."""
    assert judged("HT601", to(Channel.STORE, carried("users.x", sensitivity))) == []


@pytest.mark.parametrize(
    ("thing", "severity"),
    [
        (INPUT, Severity.HIGH),
        (carried("users.email", PERSONAL), Severity.MEDIUM),
        (WHOLE, Severity.HIGH),
        (carried("users.plan"), None),
        (carried("users.email", replace(PERSONAL, confidence=0.3)), None),
        (carried("users.email", PERSONAL, seal=Seal.MASKED), None),
        (Carried(Cargo.EXCEPTION), None),
    ],
)
def test_a_log(thing: Carried, severity: Severity | None) -> None:
    """HT602 weighs what a log gets."""
    told = judged("HT602", to(Channel.LOG, thing))
    assert [one.severity for one in told] == ([severity] if severity else [])


def test_a_logged_item_is_told_once() -> None:
    """HT602 does not repeat the attributes of an item, and keeps what came from elsewhere."""
    other = carried("orders.email", PERSONAL)
    told = only("HT602", to(Channel.LOG, WHOLE, carried("users.email", PERSONAL), INPUT, other))
    assert [str(one) for one in told.attributes] == ["orders.email", "users.*", "users.password"]
    assert told.message == "GET /users/{user_id} logs the whole item of the table `users`"


@pytest.mark.parametrize(
    ("thing", "speaks"),
    [
        (carried("users.password_hash", SECRET), True),
        (WHOLE, True),
        (carried("users.email", PERSONAL), False),
    ],
)
def test_what_is_sent_to_others(thing: Carried, *, speaks: bool) -> None:
    """HT602 speaks of secrets and whole items in requests to others, and no other rule does."""
    facts = to(Channel.LOG, thing, sent_to="partner.example")
    told = judged("HT602", facts)
    assert [one.audience for one in told] == ["host:partner.example"] * speaks
    for one in told:
        assert one.message.startswith("GET /users/{user_id} sends ")
        assert one.message.endswith(" to partner.example")
    away = replace(facts.outflows[0], channel=Channel.RESPONSE)
    for code in ("HT101", "HT102", "HT103"):
        assert judged(code, Facts(outflows=(away,))) == []


@pytest.mark.parametrize(
    ("thing", "public", "severity"),
    [
        (INPUT, True, Severity.HIGH),
        (INPUT, False, Severity.MEDIUM),
        (WHOLE, True, Severity.MEDIUM),
        (WHOLE, False, None),
        (carried("users.email", PERSONAL), True, Severity.MEDIUM),
        (carried("users.email", PERSONAL), False, None),
        (carried("users.plan"), True, None),
    ],
)
def test_a_file(thing: Carried, severity: Severity | None, *, public: bool) -> None:
    """HT603 weighs what a file gets, and who can read it."""
    told = judged("HT603", to(Channel.FILE, thing, public_file=public))
    assert [one.severity for one in told] == ([severity] if severity else [])


def test_a_literal() -> None:
    """HT604 names the variable and the kind, and is quiet about a dummy."""
    literal = Literal(HERE, "AWS access key", "aws_key", "AK****")
    told = only("HT604", Facts(literals=(literal,)))
    assert told.message == "`aws_key` holds an AWS access key in the source"
    assert '`os.environ["AWS_KEY"]`' in told.remedy
    assert judged("HT604", Facts(literals=(replace(literal, dummy=True),))) == []
    nameless = only("HT604", Facts(literals=(replace(literal, name=""),)))
    assert nameless.message == "an AWS access key stands here in the source"


def table(encryption: str, *sensitive: str, language: str = "") -> TableDefinition:
    """Define the table `users`."""
    return TableDefinition(
        HERE, "users", encryption=encryption, sensitive=sensitive, language=language
    )


@pytest.mark.parametrize(
    ("definition", "severity"),
    [
        (table("default", "email"), Severity.LOW),
        (table("aws-key", "email"), Severity.LOW),
        (table("unknown", "email"), Severity.NOTE),
        (table("customer-key", "email"), None),
        (table("default"), None),
    ],
)
def test_a_table(definition: TableDefinition, severity: Severity | None) -> None:
    """HT605 speaks of a table with sensitive attributes and no key of the customer's."""
    told = judged("HT605", Facts(tables=(definition,)))
    assert [one.severity for one in told] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("terraform", "kms_key_arn"),
        ("cdk", "CUSTOMER_MANAGED"),
        ("cloudformation", "KMSMasterKeyId: ..."),
        ("", "SSESpecification={"),
    ],
)
def test_a_key_in_the_language_of_the_table(language: str, code: str) -> None:
    """HT605 shows the key in the language that defines the table, with what scan saw it hold."""
    facts = replace(
        to(Channel.STORE, carried("users.pin", SECRET)),
        tables=(table("default", "email", language=language),),
    )
    told = only("HT605", facts)
    assert code in told.remedy
    assert told.attributes == (attribute("users.email"), attribute("users.pin"))
    assert told.reasons == ("users.pin is credential: its name",)


def test_a_secret_in_a_url() -> None:
    """HT606 tells what a route takes from what the service sends, and lets one-time links be."""
    taken = UrlSecret(Place("a.py", 3), "api_key", "query", OPEN)
    told = only("HT606", Facts(url_secrets=(taken,)))
    assert told.message == "GET /users/{user_id} takes `api_key` in its query"
    assert "`api_key: str = Header()`" in told.remedy
    sent = only("HT606", Facts(url_secrets=(replace(taken, outgoing=True, route=None),)))
    assert sent.message == "`api_key` is sent in the query of a request"
    assert judged("HT606", Facts(url_secrets=(replace(taken, one_time=True),))) == []

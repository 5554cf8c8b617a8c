"""The exposure map: which rows there are, and what they say."""

from __future__ import annotations

import dataclasses

from hushtable.model.finding import Suppression, Verdict
from hushtable.model.sensitivity import Category
from hushtable.model.service import Attribute, Channel
from hushtable.report.exposure_map import rows, silent_routes
from hushtable.report.read_only import read_only
from tests.report.samples import GET_USER, LEAK, RESULT


def test_a_row_for_each_route_and_channel() -> None:
    """A route has a row for its response and one for each other channel with a finding."""
    logged = dataclasses.replace(
        LEAK, channel=Channel.LOG, attributes=(Attribute("users", ("phone",)),), routes=(GET_USER,)
    )
    found = rows(dataclasses.replace(RESULT, findings=(LEAK, logged)))
    assert [(row.route.path, row.channel) for row in found] == [
        ("/search", Channel.RESPONSE),
        ("/users/{user_id}", Channel.RESPONSE),
        ("/users/{user_id}", Channel.LOG),
    ]
    assert found[2].attributes == ((Category.PUBLIC, ("users.phone",)),)


def test_attributes_are_grouped_the_most_sensitive_first() -> None:
    """Attributes are grouped by category, credentials first, unknown ones as public."""
    row = next(row for row in rows(RESULT) if row.route is GET_USER)
    assert row.attributes == (
        (Category.CREDENTIAL, ("users.password_hash",)),
        (Category.PERSONAL, ("users.email",)),
        (Category.PUBLIC, ("users.profile.*",)),
    )


def test_the_verdict_is_the_strongest_that_counts() -> None:
    """Proven beats suspected, suppressed ones are accepted, and no finding is no verdict."""

    def verdict(*findings: object) -> str:
        result = dataclasses.replace(RESULT, findings=findings)  # type: ignore[arg-type]
        return next(row for row in rows(result) if row.route is GET_USER).verdict

    proven = dataclasses.replace(LEAK, verdict=Verdict.PROVEN)
    allowed = dataclasses.replace(proven, suppression=Suppression("allow", "agreed"))
    assert verdict() == ""
    assert verdict(LEAK, proven) == "proven"
    assert verdict(LEAK, allowed) == "suspected"
    assert verdict(allowed) == "accepted"
    assert verdict(dataclasses.replace(LEAK, verdict=Verdict.REFUTED)) == "refuted"


def test_routes_that_leak_nothing_are_counted() -> None:
    """Routes without a row are counted."""
    assert silent_routes(RESULT, rows(RESULT)) == 1
    assert silent_routes(RESULT, ()) == 3


def test_what_is_only_read_is_in_no_row() -> None:
    """A finding of what is read and not shown adds nothing to a row, and gives it no verdict."""
    read = dataclasses.replace(LEAK, attributes=(Attribute("users", ("pin",)),), routes=(GET_USER,))
    row = next(
        r for r in rows(dataclasses.replace(RESULT, findings=(read,))) if r.route is GET_USER
    )
    assert "users.pin" not in str(row.attributes)
    assert row.verdict == ""
    assert read_only(read)
    assert not read_only(LEAK)
    assert not read_only(dataclasses.replace(read, channel=Channel.LOG))

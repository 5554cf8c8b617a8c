"""What a live service showed is held against what was agreed."""

from __future__ import annotations

import pytest

from hushtable.model.contract import Exposure, Part, contract
from hushtable.model.finding import Result
from hushtable.model.observation import Seen
from hushtable.model.service import ANYONE, SIGNED_IN, Attribute, Channel
from hushtable.rules.agreed import agreed
from tests.rules.test_live import PERSONAL, findings, seen

EMAIL = Attribute("answer", ("users", "email"))
PHONE = Attribute("answer", ("users", "phone"))


def said(audience: str, part: Part, *shown: Attribute, route: str = "GET /users/{uid}") -> str:
    """Hold members that a signed-in caller was shown against a lock of one exposure."""
    lock = contract([Exposure(route, Channel.RESPONSE, audience, "users", part)])
    fields = tuple((one, PERSONAL) for one in shown)
    found = findings(seen(Seen.PERSONAL, fields=fields, audience=SIGNED_IN))
    (held,) = agreed(Result(".", found), lock, "x.lock").findings
    return "; ".join(one for one in held.reasons if "x.lock" in one)


@pytest.mark.parametrize(
    ("audience", "part", "route", "verb"),
    [
        (SIGNED_IN, Part(("email",)), "GET /users/{uid}", "agrees"),
        (ANYONE, Part(("*",)), "GET /users/{uid}", "agrees"),
        (SIGNED_IN, Part(("email",)), "*", "agrees"),
        ("role:staff", Part(("email",)), "GET /users/{uid}", "does not agree"),
        (SIGNED_IN, Part(("*",), ("email",)), "GET /users/{uid}", "does not agree"),
        (SIGNED_IN, Part(("email",)), "GET /orders/{uid}", "does not agree"),
    ],
)
def test_a_member_is_held_against_the_lock(
    audience: str, part: Part, route: str, verb: str
) -> None:
    """A member is agreed to where the lock lets it leave there, to no fewer callers."""
    told = said(audience, part, EMAIL, route=route)
    assert told == f"x.lock {verb} that `email` leaves there"


def test_what_is_agreed_and_what_is_more_stand_apart() -> None:
    """A finding of two members says of each whether it is agreed to."""
    told = said(SIGNED_IN, Part(("email",)), EMAIL, PHONE)
    assert told == (
        "x.lock agrees that `email` leaves there; x.lock does not agree that `phone` leaves there"
    )


def test_a_member_that_is_tied_to_a_table_is_of_that_table() -> None:
    """After a scan has named the table, an attribute of another one is not meant."""
    tied = Attribute("orders", ("email",))
    assert "does not agree" in said(SIGNED_IN, Part(("email",)), tied)

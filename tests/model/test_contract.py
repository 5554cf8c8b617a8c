"""What a contract allows, its one form, and how two of them are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.contract import (
    ANY_ROUTE,
    NOBODY,
    Basis,
    Change,
    Contract,
    Exposure,
    Kind,
    Part,
    compare,
    contract,
    is_audience,
    reaches,
    together,
)
from hushtable.model.service import ANYONE, OWNER, SIGNED_IN, Channel

AUDIENCES = (ANYONE, SIGNED_IN, OWNER, "role:admin", "role:staff", NOBODY)


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """Draw an attribute, or an item or map with something left out."""
    path = tuple(draw(st.lists(st.sampled_from("ab"), max_size=2)))
    if path and draw(st.booleans()):
        return Part(path)
    less = draw(st.sets(st.sampled_from("abc")))
    return Part((*path, "*"), tuple(sorted(less)))


exposures = st.builds(
    Exposure,
    route=st.sampled_from(("GET /a", "POST /a", ANY_ROUTE)),
    channel=st.sampled_from((Channel.RESPONSE, Channel.FILE)),
    audience=st.sampled_from(AUDIENCES),
    table=st.sampled_from(("users", "orders")),
    part=parts(),
)
contracts = st.builds(contract, st.lists(exposures, max_size=5))


def part(text: str, *less: str) -> Part:
    """Make a part of its name."""
    return Part(tuple(text.split(".")), less)


def leaves(
    *names: str, route: str = "GET /users", audience: str = SIGNED_IN, channel: str = "response"
) -> list[Exposure]:
    """Make exposures of attributes of one table."""
    return [Exposure(route, Channel(channel), audience, "users", part(name)) for name in names]


def wider(agreed: list[Exposure], now: list[Exposure]) -> tuple[Change, ...]:
    """Give what is wider than agreed."""
    return compare(contract(agreed), contract(now)).wider


@given(contracts)
def test_nothing_is_wider_than_itself(one: Contract) -> None:
    """A contract compared with itself differs in nothing."""
    assert compare(one, one) == compare(contract([]), contract([]))


@given(contracts, contracts)
def test_contracts_that_allow_the_same_are_equal(one: Contract, other: Contract) -> None:
    """Where nothing is wider and nothing narrower, both contracts are one."""
    found = compare(one, other)
    assert (not found.wider and not found.narrower) == (one.lines == other.lines)


@given(contracts, contracts)
def test_wider_and_narrower_are_two_sides(one: Contract, other: Contract) -> None:
    """What is wider one way is narrower the other way."""
    assert compare(one, other).wider == compare(other, one).narrower


@given(contracts, contracts, contracts)
def test_what_is_within_is_within_what_holds_that(
    one: Contract, other: Contract, more: Contract
) -> None:
    """What is within a contract is within each one that holds that contract."""
    middle = together(one, other, Basis.SCAN)
    largest = together(middle, more, Basis.SCAN)
    assert not compare(middle, one).wider
    assert not compare(largest, middle).wider
    assert not compare(largest, one).wider


@given(contracts, contracts)
def test_together_is_the_least_that_holds_both(one: Contract, other: Contract) -> None:
    """Two contracts together are the second alone exactly when that holds the first."""
    both = together(one, other, Basis.SCAN)
    assert (both.lines == other.lines) == (not compare(other, one).wider)


@given(st.lists(exposures, max_size=5))
def test_the_form_does_not_depend_on_the_way(found: list[Exposure]) -> None:
    """A contract is the same in whatever order and however often it is told, and made again."""
    made = contract(found)
    assert contract([*reversed(found), *found]) == made
    assert contract(one for line in made.lines for one in line.exposures) == made


@given(parts(), parts(), parts())
def test_parts_hold_each_other_in_order(one: Part, other: Part, third: Part) -> None:
    """A part holds itself; two that hold each other are one; what it holds, holds no more."""
    assert one.covers(one)
    assert (one.covers(other) and other.covers(one)) == (one == other)
    assert one.covers(third) or not (one.covers(other) and other.covers(third))


@pytest.mark.parametrize(
    ("whole", "inner", "held"),
    [
        (part("*"), part("email"), True),
        (part("*"), part("profile.*"), True),
        (part("email"), part("*"), False),
        (part("profile"), part("profile.city"), True),
        (part("profile.city"), part("profile"), False),
        (part("profile.*"), part("profile"), True),
        (part("profile"), part("profile.*"), False),
        (part("profile"), part("profiles"), False),
        (part("*", "email"), part("email"), False),
        (part("*", "email"), part("email.host"), False),
        (part("*", "email"), part("name"), True),
        (part("*", "email"), part("*"), False),
        (part("*"), part("*", "email"), True),
        (part("*", "email"), part("*", "email", "phone"), True),
        (part("profile.*", "city"), part("profile"), False),
    ],
)
def test_what_a_part_holds(whole: Part, inner: Part, held: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """The whole item is wider than any attribute, and an attribute than what is in it."""
    assert whole.covers(inner) is held


def test_audiences() -> None:
    """Anyone holds everybody, signed-in holds owners and roles, and those hold themselves."""
    held = {one: {other for other in AUDIENCES if reaches(one, other)} for one in AUDIENCES}
    assert held[ANYONE] == set(AUDIENCES)
    assert held[SIGNED_IN] == set(AUDIENCES) - {ANYONE}
    assert all(held[one] == {one} for one in AUDIENCES[2:])
    assert all(map(is_audience, AUDIENCES))
    assert not any(map(is_audience, ("role:", "everyone", "Anyone", "admin")))


def test_one_attribute_more() -> None:
    """An attribute more is wider, told with what was agreed there; one less is narrower."""
    (change,) = wider(leaves("handle"), leaves("email", "handle"))
    assert (change.kind, change.parts, change.beside) == (
        Kind.ATTRIBUTE,
        (part("email"),),
        (part("handle"),),
    )
    assert not wider(leaves("email", "handle"), leaves("handle"))


def test_a_whole_item_is_wider_than_its_attributes() -> None:
    """`users.*` is more than any list of attributes of users."""
    (change,) = wider(leaves("a", "b"), leaves("*"))
    assert (change.kind, change.parts) == (Kind.ATTRIBUTE, (part("*"),))
    assert not wider(leaves("*"), leaves("a", "b"))


def test_a_wider_audience() -> None:
    """The same attribute to more people is wider, and says to whom it was agreed."""
    (change,) = wider(leaves("email"), leaves("email", audience=ANYONE))
    assert (change.kind, change.audience, change.others) == (Kind.AUDIENCE, ANYONE, (SIGNED_IN,))
    found = compare(contract(leaves("email")), contract(leaves("email", audience=ANYONE)))
    assert not found.narrower
    assert not wider(leaves("email"), leaves("email", audience=OWNER))


def test_a_route_or_a_channel_more() -> None:
    """A route that is not agreed is told as one, and a channel too."""
    (route,) = wider(leaves("email"), leaves("email") + leaves("email", route="GET /me"))
    assert (route.kind, route.route) == (Kind.ROUTE, "GET /me")
    (channel,) = wider(leaves("email"), leaves("email") + leaves("email", channel="log"))
    assert (channel.kind, channel.channel) == (Kind.CHANNEL, Channel.LOG)


def test_less_left_out_is_more() -> None:
    """A deny-list that loses a name is wider, and so is a name beside the list."""
    agreed = [Exposure("GET /users", Channel.RESPONSE, OWNER, "users", part("*", "email", "pin"))]
    now = [Exposure("GET /users", Channel.RESPONSE, OWNER, "users", part("*", "pin"))]
    assert wider(agreed, now)
    assert not wider(now, agreed)
    assert contract([*agreed, *leaves("email", audience=OWNER)]).lines == contract(now).lines


def test_what_holds_for_every_route_is_agreed_for_each() -> None:
    """What answers for all routes is agreed once."""
    everywhere = leaves("text", route=ANY_ROUTE, audience=ANYONE)
    assert not wider(everywhere, leaves("text", route="GET /me"))
    assert wider(leaves("text", route="GET /me"), everywhere)


def test_credentials_stand_beside_and_change_nothing() -> None:
    """A credential inside a whole item is named beside it, and makes nothing wider."""
    marked = contract(leaves("*"), marks=leaves("password_hash"))
    assert marked.lines[0].credentials == ("password_hash",)
    found = compare(contract(leaves("*")), marked)
    assert (found.wider, found.narrower) == ((), ())
    assert not contract(leaves("email"), marks=leaves("password_hash")).lines[0].credentials
    (change,) = compare(contract(leaves("email")), marked).wider
    assert change.credentials == ("password_hash",)

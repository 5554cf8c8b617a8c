"""Values that a schema allows."""

from __future__ import annotations

import datetime as dt
import ipaddress
import uuid
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Le, MaxLen, MinLen
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import AnyUrl, BaseModel, Field, TypeAdapter

from hushtable.prove.drive.making import MISSING, Making, fits
from hushtable.prove.drive.surface import schema_of
from hushtable.prove.sketch import Form, Shape
from hushtable.prove.store.mint import Mint
from tests.prove.fakes import FakeMint


class Colour(Enum):
    """A choice."""

    RED = "red"
    BLUE = "blue"


class Cat(BaseModel):
    """One of two."""

    kind: Literal["cat"]
    lives: int = Field(ge=1, le=9)


class Dog(BaseModel):
    """The other."""

    kind: Literal["dog"]
    name: str


class Tree(BaseModel):
    """Holds itself."""

    value: Annotated[str, Field(min_length=3, max_length=40)]
    children: list[Tree] = []
    parent: Tree | None = None


class Everything(BaseModel):
    """One field of each kind."""

    text: str
    email: str
    when: dt.datetime
    day: dt.date
    at: dt.time
    lasts: dt.timedelta
    key: uuid.UUID
    price: Decimal = Field(gt=0, le=100, decimal_places=2)
    colour: Colour
    many: set[int]
    pair: tuple[int, str]
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    open: dict[str, Any]
    counts: dict[str, int]
    maybe: int | None
    link: AnyUrl
    address: ipaddress.IPv4Address
    tree: Tree
    code: str = Field(pattern=r"^[A-Z]{3}-[0-9]{4}$")
    even: int = Field(multiple_of=2, ge=4)


def make(annotation: Any, **more: Any) -> tuple[Any, Making]:
    """Make a value for a type."""
    schema = schema_of(annotation)
    making = Making(FakeMint(), schema, lambda _: None, **more)
    return making.make(schema, ("body",)), making


@pytest.mark.parametrize("turn", [0, 1, 2])
@pytest.mark.parametrize("minimal", [False, True])
def test_a_model_with_everything_takes_what_is_made(turn: int, *, minimal: bool) -> None:
    """What is made for a model passes its validation, whichever choice it takes."""
    made, making = make(Everything, turn=turn, minimal=minimal)
    checked = Everything.model_validate_json(TypeAdapter(Any).dump_json(made))
    assert checked.pet.kind == ("cat", "dog")[turn % 2]
    assert {canary.path for canary in making.made} >= {("body", "text"), ("body", "tree", "value")}


BASES = st.sampled_from([str, int, float, bool, Colour, uuid.UUID, dt.date, Tree, Cat, None])


def _bounded(pair: tuple[int, int]) -> Any:
    low, high = sorted(pair)
    return Annotated[int, Ge(low), Le(high)]


TYPES = st.recursive(
    BASES
    | st.tuples(st.integers(-99, 99), st.integers(-99, 99)).map(_bounded)
    | st.tuples(st.integers(0, 30), st.integers(30, 60)).map(
        lambda pair: Annotated[str, MinLen(pair[0]), MaxLen(pair[1])]
    ),
    lambda inner: (
        inner.map(lambda one: list[one])  # type: ignore[valid-type]
        | inner.map(lambda one: dict[str, one])  # type: ignore[valid-type]
        | st.tuples(inner, inner).map(lambda two: two[0] | None | two[1] if two[0] else two[1])
    ),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(TYPES, st.integers(0, 3))
def test_any_schema_is_kept(annotation: Any, turn: int) -> None:
    """Whatever the types, the value that is made is one that the schema allows."""
    schema = schema_of(annotation)
    made = Making(FakeMint(), schema, lambda _: None, turn=turn).make(schema, ("body", "x"))
    assert list(Draft202012Validator(schema).iter_errors(made)) == []


def test_a_planted_key_is_used_where_it_fits() -> None:
    """A named place has the planted text, unless the schema would refuse it."""
    schema = {"type": "object", "required": ["a", "b", "c"], "properties": {
        "a": {"type": "string"}, "b": {"type": "string", "format": "uuid"},
        "c": {"type": "integer"}}}  # fmt: skip
    made = Making(FakeMint(), schema, lambda at: "1234" if at else None).make(schema, ("body",))
    assert made["a"] == "1234"
    assert uuid.UUID(made["b"])
    assert made["c"] == 1234


def test_what_the_app_told_counts_more_than_the_schema() -> None:
    """A shape that a refusal told is used in place of the schema; None leaves a place out."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    fixed = {
        ("body", "a"): Shape(choices=("EUR",)),
        ("body", "b"): None,
        ("body", "c"): Shape(kind="N", form=Form.INTEGER, low=3, high=3),
        ("body", "d"): Shape(kind="L", element=Shape()),
        ("body", "e"): Shape(kind="M", fields=(("f", Shape(kind="BOOL")),)),
    }
    making = Making(FakeMint(), schema, lambda _: None, fixed=fixed)
    made = making.make(schema, ("body",))
    assert made["a"] == "EUR"
    assert "b" not in made
    assert made["c"] == 3
    assert len(made["d"]) == 1
    assert made["e"] == {"f": True}
    assert making.make({}, ("body", "b")) is MISSING


@pytest.mark.parametrize(
    ("text", "shape", "right"),
    [
        ("abc", Shape(), True),
        ("abc", Shape(form=Form.UUID), False),
        ("3218a7b4-6f68-46d3-a732-0bd8682aa9ac", Shape(form=Form.UUID), True),
        ("abc", Shape(pattern="^[a-c]+$"), True),
        ("abd", Shape(pattern="^[a-c]+$"), False),
        ("abc", Shape(shortest=4), False),
        ("abc", Shape(longest=2), False),
        ("abc", Shape(pattern="("), True),
    ],
)
def test_a_text_fits_a_shape_or_not(text: str, shape: Shape, *, right: bool) -> None:
    """A planted text may stand only where a shape would take it."""
    assert fits(text, shape) is right


@pytest.mark.parametrize("kind", ["date", "date-time"])
def test_a_time_lies_where_its_name_says(kind: str) -> None:
    """A search spans all that is planted; what is made anew is short, and ends after it starts."""
    mint = Mint(3)

    def moment(*at: str) -> dt.datetime:
        schema = {"type": "string", "format": kind}
        text = Making(mint, schema, lambda _: None).make(schema, at)
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)

    assert moment("query", "start_date") < dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    assert moment("query", "endDate") > dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    lasts = moment("body", "end_time") - moment("body", "start_time")
    assert dt.timedelta(0) <= lasts <= dt.timedelta(days=4)


@pytest.mark.parametrize("name", ["password", "newPassword", "pwd", "current_password"])
def test_a_password_is_a_strong_one(name: str) -> None:
    """What is named as a password has the look of one."""
    schema = {"type": "string"}
    making = Making(Mint(3), schema, lambda _: None)
    assert making.shape(schema, ("body", name)).form is Form.PASSWORD

"""For any Record, View and item: nothing undeclared comes out, and what is declared comes whole."""

from __future__ import annotations

import datetime as dt
import enum
import json
import math
import uuid
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from hushtable.embedded.emulator import Emulator
from hushtable.embedded.fixtures import Table as FixtureTable
from hushtable.guard.compiled import Compiled
from hushtable.guard.errors import DecodeError
from hushtable.guard.marks import PartitionKey
from hushtable.guard.pages import Page, page_of
from hushtable.guard.projection import view_of
from hushtable.guard.record import Record
from hushtable.guard.store import Store
from hushtable.guard.table import Table
from hushtable.guard.transport.local import LocalTransport
from hushtable.guard.view import View
from hushtable.model.dynamodb.expression import problems
from hushtable.model.dynamodb.wire import item_to_wire

CANARY = "canary-5e1f"


class Colour(enum.Enum):
    """Texts by name."""

    RED = "red"
    BLUE = "blue"


class Inner(BaseModel):
    """A map of a fixed shape."""

    text: str
    number: int = 3
    maybe: str | None = None


class Whole(Record, table="things"):
    """Every type there is."""

    thing_id: Annotated[str, PartitionKey]
    text: str = "x"
    number: int = 0
    exact: Decimal = Decimal("1.5")
    real: float = 0.5
    yes: bool = True
    data: bytes = b""
    colour: Colour = Colour.RED
    name: uuid.UUID | None = None
    at: dt.datetime | None = None
    day: dt.date | None = None
    words: set[str] = set()
    numbers: set[int] = set()
    blobs: set[bytes] = set()
    listed: list[int] = []
    inner: Inner | None = None
    inners: list[Inner] = []
    counts: dict[str, int] = {}
    either: str | int | None = None
    maybe: str | None = "default"


class WholeOut(View[Whole]):
    """All of it."""

    thing_id: str
    text: str = "x"
    number: int = 0
    exact: Decimal = Decimal("1.5")
    real: float = 0.5
    yes: bool = True
    data: bytes = b""
    colour: Colour = Colour.RED
    name: uuid.UUID | None = None
    at: dt.datetime | None = None
    day: dt.date | None = None
    words: set[str] = set()
    numbers: set[int] = set()
    blobs: set[bytes] = set()
    listed: list[int] = []
    inner: Inner | None = None
    inners: list[Inner] = []
    counts: dict[str, int] = {}
    either: str | int | None = None
    maybe: str | None = "default"


TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
NUMBER = st.integers(-(10**30), 10**30)
INNER = st.builds(Inner, text=TEXT, number=NUMBER, maybe=st.none() | TEXT)
WHOLE = st.builds(
    Whole,
    thing_id=st.from_regex(r"[a-z0-9-]{1,30}", fullmatch=True),
    text=TEXT,
    number=NUMBER,
    exact=st.decimals(-(10**20), 10**20, allow_nan=False, allow_infinity=False, places=6),
    real=st.floats(-1e100, 1e100, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-100),
    yes=st.booleans(),
    data=st.binary(max_size=20),
    colour=st.sampled_from(Colour),
    name=st.none() | st.uuids(),
    at=st.none() | st.datetimes(dt.datetime(1970, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001
    day=st.none() | st.dates(),
    words=st.sets(TEXT, max_size=4),
    numbers=st.sets(NUMBER, max_size=4),
    blobs=st.sets(st.binary(min_size=1, max_size=5), max_size=4),
    listed=st.lists(NUMBER, max_size=4),
    inner=st.none() | INNER,
    inners=st.lists(INNER, max_size=3),
    counts=st.dictionaries(TEXT, NUMBER, max_size=3),
    either=st.none() | TEXT | NUMBER,
    maybe=TEXT,
)


def table() -> Table[Whole]:
    """Make an empty table."""
    emulator = Emulator()
    emulator.ask("CreateTable", FixtureTable("things", ("thing_id",)).create_request())
    return Table(Whole, Store(LocalTransport(emulator)))


THINGS = table()


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(WHOLE)
def test_round_trips_are_exact(thing: Whole) -> None:
    """What is put is read back the same, in every type of DynamoDB."""
    THINGS.put(thing).now()
    found = THINGS.get(WholeOut, thing.thing_id).now()
    assert {name: getattr(found, name) for name in WholeOut.model_fields} == {
        name: getattr(thing, name) for name in WholeOut.model_fields
    }
    page = THINGS.query(WholeOut, thing_id=thing.thing_id).now()
    assert page.items == [found]
    assert view_of(WholeOut, thing) == found


SIMPLE: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "text": (str, TEXT),
    "whole": (int, NUMBER),
    "flag": (bool, st.booleans()),
    "exact": (Decimal, st.decimals(-1000, 1000, allow_nan=False, places=3)),
    "colour": (Colour, st.sampled_from(Colour)),
    "uid": (uuid.UUID, st.uuids()),
    "texts": (list[str], st.lists(TEXT, max_size=3)),
    "maybe": (str | None, st.none() | TEXT),
    "map": (dict[str, int], st.dictionaries(TEXT, NUMBER, max_size=3)),
    "inner": (Inner, INNER),
}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[type[Record], type[View[Any]], dict[str, Any]]:
    """Draw a Record of some types, a View of some of its fields, and values for all of it."""
    kinds = draw(st.lists(st.sampled_from(sorted(SIMPLE)), min_size=1, max_size=6))
    annotations: dict[str, Any] = {"pk": Annotated[str, PartitionKey]}
    values: dict[str, Any] = {"pk": "one"}
    for number, kind in enumerate(kinds):
        name = draw(st.sampled_from(["status", "name", "order", "f"])) + str(number)
        annotations[name], strategy = SIMPLE[kind]
        values[name] = draw(strategy)
    record = type(Record)(
        "Drawn", (Record,), {"__annotations__": annotations, "__module__": __name__}, table="drawn"
    )
    shown = draw(st.lists(st.sampled_from(sorted(annotations)), min_size=1, unique=True))
    view = type(View)(
        "DrawnOut",
        (View[record],),
        {"__annotations__": {name: annotations[name] for name in shown}, "__module__": __name__},
    )
    return record, view, values


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(worlds(), st.dictionaries(st.sampled_from(["password", "z", "s3"]), st.just(CANARY)))
def test_nothing_undeclared_comes_out(
    world: tuple[type[Record], type[View[Any]], dict[str, Any]], more: dict[str, str]
) -> None:
    """A store that sends more than it was asked for gets none of it into a View or its bytes."""
    record, view, values = world
    made = record(**values)
    item = item_to_wire({name: _plain(value) for name, value in made if value is not None} | more)
    compiled: Compiled[Any] = view.declared_.seen_by(None)
    text, names = compiled.expression
    assert problems(text, "ProjectionExpression", names) == []
    body = msgspec.json.encode({"Item": item})
    shown = compiled.view_of(compiled.values(compiled.one(body)))
    assert shown == view(**{name: getattr(made, name) for name in view.model_fields})
    sent = shown.model_dump_json()
    assert CANARY not in sent
    assert set(json.loads(sent)) == set(view.model_fields)
    wire = compiled.one(body)
    row = wire if compiled.simple else compiled.values(wire)
    if compiled.flat is not None:
        (one,) = compiled.flats([row])
        assert json.loads(msgspec.json.encode(one)) == json.loads(sent)

    def page() -> Page[Any]:
        return page_of(view, compiled, [row], "next")

    whole = {"items": [json.loads(sent)], "next": "next"}
    assert json.loads(page().json_bytes()) == whole
    assert json.loads(TypeAdapter(Page[view]).dump_json(page(), by_alias=True)) == whole  # type: ignore[valid-type]
    assert json.loads(json.dumps(page().model_dump(mode="json", by_alias=True))) == whole
    assert page().items == [shown]
    some = json.loads(shown.model_dump_json(exclude_none=True))
    assert json.loads(page().model_dump_json(exclude_none=True)) == {**whole, "items": [some]}


def _plain(value: Any) -> Any:
    match value:
        case enum.Enum():
            return value.value
        case uuid.UUID():
            return str(value)
        case BaseModel():
            return {name: _plain(part) for name, part in value}
        case _:
            return value


WIRES = st.recursive(
    st.sampled_from(
        [{"S": CANARY}, {"N": "1"}, {"N": "NaN"}, {"BOOL": True}, {"NULL": True}, {"B": "eA=="},
         {"SS": [CANARY]}, {"X": 1}, {}, {"S": 5}, {"N": "1.5"}, {"S": CANARY, "N": "1"}]
    ),
    lambda inner: st.builds(lambda x: {"L": x}, st.lists(inner, max_size=2))
    | st.builds(lambda x: {"M": x}, st.dictionaries(st.just("text"), inner, max_size=2)),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(Whole.model_fields)), WIRES, min_size=1))
def test_what_does_not_fit_is_refused_without_its_value(item: dict[str, Any]) -> None:
    """Any wrong wire type gives a View that fits, or a DecodeError that holds no value."""
    compiled = WholeOut.declared_.seen_by(None)
    body = msgspec.json.encode({"Item": {"thing_id": {"S": "x"}, **item}})
    try:
        found = compiled.view_of(compiled.values(compiled.one(body)))
    except DecodeError as error:
        refused = error
    else:
        assert math.isfinite(found.exact)
        assert math.isfinite(found.real)
        for name in WholeOut.model_fields:
            value = getattr(found, name)
            assert value is None or isinstance(value, (*_CLASSES, str | int))
        return
    assert CANARY not in str(refused)
    assert refused.__cause__ is None


_CLASSES = (Decimal, float, bool, bytes, Colour, uuid.UUID, dt.date, set, list, dict, Inner)

"""Learning from complaints: a function that takes an item is called until it no longer complains.

The functions below are the app's code: this folder is watched.
"""

from __future__ import annotations

import base64
import contextlib
import enum
import ipaddress
import json
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from fastapi import HTTPException
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, HttpUrl, NaiveDatetime

from hushtable.model.dynamodb.wire import item_from_wire
from hushtable.prove.canary import UNDECLARED
from hushtable.prove.exchange import Answered, Asked, Exchange
from hushtable.prove.learn.learn import learn
from hushtable.prove.sketch import Sketch, TableSketch
from hushtable.prove.store.mint import Mint
from hushtable.prove.store.planting import Planter
from tests.prove.traced import Watch

MOST_ROUNDS = 12
START = Sketch((TableSketch("orders", (("order_id", "S"),)),))
NOON = datetime(2020, 1, 1, 12)  # noqa: DTZ001 - the app's times have no zone
Code = Callable[[dict[str, Any]], object]


class Status(enum.StrEnum):
    """Choices of text."""

    OPEN = "open"
    PAID = "paid"


class Level(enum.Enum):
    """Choices of numbers."""

    LOW = 1
    HIGH = 2


@dataclass
class Note:
    """Refuses what it does not know."""

    order_id: str
    title: str


class Address(BaseModel):
    """A part that refuses what it does not know."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    street: str
    number: int


class Order(BaseModel):
    """A model of many types."""

    order_id: str
    quantity: int = Field(ge=2, lt=40)
    weight: float
    price: Decimal
    paid: bool
    placed: datetime
    aware: AwareDatetime
    naive: NaiveDatetime
    due: date
    at: time
    state: Literal["open", "paid"]
    level: Literal[1, 2]
    reference: uuid.UUID
    code: str = Field(pattern=r"^[A-Z]{4}-\d{6}$")
    short: str = Field(max_length=9)
    long: str = Field(min_length=40)
    address: Address
    lines: list[Address]
    scores: dict[str, int]
    page: HttpUrl
    labels: set[str]
    address_of_host: ipaddress.IPv4Address
    data: bytes


class Loose(BaseModel):
    """A model that keeps what it does not know."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow")
    email: str


def plain(item: dict[str, Any]) -> dict[str, Any]:
    """Give an item as the boto3 resource gives it."""
    blobs = {
        name: {"B": base64.b64decode(value["B"])} if "B" in value else value
        for name, value in item.items()
    }
    return item_from_wire(blobs)


def learned(code: Code, *, wire: bool = False, start: Sketch = START) -> tuple[Sketch, Any, int]:
    """Call a function with a planted item until nothing is learned from it.

    Gives what is known then, what the function returned at last, and the number of calls.
    """
    mint = Mint(3)
    sketch = start
    with Watch(Path(__file__).parent) as watch:
        for count in range(1, MOST_ROUNDS + 1):
            (first, *_) = Planter(sketch, mint).items(sketch.tables[0])
            item = dict(first.wire) if wire else plain(dict(first.wire))
            watch.on = True
            result: Any = None
            with contextlib.suppress(Exception):
                result = code(item)
            watch.on = False
            exchange = Exchange(Asked("GET", "/", 0), Answered(200), complaints=watch.drain())
            found = learn(sketch, exchange, mint)
            if found is sketch:
                return sketch, result, count
            sketch = found
    message = "it never stopped learning"
    raise AssertionError(message)


CODES: dict[str, Code] = {
    "isoformat": lambda item: datetime.fromisoformat(item["placed"]),
    "date": lambda item: date.fromisoformat(item["placed"]),
    "strptime": lambda item: datetime.strptime(item["placed"], "%d/%m/%Y %H:%M").astimezone(UTC),
    "aware": lambda item: datetime.fromisoformat(item["placed"]) < datetime.now(UTC),
    "naive": lambda item: datetime.fromisoformat(item["when"]) < NOON,
    "int": lambda item: int(item["number"]),
    "float": lambda item: float(item["number"]),
    "Decimal": lambda item: Decimal(item["number"]),
    "uuid": lambda item: uuid.UUID(item["reference"]),
    "json": lambda item: json.loads(item["payload"]),
    "json inside": lambda item: json.loads(item["payload"])["inner"],
    "base64": lambda item: base64.b64decode(item["blob"], validate=True),
    "hex": lambda item: bytes.fromhex(item["digest"]),
    "ip": lambda item: ipaddress.ip_address(item["host"]),
    "enum": lambda item: Status(item["state"]),
    "enum of numbers": lambda item: Level(item["state"]),
    "compared": lambda item: item["credits"] > 5,
    "added": lambda item: item["credits"] + 5,
    "multiplied": lambda item: item["credits"] * Decimal("1.5"),
    "map": lambda item: item["address"]["city"].upper(),
    "map of maps": lambda item: item["address"]["place"]["zip"],
    "map by method": lambda item: sorted(item["address"].items()),
    "list by method": lambda item: item["lines"].append("x"),
    "list of maps": lambda item: [line["sku"] for line in item["lines"]],
    "several": lambda item: (item["a"], item["b"], item["c"]["d"], item.get("e")),
    "text": lambda item: item["price"].strip(),
    "dataclass": lambda item: Note(**item),
    "model": lambda item: Order(**item),
    "validated": Order.model_validate,
    "loose": lambda item: Loose(**item),
}  # fmt: skip


@pytest.mark.parametrize("name", CODES)
def test_code_that_stumbles_runs_in_the_end(name: str) -> None:
    """What the code wants of an item is learned, until the code runs through."""
    seen: list[Exception] = []

    def code(item: dict[str, Any]) -> object:
        try:
            result = CODES[name](item)
        except Exception as error:
            seen.append(error)
            raise
        seen.clear()
        return result

    sketch, _, _ = learned(code)
    assert seen == []
    assert sketch.lessons
    assert all(lesson.startswith("orders") for lesson in sketch.lessons)


def test_what_a_function_reads_is_learned_at_once() -> None:
    """Attributes that one function reads of one item take one round, not one each."""
    _, _, count = learned(CODES["several"])
    assert count == 2


def test_wire_types_are_learned() -> None:
    """The types that code expects of an item in wire form are learned."""

    def code(item: dict[str, Any]) -> object:
        count = int(item["members"]["N"])
        place = item["place"]["M"]["zip"]["S"]
        return count, place, [part["S"] for part in item["parts"]["L"]], item["on"]["BOOL"]

    _, result, _ = learned(code, wire=True)
    assert result is not None


def test_choices_and_bounds_are_kept() -> None:
    """A refused value's choices, pattern and bounds are known afterwards."""
    sketch, order, _ = learned(CODES["model"])
    shapes = dict(sketch.tables[0].attributes)
    assert shapes["state"].choices == ("open", "paid")
    assert (shapes["level"].kind, shapes["level"].choices) == ("N", ("1", "2"))
    assert shapes["code"].pattern == r"^[A-Z]{4}-\d{6}$"
    assert (shapes["short"].longest, shapes["long"].shortest) == (9, 40)
    assert 2 <= order.quantity < 40
    assert shapes["address"].closed
    assert not sketch.tables[0].closed


def test_an_item_that_may_hold_nothing_else_is_closed() -> None:
    """Where a class refuses the undeclared attribute the table is closed."""
    sketch, note, _ = learned(CODES["dataclass"])
    assert sketch.tables[0].closed
    assert isinstance(note, Note)
    sketch, loose, _ = learned(CODES["loose"])
    assert not sketch.tables[0].closed
    assert UNDECLARED in loose.model_dump()


@pytest.mark.parametrize(
    "code",
    [
        lambda _: int("what a client sent"),
        lambda _: {"own": 1}["other"],
        lambda _: Status("odd"),
        lambda item: item["order_id"],
        lambda item: (item["order_id"], {}["Item"]),
        lambda _: Order(),
        lambda _: (_ for _ in ()).throw(HTTPException(404)),
    ],
)
def test_what_has_nothing_to_do_with_an_item_teaches_nothing(code: Code) -> None:
    """A complaint of what is in no item adds no type to any attribute."""

    def called(item: dict[str, Any]) -> object:
        given, item = item, {}
        return code(given if "order_id" in code.__code__.co_consts else item)

    sketch, _, _ = learned(called)
    assert [name for name, shape in sketch.tables[0].attributes if shape.kind != "S"] == []


def test_nothing_is_learned_from_a_store_that_fails_on_purpose() -> None:
    """An exchange in which a fault was provoked teaches nothing."""
    with Watch(Path(__file__).parent) as watch:
        mint = Mint(3)
        item = plain(dict(Planter(START, mint).items(START.tables[0])[0].wire))
        watch.on = True
        with contextlib.suppress(KeyError):
            CODES["map"](item)
        watch.on = False
        complaints = watch.drain()
    asked = Asked("GET", "/", 0, fault="throttled")
    assert learn(START, Exchange(asked, Answered(500), complaints=complaints), mint) is START
    plainly = Exchange(Asked("GET", "/", 0), Answered(500), complaints=complaints)
    assert learn(START, plainly, mint) is not START


def padded(item: dict[str, Any]) -> object:
    """Read a time as a library does that pads it first."""
    return datetime.strptime(item["due"].zfill(31), "%Y-%m-%dT%H:%M:%S.%f+0000")  # noqa: DTZ007


def test_a_value_is_known_when_it_was_padded() -> None:
    """A time that a parser quotes with zeros before it is that of the attribute."""
    sketch, _, _ = learned(padded)
    shape = dict(sketch.tables[0].attributes)["due"]
    assert shape.pattern == "%Y-%m-%dT%H:%M:%S.%f+0000"


def test_a_setting_that_is_missing_is_no_attribute() -> None:
    """What the environment does not hold is not learned of the item that was at hand."""
    sketch, _, _ = learned(lambda item: (item["order_id"], os.environ["HQ_TEST_NOT_SET"]))
    assert "HQ_TEST_NOT_SET" not in dict(sketch.tables[0].attributes)

"""Kinds of items in one table, and what an index holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.facts import Cargo, Facts, TableDefinition
from hushtable.model.place import Place
from hushtable.model.service import Channel
from hushtable.scan.kinds import ANYTHING, Kept, Kinds, Mark, Read, mark_of
from hushtable.scan.values import Choice, Const, Dict, Opaque, Value
from hushtable.testing.scanning import scan_source

SHARED = """
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("app")


class Person(BaseModel):
    email: str
    street: str


@app.put("/people/{person_id}")
def write_person(person_id: str, body: Person):
    table.put_item(Item={"pk": f"USER#{person_id}", "sk": "PROFILE", **body.model_dump()})


@app.put("/cards/{person_id}")
def write_card(person_id: str, iban: str):
    table.put_item(Item={"pk": f"USER#{person_id}", "sk": f"CARD#{iban}", "iban": iban})


@app.put("/lamps/{lamp_id}")
def write_lamp(lamp_id: str, watts: int):
    table.put_item(Item={"pk": f"LAMP#{lamp_id}", "sk": "PROFILE", "watts": watts})


"""
PERSON = 'return table.get_item(Key={"pk": f"USER#{one}", "sk": "PROFILE"})["Item"]'
ALL = 'return table.query(KeyConditionExpression=Key("pk").eq(f"USER#{one}"))["Items"]'
CARDS = (
    'return table.query(KeyConditionExpression=Key("pk").eq(f"USER#{one}")'
    ' & Key("sk").begins_with("CARD#"))["Items"]'
)
TEXT = (
    'return table.query(KeyConditionExpression="pk = :pk",'
    ' ExpressionAttributeValues={":pk": f"LAMP#{one}"})["Items"]'
)
LAMP = 'return table.get_item(Key={"pk": f"LAMP#{one}", "sk": "PROFILE"})["Item"]'
HALF_KNOWN = 'return table.get_item(Key={"pk": one, "sk": "PROFILE"})["Item"]'
UNKNOWN_KEY = 'return table.get_item(Key={"pk": one, "sk": one})["Item"]'
NEW = 'return table.get_item(Key={"pk": f"SHOE#{one}", "sk": "PROFILE"})["Item"]'


def told(body: str) -> set[str]:
    """Name the sensitive attributes that are told of what a handler with this body returns."""
    head = "from boto3.dynamodb.conditions import Key\n"
    handler = f'@app.get("/read/{{one}}")\ndef read(one: str):\n    {body}\n'
    facts: Facts = scan_source(head + SHARED + handler)
    return {
        one.attribute.name
        for flow in facts.outflows
        if flow.channel is Channel.RESPONSE and flow.route and flow.route.path == "/read/{one}"
        for one in flow.carried
        if one.cargo is Cargo.ATTRIBUTE and one.attribute
    }


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (PERSON, {"email", "street"}),
        (ALL, {"email", "street", "iban"}),
        (CARDS, {"iban"}),
        (LAMP, set()),
        (TEXT, set()),
        (NEW, set()),
        (HALF_KNOWN, {"email", "street"}),
        (UNKNOWN_KEY, {"email", "street", "iban"}),
    ],
)
def test_a_key_names_a_kind(body: str, names: set[str]) -> None:
    """A whole item holds what its kind is known to hold, or its table when the key is unknown."""
    assert told(body) == names


@pytest.mark.parametrize(
    ("value", "mark"),
    [
        (Const("USER#1"), "USER#"),
        (Opaque(parts=("ORDER#", None, "#", None)), "ORDER#"),
        (Opaque(parts=(None, "#", None)), ANYTHING),
        (Opaque(parts=("abc", None)), ANYTHING),
        (Opaque(), ANYTHING),
        (Const(7), ANYTHING),
        (Dict({"S": Const("CARD#2")}), "CARD#"),
        (Dict({"M": Dict({"a": Const("CARD#2"), "b": Const("x")})}), ANYTHING),
        (Choice((Const("A#1"), Const("A#2"))), "A#"),
        (Choice((Const("A#1"), Const("B#2"))), ANYTHING),
    ],
)
def test_marks(value: Value, mark: str) -> None:
    """A mark is the leading text with its separator, a whole constant, or nothing."""
    assert mark_of(value) == mark


PLACE = Place("app.py", 1)


def test_a_constant_tells_kinds_only_where_others_are_separated() -> None:
    """A constant attribute such as a status tells no kind of item."""
    kinds = Kinds()
    kept = [
        Kept("t", frozenset({("pk", "A#"), ("status", "open")}), ("email",)),
        Kept("t", frozenset({("pk", "B#"), ("status", "paid")}), ("iban",)),
    ]
    kinds.learn(kept, ())
    assert kinds.names(Read(PLACE, "t", "", frozenset({("status", "paid")}))) is None
    assert kinds.names(Read(PLACE, "t", "", frozenset({("pk", "A#")}))) == {"email"}
    both = frozenset({("pk", "A#"), ("pk", "B#")})
    assert kinds.names(Read(PLACE, "t", "", both)) == {"email", "iban"}
    assert kinds.names(Read(PLACE, "t", "", frozenset({("pk", "A#"), ("pk", "")}))) is None


def test_an_index_is_known_by_its_definition() -> None:
    """An index holds both keys and what it includes; one that projects all bounds nothing."""
    kinds = Kinds()
    kinds.learn(
        (),
        [
            TableDefinition(
                PLACE,
                "orders",
                logical_name="Orders",
                keys=("id",),
                indexes=(("by-day", ("day", "id"), ("total",)), ("by-all", ("x",), None)),
            ),
        ],
    )
    assert kinds.projected(Read(PLACE, "orders", "by-day", frozenset())) == ("id", "day", "total")
    assert kinds.projected(Read(PLACE, "Orders", "by-day", frozenset())) == ("id", "day", "total")
    assert kinds.projected(Read(PLACE, "orders", "by-all", frozenset())) is None
    assert kinds.projected(Read(PLACE, "orders", "other", frozenset())) is None
    assert kinds.projected(Read(PLACE, "orders", "", frozenset())) is None


def test_a_constant_key_is_kept_as_a_fingerprint() -> None:
    """Constants of keys are compared, and none of their text is kept."""
    assert mark_of(Const("META")) == mark_of(Const("META")) != mark_of(Const("OTHER"))
    assert "META" not in mark_of(Const("META"))


MARKS = st.frozensets(
    st.tuples(st.sampled_from(["pk", "sk"]), st.sampled_from(["", "A#", "B#", "META"])), max_size=4
)


@given(st.lists(MARKS, max_size=6), MARKS)
def test_what_is_kept_under_the_same_marks_is_always_told(
    kept: list[frozenset[Mark]], asked: frozenset[Mark]
) -> None:
    """A read gives at least the attributes of items written under exactly its own marks."""
    kinds = Kinds()
    kinds.learn([Kept("t", marks, (f"a{n}",)) for n, marks in enumerate(kept)], ())
    names = kinds.names(Read(PLACE, "t", "", asked))
    own = {f"a{n}" for n, marks in enumerate(kept) if marks == asked}
    assert names is None or own <= names

"""Sketches from what scan observed."""

from __future__ import annotations

from pydantic import TypeAdapter

from hushtable.model.facts import (
    Access,
    Cargo,
    Carried,
    Expression,
    ExpressionKind,
    Facts,
    KeyUse,
    Operation,
    Outflow,
    TableDefinition,
)
from hushtable.model.place import Place
from hushtable.model.service import Attribute, Channel, Route
from hushtable.prove.sketch import (
    Certainty,
    Form,
    IndexSketch,
    Setting,
    Shape,
    Sketch,
    TableSketch,
    Used,
)
from hushtable.prove.store.sketching import joined, shapes_of, sketch_of

HERE = Place("app/main.py", 3)
THERE = Place("app/main.py", 9)


def table(facts: Facts, name: str = "users") -> TableSketch:
    """Give one table of the sketch of facts."""
    return next(one for one in sketch_of(facts).tables if one.name == name)


def test_a_definition_gives_keys_and_indexes() -> None:
    """Keys, indexes and what they project come from a definition; types are still open."""
    definition = TableDefinition(
        HERE, "users", keys=("id",), sensitive=("ssn",),
        indexes=(("by-email", ("email",), ("name",)), ("none", (), None)),
    )  # fmt: skip
    found = table(Facts(tables=(definition,)))
    assert (found.keys, found.certainty) == ((("id", "S"),), Certainty.KEYS)
    assert found.indexes == (IndexSketch("by-email", (("email", "S"),), ("name",), Certainty.KEYS),)
    assert dict(found.attributes) == {"ssn": Shape()}


def test_keys_without_a_definition_come_from_reads() -> None:
    """Without a definition the keys are those that are given together, and an index's likewise."""
    keys = (
        KeyUse(Operation.GET, "users", "team", HERE),
        KeyUse(Operation.GET, "users", "id", HERE),
        KeyUse(Operation.QUERY, "users", "email", THERE),
    )
    access = Access(Operation.QUERY, "users", THERE, index="by-email")
    found = table(Facts(keys=keys, accesses=(access,)))
    assert (found.keys, found.certainty) == ((("team", "S"), ("id", "S")), Certainty.NAMES)
    assert [index.keys for index in found.indexes] == [(("email", "S"),)]


def test_names_come_from_everywhere() -> None:
    """Attributes come from outflows, reads, filters, projections and expressions."""
    carried = (
        Carried(Cargo.ATTRIBUTE, Attribute("users", ("profile", "city"))),
        Carried(Cargo.MAP, Attribute("users", ("extra", "*"))),
        Carried(Cargo.ITEM, Attribute("users", ("*",))),
        Carried(Cargo.CURSOR, Attribute("users", ("LastEvaluatedKey",))),
        Carried(Cargo.INPUT, Attribute("request", ("password",))),
    )
    facts = Facts(
        outflows=(Outflow(Channel.RESPONSE, HERE, carried),),
        accesses=(
            Access(Operation.GET, "users", HERE, used=("email", "lines.[].sku", "note.[]")),
            Access(Operation.SCAN, "users", HERE, projection=("age",), filter_hides=("deleted",)),
            Access(Operation.SCAN, "", HERE, projection=("lost",)),
        ),
        expressions=(
            Expression(
                ExpressionKind.FILTER, HERE, "#s = :s AND size(tags) > :n AND plan.name = {}",
                names=(("#s", "status"),), table="users",
            ),
            Expression(ExpressionKind.UPDATE, HERE, "SET {} = :x", table="users"),
        ),
    )  # fmt: skip
    found = dict(table(facts).attributes)
    assert set(found) == {
        "profile", "extra", "email", "lines", "note", "age", "deleted", "status", "tags", "plan",
    }  # fmt: skip
    assert found["profile"] == Shape("M", fields=(("city", Shape()),))
    assert found["extra"] == Shape("M")
    assert found["lines"].element == Shape("M", fields=(("sku", Shape()),))
    assert found["note"] == Shape()
    assert found["email"].form is Form.EMAIL
    assert [one.name for one in sketch_of(facts).tables] == ["users"]


def test_names_are_kept_by_route_and_call() -> None:
    """What a route's code names is kept with the call that gives it; a whole item names nothing."""
    route = Route("GET", "/users/{id}", HERE, "read")
    item = (
        Carried(Cargo.ITEM, Attribute("users", ("*",))),
        Carried(Cargo.ATTRIBUTE, Attribute("users", ("ssn",))),
        Carried(Cargo.ATTRIBUTE, Attribute("users", ("plan",)), chosen=True),
    )
    named = (Carried(Cargo.ATTRIBUTE, Attribute("users", ("name",))),)
    read = Access(Operation.QUERY, "users", HERE, route, index="by-email", used=("email.[]",))
    facts = Facts(
        outflows=(
            Outflow(Channel.RESPONSE, HERE, item, route),
            Outflow(Channel.LOG, HERE, named, route),
            Outflow(Channel.LOG, HERE, (Carried(Cargo.ATTRIBUTE, Attribute("users", ("x",))),)),
        ),
        accesses=(read, Access(Operation.PUT, "users", HERE, route, used=("age",))),
        keys=(KeyUse(Operation.GET, "users", "pk", HERE, composed=True),),
    )
    found = table(facts)
    assert found.composed
    assert found.used == (
        Used("GET /users/{id}", ("age", "name", "plan")),
        Used("GET /users/{id}", ("email",), "Query", "by-email"),
    )


def test_what_is_no_plain_name_is_left_out() -> None:
    """A table whose name is not known, and an attribute that no code could name, are left out."""
    facts = Facts(tables=(TableDefinition(HERE, "${Stage}-users", keys=("id",)),))
    assert sketch_of(facts).tables == ()
    assert shapes_of([("a b",), ("{}",), ("ok",)]) == (("ok", Shape()),)


def test_sketches_are_joined() -> None:
    """Of two sketches the surer keys stay, attributes and settings are put together."""
    table = TableSketch(
        "users", (("id", "S"),), attributes=(("a", Shape()),), templates=(("id", "A"),)
    )
    first = Sketch(
        (table,),
        (Setting("X", "1"), Setting("Y", "1")),
        ("one",),
    )  # fmt: skip
    guessed = TableSketch(
        "users", (("name", "S"),), attributes=(("a", Shape("N")), ("b", Shape())),
        certainty=Certainty.GUESSED, closed=True,
    )  # fmt: skip
    second = Sketch((guessed, TableSketch("orders", ())), (Setting("Y", "2"),), ("one", "two"))
    both = joined(first, second)
    users = both.tables[0]
    assert users.keys == (("id", "S"),)
    assert dict(users.attributes) == {"a": Shape("N"), "b": Shape()}
    assert users.templates == (("id", "A"),)
    assert users.closed
    assert [one.text for one in both.settings] == ["1", "2"]
    assert both.lessons == ("one", "two")


def test_a_sketch_survives_json() -> None:
    """What is known becomes JSON and comes back the same, as it does between processes."""
    shape = Shape("M", fields=(("a", Shape("L", element=Shape(form=Form.DATE))),), closed=True)
    table = TableSketch(
        "users", (("id", "S"),), (IndexSketch("by-a", (("a", "N"),), ("b",), Certainty.NAMES),),
        (("a", shape),), (("id", "USER#{user_id}"),), certainty=Certainty.PARTITION,
    )  # fmt: skip
    sketch = Sketch((table,), (Setting("X", "{canary}"),), ("one",))
    adapter = TypeAdapter(Sketch)
    assert adapter.validate_json(adapter.dump_json(sketch)) == sketch


def test_a_key_without_a_name_is_none() -> None:
    """A whole item that is given for a key names no key."""
    whole = KeyUse(Operation.GET, "users", "*", HERE)
    flow = Outflow(Channel.RESPONSE, HERE, (Carried(Cargo.ATTRIBUTE, Attribute("users", ("a",))),))
    assert table(Facts(keys=(whole,), outflows=(flow,))).keys == ()

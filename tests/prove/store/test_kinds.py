"""The kinds of items in one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from hushtable.prove.canary import UNDECLARED
from hushtable.prove.exchange import Answered, Asked, Call, Complaint, Exchange
from hushtable.prove.learn.learn import learn
from hushtable.prove.sketch import IndexSketch, Kind, Shape, Sketch, TableSketch, Used
from hushtable.prove.store.guessing import OWNER
from hushtable.prove.store.kinds import (
    Pattern,
    attributes_of,
    kind_of,
    names_beside,
    touched,
    with_pattern,
)
from hushtable.prove.store.mint import Mint
from hushtable.prove.store.planting import MOST_ITEMS, OWNERS, Planted, Planter
from hushtable.prove.store.sketching import joined

KEYS = (("pk", "S"), ("sk", "S"))
SHOP = TableSketch(
    "shop",
    KEYS,
    indexes=(IndexSketch("entity-index", (("entity", "S"), ("pk", "S"))),),
    attributes=tuple((name, Shape()) for name in ("bio", "cost", "holder", "note", "title")),
    used=(
        Used("GET /me", ("bio",), "GetItem"),
        Used("GET /me", ("note", "title"), "Scan"),
        Used("GET /products/{id}", ("cost",), "GetItem"),
        Used("GET /products/{id}", ("title",)),
        Used("GET /both", ("note",), "GetItem"),
        Used("GET /everything", ("cost",), "Query"),
    ),
    composed=True,
)
PRODUCT = "5f0c3c1e-6a0e-4b0e-9d55-0d1c0a6f1a01"


def wired(**texts: str) -> dict[str, Any]:
    """Make a key or item of texts."""
    return {name: {"S": text} for name, text in texts.items()}


def plain(item: Planted) -> dict[str, str]:
    """Give the texts of an item."""
    return {name: str(next(iter(value.values()))) for name, value in item.wire.items()}


class Shop:
    """A small app with one table: what it asks for, and what is planted by then."""

    def __init__(self, table: TableSketch = SHOP) -> None:
        self.mint = Mint(1)
        self.sketch = Sketch((table,))
        self.owner = Planter(self.sketch, self.mint).id_of(OWNER, "A", 0)

    @property
    def table(self) -> TableSketch:
        """Give the table as it is known by now."""
        return self.sketch.tables[0]

    def planted(self) -> tuple[Planted, ...]:
        """Give what is planted by now."""
        return Planter(self.sketch, self.mint).items(self.table)

    def names(self) -> dict[tuple[str, str], set[str]]:
        """Give the names of the planted attributes, by the beginnings of the items' keys."""
        found: dict[tuple[str, str], set[str]] = {}
        for item in self.planted():
            texts = plain(item)
            kind = tuple(texts[name].partition("#")[0] for name, _ in KEYS)
            names = texts.keys() - {"pk", "sk", UNDECLARED}
            found.setdefault((kind[0], kind[1]), set()).update(names)
        return found

    def of(self, pk: str, sk: str) -> Planted:
        """Give a planted item by the beginnings of its keys."""
        return next(
            one
            for one in self.planted()
            if plain(one)["pk"].startswith(pk) and plain(one)["sk"].startswith(sk)
        )

    def hears(
        self,
        *calls: tuple[str, dict[str, Any]],
        route: str = "",
        complaint: Complaint | None = None,
        answer: Mapping[str, Any] | None = None,
    ) -> None:
        """Learn from one exchange, until it teaches nothing more."""
        made = tuple(
            Call(operation, {"TableName": "shop", **request}, answer or {})
            for operation, request in calls
        )
        asked = Asked("GET", "/", 0, purpose="as it should be")
        said = (complaint,) if complaint else ()
        exchange = Exchange(asked, Answered(200), calls=made, complaints=said)
        for _ in range(3):
            found = learn(self.sketch, exchange, self.mint, route)
            if found is self.sketch:
                return
            self.sketch = found
        pytest.fail("the same exchange teaches something new each time")

    def misses(self, item: Planted, name: str) -> None:
        """Say that the app misses a name in an item that it was given."""
        hidden = plain(item)[UNDECLARED]
        complaint = Complaint("KeyError", repr(name), details=(("key", name), ("holder", hidden)))
        self.hears(("Scan", {}), complaint=complaint, answer={"Items": [item.wire]})

    def profile(self) -> tuple[str, dict[str, Any]]:
        """Ask for a user."""
        return "GetItem", {"Key": wired(pk=f"USER#{self.owner}", sk="PROFILE")}

    def product(self) -> tuple[str, dict[str, Any]]:
        """Ask for a product."""
        return "GetItem", {"Key": wired(pk=f"PRODUCT#{PRODUCT}", sk="META")}


def write(**texts: str) -> tuple[str, dict[str, Any]]:
    """Write an item."""
    return "PutItem", {"Item": wired(**texts)}


def asking(condition: str, index: str = "", **texts: str) -> tuple[str, dict[str, Any]]:
    """Make a Query of texts."""
    values = {f":{name}": {"S": text} for name, text in texts.items()}
    request = {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}
    return "Query", {**request, "IndexName": index} if index else request


def test_an_item_has_what_its_kind_is_known_with() -> None:
    """A kind has what the app writes, reads by projection and misses, and nothing of another."""
    shop = Shop()
    shop.hears(shop.profile())
    shop.hears(shop.product())
    assert shop.names() == {("USER", "PROFILE"): set(), ("PRODUCT", "META"): set()}
    shop.hears(write(pk=f"USER#{shop.owner}", sk="PROFILE", bio="x y z 1", national_id="77-1"))
    operation, request = shop.product()
    shop.hears((operation, {**request, "ProjectionExpression": "title"}))
    shop.misses(shop.of("PRODUCT", "META"), "cost")
    assert shop.names() == {
        ("USER", "PROFILE"): {"bio", "national_id"}, ("PRODUCT", "META"): {"title", "cost"},
    }  # fmt: skip
    assert all(UNDECLARED in item.wire for item in shop.planted())


def test_what_is_missed_of_a_known_name_is_given_to_the_kind_that_misses_it() -> None:
    """A name that one kind has is planted in another as soon as the app misses it there."""
    shop = Shop()
    shop.hears(write(pk=f"USER#{shop.owner}", sk="PROFILE", created_at="2026-01-01T00:00:00+00:00"))
    shop.hears(shop.product())
    shop.misses(shop.of("PRODUCT", "META"), "created_at")
    kinds = {dict(kind.forms)["sk"]: dict(kind.attributes) for kind in shop.table.kinds}
    assert kinds["PROFILE"]["created_at"] == kinds["META"]["created_at"]


def test_what_a_route_reads_is_of_the_kinds_that_it_asks_for() -> None:
    """What scan knows of a route waits until the route shows which one kind its call gives."""
    shop = Shop()
    shop.hears(shop.profile(), ("Scan", {}), route="GET /me")
    shop.hears(shop.product(), route="GET /products/{id}")
    assert shop.names() == {
        ("USER", "PROFILE"): {"bio"}, ("PRODUCT", "META"): {"cost", "title"},
    }  # fmt: skip


def test_calls_of_several_kinds_tell_of_none() -> None:
    """A Scan or Query that gives several kinds gives none of them what a route reads of it."""
    shop = Shop()
    shop.hears(shop.profile())
    shop.hears(write(pk=f"USER#{shop.owner}", sk="CARD#work", holder="x y z 1"))
    shop.hears(asking("pk = :pk", pk=f"USER#{shop.owner}"), route="GET /everything")
    shop.hears(("Scan", {"ProjectionExpression": "note"}), route="GET /everything")
    assert shop.names() == {("USER", "PROFILE"): set(), ("USER", "CARD"): {"holder"}}


def test_two_reads_of_one_route_are_not_mixed_where_it_is_known_better() -> None:
    """Of two kinds that a route gets, the one that is written without a name does not get it."""
    shop = Shop()
    shop.hears(write(pk=f"PRODUCT#{PRODUCT}", sk="META", title="x y z 1"))
    shop.hears(shop.profile(), shop.product(), route="GET /both")
    assert shop.names() == {("USER", "PROFILE"): {"note"}, ("PRODUCT", "META"): {"title"}}


def test_constants_tell_kinds_apart() -> None:
    """What an index is asked for by a constant is one kind, that of the items written so."""
    shop = Shop()
    asked = asking("entity = :e", "entity-index", e="PRODUCT")
    asked[1]["ProjectionExpression"] = "title"
    shop.hears(shop.profile())
    shop.hears(asked)
    found = [plain(one) for one in shop.planted() if "entity" in one.wire]
    assert found
    assert {one["entity"] for one in found} == {"PRODUCT"}
    shop.hears(write(pk=f"PRODUCT#{PRODUCT}", sk="META", entity="PRODUCT", cost="x y z 1"))
    shop.hears(write(pk=f"USER#{shop.owner}", sk="PROFILE", entity="USER"))
    assert shop.names() == {
        ("USER", "PROFILE"): {"entity"}, ("PRODUCT", "META"): {"entity", "title", "cost"},
    }  # fmt: skip
    for item in map(plain, shop.planted()):
        assert item["pk"].startswith(item["entity"])


def test_a_scan_with_a_filter_asks_for_a_kind() -> None:
    """A filter on keys or on a constant says which items of a Scan are meant."""
    shop = Shop()
    values = {":p": {"S": "USER#"}, ":t": {"S": "invoice"}}
    by_key = {"FilterExpression": "begins_with(pk, :p) AND bio > :t",
              "ExpressionAttributeValues": values}  # fmt: skip
    shop.hears(("Scan", by_key))
    by_type = {"FilterExpression": "doctype = :t", "ExpressionAttributeValues": values,
               "ProjectionExpression": "cost"}  # fmt: skip
    shop.hears(("Scan", by_type))
    names = {frozenset(one.wire) - {"pk", "sk", UNDECLARED} for one in shop.planted()}
    assert names == {frozenset({"bio"}), frozenset({"doctype", "cost"})}
    users = [one for one in map(plain, shop.planted()) if "bio" in one]
    assert all(one["pk"] == f"USER#{shop.owner}" or one["pk"].startswith("USER#") for one in users)


def test_the_end_of_a_form_that_was_guessed_is_corrected() -> None:
    """What begins as a Query wants, and is written with another end, is one kind."""
    shop = Shop()
    asked = asking("pk = :p AND begins_with(sk, :s)", p=f"USER#{shop.owner}", s="CARD#")
    shop.hears(asked)
    assert [dict(kind.forms)["sk"] for kind in shop.table.kinds] == ["CARD#{card}"]
    shop.hears(write(pk=f"USER#{shop.owner}", sk="CARD#77", holder="x y z 1"))
    shop.hears(asked)
    assert len(shop.table.kinds) == 1


@pytest.mark.parametrize("scanned", [False, True])
def test_a_table_of_one_kind_is_planted_whole(*, scanned: bool) -> None:
    """Where nothing tells kinds apart every item has every attribute."""
    used = (Used("GET /me", ("bio",)),) if scanned else ()
    table = TableSketch("shop", (("user_id", "S"),), attributes=SHOP.attributes, used=used)
    shop = Shop(table)
    shop.hears(("GetItem", {"Key": wired(user_id=shop.owner)}), route="GET /me")
    assert shop.table.kinds == ()
    names = {name for name, _ in SHOP.attributes}
    assert all(names < set(one.wire) for one in shop.planted())


def test_a_row_with_a_constant_key_leaves_the_others_as_they_are() -> None:
    """When one row is called by a constant, the rows with ids keep what they are known with."""
    table = TableSketch("shop", (("order_id", "S"),), attributes=(("note", Shape()),))
    shop = Shop(table)
    shop.hears(("UpdateItem", {
        "Key": wired(order_id="counter"), "UpdateExpression": "SET last = :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }))  # fmt: skip
    by_key = {plain(one)["order_id"] == "counter": set(one.wire) for one in shop.planted()}
    assert by_key == {
        False: {"order_id", "note", UNDECLARED}, True: {"order_id", "last", UNDECLARED},
    }  # fmt: skip


NAMES = st.sampled_from(["bio", "cost", "entity", "note", "title", "user_id", "product_id"])
FORMS = st.sampled_from(["", "USER#{user_id}", "PRODUCT#{product}", "META", "LINE#{line}"])
SHAPES = st.sampled_from([Shape(), Shape("N"), Shape("BOOL"), Shape(choices=("A", "B", "C"))])
KINDS = st.builds(
    lambda forms, attributes: Kind(tuple(sorted(forms.items())), tuple(sorted(attributes.items()))),
    st.dictionaries(st.sampled_from(["pk", "sk", "entity"]), FORMS, max_size=3),
    st.dictionaries(NAMES, SHAPES, max_size=4),
)
TABLES = st.builds(
    lambda kinds, composed: replace(SHOP, kinds=tuple(kinds), composed=composed),
    st.lists(KINDS, max_size=5, unique_by=lambda kind: kind.forms),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(0, 9))
def test_every_item_is_one_of_its_kind(table: TableSketch, seed: int) -> None:
    """Whatever is known, an item has its key, what its kind is known with, and nothing else."""
    items = Planter(Sketch((table,)), Mint(seed)).items(table)
    again = Planter(Sketch((table,)), Mint(seed)).items(table)
    assert items == again
    assert {one.owner for one in items} == set(OWNERS)
    assert all(set(dict(KEYS)) < set(one.wire) for one in items)
    keys = [tuple(plain(one)[name] for name, _ in KEYS) for one in items]
    assert len(set(keys)) == len(keys)
    assert len(items) <= len(OWNERS) * MOST_ITEMS * max(1, len(table.kinds))
    if len(table.kinds) < 2 and not table.composed:
        return
    indexed = {name for index in table.indexes for name, _ in index.keys}
    kinds = [
        {*dict(KEYS), UNDECLARED, *dict(kind.attributes), *(dict(kind.forms).keys() & indexed)}
        for kind in table.kinds or (Kind(),)
    ]
    assert all(set(one.wire) in kinds for one in items)


PATTERNS = st.builds(
    lambda forms, constants: Pattern(forms, {}, constants, len(forms) == len(KEYS)),
    st.dictionaries(st.sampled_from(["pk", "sk"]), FORMS, max_size=2),
    st.dictionaries(
        st.sampled_from(["entity", "doctype"]), st.sampled_from([("A",), ("B", "D")]), max_size=2
    ),
)


@settings(max_examples=100, deadline=None)
@given(TABLES, PATTERNS, st.booleans())
def test_a_kind_is_met_once(table: TableSketch, pattern: Pattern, written: bool) -> None:  # noqa: FBT001 - Hypothesis gives by place
    """Whatever is asked for, its kind is known then, and asking again teaches nothing."""
    found = with_pattern(table, pattern, written=written)
    assert touched(found, pattern)
    assert with_pattern(found, pattern, written=written) == found


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_kinds_outlive_a_child(table: TableSketch) -> None:
    """What is known of kinds becomes JSON and comes back, and joined with itself stays the same."""
    adapter = TypeAdapter(Sketch)
    sketch = Sketch((table,))
    assert adapter.validate_json(adapter.dump_json(sketch)) == sketch
    (both,) = joined(sketch, sketch).tables
    assert set(both.kinds) == set(table.kinds)
    assert (both.used, both.composed) == (table.used, table.composed)


def test_what_stands_beside_a_name_is_of_its_kind() -> None:
    """An item that has one attribute lacks none of another kind's."""
    kinds = (
        Kind((("sk", "PROFILE"),), (("bio", Shape()), ("note", Shape()))),
        Kind((("sk", "META"),), (("cost", Shape()),)),
    )
    table = replace(SHOP, kinds=kinds)
    assert names_beside(table, {"bio", "pk"}) == {"bio", "note", "sk"}
    assert names_beside(table, {"bio", "cost"}) == frozenset()
    single = replace(SHOP, kinds=(), composed=False)
    assert names_beside(single, {"bio"}) == {name for name, _ in SHOP.attributes}


def test_an_item_tells_its_kind() -> None:
    """The kind of an item is known by its keys, the most literal form first."""
    kinds = (
        Kind((("pk", "USER#{user_id}"),), (("bio", Shape()),)),
        Kind((("pk", "USER#{user_id}"), ("sk", "PROFILE"))),
        Kind((("pk", ""), ("sk", ""))),
    )
    table = replace(SHOP, kinds=kinds)
    assert kind_of(table, wired(pk="USER#1", sk="PROFILE")) is kinds[1]
    assert kind_of(table, wired(pk="USER#1", sk="x")) is kinds[0]
    assert kind_of(table, wired(pk="1", sk="2")) is kinds[2]
    assert kind_of(table, wired(pk="A#1", sk="2")) is None
    assert kind_of(table, wired(pk="USER#1")) is None
    assert attributes_of(table, kinds[1]) == ()

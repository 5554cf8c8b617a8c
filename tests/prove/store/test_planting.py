"""The items that are planted."""

from __future__ import annotations

from typing import Any

import pytest

from hushtable.prove.canary import UNDECLARED, Source
from hushtable.prove.sketch import Form, IndexSketch, Shape, Sketch, TableSketch
from hushtable.prove.store.guessing import OWNER
from hushtable.prove.store.mint import Mint
from hushtable.prove.store.planting import Planter

USERS = TableSketch(
    "users",
    (("user_id", "S"),),
    indexes=(IndexSketch("email-index", (("email", "S"),)),),
    attributes=(("age", Shape("N", Form.INTEGER, low=1, high=9)), ("name", Shape())),
)
ORDERS = TableSketch(
    "orders",
    (("user_id", "S"), ("order_id", "S")),
    attributes=(("product_id", Shape()), ("national_id", Shape()), ("gone", Shape(""))),
)
PRODUCTS = TableSketch("products", (("id", "S"),), attributes=(("title", Shape()),))
SHOP = TableSketch(
    "shop",
    (("PK", "S"), ("SK", "S")),
    templates=(
        ("PK", "USER#{user_id}"), ("PK", "ORDER#{order_id}"), ("SK", "META"),
        ("SK", "ITEM#{item}#{created_at}"),
    ),
    attributes=(("created_at", Shape(form=Form.DATE)),),
)  # fmt: skip


def plain(wire: dict[str, Any]) -> Any:
    """Give the text in a wire value."""
    return next(iter(wire.values()))


def test_joins_find_their_other_half() -> None:
    """An owner has one id in every table, and an id that refers to a row is that row's key."""
    planter = Planter(Sketch((USERS, ORDERS, PRODUCTS)), Mint(1))
    users, orders, products = map(planter.items, (USERS, ORDERS, PRODUCTS))
    for owner in "AB":
        (user,) = [one for one in users if one.owner == owner]
        mine = [one for one in orders if one.owner == owner]
        assert len(mine) == 2
        assert {plain(one.wire["user_id"]) for one in mine} == {user.names["user_id"]}
        assert user.names["user_id"] == planter.id_of(OWNER, owner, 0)
        rows = {one.names["id"] for one in products if one.owner == owner}
        assert {plain(one.wire["product_id"]) for one in mine} == rows
    assert len({one.names["order_id"] for one in orders}) == 4


def test_every_value_tells_where_it_was() -> None:
    """Each planted text is a canary of its table, path and owner; an id is one of its own key."""
    mint = Mint(1)
    planter = Planter(Sketch((USERS, ORDERS)), mint)
    for item in planter.items(ORDERS):
        hidden = mint.lookup(plain(item.wire[UNDECLARED]))
        assert hidden is not None
        assert (hidden.source, hidden.table, hidden.owner) == (
            Source.UNDECLARED, "orders", item.owner,
        )  # fmt: skip
        national = mint.lookup(plain(item.wire["national_id"]))
        assert national is not None
        assert (national.table, national.path) == ("orders", ("national_id",))
        owner = mint.lookup(plain(item.wire["user_id"]))
        assert owner is not None
        assert (owner.table, owner.path, owner.owner) == ("users", ("user_id",), item.owner)
        assert "gone" not in item.wire


def test_index_keys_are_there_and_told() -> None:
    """An item has the keys of every index, and its plain key values are told by name."""
    planter = Planter(Sketch((USERS,)), Mint(1))
    item = planter.items(USERS)[0]
    assert item.names["email"] == plain(item.wire["email"])
    assert item.names["email"].endswith("@canary.example")


def test_composed_keys_follow_their_forms() -> None:
    """Every combination of the forms of a table's keys is planted, and ids in them are told."""
    planter = Planter(Sketch((USERS, SHOP)), Mint(1))
    items = planter.items(SHOP)
    owner = planter.id_of(OWNER, "A", 0)
    mine = [one for one in items if one.owner == "A"]
    keys = {(plain(one.wire["PK"]), plain(one.wire["SK"])) for one in mine}
    assert (f"USER#{owner}", "META") in keys
    assert {pk.partition("#")[0] for pk, _ in keys} == {"USER", "ORDER"}
    lines = [one for one in mine if plain(one.wire["SK"]).startswith("ITEM#")]
    assert lines
    assert all(plain(one.wire["SK"]).endswith(plain(one.wire["created_at"])) for one in lines)
    assert len(keys) == len(mine)
    assert all(one.names["created_at"] == plain(one.wire["created_at"]) for one in lines)
    orders = [one for one in mine if "order_id" in one.names]
    assert plain(orders[0].wire["PK"]) == f"ORDER#{orders[0].names['order_id']}"


@pytest.mark.parametrize(
    ("shape", "check"),
    [(Shape(form=Form.UUID), lambda text: len(text) == 36),
     (Shape("N", Form.INTEGER), str.isdigit)],
)  # fmt: skip
def test_the_strictest_shape_of_an_id_holds_everywhere(shape: Shape, check: Any) -> None:
    """What one table's id must look like, the same id looks like in every table."""
    strict = TableSketch("invoices", (("id", "S"),), attributes=(("user_id", shape),))
    planter = Planter(Sketch((USERS, ORDERS, strict)), Mint(1))
    assert check(planter.id_of(OWNER, "A", 0))
    assert all(check(plain(one.wire["user_id"])) for one in planter.items(ORDERS))


def test_the_shape_of_a_composed_key_is_that_of_its_id() -> None:
    """What was learned of a composed key is true of the id within it."""
    table = TableSketch(
        "shop", (("pk", "S"),), attributes=(("pk", Shape(form=Form.UUID)),),
        templates=(("pk", "USER#{user_id}"),),
    )  # fmt: skip
    (first, *_) = Planter(Sketch((table,)), Mint(1)).items(table)
    assert len(plain(first.wire["pk"])) == len("USER#") + 36


def test_choices_all_come_up() -> None:
    """An owner has an item with each of the values that an attribute may have."""
    table = TableSketch(
        "orders", (("order_id", "S"),),
        attributes=(("status", Shape(choices=("open", "paid", "sent"))),),
    )  # fmt: skip
    items = Planter(Sketch((table,)), Mint(1)).items(table)
    assert {plain(one.wire["status"]) for one in items if one.owner == "B"} == {
        "open", "paid", "sent",
    }  # fmt: skip


def test_an_item_of_a_closed_table_has_nothing_undeclared() -> None:
    """Where the app refuses other attributes none is planted."""
    table = TableSketch("orders", (("order_id", "S"),), closed=True)
    assert all(
        UNDECLARED not in one.wire for one in Planter(Sketch((table,)), Mint(1)).items(table)
    )

"""Learning from the app's requests to the store."""

from __future__ import annotations

from typing import Any

import pytest

from hushtable.prove.canary import Canary, Source
from hushtable.prove.exchange import Answered, Asked, Call, Exchange
from hushtable.prove.learn.learn import learn
from hushtable.prove.sketch import Form, IndexSketch, Shape, Sketch, TableSketch
from hushtable.prove.store.guessing import OWNER
from hushtable.prove.store.mint import Mint
from hushtable.prove.store.planting import Planter

SHOP = TableSketch("shop", (("PK", "S"), ("SK", "S")))
ORDERS = TableSketch(
    "orders", (("order_id", "S"),), indexes=(IndexSketch("by-status", (("status", "S"),)),)
)
SKETCH = Sketch((SHOP, ORDERS))
EMPTY = {"Count": 0, "ScannedCount": 4, "Items": []}


class Learner:
    """A mint with a planted sketch, and what is learned of one call after the other."""

    def __init__(self) -> None:
        self.mint = Mint(1)
        self.sketch = SKETCH
        self.owner = Planter(SKETCH, self.mint).id_of(OWNER, "A", 0)
        self.input = self.mint.text(Shape(), Source.INPUT, ("path", "product_id"))

    def hears(  # noqa: PLR0913 - what a call and its request are
        self, operation: str, request: dict[str, Any], answer: dict[str, Any] | None = None,
        *, table: str = "shop", path: str = "/", purpose: str = "as it should be",
        inputs: tuple[Canary, ...] = (), code: str = "",
    ) -> bool:  # fmt: skip
        """Learn from one call; tells whether something was new."""
        call = Call(operation, {"TableName": table, **request}, answer or {},
                    400 if code else 200, code)  # fmt: skip
        asked = Asked("GET", path, 0, purpose=purpose, inputs=(self.input, *inputs))
        found = learn(self.sketch, Exchange(asked, Answered(200), calls=(call,)), self.mint)
        is_new = found is not self.sketch
        self.sketch = found
        return is_new

    def templates(self) -> set[tuple[str, str]]:
        """Give the known forms of the shop's keys."""
        return set(next(one for one in self.sketch.tables if one.name == "shop").templates)

    def shape(self, name: str, table: str = "orders") -> Shape | None:
        """Give what is known of an attribute."""
        found = next(one for one in self.sketch.tables if one.name == table)
        return dict(found.attributes).get(name)


def key(**values: str) -> dict[str, Any]:
    """Make a key of texts."""
    return {name: {"S": value} for name, value in values.items()}


def query(condition: str, index: str = "", **values: str) -> dict[str, Any]:
    """Make a Query of texts."""
    given = {f":{name}": {"S": value} for name, value in values.items()}
    request: dict[str, Any] = {
        "KeyConditionExpression": condition, "ExpressionAttributeValues": given,
    }  # fmt: skip
    return {**request, "IndexName": index} if index else request


def filtered(text: str, **values: dict[str, Any]) -> dict[str, Any]:
    """Make a Scan with a filter."""
    given = {f":{name}": value for name, value in values.items()}
    return {"FilterExpression": text, "ExpressionAttributeValues": given}


def test_composed_keys_are_learned_from_ids_in_them() -> None:
    """A key with a planted id or the client's input in it has a form, and is learned once."""
    learner = Learner()
    asked = {"Key": key(PK=f"USER#{learner.owner}", SK="PROFILE")}
    assert learner.hears("GetItem", asked)
    assert not learner.hears("GetItem", asked)
    given = {"Key": key(PK=f"PRODUCT#{learner.input.planted}", SK="META")}
    assert learner.hears("GetItem", given, path=f"/products/{learner.input.planted}")
    assert learner.templates() == {
        ("PK", "USER#{user_id}"), ("PK", "PRODUCT#{product}"), ("SK", "PROFILE"), ("SK", "META"),
    }  # fmt: skip
    assert "shop.PK: USER#{user_id}" in learner.sketch.lessons


def test_beginnings_and_writes_teach_forms() -> None:
    """What a key must begin with, and the keys of items that the app writes, are forms too."""
    learner = Learner()
    condition = "PK = :p AND begins_with(SK, :s)"
    learner.hears("Query", query(condition, p=f"USER#{learner.owner}", s="ORDER#"), EMPTY)
    item = key(PK="CART#5f0c3c1e-6a0e-4b0e-9d55-0d1c0a6f1a01", SK="LINE#7", entity="cart")
    learner.hears("PutItem", {"Item": item})
    assert {("SK", "ORDER#{order}"), ("PK", "CART#{cart}"), ("SK", "LINE#{line}")} < (
        learner.templates()
    )
    assert learner.shape("entity", "shop") == Shape(choices=("cart",))


def test_what_a_client_made_up_teaches_nothing() -> None:
    """Odd texts of a client become no form, whatever the request is for."""
    learner = Learner()
    odd = {"Key": key(PK="USER#none", SK="x")}
    assert not learner.hears("GetItem", odd, path="/users/USER%23none/x")
    assert not learner.hears(
        "GetItem", {"Key": key(PK="OTHER", SK="ELSE")}, purpose="a key of another type"
    )
    assert not learner.hears("GetItem", {"Key": key(PK=learner.input.planted, SK="' OR 1=1")})
    assert learner.templates() == set()


@pytest.mark.parametrize(("name", "planted"), [("token", False), ("setting", True)])
def test_no_item_has_a_secret_that_is_a_constant(name: str, planted: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A row may be called by a constant, and no session is what is looked up without a token."""
    learner = Learner()
    learner.sketch = Sketch((TableSketch("shop", ((name, "S"),)),))
    learner.hears("GetItem", {"Key": key(**{name: "none"})})
    assert ((name, "none") in learner.templates()) is planted


def test_constant_keys_of_indexes_are_choices() -> None:
    """What the app looks up in an index by a constant is a value that items have."""
    learner = Learner()
    asked = query("#s = :s", "by-status", s="open")
    asked["ExpressionAttributeNames"] = {"#s": "status"}
    assert learner.hears("Query", asked, {"Count": 0, "ScannedCount": 0}, table="orders")
    assert learner.shape("status") == Shape(choices=("open",))
    asked["ExpressionAttributeValues"] = {":s": {"S": "paid"}}
    assert learner.hears("Query", asked, path="/orders/paid", table="orders")
    assert learner.shape("status") == Shape(choices=("open", "paid"))


@pytest.mark.parametrize(
    ("text", "value", "shape"),
    [
        ("state = :v", {"S": "open"}, Shape(choices=("open",))),
        ("hot = :v", {"BOOL": True}, Shape("BOOL", choices=("true",))),
        ("hot <> :v", {"BOOL": True}, Shape("BOOL", choices=("false",))),
        ("rank = :v", {"N": "3"}, Shape("N", Form.INTEGER, choices=("3",))),
        ("rank > :v", {"N": "10"}, Shape("N", Form.INTEGER, low=11)),
        ("rank < :v", {"N": "10"}, Shape("N", Form.INTEGER, high=9)),
        ("tags = :v", {"S": "a"}, Shape(choices=("a",))),
        ("begins_with(nick, :v)", {"S": "x."}, Shape(pattern=r"^x\..+")),
        ("contains(tags, :v)", {"S": "new"},
         Shape("L", element=Shape(choices=("new",)))),
        ("attribute_not_exists(gone) AND state = :v", {"S": "open"}, None),
    ],
)  # fmt: skip
def test_items_come_to_satisfy_filters(text: str, value: dict[str, Any], shape: Any) -> None:
    """Items are made such that a filter lets them through that gave nothing."""
    learner = Learner()
    assert learner.hears("Scan", filtered(text, v=value), EMPTY, table="orders")
    name = text.replace("(", " ").replace(",", " ").split()
    attribute = next(one for one in name if one in {"state", "hot", "rank", "tags", "nick"})
    if shape is None:
        assert learner.shape("gone") == Shape("")
    else:
        assert learner.shape(attribute) == shape
    assert not learner.hears("Scan", filtered(text, v=value), EMPTY, table="orders")


def test_a_moving_clock_is_no_news() -> None:
    """A filter on the present time is satisfied once; the next second teaches nothing new."""
    learner = Learner()
    for second, is_new in (("00", True), ("01", False)):
        now = {"S": f"2026-01-01T00:00:{second}+00:00"}
        told = learner.hears("Scan", filtered("starts > :v", v=now), EMPTY, table="orders")
        assert told is is_new
    shape = learner.shape("starts")
    assert shape is not None
    assert shape.form is Form.DATETIME
    assert (shape.low or 0) > 1_767_225_600


def test_a_filter_on_the_caller_names_the_owner() -> None:
    """An attribute that is compared with the caller's id is whose the item is."""
    learner = Learner()
    asked = filtered("written_by = :v", v={"S": learner.owner})
    assert learner.hears("Scan", asked, EMPTY, table="orders")
    orders = next(one for one in learner.sketch.tables if one.name == "orders")
    assert orders.owner == "written_by"
    planter = Planter(learner.sketch, learner.mint)
    texts = {one.owner: one.wire["written_by"]["S"] for one in planter.items(orders)}
    assert texts["A"] == planter.id_of(OWNER, "A", 0) != texts["B"]


def test_failed_conditions_are_satisfied() -> None:
    """A condition that kept a write back holds the next time, except on keys."""
    learner = Learner()
    update = {
        "Key": key(order_id="x"),
        "UpdateExpression": "SET state = :n",
        "ConditionExpression": "state = :o AND attribute_not_exists(order_id)",
        "ExpressionAttributeValues": {":n": {"S": "paid"}, ":o": {"S": "open"}},
    }
    code = "ConditionalCheckFailedException"
    assert learner.hears("UpdateItem", update, code=code, table="orders")
    state = learner.shape("state")
    assert state is not None
    assert "open" in state.choices
    assert learner.shape("order_id") is None
    orders = next(one for one in learner.sketch.tables if one.name == "orders")
    assert set(orders.templates) == {("order_id", "x"), ("order_id", "{order_id}")}


def test_names_come_from_requests() -> None:
    """What projections and updates name, and what items hold that are written, is learned."""
    learner = Learner()
    learner.hears("GetItem", {"Key": key(order_id="x"), "ProjectionExpression": "email, a.b"},
                  table="orders")  # fmt: skip
    mail = learner.mint.text(Shape(form=Form.EMAIL), Source.INPUT, ("body", "contact"))
    item = {
        "order_id": {"S": "x"},
        "contact": {"S": mail.planted},
        "placed": {"S": "2026-01-01T00:00:00+00:00"},
        "created_at": {"N": "1767225600"},
        "total": {"N": "3.20"},
        "lines": {"L": [{"M": {"sku": {"S": "x-1"}, "n": {"N": "2"}}}]},
        "password_hash": {"S": "secret"},
        "hot": {"BOOL": True},
        learner.input.planted: {"S": "x"},
    }
    learner.hears("PutItem", {"Item": item}, table="orders", inputs=(mail,))
    assert learner.shape("email") == Shape(form=Form.EMAIL)
    assert learner.shape("a") == Shape("M", fields=(("b", Shape()),))
    assert learner.shape("contact") == Shape(form=Form.EMAIL)
    assert learner.shape("placed") == Shape(form=Form.DATETIME)
    assert learner.shape("created_at") == Shape("N", Form.EPOCH)
    assert learner.shape("password_hash") == Shape()
    assert learner.shape("hot") == Shape("BOOL")
    lines = learner.shape("lines")
    assert lines is not None
    assert lines.element == Shape("M", fields=(("n", Shape("N", Form.INTEGER)), ("sku", Shape())))
    assert learner.shape(learner.input.planted) is None
    assert not learner.hears("PutItem", {"Item": item}, table="orders", inputs=(mail,))


def test_malformed_requests_teach_nothing() -> None:
    """Requests of any form are no error."""
    learner = Learner()
    assert not learner.hears("GetItem", {"Key": {"PK": "plain"}})
    assert not learner.hears("BatchGetItem", {"RequestItems": {"shop": 3}})
    assert not learner.hears("Query", {"KeyConditionExpression": "((", "FilterExpression": 3})


def test_a_filter_of_a_scan_chooses_a_kind_of_item() -> None:
    """A constant that a Scan compares with a key is the form of one kind of item."""
    learner = Learner()
    text = {":v": {"S": "ANALYTICS"}}
    asked = {"FilterExpression": "SK = :v", "ExpressionAttributeValues": text}
    assert learner.hears("Scan", asked, EMPTY)
    assert ("SK", "ANALYTICS") in learner.templates()

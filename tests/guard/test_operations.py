"""A Table does what it declares, and filters over what its Views read."""

from __future__ import annotations

import gc
from typing import Annotated, Any

import pytest

from hushtable.guard.caller import Caller
from hushtable.guard.errors import DeclarationError, RefusedError
from hushtable.guard.footprint import read, read_by, views_of, written
from hushtable.guard.marks import ExpiresAt, PartitionKey, Stored
from hushtable.guard.operations import ACTIONS, EVERYTHING, USUAL, chosen
from hushtable.guard.record import Record
from hushtable.guard.schema import Index
from hushtable.guard.table import Table
from hushtable.guard.view import View
from tests.guard.shop import Basket, Order, OrderOut, OrderRow, Shop, User, UserOut, shop

ANN = Caller("ann")


@pytest.fixture
def empty() -> Shop:
    """Make an empty shop."""
    return shop()


def calls(orders: Table[Order]) -> dict[str, Any]:
    """Give a call of every operation, by the word for it."""
    key = {"user_id": "ann", "order_id": "1"}
    order = Order(**key, status="open", total=1)
    change = [Order.at.total.set(2)]
    return {
        "get": lambda: orders.get(OrderOut, by=ANN, **key).now(),
        "get_many": lambda: orders.get_many(OrderOut, [key], by=ANN).now(),
        "get_together": lambda: orders.get_together(OrderOut, [key], by=ANN).now(),
        "query": lambda: orders.query(OrderRow, user_id="ann", by=ANN).now(),
        "count": lambda: orders.count(user_id="ann", by=ANN).now(),
        "scan": lambda: list(orders.scan(OrderRow, reason="export", at_most=1, by=ANN)),
        "put": lambda: orders.put(order, by=ANN).now(),
        "put_many": lambda: orders.put_many([order], by=ANN).now(),
        "update": lambda: orders.update(changes=change, by=ANN, **key).now(),
        "update_and_get": lambda: orders.update_and_get(
            OrderOut, changes=change, by=ANN, **key
        ).now(),
        "delete": lambda: orders.delete(by=ANN, **key).now(),
        "ready": lambda: orders.ready().now(),
        "demand": lambda: orders.will_demand(where=Order.at.total > 0, by=ANN, **key),
    }


@pytest.mark.parametrize("word", sorted(EVERYTHING))
def test_what_is_not_declared_is_refused(empty: Shop, word: str) -> None:
    """An operation outside a table's own is refused, and nothing is sent."""
    table = Table(Order, empty.store, operations=EVERYTHING - {word})
    with pytest.raises(RefusedError, match=f"{word} is not among"):
        calls(table)[word]()
    assert empty.wire.sent == []


@pytest.mark.parametrize("word", sorted(EVERYTHING))
def test_what_is_declared_is_enough(empty: Shop, word: str) -> None:
    """An operation that is a table's only one needs no other."""
    empty.orders.put(Order(user_id="ann", order_id="1", status="open", total=1), by=ANN).now()
    table = Table(Order, empty.store, operations=[word])
    if word == "put":
        item = Order(user_id="ann", order_id="2", status="open", total=1)
        table.put(item, by=ANN).now()
    elif word == "put_many":
        # A batch carries no conditions, and an owner is one.
        with pytest.raises(RefusedError) as refused:
            calls(table)[word]()
        assert "is not among" not in str(refused.value)
    else:
        calls(table)[word]()


def test_each_goes_by_query_and_actions_of_a_transaction_by_their_own(empty: Shop) -> None:
    """`each` is a query, and `find` a get; a put for a transaction is a put."""
    baskets = Table(Basket, empty.store, operations=["find"])
    assert baskets.operations == {"get"}
    with pytest.raises(RefusedError, match="get is not among"):
        Table(Basket, empty.store, operations=["put"]).find(View, "ann", "x")
    with pytest.raises(RefusedError, match="query is not among"):
        baskets.each(View, user_id="ann", at_most=1)
    with pytest.raises(RefusedError, match="put is not among"):
        baskets.will_put(Basket(user_id="ann", name="x", total=1))


def test_words_are_methods_or_actions() -> None:
    """Operations are named by method or by DynamoDB's action; another word is refused."""
    assert chosen(None, "T") == USUAL == EVERYTHING - {"scan"}
    assert chosen(["GetItem"], "T") == {"get", "get_together"}
    assert chosen(["each", "will_put", "will_demand"], "T") == {"query", "put", "demand"}
    assert chosen([], "T") == set()
    assert {word for action in ACTIONS.values() for word in chosen([action], "T")} == EVERYTHING
    with pytest.raises(DeclarationError, match="'read' is no operation"):
        chosen(["read"], "T")
    with pytest.raises(DeclarationError, match="not one text"):
        chosen("get", "T")


def test_a_filter_names_what_views_read(empty: Shop) -> None:
    """A filter over an attribute that no View shows is refused, unless it is declared for it."""

    class Ticket(Record, table="users"):
        user_id: Annotated[str, PartitionKey]
        state: Annotated[str, Stored("s")]
        hidden: int

    class TicketOut(View[Ticket]):
        user_id: str
        state: str

    plain = Table(Ticket, empty.store)
    condition = Ticket.at.hidden > 5
    for call in (
        lambda: plain.query(TicketOut, user_id="a", where=condition),
        lambda: plain.each(TicketOut, user_id="a", where=condition, at_most=1),
        lambda: plain.count(user_id="a", where=condition),
        lambda: plain.count(user_id="a", where=(Ticket.at.state == "open") & condition),
    ):
        with pytest.raises(RefusedError, match="names hidden, which no View reads"):
            call()
    assert plain.query(TicketOut, user_id="a", where=Ticket.at.state == "open").now().items == []
    declared = Table(Ticket, empty.store, filters=["hidden"])
    assert declared.query(TicketOut, user_id="a", where=condition).now().items == []
    for wrong in (["secret"], "secret"):
        with pytest.raises(DeclarationError, match="secret is no field"):
            Table(Ticket, filters=wrong)


def test_a_filter_names_what_the_index_carries(empty: Shop) -> None:
    """A filter over an attribute that an index has not would hide every item: it is refused."""
    with pytest.raises(RefusedError, match="by-status does not carry note"):
        empty.orders.count(index="by-status", status="open", where=Order.at.note == "x")


def test_views_are_known_while_they_are_used() -> None:
    """The Views of a Record are found, those that extend others too, and forgotten when gone."""

    class Thing(Record, table="things", indexes=[Index("by-kind", {"g": "K#{kind}"})]):
        thing_id: Annotated[str, PartitionKey]
        kind: str
        expires: Annotated[int | None, ExpiresAt] = None
        spare: str | None = None

    class Small(View[Thing]):
        thing_id: str

    class Large(Small):
        kind: str

    def passing() -> int:
        class Passing(View[Thing]):
            spare: str | None = None

        del Passing
        return len(views_of(Thing.schema_))

    assert passing() == 3
    gc.collect()
    assert views_of(Thing.schema_) == (Large, Small)
    assert read_by(Large) == {"thing_id", "kind", "expires"}
    assert read(Thing.schema_, ()) == {"thing_id", "expires"}
    assert written(Thing.schema_) == {"thing_id", "kind", "expires", "spare", "g"}


def test_reading_a_view_names_whole_attributes() -> None:
    """A leaf of a map counts as the map, and what is only checked counts too."""
    assert read_by(UserOut) == {
        "user_id", "email", "status", "profile", "visits", "n", "expires",
    }  # fmt: skip
    assert read_by(OrderRow) == {"order_id", "total", "user_id", "entity", "pk", "sk"}


def test_a_store_knows_its_tables(empty: Shop) -> None:
    """A store gives the tables that are reached through it, while they are used."""
    assert empty.store.tables == (empty.baskets, empty.orders, empty.users)
    other = Table(User, empty.store, name="zoo")
    assert empty.store.tables[-1] is other

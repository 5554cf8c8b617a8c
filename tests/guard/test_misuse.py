"""What is misused is told where it is done, in a sentence that says what was expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from hushtable.guard import (
    Caller,
    DeclarationError,
    GuardError,
    Record,
    RefusedError,
    Store,
    System,
    Table,
    View,
    asking,
    view_of,
)
from hushtable.guard.access import access
from tests.guard.shop import Basket, BasketOut, Order, OrderOut, User, UserOut, ann, shop

ANN = Caller("ann")
ANY: Any = cast("Any", None)


class Base(Record):
    """A base of Records, without a table."""

    name: str


class Bare(View):  # type: ignore[type-arg]
    """A View that names no Record."""

    name: str


def declared() -> None:
    """Declare a View of what has no table."""

    class Out(View[Base]):
        name: str


made = shop()
users: Any = made.users
orders: Any = made.orders


@pytest.mark.parametrize(
    ("misuse", "kind", "told"),
    [
        (
            lambda: Table(cast("Any", UserOut)),
            DeclarationError,
            "UserOut is no Record with a table",
        ),
        (lambda: Table(Base), DeclarationError, "Base is no Record with a table"),
        (lambda: Table(cast("Any", ann())), DeclarationError, "User is no Record with a table"),
        (lambda: Table(User, cast("Any", "http://x")), DeclarationError, "a Store, and no str"),
        (declared, DeclarationError, "Base is no Record with a table"),
        (lambda: users.get("ann"), RefusedError, "names first the View"),
        (lambda: users.get(Bare, "ann"), RefusedError, "names first the View"),
        (lambda: users.find(User, "ann"), RefusedError, "names first the View"),
        (lambda: users.query(ann(), user_id="ann"), RefusedError, "names first the View"),
        (lambda: users.get(BasketOut, "ann"), RefusedError, "BasketOut is no View of User"),
        (lambda: users.update("ann", email="x"), RefusedError, "email is no part of its key"),
        (lambda: users.get(UserOut), RefusedError, "User is found by user_id$"),
        (
            lambda: orders.query(OrderOut, user_id="ann", total=1, by=ANN).now(),
            RefusedError,
            "gives user_id, and may give order_id; total is no key here",
        ),
        (
            lambda: users.query(UserOut, user_id="ann", where="visits > 3"),
            RefusedError,
            "where= takes a condition, such as User.at.FIELD",
        ),
        (lambda: orders.get(OrderOut, "a", "b", by="ann").now(), RefusedError, "and no str"),
        (lambda: users.get(UserOut, "a", by="ann").now(), RefusedError, "and no str"),
        (lambda: users.put(ann(), by=ANN.id), RefusedError, "and no str"),
        (lambda: asking(cast("Any", "ann")).__enter__(), RefusedError, "and no str"),
        (lambda: orders.get(OrderOut, "a", "b").now(), RefusedError, "caller_of on the route"),
        (lambda: view_of(UserOut, ANY), RefusedError, "an item or a Record, and no NoneType"),
        (lambda: Caller(""), RefusedError, "a Caller has an id"),
        (lambda: Caller(cast("Any", 7)), RefusedError, "a Caller has an id"),
        (lambda: Caller("a", cast("Any", "admin")), RefusedError, "roles are a set, and no str"),
        (lambda: Caller("a", cast("Any", ["x"])), RefusedError, "roles are a set, and no list"),
        (lambda: System("  "), RefusedError, "names the reason"),
    ],
)
def test_a_misuse_is_told(misuse: Callable[[], object], kind: type[GuardError], told: str) -> None:
    """A call that cannot be meant is refused by its name, before anything is sent."""
    before = len(made.wire.sent)
    with pytest.raises(kind, match=told):
        misuse()
    assert len(made.wire.sent) == before


def test_an_asker_that_is_none_sees_nothing() -> None:
    """Something else in an asker's place is refused, and never taken for one that sees all."""
    for wrong in ("ann", 7, object(), {"id": "ann"}):
        with pytest.raises(RefusedError, match="a Caller or a System"):
            access(Order.schema_, cast("Any", wrong))
    assert access(Order.schema_, Caller("ann", cast("Any", {"staff"}))).roles == {"staff"}
    assert access(Basket.schema_, None).roles == frozenset()
    assert Table(Basket, Store()).record is Basket

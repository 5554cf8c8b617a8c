"""Reads give what a View declares, to those who may see it."""

from __future__ import annotations

import asyncio
import gc
import json
import warnings
from collections.abc import Callable

import pytest

from hushtable.guard.caller import Asker, Caller, System, asking
from hushtable.guard.errors import (
    DecodeError,
    InvalidCursorError,
    InvalidError,
    InvalidKeyError,
    NotFoundError,
    RefusedError,
    StoreError,
    UnavailableError,
)
from hushtable.guard.ranges import begins_with, between, gt
from hushtable.guard.table import Table
from hushtable.guard.transport.call import Reply
from tests.guard.shop import (
    Basket,
    BasketOut,
    Order,
    OrderOut,
    OrderRow,
    Person,
    PersonOut,
    Shop,
    User,
    UserOut,
    UserSecret,
    ann,
    shop,
)

pytestmark = pytest.mark.usefixtures("under_iam")

ANN, BOB = Caller("ann"), Caller("bob")
STAFF = Caller("ann", frozenset({"staff"}))


@pytest.fixture
def full() -> Shop:
    """Make a shop with one user, seven orders of Ann, one of Bob, and a basket of each."""
    made = shop()
    made.users.put(ann(nick="annie", national_id="canary-id", visits=3)).now()
    for number in range(7):
        order = Order(
            user_id="ann", order_id=f"2026-{number}", status="open", total=number, note="canary"
        )
        made.orders.put(order, by=ANN).now()
    made.orders.put(Order(user_id="bob", order_id="2025-9", status="open", total=9), by=BOB).now()
    made.baskets.put(Basket(user_id="ann", name="now", total=5), by=ANN).now()
    return made


def test_an_item_is_read_as_its_view(full: Shop) -> None:
    """GetItem asks for the View's paths, and gives them."""
    found = full.users.get(UserOut, "ann").now()
    assert found == UserOut(
        user_id="ann", email="ann@example.org", status="active", locale="de", visits=3, nick="annie"
    )
    sent = json.loads(full.wire.sent[-1].body)
    assert "password_hash" not in sent["ExpressionAttributeNames"].values()
    assert set(sent) == {"TableName", "Key", "ProjectionExpression", "ExpressionAttributeNames"}


async def read(full: Shop) -> UserOut:
    """Read from a coroutine."""
    return await full.users.get(UserOut, user_id="ann", consistent=True)


def test_an_operation_is_awaited_or_called(full: Shop) -> None:
    """The same operation works from a coroutine, once, and warns when it is never sent."""
    assert asyncio.run(read(full)).status == "active"
    operation = full.users.get(UserOut, "ann")
    operation.now()
    with pytest.raises(RuntimeError, match="sent once"):
        operation.now()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        full.users.get(UserOut, "ann")
        gc.collect()
    assert [str(one.message) for one in caught] == [
        "an operation was never sent: await it, or call now()"
    ]


def test_a_missing_item_and_somebody_elses_look_the_same(full: Shop) -> None:
    """Both are a NotFoundError with the same text, on every way to read or write."""
    tries = [
        lambda by: full.orders.get(OrderOut, "bob", "2025-9", by=by).now(),
        lambda by: full.orders.get(OrderOut, "ann", "none", by=by).now(),
        lambda by: full.orders.query(OrderRow, user_id="bob", by=by).now(),
        lambda by: full.orders.delete("bob", "2025-9", by=by).now(),
        lambda by: full.orders.update("bob", "2025-9", values={"total": 1}, by=by).now(),
        lambda by: full.orders.put(
            Order(user_id="bob", order_id="x", status="s", total=1), by=by
        ).now(),
    ]
    for attempt in tries:
        with pytest.raises(NotFoundError) as caught:
            attempt(ANN)
        assert str(caught.value) == "Not Found"


def test_find_gives_none_where_get_finds_nothing(full: Shop) -> None:
    """A missing item and somebody else's are None; a key without its form is still refused."""
    found = full.orders.find(OrderOut, "ann", "2026-1", by=ANN).now()
    assert found == full.orders.get(OrderOut, "ann", "2026-1", by=ANN).now()
    before = len(full.wire.sent)
    assert full.orders.find(OrderOut, "bob", "2025-9", by=ANN).now() is None
    assert len(full.wire.sent) == before
    assert full.orders.find(OrderOut, user_id="ann", order_id="none", by=ANN).now() is None
    assert asyncio.run(missing(full)) is None
    with pytest.raises(InvalidKeyError):
        full.users.find(UserOut, "a b").now()
    with pytest.raises(RefusedError, match="say who asks"):
        full.orders.find(OrderOut, "ann", "2026-1").now()


async def missing(full: Shop) -> UserOut | None:
    """Look for a user who is not there, from a coroutine."""
    return await full.users.find(UserOut, "nobody", consistent=True)


def test_an_owned_record_wants_to_know_who_asks(full: Shop) -> None:
    """Without a caller, a read of an owned Record is refused and nothing is sent."""
    before = len(full.wire.sent)
    with pytest.raises(RefusedError, match="say who asks"):
        full.orders.get(OrderOut, "ann", "2026-1").now()
    assert len(full.wire.sent) == before
    with asking(ANN):
        assert full.orders.get(OrderOut, "ann", "2026-1").now().total == 1
    found = full.orders.get(OrderOut, "ann", "2026-1", by=System("nightly report")).now()
    assert found.note == "canary"
    with pytest.raises(RefusedError, match="reason"):
        System(" ")


def test_roles_decide_what_is_asked_for(full: Shop) -> None:
    """A field for staff is not asked for on behalf of others."""
    assert full.orders.get(OrderOut, "ann", "2026-1", by=ANN).now().note is None
    assert b"note" not in full.wire.sent[-1].body
    assert full.orders.get(OrderOut, "ann", "2026-1", by=STAFF).now().note == "canary"


WAYS: dict[str, Callable[[Shop, Asker], OrderOut | None]] = {
    "get": lambda full, by: full.orders.get(OrderOut, "ann", "2026-1", by=by).now(),
    "find": lambda full, by: full.orders.find(OrderOut, "ann", "2026-1", by=by).now(),
    "query": lambda full, by: (
        full.orders.query(OrderOut, user_id="ann", order_id="2026-1", by=by).now().items[0]
    ),
    "each": lambda full, by: next(
        iter(full.orders.each(OrderOut, user_id="ann", order_id="2026-1", at_most=1, by=by))
    ),
    "get_many": lambda full, by: full.orders.get_many(
        OrderOut, [{"user_id": "ann", "order_id": "2026-1"}], by=by
    ).now()[0],
    "get_together": lambda full, by: full.orders.get_together(
        OrderOut, [{"user_id": "ann", "order_id": "2026-1"}], by=by
    ).now()[0],
    "update_and_get": lambda full, by: full.orders.update_and_get(
        OrderOut, "ann", "2026-1", values={"total": 1}, by=by
    ).now(),
}


@pytest.mark.parametrize("way", WAYS)
def test_owner_and_roles_are_two_questions(full: Shop, way: str) -> None:
    """An owner sees a field for a role by that role alone, and the program itself sees all."""
    seen = {
        name: WAYS[way](full, by)
        for name, by in {"owner": ANN, "staff": STAFF, "system": System("report")}.items()
    }
    notes = {name: one.note for name, one in seen.items() if one is not None}
    assert notes == {"owner": None, "staff": "canary", "system": "canary"}


@pytest.mark.parametrize("way", WAYS)
def test_a_role_opens_nobody_elses_item(full: Shop, way: str) -> None:
    """A caller with every role there is still finds nothing of another owner."""
    other = Caller("bob", frozenset({"staff"}))
    try:
        found = WAYS[way](full, other)
    except NotFoundError:
        found = None
    assert found is None


def test_keys_are_checked_before_they_are_sent(full: Shop) -> None:
    """A key without its declared form is refused without a request."""
    before = len(full.wire.sent)
    for wrong in ("", "a b", "x" * 65, "ann\x00", 7, None, ["ann"]):
        with pytest.raises(InvalidKeyError):
            full.users.get(UserOut, wrong).now()
    with pytest.raises(InvalidKeyError):
        full.orders.get(OrderOut, "ann#ORDER", "1", by=Caller("ann#ORDER")).now()
    with pytest.raises(RefusedError, match="is found by user_id, order_id"):
        full.orders.get(OrderOut, "ann", by=ANN)
    assert len(full.wire.sent) == before


def test_pages_follow_each_other(full: Shop) -> None:
    """Every item comes once, in order, over sealed cursors."""
    seen: list[str] = []
    cursor = None
    for _ in range(4):
        page = full.orders.query(OrderRow, user_id="ann", limit=3, cursor=cursor, by=ANN).now()
        seen += [one.order_id for one in page.items]
        cursor = page.next
        if cursor is None:
            break
        assert "2026" not in cursor
    assert seen == [f"2026-{number}" for number in range(7)]


def test_a_cursor_is_good_for_its_query_and_caller_alone(full: Shop) -> None:
    """A cursor is refused for another limit, caller, order or table, or when it was changed."""
    page = full.orders.query(OrderRow, user_id="ann", limit=2, by=ANN).now()
    cursor = page.next or ""
    others = [
        {"limit": 3}, {"backward": True}, {"order_id": begins_with("2026")},
        {"where": Order.at.total > 1}, {"by": System("test")}, {"by": STAFF, "limit": 1},
    ]  # fmt: skip
    for other in others:
        said = {"limit": 2, "by": ANN, **other}
        with pytest.raises(InvalidCursorError):
            full.orders.query(OrderRow, user_id="ann", cursor=cursor, **said).now()
    for wrong in ("", "x", cursor[:-1], cursor + "A", "A" * 5000):
        with pytest.raises(InvalidCursorError):
            full.orders.query(OrderRow, user_id="ann", limit=2, cursor=wrong, by=ANN).now()


def test_kinds_that_share_a_table_stay_apart(full: Shop) -> None:
    """A query of one kind gives no other, and a key of another kind is not found."""
    page = full.orders.query(OrderRow, user_id="ann", by=ANN).now()
    assert len(page.items) == 7
    baskets = full.baskets.query(BasketOut, user_id="ann", by=ANN).now()
    assert [one.name for one in baskets.items] == ["now"]
    # An item that lies under an order's key and is none.
    odd = {"pk": {"S": "USER#ann"}, "sk": {"S": "ORDER#odd"}, "entity": {"S": "invoice"},
           "user_id": {"S": "ann"}, "order_id": {"S": "odd"}, "total": {"N": "1"}}  # fmt: skip
    full.emulator.ask("PutItem", {"TableName": "shop", "Item": odd})
    with pytest.raises(NotFoundError):
        full.orders.get(OrderRow, "ann", "odd", by=ANN).now()
    page = full.orders.query(OrderRow, user_id="ann", by=ANN).now()
    assert "odd" not in {one.order_id for one in page.items}


def test_sort_keys_are_narrowed(full: Shop) -> None:
    """A query takes a whole sort key, its beginning, or a span of it."""

    def ids(**given: object) -> list[str]:
        page = full.orders.query(OrderRow, user_id="ann", by=ANN, **given).now()
        return [one.order_id[-1] for one in page.items]

    assert ids(order_id="2026-3") == ["3"]
    assert ids(order_id=begins_with("2026-4")) == ["4"]
    assert ids(order_id=between("2026-1", "2026-3")) == ["1", "2", "3"]
    assert ids(backward=True, limit=2) == ["6", "5"]
    with pytest.raises(RefusedError, match="begins_with or between"):
        ids(order_id=gt("2026-1"))
    with pytest.raises(RefusedError, match="a query gives user_id"):
        full.orders.query(OrderRow, order_id="1", by=ANN).now()


def test_an_index_gives_what_it_carries(full: Shop) -> None:
    """A View that asks an index for more than it carries is refused before it is sent."""
    system = System("test")
    before = len(full.wire.sent)
    with pytest.raises(RefusedError, match="does not carry entity"):
        full.orders.query(OrderRow, index="by-status", status="open", by=system).now()
    with pytest.raises(RefusedError, match="no index"):
        full.orders.query(OrderRow, index="none", status="open", by=system).now()
    with pytest.raises(RefusedError, match="has an owner"):
        full.orders.query(OrderRow, index="open", status="open", by=ANN).now()
    with pytest.raises(RefusedError, match="consistent"):
        full.orders.query(OrderRow, index="open", status="open", consistent=True, by=system).now()
    assert len(full.wire.sent) == before
    page = full.orders.query(OrderRow, index="open", status="open", by=system).now()
    assert len(page.items) == 8


def test_filters_are_typed_and_name_no_key(full: Shop) -> None:
    """A filter chooses among what was read; a key in it, or a wrong type, is refused."""
    page = full.orders.query(OrderRow, user_id="ann", where=Order.at.total >= 5, by=ANN).now()
    assert [one.total for one in page.items] == [5, 6]
    with pytest.raises(RefusedError, match="wire type"):
        _ = Order.at.total > "5"
    with pytest.raises(RefusedError, match="1 to 100"):
        Order.at.total.in_(range(101))
    with pytest.raises(RefusedError, match="&"):
        bool(Order.at.total > 5)
    condition = Order.at.total > 0
    for _ in range(500):
        condition = condition | (Order.at.total > 1)
    with pytest.raises(RefusedError, match="longer than 4096"):
        full.orders.query(OrderRow, user_id="ann", where=condition, by=ANN).now()
    with pytest.raises(RefusedError, match="encrypted"):
        _ = User.at.national_id == "x"


def test_a_limit_has_a_bound(full: Shop) -> None:
    """A limit above the table's bound, below one, or of another type is an InvalidError."""
    for wrong in (0, -1, 101, True, "5"):
        with pytest.raises(InvalidError, match="1 to 100"):
            full.orders.query(OrderRow, user_id="ann", limit=wrong, by=ANN)


def test_items_are_gone_through_to_a_bound(full: Shop) -> None:
    """`each` follows the pages and stops at `at_most`."""
    found = full.orders.each(OrderRow, user_id="ann", at_most=5, by=ANN)
    assert [one.total for one in found] == [0, 1, 2, 3, 4]
    assert full.orders.count(user_id="ann", by=ANN).now() == 7
    assert full.orders.count(user_id="ann", where=Order.at.total > 4, by=ANN).now() == 2
    assert full.orders.count(index="open", status="open", by=System("test")).now() == 8
    with pytest.raises(RefusedError, match="does not carry entity"):
        full.orders.count(index="by-status", status="open", by=System("test")).now()


def test_a_scan_is_asked_for_by_name(full: Shop) -> None:
    """A scan needs a reason, keeps kinds and owners apart, and ends at its bound."""
    with pytest.raises(RefusedError, match="names its reason"):
        full.orders.scan(OrderRow, reason="", at_most=10)
    system = System("export")
    with pytest.raises(RefusedError, match="operations"):
        full.orders.scan(OrderRow, reason="export", at_most=100, by=system)
    orders = Table(Order, full.store, operations=["scan"])
    assert len(list(orders.scan(OrderRow, reason="export", at_most=100, by=system))) == 8
    assert len(list(orders.scan(OrderRow, reason="export", at_most=3, by=system))) == 3


def test_the_pages_of_a_scan_follow_each_other(full: Shop) -> None:
    """A scan page needs a reason and seals where it ended, for its own caller and query."""
    system, seen, cursor = System("test"), [], None
    orders = Table(Order, full.store, operations=["scan", "query"])
    for _ in range(9):
        page = orders.scan_page(
            OrderRow, reason="every order", limit=3, cursor=cursor, by=system
        ).now()
        seen += [one.order_id for one in page.items]
        last, cursor = cursor, page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 8
    with pytest.raises(InvalidCursorError):
        orders.scan_page(OrderRow, reason="x", limit=3, cursor=last, by=ANN).now()
    with pytest.raises(InvalidCursorError):
        orders.query(OrderRow, user_id="ann", limit=3, cursor=last, by=system).now()
    with pytest.raises(RefusedError, match="reason"):
        orders.scan_page(OrderRow, reason=" ", by=system)
    with pytest.raises(RefusedError, match="scan is not among"):
        full.orders.scan_page(OrderRow, reason="every order", by=system)


def test_a_table_tells_whether_it_is_ready(full: Shop) -> None:
    """A table that takes requests is ready; one on its way or gone is an error of its kind."""
    full.users.ready().now()
    being = {"Table": {"TableStatus": "CREATING", "TableName": "canary"}}
    full.wire.replies.append(Reply(200, {}, json.dumps(being).encode()))
    with pytest.raises(UnavailableError, match="CREATING"):
        full.users.ready().now()
    gone = json.dumps({"__type": "x#ResourceNotFoundException"}).encode()
    full.wire.replies.append(Reply(400, {}, gone))
    with pytest.raises(StoreError, match="ResourceNotFoundException"):
        full.users.ready().now()


def test_many_are_read_at_once(full: Shop) -> None:
    """get_many answers in the order of its keys, over more than one batch."""
    for number in range(120):
        full.users.put(ann(user_id=f"u{number}")).now()
    keys = [{"user_id": f"u{number}"} for number in range(120)] + [{"user_id": "nobody"}] * 2
    found = full.users.get_many(UserOut, keys).now()
    assert [one.user_id if one else None for one in found] == [
        *(f"u{number}" for number in range(120)), None, None,
    ]  # fmt: skip
    both = [{"user_id": "ann", "order_id": "2026-1"}, {"user_id": "bob", "order_id": "2025-9"}]
    for read in (full.orders.get_many, full.orders.get_together):
        assert [one and one.total for one in read(OrderRow, both, by=ANN).now()] == [1, None]
        assert read(OrderRow, both[1:], by=ANN).now() == [None]


def test_keys_that_were_left_over_are_asked_again(
    full: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UnprocessedKeys are asked for again; left to the end, they are an UnavailableError."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    left = {"UnprocessedKeys": {"users": {"Keys": [{"user_id": {"S": "ann"}}]}}, "Responses": {}}
    again = Reply(200, {}, json.dumps(left).encode())
    full.wire.replies = [again, again]
    found = full.users.get_many(UserOut, [{"user_id": "ann"}]).now()
    assert [one and one.status for one in found] == ["active"]
    full.wire.replies = [again] * 20
    with pytest.raises(UnavailableError, match="left unread"):
        full.users.get_many(UserOut, [{"user_id": "ann"}]).now()


def test_encrypted_attributes_are_decrypted_in_their_place(full: Shop) -> None:
    """An encrypted attribute is stored as bytes, read back, and refused where it was moved."""
    stored = full.item("users", user_id="ann")["national_id"]
    assert set(stored) == {"B"}
    assert full.users.get(UserSecret, "ann").now().national_id == "canary-id"
    full.users.put(ann(user_id="eve")).now()
    for moved in (stored, {"S": "canary-id"}):
        item = {**full.item("users", user_id="eve"), "national_id": moved}
        full.emulator.ask("PutItem", {"TableName": "users", "Item": item})
        with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is checked below
            full.users.get(UserSecret, "eve").now()
        assert type(caught.value).__name__ in {"CipherError", "DecodeError"}
        assert "canary" not in str(caught.value)


def test_an_encrypted_attribute_is_found_by_its_hash(full: Shop) -> None:
    """An index of keyed hashes finds an item by what it encrypts, before and after an update."""
    table = Table(Person, full.store)
    table.put(Person(person_id="p", national_id="canary-id")).now()
    assert "canary" not in json.dumps(full.item("people", person_id="p"))

    def found(text: str) -> list[str]:
        given = {"id_hash": table.blinded("id_hash", text)}
        page = table.query(PersonOut, index="by-id", **given).now()
        return [one.national_id or "" for one in page.items]

    assert found("canary-id") == found(" CANARY-id") == ["canary-id"]
    table.update("p", values={"national_id": "canary-2"}).now()
    assert (found("canary-id"), found("canary-2")) == ([], ["canary-2"])
    table.update("p", values={"national_id": None}).now()
    assert found("canary-2") == []
    with pytest.raises(RefusedError, match="no blind field"):
        table.blinded("person_id", "x")


def test_an_expired_item_is_missing() -> None:
    """An item that DynamoDB has not deleted yet, after its time, is not found."""
    made = shop(clock=lambda: 1000.0)
    made.users.put(ann(expires=999)).now()
    with pytest.raises(NotFoundError):
        made.users.get(UserOut, "ann").now()
    assert made.users.count(user_id="ann").now() == 0
    made.users.put(ann(expires=1001)).now()
    assert made.users.count(user_id="ann").now() == 1
    assert made.users.get(UserOut, "ann").now().user_id == "ann"


def test_a_stored_item_that_does_not_fit_names_its_path(full: Shop) -> None:
    """What does not fit the View is a DecodeError with the path, and no value."""
    item = full.item("users", user_id="ann")
    wrongs = {
        "email": {"N": "5"}, "visits": {"S": "canary"},
        "profile": {"M": {"locale": {"BOOL": True}}},
        "status": {"NULL": True},
    }  # fmt: skip
    for name, wire in wrongs.items():
        full.emulator.ask("PutItem", {"TableName": "users", "Item": {**item, name: wire}})
        with pytest.raises(DecodeError) as caught:
            full.users.get(UserOut, "ann").now()
        assert caught.value.path.startswith(name)
        assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"__type": "x#ProvisionedThroughputExceededException"}, UnavailableError),
        (500, {"__type": "x#InternalServerError"}, UnavailableError),
        (400, {"__type": "x#ValidationException", "message": "canary"}, StoreError),
        (400, {"__type": "x#ResourceNotFoundException", "message": "canary"}, StoreError),
        (400, {"__type": "AccessDeniedException", "Message": "canary"}, StoreError),
        (503, "<html>canary", UnavailableError),
        (200, "{", DecodeError),
        (200, b'{"Item":{"user_id":{"S":"canary\xd3"}}}', DecodeError),
        (400, b"canary\xd3", StoreError),
        (200, {"Item": "canary"}, DecodeError),
    ],
)
def test_the_stores_errors_are_told_by_kind(
    full: Shop, status: int, body: object, kind: type[Exception]
) -> None:
    """An error of the store becomes one of ours, which repeats none of its text."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    sent = text if isinstance(text, bytes) else text.encode()
    full.wire.replies = [Reply(status, {}, sent)]
    with pytest.raises(kind) as caught:
        full.users.get(UserOut, "ann").now()
    assert "canary" not in str(caught.value)
    assert "canary" not in repr(caught.value.__dict__)

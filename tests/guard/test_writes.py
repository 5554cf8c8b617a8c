"""Writes change what is declared, where it may be changed, once."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest

from hushtable.guard.caller import Caller, System
from hushtable.guard.errors import (
    CipherError,
    ConflictError,
    InvalidError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from hushtable.guard.marks import Hashed, PartitionKey
from hushtable.guard.paths import Change
from hushtable.guard.record import Record
from hushtable.guard.store import Store
from hushtable.guard.table import Table
from hushtable.guard.transport.call import Reply
from tests.guard.shop import (
    Order,
    OrderOut,
    OrderRow,
    Person,
    Shop,
    User,
    UserOut,
    UserSecret,
    ann,
    shop,
)

pytestmark = pytest.mark.usefixtures("under_iam")

ANN, BOB, SYSTEM = Caller("ann"), Caller("bob"), System("test")


def order(**changed: Any) -> Order:
    """Make an order of Ann."""
    return Order(**{"user_id": "ann", "order_id": "1", "status": "open", "total": 5, **changed})


@pytest.fixture
def full() -> Shop:
    """Make a shop with Ann and one order of hers."""
    made = shop()
    made.users.put(ann()).now()
    made.orders.put(order(), by=ANN).now()
    return made


def test_what_is_stored_is_what_was_declared(full: Shop) -> None:
    """A put stores the declared attributes under their names, the keys, and the kind."""
    assert set(full.item("shop", pk="USER#ann", sk="ORDER#1")) == {
        "pk", "sk", "gsi", "entity", "user_id", "order_id", "status", "total", "revision"
    }  # fmt: skip
    full.users.put(ann(nick="x", tags={"b", "a"})).now()
    stored = full.item("users", user_id="ann")
    assert stored["n"] == {"S": "x"}
    assert sorted(stored["tags"]["SS"]) == ["a", "b"]
    assert "national_id" not in stored


def test_only_new_refuses_to_overwrite(full: Shop) -> None:
    """A put of a new item is a ConflictError where there is one."""
    with pytest.raises(ConflictError):
        full.users.put(ann(status="other"), only_new=True).now()
    assert full.users.get(UserOut, "ann").now().status == "active"
    full.users.put(ann(user_id="new"), only_new=True).now()


def test_nobody_overwrites_what_is_somebody_elses(full: Shop) -> None:
    """A put over an item whose stored owner is another is a NotFoundError, and changes nothing."""
    item = full.item("shop", pk="USER#ann", sk="ORDER#1")
    full.emulator.ask("PutItem", {"TableName": "shop", "Item": {**item, "user_id": {"S": "bob"}}})
    for attempt in (
        lambda: full.orders.put(order(total=9), by=ANN).now(),
        lambda: full.orders.update("ann", "1", values={"total": 9}, by=ANN).now(),
        lambda: full.orders.update("ann", "1", values={"total": 9}, version=1, by=ANN).now(),
        lambda: full.orders.delete("ann", "1", by=ANN).now(),
    ):
        with pytest.raises(NotFoundError):
            attempt()
    assert full.item("shop", pk="USER#ann", sk="ORDER#1")["total"] == {"N": "5"}


def test_an_update_changes_what_it_names(full: Shop) -> None:
    """Set, add, remove, append and set once change their attribute, and count the version."""
    user = full.users
    user.update(
        "ann",
        changes=[
            User.at.visits.add(2), User.at.profile.city.set("Bonn"), User.at.nick.set_once("x"),
            User.at.tags.add({"a", "b"}),
        ],
    ).now()  # fmt: skip
    user.update("ann", changes=[User.at.tags.discard(["a"]), User.at.nick.set_once("y")]).now()
    stored = full.item("users", user_id="ann")
    assert stored["visits"] == {"N": "2"}
    assert stored["profile"]["M"]["city"] == {"S": "Bonn"}
    assert stored["n"] == {"S": "x"}
    assert stored["tags"] == {"SS": ["b"]}
    user.update("ann", changes=[User.at.nick.remove()]).now()
    assert "n" not in full.item("users", user_id="ann")
    found = full.orders.update_and_get(OrderOut, "ann", "1", values={"total": 8}, by=ANN).now()
    assert found.total == 8
    assert full.item("shop", pk="USER#ann", sk="ORDER#1")["revision"] == {"N": "2"}


def test_an_update_makes_no_item(full: Shop) -> None:
    """An update of a missing item is a NotFoundError unless it may make one."""
    with pytest.raises(NotFoundError):
        full.users.update("nobody", values={"status": "x"}).now()
    assert full.item("users", user_id="nobody") == {}
    full.users.update("nobody", values={"status": "x"}, upsert=True).now()
    assert full.item("users", user_id="nobody")["status"] == {"S": "x"}


def test_values_that_say_nothing_are_the_clients_fault(full: Shop) -> None:
    """An update by no values is an InvalidError: a body without a field is often why."""
    with pytest.raises(InvalidError, match="changes something"):
        full.users.update("ann", values={})
    with pytest.raises(RefusedError, match="changes something"):
        full.users.update("ann")


@pytest.mark.parametrize(
    "values",
    [
        {"is_admin": True}, {"user_id": "bob"}, {"status = :x, #n0": "x"}, {"visits": "canary"},
        {"email": None}, {"profile": {"locale": "de"}}, {"": "x"},
    ],
)  # fmt: skip
def test_unknown_input_reaches_no_expression(full: Shop, values: dict[str, Any]) -> None:
    """A field that is not declared, a key, or a value of another type is refused unsent."""
    before = len(full.wire.sent)
    with pytest.raises((InvalidError, RefusedError)) as caught:
        full.users.update("ann", values=values)
    assert len(full.wire.sent) == before
    assert "canary" not in str(caught.value)


def test_keys_owners_and_versions_stay(full: Shop) -> None:
    """A change of a key, an owner, a version or a part of an index key is refused."""
    for values in ({"user_id": "bob"}, {"order_id": "2"}, {"revision": 9}, {"status": "x"}):
        with pytest.raises(RefusedError):
            full.orders.update("ann", "1", values=values, by=ANN)
    with pytest.raises(RefusedError, match="changes something"):
        full.orders.update("ann", "1", by=ANN)
    twice = [User.at.profile.city.set("a"), User.at.profile.set(ann().profile)]
    with pytest.raises(RefusedError, match="changed twice"):
        full.users.update("ann", changes=twice)


def test_the_second_of_two_writers_is_told(full: Shop) -> None:
    """With a version, a write of what somebody else wrote since is a ConflictError."""
    full.orders.update("ann", "1", values={"total": 6}, version=1, by=ANN).now()
    with pytest.raises(ConflictError):
        full.orders.update("ann", "1", values={"total": 7}, version=1, by=ANN).now()
    with pytest.raises(ConflictError):
        full.orders.put(order(revision=1), by=ANN).now()
    with pytest.raises(ConflictError):
        full.orders.put(order(), by=ANN).now()
    full.orders.put(order(revision=2, total=9), by=ANN).now()
    assert full.item("shop", pk="USER#ann", sk="ORDER#1")["revision"] == {"N": "3"}


def test_conditions_hold_or_conflict(full: Shop) -> None:
    """A condition that does not hold is a ConflictError, a missing item a NotFoundError."""
    cheap = Order.at.total < 5
    with pytest.raises(ConflictError):
        full.orders.update("ann", "1", values={"total": 1}, where=cheap, by=ANN).now()
    with pytest.raises(ConflictError):
        full.orders.delete("ann", "1", where=cheap, by=ANN).now()
    with pytest.raises(NotFoundError):
        full.orders.delete("ann", "none", where=cheap, by=ANN).now()
    full.orders.delete("ann", "1", where=~cheap & Order.at.note.missing(), by=ANN).now()
    with pytest.raises(NotFoundError):
        full.orders.delete("ann", "1", by=ANN).now()
    full.users.delete("nobody", missing_ok=True).now()


def test_a_size_is_a_condition(full: Shop) -> None:
    """The size of a text lies between two numbers of characters, both included, or it conflicts."""
    size = Order.at.status.size_between  # of "open"
    with pytest.raises(ConflictError):
        full.orders.update("ann", "1", values={"total": 1}, where=size(5, 9), by=ANN).now()
    with pytest.raises(ConflictError):
        full.orders.update("ann", "1", values={"total": 1}, where=size(0, 3), by=ANN).now()
    full.orders.update("ann", "1", values={"total": 1}, where=size(4, 4), by=ANN).now()


def test_a_transaction_writes_all_or_nothing(full: Shop) -> None:
    """Actions over several tables are written together, with one token, or not at all."""
    actions = [
        full.orders.will_put(order(order_id="2"), only_new=True, by=ANN),
        full.users.will_update("ann", changes=[User.at.visits.add(1)]),
        full.orders.will_demand("ann", "1", where=Order.at.total == 5, by=ANN),
    ]
    full.store.together(actions).now()
    asked = json.loads(full.wire.sent[-1].body)
    assert len(asked["ClientRequestToken"]) == 36
    assert full.orders.get(OrderRow, "ann", "2", by=ANN).now().total == 5
    with pytest.raises(ConflictError):
        full.store.together(
            [
                full.users.will_update("ann", changes=[User.at.visits.add(1)]),
                full.orders.will_put(order(order_id="2"), only_new=True, by=ANN),
            ]
        ).now()
    assert full.users.get(UserOut, "ann").now().visits == 1
    with pytest.raises(RefusedError, match="1 to 100"):
        full.store.together([]).now()


def test_batches_carry_no_conditions(full: Shop) -> None:
    """Items are put in chunks of 25; a Record whose writes have conditions is refused."""
    full.users.put_many([ann(user_id=f"u{number}") for number in range(60)]).now()
    batches = [one for one in full.wire.sent if one.operation == "BatchWriteItem"]
    assert [len(json.loads(one.body)["RequestItems"]["users"]) for one in batches] == [25, 25, 10]
    assert full.users.get(UserOut, "u59").now().status == "active"
    with pytest.raises(RefusedError, match="no conditions"):
        full.orders.put_many([order()], by=ANN).now()


def test_items_that_were_left_over_are_written_again(
    full: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UnprocessedItems are sent again; left to the end, they are an UnavailableError."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    request = {"PutRequest": {"Item": full.item("users", user_id="ann")}}
    left = {"UnprocessedItems": {"users": [request]}}
    full.wire.replies = [Reply(200, {}, json.dumps(left).encode())]
    full.users.put_many([ann()]).now()
    assert full.wire.sent[-1].operation == full.wire.sent[-2].operation == "BatchWriteItem"
    full.wire.replies = [Reply(200, {}, json.dumps(left).encode())] * 20
    with pytest.raises(UnavailableError, match="left unwritten"):
        full.users.put_many([ann()]).now()


def test_encrypted_attributes_are_never_written_in_clear(full: Shop) -> None:
    """Puts and updates encrypt; without a cipher they are refused and nothing is sent."""
    full.users.put(ann(national_id="canary")).now()
    full.users.update("ann", values={"national_id": "canary-2"}).now()
    assert all(b"canary-2" not in one.body for one in full.wire.sent)
    assert set(full.item("users", user_id="ann")["national_id"]) == {"B"}
    assert full.users.get(UserSecret, "ann").now().national_id == "canary-2"
    with pytest.raises(RefusedError, match="encrypted"):
        User.at.national_id.set("canary")
    bare = Table(User, Store(full.wire))
    before = len(full.wire.sent)
    with pytest.raises(CipherError, match="no cipher"):
        bare.put(ann(national_id="canary")).now()
    assert len(full.wire.sent) == before


def test_a_keyed_hash_is_the_guards_alone(full: Shop) -> None:
    """A program neither fills a Blind field nor changes what it is of behind its back."""
    table = Table(Person, full.store)
    with pytest.raises(RefusedError, match="filled by the guard"):
        table.put(Person(person_id="p", id_hash="canary"))
    with pytest.raises(InvalidError, match="filled by the guard"):
        table.update("p", values={"id_hash": "canary"})
    with pytest.raises(RefusedError, match="keyed hash"):
        table.update("p", changes=[Person.at.national_id.remove()])


def test_a_password_is_not_stored_for_its_hash(full: Shop) -> None:
    """Where a hash belongs, anything else is refused unsent, by put and by update."""

    class Login(Record, table="users"):
        user_id: Annotated[str, PartitionKey]
        password: Annotated[str, Hashed]

    logins, before = Table(Login, full.store), len(full.wire.sent)
    with pytest.raises(RefusedError, match="takes a hash") as caught:
        logins.put(Login(user_id="x", password="canary"))
    assert "canary" not in str(caught.value)
    with pytest.raises(RefusedError, match="takes a hash"):
        logins.update("x", values={"password": "canary"})
    assert len(full.wire.sent) == before
    made = logins.will_put(Login(user_id="x", password="$argon2id$v=19$x"))
    assert made.kind == "Put"


def test_writes_are_marked_unsafe_to_repeat(full: Shop) -> None:
    """Only what does the same when it is sent twice is marked as such."""
    full.users.put(ann()).now()
    assert full.wire.sent[-1].safe
    full.users.put(ann(user_id="x"), only_new=True).now()
    assert not full.wire.sent[-1].safe
    full.users.update("ann", changes=[User.at.visits.add(1)]).now()
    assert not full.wire.sent[-1].safe
    full.store.together([full.users.will_update("ann", changes=[User.at.visits.add(1)])]).now()
    assert full.wire.sent[-1].safe


def test_a_change_shows_no_value() -> None:
    """The repr of a change or a condition holds names and no value."""
    for one in (User.at.status.set("canary"), User.at.status == "canary"):
        assert "canary" not in repr(one)
    assert isinstance(User.at.status.set("x"), Change)

"""Records and Views for the guard's tests, on an embedded DynamoDB.

With `HUSHTABLE_TEST_ENDPOINT=http://127.0.0.1:8000` the same tests run against whatever answers
there: DynamoDB Local, dynoxide, or a table of AWS itself behind a proxy.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel

from hushtable.embedded.emulator import Emulator
from hushtable.embedded.fixtures import Index as TableIndex
from hushtable.embedded.fixtures import Table as FixtureTable
from hushtable.guard.cipher import LocalCipher
from hushtable.guard.keyring import KeyRing
from hushtable.guard.marks import (
    At,
    Blind,
    Credential,
    Encrypted,
    ExpiresAt,
    Owner,
    PartitionKey,
    Personal,
    Stored,
    Version,
    Visible,
)
from hushtable.guard.record import Record
from hushtable.guard.schema import Index
from hushtable.guard.store import Store
from hushtable.guard.table import Table
from hushtable.guard.transport.call import Reply, Request, Transport
from hushtable.guard.transport.choose import Settings, transport
from hushtable.guard.transport.keys import Keys
from hushtable.guard.transport.local import LocalTransport
from hushtable.guard.view import View

UserId = Annotated[str, PartitionKey(pattern=r"[A-Za-z0-9_-]{1,64}")]


class Profile(BaseModel):
    """A map of a fixed shape."""

    locale: str
    birthday: Annotated[str, Personal]
    city: str | None = None


class User(Record, table="users"):
    """One kind of item in a table of its own."""

    user_id: UserId
    email: Annotated[str, Personal]
    status: str
    profile: Profile
    password_hash: Annotated[str, Credential]
    national_id: Annotated[str | None, Personal, Encrypted] = None
    tags: set[str] = set()
    visits: int = 0
    nick: Annotated[str | None, Stored("n")] = None
    expires: Annotated[int | None, ExpiresAt] = None


class UserOut(View[User]):
    """What everybody may see."""

    user_id: str
    email: str
    status: str
    locale: Annotated[str, At("profile.locale")]
    visits: int = 0
    nick: str | None = None


class UserSecret(View[User]):
    """With an encrypted attribute."""

    user_id: str
    national_id: str | None = None


class Person(Record, table="people", indexes=[Index("by-id", partition="id_hash")]):
    """Somebody who is found by what is encrypted."""

    person_id: Annotated[str, PartitionKey]
    national_id: Annotated[str | None, Personal, Encrypted] = None
    id_hash: Annotated[str | None, Blind("national_id")] = None


class PersonOut(View[Person]):
    """A person."""

    person_id: str
    national_id: str | None = None


class Order(
    Record,
    table="shop",
    partition_key={"pk": "USER#{user_id}"},
    sort_key={"sk": "ORDER#{order_id}"},
    entity="order",
    indexes=[
        Index("by-status", partition="status", sort="order_id", includes=("total", "user_id")),
        Index("open", partition={"gsi": "STATUS#{status}"}),
    ],
):
    """One kind of several in a table, each with an owner."""

    user_id: Annotated[str, Owner]
    order_id: str
    status: str
    total: int
    note: Annotated[str | None, Visible("staff")] = None
    revision: Annotated[int, Version] = 0


class OrderOut(View[Order]):
    """An order."""

    order_id: str
    total: int
    note: str | None = None


class OrderRow(View[Order]):
    """An order in a list."""

    order_id: str
    total: int


class Basket(Record, table="shop", partition_key={"pk": "USER#{user_id}"},
             sort_key={"sk": "BASKET#{name}"}, entity="basket"):  # fmt: skip
    """Another kind in the same table."""

    user_id: Annotated[str, Owner]
    name: str
    total: int


class BasketOut(View[Basket]):
    """A basket."""

    name: str
    total: int


ENDPOINT = os.environ.get("HUSHTABLE_TEST_ENDPOINT", "")


class Elsewhere:
    """A DynamoDB at an endpoint, asked as the emulator is."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    def ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Make a request. A table that is to be created is made anew, and empty."""
        if operation == "CreateTable":
            self.inner.send_now(_wired("DeleteTable", {"TableName": request["TableName"]}))
        reply = self.inner.send_now(_wired(operation, request))
        assert reply.status == 200, (operation, reply.status)
        found: dict[str, Any] = json.loads(reply.body)
        return found


def _wired(operation: str, request: dict[str, Any]) -> Request:
    return Request(operation, json.dumps(request).encode())


class Listening:
    """A transport that keeps what is sent through it, and may answer in place of the store."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.sent: list[Request] = []
        self.replies: list[Reply | None] = []

    def send_now(self, request: Request) -> Reply:
        """Keep the request, and give the next prepared reply or the store's."""
        self.sent.append(request)
        prepared = self.replies.pop(0) if self.replies else None
        return prepared or self.inner.send_now(request)

    async def send(self, request: Request) -> Reply:
        """Do the same for a coroutine."""
        return self.send_now(request)

    async def close(self) -> None:
        """Do nothing."""

    def close_now(self) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything together."""

    emulator: Emulator | Elsewhere
    wire: Listening
    store: Store
    users: Table[User]
    orders: Table[Order]
    baskets: Table[Basket]

    def item(self, table: str, **key: str) -> dict[str, Any]:
        """Give an item as it is stored."""
        wired = {name: {"S": value} for name, value in key.items()}
        found: dict[str, Any] = self.emulator.ask("GetItem", {"TableName": table, "Key": wired})
        return found.get("Item", {})


def shop(**options: Any) -> Shop:
    """Make an empty shop."""
    emulator: Emulator | Elsewhere = Emulator()
    inner: Transport = LocalTransport(emulator)
    if ENDPOINT:
        inner = transport(Settings(region="us-east-1", endpoint=ENDPOINT, keys=Keys("k", "s")))
        emulator = Elsewhere(inner)
    emulator.ask("CreateTable", FixtureTable("users", ("user_id",)).create_request())
    by_id = TableIndex("by-id", ("id_hash",))
    people = FixtureTable("people", ("person_id",), indexes=(by_id,))
    emulator.ask("CreateTable", people.create_request())
    indexes = (
        TableIndex("by-status", ("status", "order_id"), ("total", "user_id")),
        TableIndex("open", ("gsi",)),
    )
    emulator.ask(
        "CreateTable", FixtureTable("shop", ("pk", "sk"), indexes=indexes).create_request()
    )
    wire = Listening(inner)
    ring = KeyRing({"k1": bytes(range(32))}, active="k1")
    store = Store(wire, keys=ring, cipher=LocalCipher(ring), **options)
    return Shop(
        emulator, wire, store, Table(User, store), Table(Order, store), Table(Basket, store)
    )


def ann(**changed: Any) -> User:
    """Make a user."""
    given: dict[str, Any] = {
        "user_id": "ann",
        "email": "ann@example.org",
        "status": "active",
        "profile": Profile(locale="de", birthday="1990-01-01"),
        "password_hash": "$argon2id$canary",
    }
    return User(**{**given, **changed})

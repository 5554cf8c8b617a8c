"""What the five demonstrations stand on: a table of two users, and a way to ask an app."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import boto3
from fastapi import Depends, FastAPI, Header
from httpx import ASGITransport, AsyncClient, Response
from pydantic import BaseModel

from hushtable.embedded.fixtures import Index as TableIndex
from hushtable.embedded.fixtures import Table as FixtureTable
from hushtable.embedded.fixtures import load
from hushtable.embedded.server import LoopbackServer
from hushtable.guard import (
    Caller,
    Credential,
    Index,
    Owner,
    PartitionKey,
    Personal,
    Record,
    Store,
    Table,
)
from hushtable.guard.fastapi import caller_of
from hushtable.guard.transport.local import LocalTransport


class Profile(BaseModel):
    """A map inside of a user."""

    locale: str
    birthday: Annotated[str, Personal]


class User(Record, table="users", indexes=[Index("status-index", "status")]):
    """What is stored of a user."""

    user_id: Annotated[str, PartitionKey(pattern=r"[a-z]{1,20}"), Owner]
    email: Annotated[str, Personal]
    status: str
    profile: Profile
    password_hash: Annotated[str, Credential]


def people() -> tuple[dict[str, Any], ...]:
    """Make the items of the table."""
    return tuple(
        {
            "user_id": name,
            "email": f"{name}@example.org",
            "status": "active",
            "profile": {"locale": "de", "birthday": "1990-01-01"},
            "password_hash": f"not a hash of {name}",
        }
        for name in ("ann", "bob", "eve")
    )


@dataclass(frozen=True)
class Ground:
    """The same table for both: through boto3, and on the guard."""

    table: Any
    users: Table[User]


@contextmanager
def ground() -> Iterator[Ground]:
    """Open an embedded DynamoDB with the users in it."""
    with LoopbackServer() as server:
        index = TableIndex("status-index", ("status",))
        load(server.emulator, [FixtureTable("users", ("user_id",), indexes=(index,), items=people())])
        resource = boto3.resource(
            "dynamodb",
            region_name="eu-central-1",
            endpoint_url=server.url,
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )
        store = Store(LocalTransport(server.emulator))
        yield Ground(resource.Table("users"), Table(User, store))


def known(x_user: Annotated[str, Header()]) -> Caller:
    """Stand in for a service's own authentication."""
    return Caller(x_user)


Me = Annotated[Caller, Depends(caller_of(known))]


def ask(app: FastAPI, path: str) -> Response:
    """Ask an app as ann, without a socket."""

    async def get() -> Response:
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://patterns") as client:
            return await client.get(path, headers={"x-user": "ann"})

    return asyncio.run(get())


def names(value: object) -> list[str]:
    """Name every attribute in an answer, at any depth; values are not shown."""
    match value:
        case dict():
            return sorted({*value, *(name for part in value.values() for name in names(part))})
        case list():
            return sorted({name for part in value for name in names(part)})
        case _:
            return []


@dataclass(frozen=True)
class Step:
    """One thing that was tried: what happened, why, and what the guard does."""

    tried: str
    happened: str
    why: str
    guard: str
    as_said: bool
    """Whether all of it happened as the text around it says."""

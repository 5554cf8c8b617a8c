"""A View's projection runs in plain boto3 code, and reads what it got."""

from __future__ import annotations

from typing import Annotated, Any

import boto3
import pytest
from boto3.dynamodb.conditions import Key
from botocore.config import Config
from pydantic import BaseModel

import hushtable.guard as face
from hushtable.embedded.server import LoopbackServer
from hushtable.guard import (
    Caller,
    DecodeError,
    Encrypted,
    NotFoundError,
    Owner,
    PartitionKey,
    Record,
    RefusedError,
    Stored,
    System,
    Table,
    Version,
    View,
    Visible,
    asking,
    projection,
    view_of,
)
from tests.guard.shop import User, UserOut, UserSecret, ann, shop


class Reserved(Record, table="users"):
    """Attributes whose names are words of DynamoDB's own."""

    user_id: Annotated[str, PartitionKey]
    status: str
    name: str
    size: Annotated[int | None, Visible("staff")] = None


class ReservedOut(View[Reserved]):
    """All of them."""

    status: str
    name: str
    size: int | None = None


def client(kind: str, url: str) -> Any:
    """Make boto3's client or resource for an endpoint."""
    made = getattr(boto3, kind)
    return made(
        "dynamodb", endpoint_url=url, region_name="us-east-1", aws_access_key_id="x",
        aws_secret_access_key="x", config=Config(retries={"max_attempts": 1}),
    )  # fmt: skip


def test_the_projection_runs_in_boto3() -> None:
    """Client and resource take the parameters, reserved words and all, and give the View."""
    made = shop()
    made.users.put(ann(nick="x")).now()
    with LoopbackServer(made.emulator) as server:
        table = client("resource", server.url).Table("users")
        answer = table.get_item(Key={"user_id": "ann"}, **projection(UserOut))
        assert set(answer["Item"]) <= {"user_id", "email", "status", "profile", "visits", "n"}
        assert answer["Item"]["profile"] == {"locale": "de"}
        expected = made.users.get(UserOut, "ann").now()
        assert view_of(UserOut, answer["Item"]) == expected
        typed = client("client", server.url).get_item(
            TableName="users", Key={"user_id": {"S": "ann"}}, **projection(UserOut)
        )
        assert view_of(UserOut, typed["Item"]) == expected
        table.put_item(
            Item={"user_id": "r", "status": "s", "name": "n", "size": 5, "password": "x"}
        )
        found = table.query(
            KeyConditionExpression=Key("user_id").eq("r"), **projection(ReservedOut)
        )["Items"]
        assert found == [{"status": "s", "name": "n"}]


def test_names_of_other_expressions_are_put_beside() -> None:
    """Aliases of the same call are kept, and one that is taken is refused."""
    said = projection(UserOut, {"#mine": "other"})
    assert said["ExpressionAttributeNames"]["#mine"] == "other"
    with pytest.raises(RefusedError, match="#h0"):
        projection(UserOut, {"#h0": "other"})


def test_roles_narrow_a_projection() -> None:
    """A field for some roles is asked for on their behalf alone."""
    names = projection(ReservedOut, roles=frozenset({"staff"}))["ExpressionAttributeNames"]
    assert "size" in names.values()
    assert "size" not in projection(ReservedOut)["ExpressionAttributeNames"].values()
    item = {"status": "s", "name": "n", "size": 5}
    assert view_of(ReservedOut, item).size is None
    assert view_of(ReservedOut, item, roles=frozenset({"staff"})).size == 5


def test_what_is_not_shown_is_left_behind() -> None:
    """A whole item gives the View alone; one that does not fit names its path and no value."""
    item = {"status": "s", "name": "n", "password": "canary"}
    assert "canary" not in view_of(ReservedOut, item).model_dump_json()
    with pytest.raises(DecodeError) as caught:
        view_of(ReservedOut, {"status": {"canary": 1}, "name": "n"})
    assert caught.value.path == "status"
    assert "canary" not in str(caught.value)
    with pytest.raises(RefusedError, match="through a Table"):
        view_of(UserSecret, {"user_id": "x"})


class Named(BaseModel):
    """A map whose parts are stored under other names."""

    first: Annotated[str, Stored("f")]


class Member(Record, table="users"):
    """Somebody, with something of every kind."""

    user_id: Annotated[str, PartitionKey, Owner]
    named: Annotated[Named, Stored("n")]
    tags: set[str] = set()
    nick: str | None = "none"
    sealed: Annotated[str | None, Encrypted] = None
    score: Annotated[int | None, Visible("staff")] = None
    revision: Annotated[int, Version] = 0


class MemberOut(View[Member]):
    """All of it."""

    user_id: str
    named: Named
    tags: set[str] = set()
    nick: str | None = "none"
    sealed: str | None = None
    score: int | None = None
    revision: int = 0


def test_a_record_shows_itself_as_reading_it_would() -> None:
    """The View of a Record that was put is what a read gives to the same asker."""
    made = shop()
    members = Table(Member, made.store)
    for given in ({}, {"tags": {"a"}, "nick": None, "sealed": "canary", "score": 5}):
        member = Member(user_id="ann", named=Named(first="A"), **given)
        made.emulator.ask("DeleteItem", {"TableName": "users", "Key": {"user_id": {"S": "ann"}}})
        members.put(member, by=Caller("ann")).now()
        for by in (Caller("ann"), Caller("ann", frozenset({"staff"})), System("report")):
            found = members.get(MemberOut, "ann", by=by).now()
            assert view_of(MemberOut, member, by=by) == found
            with asking(by):
                assert view_of(MemberOut, member) == found
    assert view_of(MemberOut, member, by=Caller("ann")).score is None
    assert view_of(MemberOut, member, by=System("report")).score == 5
    assert view_of(MemberOut, member, by=System("report")).sealed == "canary"


def test_a_record_shows_itself_to_whom_it_belongs() -> None:
    """Somebody else's Record is missing; without an asker, or with another View, it is refused."""
    member = Member(user_id="ann", named=Named(first="A"))
    with pytest.raises(NotFoundError):
        view_of(MemberOut, member, by=Caller("bob", frozenset({"staff"})))
    with pytest.raises(RefusedError, match="say who asks"):
        view_of(MemberOut, member)
    with pytest.raises(RefusedError, match="UserOut is no View of Member"):
        view_of(UserOut, member, by=Caller("ann"))


def test_the_face_is_complete() -> None:
    """Everything the guard shows has a name in `__all__`, in order, and nothing else has."""
    assert list(face.__all__) == sorted(face.__all__)
    public = {name for name, value in vars(face).items() if not name.startswith("_")
              and not hasattr(value, "__path__") and getattr(value, "__module__", "")
              and not isinstance(value, type(face))}  # fmt: skip
    assert public == set(face.__all__)
    assert User.schema_.table == "users"

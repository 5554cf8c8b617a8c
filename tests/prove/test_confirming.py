"""A run of an app whose hashes, seals and codes nobody but itself can make."""

from __future__ import annotations

import pytest

from hushtable.model.event import silent
from hushtable.model.proof import Proof
from hushtable.model.service import Channel
from hushtable.prove.order import ProveOrder
from hushtable.prove.run import Proven
from hushtable.testing.forked_child import ForkedEngine

PROGRAM = """
import hashlib
import hmac
import secrets

import boto3
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
users = boto3.resource("dynamodb").Table("users")
sessions = boto3.resource("dynamodb").Table("sessions")


class Login(BaseModel):
    username: str
    password: str


class Reset(BaseModel):
    username: str
    code: str
    password: str


class Invite(BaseModel):
    username: str


def derived(password, salt):
    return hashlib.scrypt(password.encode(), salt=salt, n=2**4, r=1, p=1).hex()


@app.post("/login")
def login(body: Login):
    user = users.get_item(Key={"username": body.username}).get("Item")
    salt, _, right = (user or {}).get("password_hash", "$").partition("$")
    if not right or derived(body.password, bytes.fromhex(salt)) != right:
        raise HTTPException(401, "wrong")
    token = secrets.token_urlsafe(24)
    sessions.put_item(Item={"token": token, "username": body.username})
    return {"token": token}


@app.post("/register")
def register(body: Login):
    salt = secrets.token_bytes(8)
    hashed = f"{salt.hex()}${derived(body.password, salt)}"
    users.put_item(Item={"username": body.username, "password_hash": hashed})
    return {"username": body.username}


@app.post("/reset")
def reset(body: Reset):
    user = users.get_item(Key={"username": body.username}).get("Item", {})
    if not hmac.compare_digest(str(user.get("reset_code", "")), body.code):
        raise HTTPException(400, "wrong code")
    return {"reset": True}


@app.post("/forgot")
def forgot(body: Invite):
    if "Item" in users.get_item(Key={"username": body.username}):
        users.update_item(
            Key={"username": body.username},
            UpdateExpression="SET reset_code = :c",
            ExpressionAttributeValues={":c": f"{secrets.randbelow(10**6):06d}"},
        )
    return {"mailed": True}


@app.post("/invites")
def invite(body: Invite):
    made = {"username": body.username, "temporary_password": secrets.token_urlsafe(12)}
    users.put_item(Item=made)
    return {"username": body.username}


@app.get("/people")
def people():
    return [
        {"username": one["username"], "temporary_password": one.get("temporary_password")}
        for one in users.scan(Limit=50)["Items"]
    ]
"""


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Proven:
    """Run the app once, and show every proof once more."""
    folder = tmp_path_factory.mktemp("signing")
    (folder / "app.py").write_text(PROGRAM)
    order = ProveOrder("app:app", str(folder), seed=5, replays=1)
    found = ForkedEngine()(order, None, silent)
    assert isinstance(found, Proven)
    return found


def kept(proven: Proven, attribute: str) -> list[Proof]:
    """Give the proofs that an attribute is kept in clear."""
    return [
        one
        for one in proven.proofs
        if one.channel is Channel.STORE and attribute in map(str, one.attributes)
    ]


def test_what_only_the_app_can_make_is_made_first(proven: Proven) -> None:
    """Signing in goes after signing up, and a code is used after it was asked for."""
    assert [str(one) for one in proven.reach.unreached] == []
    assert proven.unknown == ()


@pytest.mark.parametrize(
    ("attribute", "how"),
    [
        ("sessions.token", "PutItem sessions.token, given out at $.token"),
        ("users.reset_code", "UpdateItem users.reset_code, accepted by POST /reset"),
        (
            "users.temporary_password",
            "PutItem users.temporary_password, shown by GET /people at $[].temporary_password",
        ),
    ],
)
def test_secrets_of_the_apps_own_are_proven(proven: Proven, attribute: str, how: str) -> None:
    """What is given out, accepted or shown, as it stands in the store, is kept in clear."""
    (proof,) = kept(proven, attribute)
    assert proof.where == how
    assert (proof.reproduced, proof.replayed) == (1, 1)


def test_a_hash_of_the_apps_own_is_none(proven: Proven) -> None:
    """What is written and never comes out is no claim."""
    assert kept(proven, "users.password_hash") == []


def test_what_was_asked_first_is_told(proven: Proven) -> None:
    """A proof at a door that was opened by another has the request before its own."""
    after = [one for one in proven.proofs if one.request.before]
    assert {one.route for one in after} == {"POST /login", "POST /reset"}
    first = {"POST /login": "'POST /register', 'POST /login'", "POST /reset": "'POST /reset'"}
    for one in after:
        assert one.curl.count("curl -i") == 1 + len(one.request.before)
        assert first[one.route] in one.test or "prove('app:app')" in one.test

"""A run of an app whose doors limit wrong passwords in every way, and in none."""

from __future__ import annotations

import pytest

from hushtable.model.event import silent
from hushtable.model.proof import Proof, Shows
from hushtable.prove.drive.attempts import ATTEMPTS
from hushtable.prove.order import ProveOrder
from hushtable.prove.run import Proven
from hushtable.testing.forked_child import ForkedEngine

PROGRAM = """
import hashlib
import hmac

import boto3
from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel

app = FastAPI()
users = boto3.resource("dynamodb").Table("users")
tries = {}


class Login(BaseModel):
    username: str
    password: str


def counted(request: Request):
    host = request.client.host
    tries[host] = tries.get(host, 0) + 1
    if tries[host] > 8:
        raise HTTPException(429)


def user_of(body):
    return users.get_item(Key={"username": body.username})["Item"]


def check(body, kept):
    digest = hashlib.sha256(body.password.encode()).hexdigest()
    if not hmac.compare_digest(kept["digest"], digest):
        raise HTTPException(401, "wrong")
    return {"signed_in": True}


@app.post("/open/login")
def open_login(body: Login):
    return check(body, user_of(body))


@app.post("/address/login", dependencies=[Depends(counted)])
def by_address(body: Login):
    return check(body, user_of(body))


@app.post("/store/login")
def by_store(body: Login):
    kept = user_of(body)
    key = {"username": f"failed-{body.username}"}
    item = users.get_item(Key=key).get("Item") or {}
    count = int(item.get("failed") or 0) if str(item.get("failed") or 0).isdecimal() else 0
    if count > 4:
        raise HTTPException(423, "locked")
    try:
        return check(body, kept)
    except HTTPException:
        users.put_item(Item={**key, "failed": count + 1})
        raise


@app.post("/silent/login")
def silently(body: Login):
    kept = user_of(body)
    failed = tries.setdefault("silent", {})
    try:
        found = check(body, kept)
    except HTTPException:
        failed[body.username] = failed.get(body.username, 0) + 1
        raise
    if failed.get(body.username, 0) > 4:
        raise HTTPException(401, "wrong")
    return found


@app.post("/profile")
def profile(body: Login):
    return {"kept": bool(user_of(body))}
"""


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Proven:
    """Run the app once, and show every proof once more."""
    folder = tmp_path_factory.mktemp("limits")
    (folder / "app.py").write_text(PROGRAM)
    order = ProveOrder("app:app", str(folder), seed=5, replays=1)
    found = ForkedEngine()(order, None, silent)
    assert isinstance(found, Proven)
    return found


def unlimited(proven: Proven) -> list[Proof]:
    """Give the proofs that nothing limits attempts."""
    return [one for one in proven.proofs if one.shows is Shows.UNLIMITED]


def test_only_a_door_that_limits_nothing_is_proven(proven: Proven) -> None:
    """A limit by address, by account in the store, or by silence is none that is missing."""
    assert [one.route for one in unlimited(proven)] == ["POST /open/login"]
    assert [str(one) for one in proven.reach.unreached] == []


def test_a_missing_limit_comes_again(proven: Proven) -> None:
    """The proof says how often it was tried, comes again, and has its line and its test."""
    (proof,) = unlimited(proven)
    assert (proof.reproduced, proof.replayed) == (1, 1)
    assert (proof.where, proof.status) == (f"{ATTEMPTS} attempts, none refused", 401)
    assert proof.curl.startswith(f"for attempt in $(seq {ATTEMPTS}); do curl -i -X POST")
    assert proof.curl.endswith("/open/login; done")
    assert "prove('app:app', routes=['POST /open/login'])" in proof.test
    assert f"POST /open/login limits wrong secrets ({ATTEMPTS} attempts" in proof.test


def test_a_limit_that_was_seen_is_told(proven: Proven) -> None:
    """The facts of a route say that it is limited where a run saw it, and nowhere else."""
    told = {str(one) for one in proven.facts.routes if one.rate_limited}
    assert told == {"POST /address/login", "POST /store/login"}

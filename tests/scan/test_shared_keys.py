"""Gates that ask for one key of the settings, the same for every caller."""

from __future__ import annotations

import pytest

from hushtable.testing.scanning import scan_source

HEAD = """
import hashlib
import hmac
import os
import secrets

import boto3
import jwt
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.security import HTTPBearer

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")
KEY = os.environ["API_KEY"]
KEYS = os.environ["API_KEYS"].split(",")


def gate(sent: str = Header(), bearer=Depends(HTTPBearer())):
    {}


@app.get("/users/{{user_id}}")
def read(user_id: str, me=Depends(gate)):
    return table.get_item(Key={{"id": user_id}})["Item"]["email"]
"""
REFUSE = "        raise HTTPException(401)"
CLAIMS = 'return jwt.decode(bearer.credentials, KEY, algorithms=["HS256"])["sub"]'
SIGNED = "hmac.new(KEY.encode(), who.encode(), hashlib.sha256).hexdigest()"
UNSIGNED = f"not hmac.compare_digest(mac, {SIGNED})"
SESSION = 'boto3.resource("dynamodb").Table("sessions").get_item(Key={"id": sent})'
GATES = [
    ("compared", f"if sent != KEY:\n{REFUSE}", True),
    ("compared in constant time", f"if not secrets.compare_digest(sent, KEY):\n{REFUSE}", True),
    ("one of several", f"if sent not in KEYS:\n{REFUSE}", True),
    ("a key and a token of one's own", f"if sent != KEY:\n{REFUSE}\n    {CLAIMS}", False),
    (
        "a signed name",
        f'who, _, mac = sent.partition(".")\n    if {UNSIGNED}:\n{REFUSE}\n    return who',
        False,
    ),
    (
        "a session",
        f'held = {SESSION}.get("Item")\n    if not held:\n{REFUSE}\n    return held["user_id"]',
        False,
    ),
]


@pytest.mark.parametrize(("gate", "shared"), [g[1:] for g in GATES], ids=[g[0] for g in GATES])
def test_a_key_of_the_settings_tells_no_caller_from_another(gate: str, shared: bool) -> None:  # noqa: FBT001
    """A gate is shared when all it asks for is a key of the settings, and else tells who calls."""
    (route,) = scan_source(HEAD.format(gate)).routes
    assert route.gate.shared is shared

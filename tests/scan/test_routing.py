"""Tests of apps, routers and what surrounds their routes."""

from __future__ import annotations

import pytest

from hushtable.model.sensitivity import Category
from hushtable.model.service import GateKind
from hushtable.testing.scanning import scan_source

PREFIXED = """
import os
from fastapi import APIRouter, FastAPI

class Settings:
    PREFIX: str = {value}

router = APIRouter()

@router.get("/notes")
def notes():
    return []

app = FastAPI()
app.include_router(router, prefix=Settings().PREFIX)
"""


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ('"/api"', "/api/notes"),
        ('os.getenv("PREFIX", "/api")', "/api/notes"),
        ('os.environ.get("PREFIX", "/v" + "1")', "/v1/notes"),
        ('os.getenv("PREFIX") or "/api"', "/api/notes"),
        ('os.getenv("PREFIX")', "/notes"),
        ('os.environ["PREFIX"]', "/notes"),
    ],
)
def test_a_prefix_from_the_settings(value: str, path: str) -> None:
    """A prefix that settings may replace stands at its default, which is the one that is known."""
    facts = scan_source(PREFIXED.format(value=value))
    assert [route.path for route in facts.routes] == [path]


GUARDED = """
import os
import boto3
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware

table = boto3.resource("dynamodb").Table("notes")


class Admins(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if not request.url.path.startswith("/api/admin/"):
            return await call_next(request)
        if request.headers.get("authorization") != os.environ["ADMIN_TOKEN"]:
            return JSONResponse({"detail": "no"}, status_code=401)
        return await call_next(request)


router = APIRouter()

@router.get("/admin/notes")
def all_notes():
    return table.scan(Limit=9)["Items"]

@router.get("/notes")
def notes():
    return table.scan(Limit=9)["Items"]

app = FastAPI()
app.add_middleware(Admins)
app.include_router(router, prefix=os.getenv("API_PREFIX", "/api"))
"""


def test_a_middleware_that_guards_one_prefix() -> None:
    """A middleware for some paths is the gate of these, below a prefix from the settings too."""
    gates = {route.path: route.gate.kind for route in scan_source(GUARDED).routes}
    assert gates == {"/api/admin/notes": GateKind.MIDDLEWARE, "/api/notes": GateKind.NONE}


def test_the_session_is_not_its_cookie() -> None:
    """What the program keeps in a session is its own; the request's cookies are credentials."""
    source = """
from fastapi import FastAPI, Request

app = FastAPI()

@app.get("/a")
def a(request: Request):
    print(dict(request.session), request.session.get("cart"))

@app.get("/b")
def b(request: Request):
    print(dict(request.cookies))
"""
    logged = [one for flow in scan_source(source).outflows for one in flow.carried]
    credentials = [one for one in logged if one.sensitivity.category is Category.CREDENTIAL]
    assert [str(one.attribute) for one in credentials] == ["request.cookie"]


ROLES = """
import boto3, jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
users = boto3.resource("dynamodb").Table("users")
rows = boto3.resource("dynamodb").Table("{table}")
scheme = OAuth2PasswordBearer(tokenUrl="token")


def caller(token: str = Depends(scheme)):
    subject = jwt.decode(token, open("public.pem").read(), algorithms=["RS256"])["sub"]
    return users.get_item(Key={{"id": subject}})["Item"]


@app.get("/talks/{{talk_id}}")
def talk(talk_id: str, me=Depends(caller)):
    item = rows.get_item(Key={{"id": talk_id}})["Item"]
    if {check}:
        raise HTTPException(403)
    return {{"text": item["text"]}}
"""


@pytest.mark.parametrize(
    ("table", "check", "audience"),
    [
        ("messages", 'item["role"] != "user"', "signed-in"),
        ("chat-history", 'item["role"] == "assistant"', "signed-in"),
        ("messages", 'me["role"] != "admin"', "role:admin"),
        ("messages", 'me["role"] == ""', "signed-in"),
    ],
)
def test_whose_role_is_checked(table: str, check: str, audience: str) -> None:
    """A check of the caller's role names the audience; the role of a message and no text do not."""
    facts = scan_source(ROLES.format(table=table, check=check))
    assert [route.audience for route in facts.routes] == [audience]

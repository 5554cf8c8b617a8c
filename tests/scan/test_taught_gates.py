"""Gates that the user teaches: where they are called, and whom they let through."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.model.config import ScanConfig
from hushtable.model.service import SIGNED_IN, GateKind, Route, role
from hushtable.scan.run import scan

HEAD = """
import boto3
from fastapi import Depends, FastAPI, Request
from house.auth import need_admin, need_user
from house.store import pool

app = FastAPI()


def connection():
    return pool()


@app.middleware("http")
async def every(request: Request, call_next):
    {middleware}
    return await call_next(request)


@app.get("/users/{{user_id}}", dependencies=[{dependencies}])
def read(user_id: str{parameter}):
    {body}
    return boto3.resource("dynamodb").Table("users").get_item(Key={{"id": user_id}})["Item"]
"""
GATES = {
    "name": "house",
    "gate": [
        {"call": "house.auth.need_admin", "role": "admin"},
        {"call": "house.auth.need_user"},
    ],
}


def route(
    folder: Path, dependencies: str, body: str, middleware: str, parameter: str = ""
) -> Route:
    """Scan the service with these gates, and give its one route."""
    text = HEAD.format(
        dependencies=dependencies, body=body, middleware=middleware, parameter=parameter
    )
    (folder / "app.py").write_text(text)
    facts = scan(folder, ScanConfig(taught=(GATES,), jobs=1, cache=False), lambda _event: None)
    (found,) = facts.routes
    return found


@pytest.mark.parametrize(
    ("dependencies", "body", "middleware", "kind"),
    [
        ("Depends(need_user)", "pass", "pass", GateKind.DEPENDENCY),
        ("Depends(connection), Depends(need_user)", "pass", "pass", GateKind.DEPENDENCY),
        ("", "need_user(user_id)", "pass", GateKind.BODY),
        ("", "pass", "need_user(request)", GateKind.MIDDLEWARE),
        ("Depends(connection)", "pass", "pass", GateKind.NONE),
    ],
)
def test_a_taught_gate_counts_wherever_it_is_called(
    tmp_path: Path, dependencies: str, body: str, middleware: str, kind: GateKind
) -> None:
    """A taught gate stands before a route as dependency, in the body and in a middleware."""
    assert route(tmp_path, dependencies, body, middleware).gate.kind is kind


def test_what_is_asked_for_after_a_taught_gate_tells_no_caller(tmp_path: Path) -> None:
    """A dependency after a taught gate is none: what is kept by what it gives is nobody's own."""
    read = 'boto3.resource("dynamodb").Table("users").get_item(Key={"id": pooled})["Item"]'
    body = f"return {read}"
    found = route(tmp_path, "Depends(need_user)", body, "pass", ", pooled=Depends(connection)")
    assert found.audience == SIGNED_IN


@pytest.mark.parametrize("where", ["dependency", "body"])
def test_the_role_of_a_taught_gate_is_the_audience(tmp_path: Path, where: str) -> None:
    """A gate that is taught with a role lets that role through; without one, who is signed in."""
    asked, called = ("Depends({})", "pass") if where == "dependency" else ("", "{}(user_id)")
    admin = route(tmp_path, asked.format("need_admin"), called.format("need_admin"), "pass")
    assert (admin.audience, admin.gate.roles) == (role("admin"), ("admin",))
    user = route(tmp_path, asked.format("need_user"), called.format("need_user"), "pass")
    assert (user.audience, user.gate.roles) == (SIGNED_IN, ())

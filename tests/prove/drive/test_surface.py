"""The doors of an app."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from hushtable.model.service import ModelState, ParameterSource, ResponseModel
from hushtable.prove.drive.answer_model import answer_model, bypassed
from hushtable.prove.drive.surface import surface
from tests.prove.conftest import Driven

HERE = Path(__file__).parent


class Inner(BaseModel):
    """Closed but for one field."""

    name: str
    more: dict[str, Any]


class Open(BaseModel):
    """Takes anything."""

    model_config = ConfigDict(extra="allow")

    inner: Inner


class Closed(BaseModel):
    """Takes nothing else."""

    name: str
    children: list[Closed] = []


def test_every_route_is_a_door(service: Driven) -> None:
    """Routes, included routers, sockets, mounted apps and documents are all there, once each."""
    names = [str(door.route) for door in service.doors]
    assert len(names) == len(set(names))
    assert {"GET /me", "POST /orders", "GET /orders/{id}", "WEBSOCKET /talk"} <= set(names)
    assert {"GET /sub/inner/{number:int}", "GET /openapi.json", "GET /docs"} <= set(names)
    assert [door.index for door in service.doors] == list(range(len(names)))


def test_a_handler_has_its_place(service: Driven) -> None:
    """The place is the handler's file, relative to the folder, and its first line."""
    place = service.door("GET /me").route.place
    text = (HERE.parent / "apps" / place.path).read_text(encoding="utf-8").splitlines()
    assert place.path == "service.py"
    assert text[place.line - 1] == '@app.get("/me")'
    assert service.door("GET /me").route.handler == "service.me"


def test_inputs_are_declared(service: Driven) -> None:
    """Parameters of the handler and of its dependencies are there, with their schemas."""
    door = service.door("GET /filter")
    found = {(entry.name, entry.source): entry for entry in door.entries}
    assert found["day", ParameterSource.QUERY].schema["maximum"] == 3
    assert not found["lang", ParameterSource.COOKIE].required
    assert found["status", ParameterSource.QUERY].schema["enum"] == ["user", "administrator"]
    session = service.door("GET /session").entries
    assert [(entry.name, entry.source.value) for entry in session] == [("x-session", "header")]
    inner = service.door("GET /sub/inner/{number:int}")
    assert inner.template == "/sub/inner/{number}"
    assert inner.entries[0].schema["type"] == "integer"


def test_bodies_say_their_media(service: Driven) -> None:
    """JSON, a form and a form with a file are told apart; a raw body is not declared."""
    media = {
        name: body.media if (body := service.door(name).body) else ""
        for name in ("POST /orders", "POST /form", "POST /upload", "POST /raw")
    }
    assert media == {
        "POST /orders": "application/json",
        "POST /form": "application/x-www-form-urlencoded",
        "POST /upload": "multipart/form-data",
        "POST /raw": "",
    }
    assert service.door("POST /raw").opaque
    assert not service.door("POST /orders").opaque


def test_dependencies_are_listed_with_their_schemes(service: Driven) -> None:
    """Every dependency is there, with its depth, its type and whether it is a security scheme."""
    door = service.door("GET /admin")
    keepers = [(one.name, one.depth, one.scheme is not None) for one in door.gatekeepers]
    assert keepers == [
        ("admin", 1, False),
        ("active_user", 2, False),
        ("current_user", 3, False),
        ("HTTPBearer", 4, True),
    ]
    assert door.gatekeepers[2].annotation is service.module.User
    assert len(door.schemes) == 1


def test_parameters_say_whether_they_are_narrowed(service: Driven) -> None:
    """A number or choice is validated, free text is not; a maximum bounds."""
    found = {one.name: one for one in service.door("GET /filter").route.parameters}
    assert found["day"].validated
    assert found["day"].bounded
    assert not found["lang"].validated
    order = {one.name: one.source for one in service.door("POST /orders").route.parameters}
    assert order["email"] is ParameterSource.BODY


@pytest.mark.parametrize(
    ("annotation", "state", "fields", "why"),
    [
        (None, ModelState.NONE, (), ""),
        (Closed, ModelState.CLOSED, (), ""),
        (list[Closed], ModelState.CLOSED, (), ""),
        (Closed | None, ModelState.CLOSED, (), ""),
        (Inner, ModelState.OPEN, ("more",), "dict[str, Any]"),
        (Open, ModelState.OPEN, ("inner.more",), 'extra="allow"'),
        (dict[str, Any], ModelState.OPEN, (), "dict[str, Any]"),
        (Any, ModelState.OPEN, (), "Any"),
        (list, ModelState.OPEN, (), "list has elements of any shape"),
        (str, ModelState.CLOSED, (), ""),
    ],
)
def test_a_model_is_open_or_closed(
    annotation: Any, state: ModelState, fields: tuple[str, ...], why: str
) -> None:
    """What has no fixed shape opens a response model."""
    found = answer_model(annotation, HERE)
    assert (found.state, found.open_fields, found.why) == (state, fields, why)


def test_a_response_of_its_own_bypasses() -> None:
    """A handler that says it returns a response has no model."""
    found = bypassed(HTMLResponse)
    assert found == ResponseModel(ModelState.BYPASSED, why="HTMLResponse returned")


def test_prefixes_mounts_and_files(tmp_path: Path) -> None:
    """Nested prefixes and mounts make the full path; a mount of files is one door."""
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    inner, outer, app = APIRouter(prefix="/in"), APIRouter(prefix="/out"), FastAPI()

    @inner.get("/{key}")
    def read(key: str) -> str:
        return key

    def gate() -> None:
        """Stand in front of everything."""

    outer.include_router(inner, prefix="/mid")
    app.include_router(outer, dependencies=[Depends(gate)])
    app.mount("/files", StaticFiles(directory=tmp_path))
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["shop.example"])
    doors = {str(door.route): door for door in surface(app, HERE)}
    assert [one.name for one in doors["GET /out/mid/in/{key}"].gatekeepers] == ["gate"]
    assert doors["GET /files/"].template == "/files/a.txt"
    assert doors["GET /out/mid/in/{key}"].host == "shop.example"


def test_an_app_in_a_wrapper_is_found(service: Driven) -> None:
    """Middleware that was put around the app by hand hides no door."""

    class Around:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await self.app(scope, receive, send)

    assert len(surface(Around(Around(service.module.app)), HERE)) == len(service.doors)

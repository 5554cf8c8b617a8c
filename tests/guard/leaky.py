"""Apps that leak and apps that do not, and one way to ask them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from hushtable.guard.egress import Egress, Finding

# Built from parts: a file holds nothing shaped like a secret.
BCRYPT = "$2b$" + "12$" + "a" * 53
ARGON2 = "$argon2" + "id$v=19$m=65536,t=3,p=4$" + "c2FsdA" + "$" + "aGFzaA"
KEY_ID = "AKI" + "A" + "Q" * 16
PRIVATE_KEY = "-----BEGIN " + "PRIVATE KEY" + "-----\nMIIE"
JWT = ".".join(("eyJ" + "hbGciOiJIUzI1NiJ9", "eyJ" + "zdWIiOiJ1c2VyMSJ9", "c2lnbmF0dXJl"))
CLIENT_ERROR = "An error occurred (ValidationException) when calling the Query operation: no"


class Profile(BaseModel):
    """A nested model, closed."""

    locale: str


class User(BaseModel):
    """A closed response model with an alias."""

    user_id: str
    display: str = Field(default="", serialization_alias="displayName")
    profile: Profile | None = None


class OpenUser(BaseModel):
    """A response model that lets everything through."""

    model_config = ConfigDict(extra="allow")
    user_id: str


class Token(BaseModel):
    """What a login answers."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - what the standard calls it


def ask(
    app: Callable[..., Awaitable[None]],
    path: str,
    method: str = "GET",
    **options: Any,
) -> httpx.Response:
    """Send one request to an app in this process; an error of the app is an answer."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **options)

    return asyncio.run(send())


def serving(
    body: Any, *, path: str = "/", found: list[Finding] | None = None, **settings: Any
) -> FastAPI:
    """Make an app behind the egress that answers `body` at `path`, with no model."""
    app = FastAPI()

    @app.get(path)
    def answer() -> JSONResponse:
        return JSONResponse(body)

    app.add_middleware(Egress, on_finding=None if found is None else found.append, **settings)
    return app


async def sent(
    app: Callable[..., Awaitable[None]], scope: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Give every message that a plain ASGI app sends for one GET."""
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(dict(message))

    http = {"type": "http", "method": "GET", "path": "/", "headers": []}
    await app(scope or http, receive, send)
    return messages


def raw(
    *chunks: bytes, kind: str = "application/json", headers: dict[str, str] | None = None
) -> Callable[..., Awaitable[None]]:
    """Make a plain ASGI app that answers with these chunks."""
    pairs = [(b"content-type", kind.encode())]
    pairs += [(name.encode(), value.encode()) for name, value in (headers or {}).items()]

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": pairs})
        for index, chunk in enumerate(chunks):
            more = index < len(chunks) - 1
            await send({"type": "http.response.body", "body": chunk, "more_body": more})

    return app


async def endless(*parts: bytes) -> AsyncIterator[bytes]:
    """Give parts one by one, as a stream."""
    for part in parts:
        await asyncio.sleep(0)
        yield part

"""Does what every app of FastAPI and boto3 does first, by being imported: a fork has it done.

It is for a process that is forked and does nothing else: it is changed for good. The hash of a
password costs next to nothing in it. What one costs shows in no run, and an app that is asked a
hundred times to make one would take half a minute.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Any

import anyio.lowlevel
import boto3.session
import botocore.loaders
import botocore.session
import wrapt
from fastapi import FastAPI
from pydantic import BaseModel

from hushtable.prove.clients.destination import Destination
from hushtable.prove.clients.loading import loaders

_NOTHING = (None, None, os.devnull, None)
_CHEAP: tuple[tuple[str, str, int, dict[str, int]], ...] = (
    ("hashlib", "scrypt", 1, {"n": 2, "r": 1, "p": 1}),
    ("bcrypt", "gensalt", 0, {"rounds": 4}),
    (
        "argon2._password_hasher",
        "PasswordHasher.__init__",
        0,
        {"time_cost": 1, "memory_cost": 8, "parallelism": 1},
    ),
)
"""Module, function, how many arguments stand before its costs, and the least that it takes."""


class _Said(BaseModel):
    said: str


def _read_models() -> None:
    """Have botocore's files read, and kept for every session to come."""
    loaders(botocore.loaders, Destination("http://127.0.0.1:9", lambda _service: ""))
    variables = {"config_file": _NOTHING, "credentials_file": _NOTHING}
    session = boto3.session.Session(
        "nobody",
        "nothing",
        region_name="us-east-1",
        botocore_session=botocore.session.Session(session_vars=variables),
    )
    session.resource("dynamodb")


async def _answer() -> None:
    """Have an app answer once: what it compiles, it compiles then."""
    app = FastAPI()

    @app.get("/said")
    async def said(text: str) -> _Said:
        return _Said(said=text)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": "/said", "raw_path": b"/said", "query_string": b"text=a",
        "root_path": "", "headers": [], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: MutableMapping[str, Any]) -> None:
        return

    # anyio imports what it needs of asyncio when it is asked first.
    await anyio.lowlevel.checkpoint()
    await app(scope, receive, send)


def _hash_cheaply() -> None:
    """Have hashes of passwords made at the least cost that their functions take."""
    for module, name, before, least in _CHEAP:
        made = partial(_made, before, least)
        wrapt.register_post_import_hook(partial(_wrap, name, made), module)


def _wrap(name: str, made: Callable[..., Any], module: Any) -> None:  # noqa: ANN401 - a module
    wrapt.wrap_function_wrapper(module, name, made)


def _made(
    before: int,
    least: dict[str, int],
    wrapped: Callable[..., Any],
    _instance: object,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:  # noqa: ANN401 - what the function gives
    # Costs may be given without their names.
    return wrapped(*args[:before], **{**kwargs, **least})


_hash_cheaply()
_read_models()
asyncio.run(_answer())

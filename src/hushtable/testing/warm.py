"""Does what every app of FastAPI and boto3 does first, by being imported: a fork has it done.

It is for a process that is forked and does nothing else: botocore's loaders are changed for good.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import MutableMapping
from typing import Any

import anyio.lowlevel
import boto3.session
import botocore.loaders
import botocore.session
from fastapi import FastAPI
from pydantic import BaseModel

from hushtable.prove.clients.destination import Destination
from hushtable.prove.clients.loading import loaders

_NOTHING = (None, None, os.devnull, None)


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


_read_models()
asyncio.run(_answer())

"""Opens an example shop in this process: its own DynamoDB, its sample data, a client for it."""

from __future__ import annotations

import base64
import hashlib
import importlib
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from hushtable.embedded.emulator import Emulator
from hushtable.embedded.fixtures import load, read_tables
from hushtable.embedded.server import LoopbackServer

EXAMPLES = Path(__file__).parents[2] / "examples"
PASSWORD = secrets.token_urlsafe(16)
SCRYPT = hashlib.scrypt
STRENGTH = 2**17
"""What the shops ask of scrypt: n times r times p."""


@dataclass
class OpenShop:
    """A shop that runs, and the people signed in to it."""

    client: TestClient
    emulator: Emulator
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def sign_in(self, handle: str) -> None:
        """Start a session for one of the sample people."""
        body = {"email": f"{handle}@shop.example", "password": PASSWORD}
        self.tokens[handle] = self.client.post("/auth/login", json=body).json()["token"]
        self.ids[handle] = self.call("GET", "/users/me", handle).json()["user_id"]

    def call(self, method: str, path: str, handle: str = "", **options: Any) -> Response:
        """Make a request, as somebody or as nobody."""
        if handle:
            options["headers"] = {"Authorization": f"Bearer {self.tokens[handle]}"}
        answer: Response = self.client.request(method, path, **options)
        return answer

    def first_order(self, handle: str) -> str:
        """Give the id of somebody's first order."""
        page = self.call("GET", "/orders", handle).json()
        return str((page.get("orders") or page["items"])[0]["order_id"])

    def items(self, table: str) -> list[dict[str, dict[str, Any]]]:
        """Give every stored item of a table, in wire form."""
        items: list[dict[str, dict[str, Any]]] = self.emulator.ask("Scan", {"TableName": table})[
            "Items"
        ]
        return items


def _forget_modules() -> None:
    for name in [one for one in sys.modules if one in {"app", "serve"} or one.startswith("app.")]:
        del sys.modules[name]


def _cheap(password: bytes, *, salt: bytes, n: int, r: int, p: int) -> bytes:
    """Hash at the least cost where a shop asks for its own: nobody guesses these passwords."""
    assert n * r * p >= STRENGTH
    return SCRYPT(password, salt=salt, n=2, r=1, p=1)


@contextmanager
def opened(folder: Path, exports: Path) -> Iterator[OpenShop]:
    """Import a shop's `app` package, which all of them have, and forget it afterwards."""
    with LoopbackServer() as server, pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setenv("SHOP_SAMPLE_PASSWORD", PASSWORD)
        patch.setenv("SHOP_DYNAMODB_ENDPOINT", server.url)
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("HUSHTABLE_KEYS", f"test:{base64.b64encode(secrets.token_bytes(32)).decode()}")
        patch.setenv("SHOP_EXPORT_FOLDER", str(exports))
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SHOP_CURSOR_KEY"):
            patch.setenv(name, secrets.token_hex(16))
        patch.setenv("SHOP_MAIL_API_KEY", secrets.token_hex(16))
        patch.setattr(hashlib, "scrypt", _cheap)
        _forget_modules()
        try:
            load(server.emulator, read_tables(folder / "sample.json"))
            importlib.import_module("serve").fill()
            app = importlib.import_module("app.main").app
            with TestClient(app, raise_server_exceptions=False) as client:
                shop = OpenShop(client, server.emulator)
                for handle in ("maren", "jonas", "ines", "omar"):
                    shop.sign_in(handle)
                yield shop
        finally:
            _forget_modules()

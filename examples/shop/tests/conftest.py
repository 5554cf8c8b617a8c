"""The shop on an embedded DynamoDB of its own, and people signed in to it."""

import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hushtable.embedded.fixtures import load, read_tables
from hushtable.embedded.server import LoopbackServer

SHOP = Path(__file__).resolve().parents[1]
PASSWORD = secrets.token_urlsafe(16)


@dataclass
class Shop:
    """A client of the shop, with the sessions of those who are signed in."""

    client: TestClient
    tokens: dict[str, str] = field(default_factory=dict)

    def sign_in(self, handle: str) -> None:
        """Start a session."""
        body = {"email": f"{handle}@shop.example", "password": PASSWORD}
        self.tokens[handle] = self.client.post("/auth/login", json=body).json()["token"]

    def ask(self, method: str, path: str, handle: str = "", **options: Any) -> Any:
        """Make a request, as somebody or as nobody."""
        if handle:
            options["headers"] = {"Authorization": f"Bearer {self.tokens[handle]}"}
        return self.client.request(method, path, **options)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Open the shop, with its sample people signed in."""
    with LoopbackServer() as server, pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SHOP))
        patch.setenv("SHOP_SAMPLE_PASSWORD", PASSWORD)
        patch.setenv("SHOP_DYNAMODB_ENDPOINT", server.url)
        patch.setenv("SHOP_EXPORT_FOLDER", str(tmp_path_factory.mktemp("exports")))
        for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
            patch.setenv(f"AWS_{name}", secrets.token_hex(16))
            patch.setenv(f"SHOP_AWS_{name}", secrets.token_hex(16))
        patch.setenv("SHOP_MAIL_API_KEY", secrets.token_hex(16))
        patch.setenv("CURSOR_KEY", secrets.token_hex(16))
        load(server.emulator, read_tables(SHOP / "sample.json"))
        import serve

        serve.fill()
        from app.main import app

        with TestClient(app, raise_server_exceptions=False) as client:
            opened = Shop(client)
            for handle in ("maren", "jonas", "omar"):
                opened.sign_in(handle)
            yield opened
    for name in [one for one in sys.modules if one.partition(".")[0] in {"app", "serve"}]:
        del sys.modules[name]

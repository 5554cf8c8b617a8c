"""A server on loopback that plays the part of GitHub's API that a comment needs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT = {"login": "github-actions[bot]", "type": "Bot"}
TOKEN = "of-the-run"  # noqa: S105 - of a server that is played


@dataclass(slots=True)
class Forge:
    """A repository's comments, what was asked, and how requests that write are answered."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refused: int = 0
    answer: bytes | None = None

    def add(self, body: str, user: dict[str, str]) -> None:
        """Write a comment as somebody."""
        self.comments.append({"id": len(self.comments) + 1, "body": body, "user": user})


class Handler(BaseHTTPRequestHandler):
    """Answers for the forge that its server has."""

    @property
    def state(self) -> Forge:
        """The repository that is played."""
        return self.server.forge  # type: ignore[attr-defined,no-any-return]

    def do_GET(self) -> None:
        """Give one page of the comments."""
        self.state.asked.append(("GET", self.path))
        asked = parse_qs(urlsplit(self.path).query)
        size, page = int(asked["per_page"][0]), int(asked["page"][0])
        self._give(200, self.state.comments[size * (page - 1) : size * page])

    def do_POST(self) -> None:
        """Take a new comment."""
        if body := self._taken("POST"):
            self.state.add(body, BOT)
            self._give(201, self.state.comments[-1])

    def do_PATCH(self) -> None:
        """Change a comment."""
        if body := self._taken("PATCH"):
            one = self.state.comments[int(self.path.rpartition("/")[2]) - 1]
            one["body"] = body
            self._give(200, one)

    def _taken(self, method: str) -> str:
        self.state.asked.append((method, self.path))
        text = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._give(401, {})
            return ""
        if self.state.refused:
            self._give(self.state.refused, {"message": "Resource not accessible by integration"})
            return ""
        return str(json.loads(text)["body"])

    def _give(self, status: int, content: object) -> None:
        answer = self.state.answer
        data = json.dumps(content).encode() if answer is None else answer
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def forge() -> Iterator[Forge]:
    """Serve until the block ends."""
    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Forge(f"http://127.0.0.1:{served.server_address[1]}")
    served.forge = state  # type: ignore[attr-defined]
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        served.shutdown()
        thread.join()
        served.server_close()

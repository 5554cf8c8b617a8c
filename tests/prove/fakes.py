"""What driving needs of the mint, the store and the watch, in its plainest form."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, TypeVar

from hushtable.prove.canary import Canary, Source
from hushtable.prove.exchange import Call, Complaint, Exchange, Frame
from hushtable.prove.sketch import Form, Shape, Sketch

Result = TypeVar("Result")


def run(work: Awaitable[Result]) -> Result:
    """Run to the end on a loop of its own."""

    async def whole() -> Result:
        return await work

    return asyncio.run(whole())


KNOWN = (
    "ABC-1234",
    "Aa1!bbbbbbbbbbbbbbbb",
    "12",
    "x" * 43,
    "+493012345678",
    "2021-03-04",
    "password",
)
"""Texts for the patterns that the tests use."""


class FakeMint:
    """Makes a canary for a place: the same place, the same canary."""

    def text(self, shape: Shape, source: Source, path: tuple[str, ...]) -> Canary:
        digest = sha256(repr((source, path)).encode()).hexdigest()[:12]
        token = f"hq{digest.translate(str.maketrans('0189', 'ghij'))}"
        return Canary(token, _planted(shape, token), source, path=path)


def _planted(shape: Shape, token: str) -> str:
    if shape.choices:
        return shape.choices[0]
    if shape.pattern and not re.search(shape.pattern, token):
        return next(text for text in KNOWN if re.search(shape.pattern, text))
    texts = {
        Form.EMAIL: f"{token}@canary.example",
        Form.URL: f"https://canary.example/{token}",
        Form.UUID: str(uuid.uuid5(uuid.NAMESPACE_URL, token)),
        Form.DATE: "2021-03-04",
        Form.DATETIME: "2021-03-04T05:06:07.123456+00:00",
        Form.TIME: "05:06:07.123456",
        Form.IP: "192.0.2.77",
        Form.PHONE: "+4930" + str(int(token[2:].encode().hex(), 16))[:8],
    }
    text = texts.get(shape.form, token)
    if shape.shortest is not None:
        text = text.ljust(shape.shortest, "x")
    return text if shape.longest is None else text[: shape.longest]


def owner_of(owner: str) -> str:
    """Give the id of an owner."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"owner {owner}"))


def order_of(owner: str) -> str:
    """Give the id of an owner's order."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"order of {owner}"))


@dataclass
class FakeStore:
    """A store with users, orders, sessions and one table of composed keys.

    An app under test asks it with `get`; every question is a call, as a real store would see it.
    """

    sketch: Sketch = field(default_factory=Sketch)
    seen: list[Call] = field(default_factory=list)
    restored: int = 0
    failing: str = ""

    def keys(self, owner: str, _item: int) -> Mapping[str, Mapping[str, str]]:
        return {
            "users": {"user_id": owner_of(owner)},
            "orders": {"user_id": owner_of(owner), "order_id": order_of(owner)},
            "sessions": {"token": f"session-of-{owner}-{'s' * 20}"},
            "shop": {"PK": f"PRODUCT#product-of-{owner}", "SK": "META"},
        }

    def values(self, owner: str, item: int) -> Mapping[str, Mapping[str, str]]:
        return self.keys(owner, item)

    def owner_id(self, owner: str) -> str:
        return owner_of(owner)

    def get(self, table: str, **key: str) -> dict[str, Any] | None:
        """Ask for an item, as an app does."""
        wire = {"TableName": table, "Key": {name: {"S": text} for name, text in key.items()}}
        if self.failing:
            self.seen.append(Call("GetItem", wire, status=400, code=self.failing, provoked=True))
            raise ConnectionError(self.failing)
        self.seen.append(Call("GetItem", wire))
        for owner in ("A", "B"):
            known = self.keys(owner, 0)[table]
            if all(known.get(name) == text for name, text in key.items()):
                return {**known, "user_id": owner_of(owner), "email": f"{owner}@canary.example"}
        return None

    def list(self, table: str, start: dict[str, str]) -> None:
        """Ask for a page that begins after a key, as an app does."""
        wire = {name: {"S": text} for name, text in start.items()}
        self.seen.append(Call("Query", {"TableName": table, "ExclusiveStartKey": wire}))

    def put(self, table: str, item: dict[str, Any]) -> None:
        """Write an item, as an app does."""
        wire = {name: {"S": str(value)} for name, value in item.items()}
        self.seen.append(Call("PutItem", {"TableName": table, "Item": wire}))

    def drain(self) -> tuple[Call, ...]:
        calls, self.seen[:] = tuple(self.seen), []
        return calls

    def restore(self) -> None:
        self.restored += 1


class FakeWatch:
    """Notes the exceptions that are raised below a folder while it is on."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.found: dict[int, tuple[BaseException, TracebackType | None]] = {}

    @contextmanager
    def on(self) -> Iterator[None]:
        before = sys.gettrace()
        threading.settrace(self._traced)
        sys.settrace(self._traced)
        try:
            yield
        finally:
            sys.settrace(before)
            threading.settrace(None)  # type: ignore[arg-type]

    def drain(self) -> tuple[Complaint, ...]:
        found, self.found = self.found, {}
        return tuple(_complaint(error, trace) for error, trace in found.values())

    def _traced(self, frame: FrameType, event: str, argument: Any) -> Any:
        file = frame.f_code.co_filename
        if not (file.startswith(self.folder) or file.endswith("/fastapi/routing.py")):
            return None
        frame.f_trace_lines = False
        error = argument[1] if event == "exception" else None
        if isinstance(error, Exception) and not isinstance(
            error, (StopIteration, StopAsyncIteration)
        ):
            # Starlette takes the traceback off when it has answered.
            self.found[id(error)] = (error, error.__traceback__)
        return self._traced


def _complaint(error: BaseException, trace: TracebackType | None) -> Complaint:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(Frame(code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    status = getattr(error, "status_code", None)
    return Complaint(type(error).__name__, str(error), tuple(frames), status=status)


def purposes(exchanges: list[Exchange]) -> list[str]:
    """Say what each exchange was for."""
    return [one.asked.purpose for one in exchanges]


Handler = Callable[..., Any]

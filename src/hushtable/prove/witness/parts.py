"""What left an app, cut into parts that can be named: a JSON path, a header, a log record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from hushtable.model.service import Channel
from hushtable.prove.exchange import Answered, Exchange

WHOLE = "the body"
_MOST_PATHS = 2000
_MOST_LINES = 10_000
_NESTED_JSON = 3
_PLAIN_KEY = re.compile(r"^[A-Za-z_][A-Za-z0-9_.-]{0,39}$")
_TOKEN_LIKE = re.compile(r"hq[a-z2-7]{10,12}", re.IGNORECASE)
_NUMBERED = re.compile(r"\d{4}")
_BROKEN = (ValueError, RecursionError)


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `values` are whole values in it, as they were written; `loose` is free text."""

    channel: Channel
    where: str
    text: bytes
    values: tuple[str, ...] = ()
    loose: bool = False
    encoding: str = ""
    file: str = ""
    line: int = 0
    function: str = ""
    to: str = ""


def parts(exchange: Exchange) -> Iterator[Part]:
    """Give everything that left during an exchange, but for what was written to the store."""
    answered = exchange.answered
    channel = Channel.ERROR if answered.status >= HTTPStatus.BAD_REQUEST else Channel.RESPONSE
    yield from _body(answered.body, channel)
    yield from _headers(answered)
    for said in exchange.said:
        text = said.text.encode("utf-8", "surrogatepass")
        yield Part(
            said.channel,
            _TOKEN_LIKE.sub("*", said.where),
            text,
            loose=True,
            file=said.file,
            line=said.line,
            function=said.function,
            to=said.to,
        )


def json_of(body: bytes) -> Any:
    """Give the JSON value of a body, its numbers as they were written; None when it is none."""
    try:
        return json.loads(body, parse_float=Number, parse_int=Number)
    except _BROKEN:
        return None


def leaves(value: Any, at: str = "$") -> Iterator[tuple[str, str | Number | None]]:
    """Give every text and number of a JSON value with its path, and every key with its map's.

    The elements of a list share one path, `$.items[]`. A key that is data itself is a `*`.
    """
    waiting: list[tuple[str, Any]] = [(at, value)]
    while waiting:
        path, each = waiting.pop()
        match each:
            case str():
                yield path, each
            case list():
                waiting.extend((f"{path}[]", one) for one in reversed(each))
            case dict():
                for key, one in reversed(each.items()):
                    waiting.append((f"{path}.{_step(key)}", one))
                yield from ((f"{path} (a key)", key) for key in each if _step(key) == "*")


def _step(key: str) -> str:
    data = not _PLAIN_KEY.match(key) or _TOKEN_LIKE.search(key) or _NUMBERED.search(key)
    return "*" if data else key


@dataclass(slots=True)
class _Groups:
    """The texts of a JSON document by path and encoding."""

    texts: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    full: bool = False

    def add(self, value: Any, at: str, encoding: str = "", depth: int = 0) -> None:
        """Sort in every text of a value; JSON inside a text is opened."""
        for path, text in leaves(value, at):
            inner = None
            if text is not None and text[:1] in {"{", "["} and depth < _NESTED_JSON:
                inner = json_of(text.encode("utf-8", "surrogatepass"))
            if isinstance(inner, dict | list):
                self.add(inner, path, "JSON", depth + 1)
                continue
            key = (path, encoding)
            if key not in self.texts and len(self.texts) >= _MOST_PATHS:
                self.full = True
                key = (WHOLE, encoding)
            self.texts.setdefault(key, []).append(text or "")


def _body(body: bytes, channel: Channel) -> Iterator[Part]:
    if not body:
        return
    groups = _Groups()
    rest = body
    value = json_of(body)
    if isinstance(value, dict | list | str):
        groups.add(value, "$")
        rest = b""
    else:
        rest = _lines(body, groups)
    for (path, encoding), texts in groups.texts.items():
        joined = "\n".join(texts).encode("utf-8", "surrogatepass")
        yield Part(channel, path, joined, tuple(dict.fromkeys(texts)), encoding=encoding)
    if rest:
        yield Part(channel, WHOLE, rest, loose=True)


def _lines(body: bytes, groups: _Groups) -> bytes:
    """Sort in the lines that are JSON (a stream, server-sent events); give what is left."""
    left: list[bytes] = []
    for line in body.split(b"\n", _MOST_LINES):
        text = line.strip().removeprefix(b"data:").strip()
        value = json_of(text) if text[:1] in {b"{", b"["} else None
        if isinstance(value, dict | list):
            groups.add(value, "$")
        else:
            left.append(line)
    return b"\n".join(left).strip()


def _headers(answered: Answered) -> Iterator[Part]:
    for name, value in answered.headers:
        lowered = name.lower()
        where = f"header {lowered}"
        if lowered == "set-cookie":
            cookie, _, value = value.partition("=")  # noqa: PLW2901 - its name is told apart
            where = f"cookie {cookie.strip()}"
            whole = value.partition(";")[0].strip('"')
        else:
            whole = value
        text = value.encode("utf-8", "surrogatepass")
        yield Part(Channel.HEADER, where, text, (whole,), loose=True)


def mappings(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give every object in a JSON value with its path."""
    waiting: list[tuple[str, Any]] = [("$", value)]
    while waiting:
        path, each = waiting.pop()
        match each:
            case list():
                waiting.extend((f"{path}[]", one) for one in reversed(each))
            case dict():
                yield path, each
                for key, one in reversed(each.items()):
                    waiting.append((f"{path}.{_step(key)}", one))

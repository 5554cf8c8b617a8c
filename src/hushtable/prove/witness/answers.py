"""What of the store's own stands in an answer: cursors, metadata, tracebacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from hushtable.model.facts import Seal
from hushtable.model.service import Channel
from hushtable.prove.exchange import Exchange
from hushtable.prove.witness.decode import layers
from hushtable.prove.witness.parts import json_of, leaves, mappings
from hushtable.prove.witness.written import table_name, texts

_ONE_RUN = re.compile(r"^[A-Za-z0-9+/_-]{8,}={0,2}$|^(?=.*%)[A-Za-z0-9%._~+-]{8,}$")
_CURSOR_WORDS = re.compile(
    r"next|cursor|token|last|start|page|after|continu|marker|bookmark|evaluated", re.IGNORECASE
)
_TRACEBACK = b"Traceback (most recent call last)"
_DEBUGGER = b"<title>Starlette Debugger</title>"
_LONGEST = 1 << 16

LastKey = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A LastEvaluatedKey that a client can read. `text` is one of its values, a canary."""

    table: str
    channel: Channel
    where: str
    seal: Seal
    text: str
    encoding: str = ""

    def covers(self, where: str) -> bool:
        """Whether what was seen at `where` is a part of this cursor."""
        return where == self.where or where.startswith(f"{self.where}.")


def cursors(exchange: Exchange) -> Iterator[Cursor]:
    """Give every cursor in an answer that is legible: as it is, or only encoded.

    One that is encrypted is not seen at all; one with something beside the key that may be a
    signature is not claimed.
    """
    ends = [
        (table_name(call.request), call.answer["LastEvaluatedKey"])
        for call in exchange.calls
        if call.answer.get("LastEvaluatedKey")
    ]
    if not ends:
        return
    channel = _channel(exchange)
    value = json_of(exchange.answered.body)
    named = [(path, text, channel) for path, text in leaves(value) if text]
    named += [
        (f"header {name.lower()}", text, Channel.HEADER)
        for name, text in exchange.answered.headers
        if name.lower() != "set-cookie"
    ]
    sent = exchange.asked.path.encode() + exchange.asked.body
    for table, key in ends:
        for path, fields in mappings(value):
            if not path.endswith("[]") and _same(fields, key):
                yield Cursor(table, channel, path, Seal.NONE, _telling(key))
        for where, text, way in named:
            found = None if where.endswith("[]") else _in_text(where, text, key, sent)
            if found is not None:
                seal, encoding = found
                yield Cursor(table, way, where, seal, _telling(key), encoding)


def _channel(exchange: Exchange) -> Channel:
    failed = exchange.answered.status >= HTTPStatus.BAD_REQUEST
    return Channel.ERROR if failed else Channel.RESPONSE


def _in_text(where: str, text: str, key: LastKey, sent: bytes) -> tuple[Seal, str] | None:
    values = {one.decode("utf-8", "replace") for each in key.values() for _, one in texts(each)}
    if text in values:
        # One value of the key, under a name that says what it is for.
        named = _CURSOR_WORDS.search(where.rpartition(".")[2])
        return (Seal.NONE, "") if named and text.encode() not in sent else None
    if len(text) > _LONGEST:
        return None
    if _holds(text.encode("utf-8", "surrogatepass"), key, values, bare=False):
        return Seal.ENCODED, "JSON"
    if not _ONE_RUN.match(text):
        return None
    for layer in layers(text.encode()):
        if layer.encoding and layer.whole and _holds(layer.text, key, values, bare=True):
            return Seal.ENCODED, ", ".join(layer.encoding)
    return None


def _holds(text: bytes, key: LastKey, values: set[str], *, bare: bool) -> bool:
    """Whether a text is the key and nothing else: as JSON, as a query, or as its only value."""
    value = json_of(text)
    if isinstance(value, dict | list):
        return any(_same(fields, key) for _, fields in mappings(value))
    plain = text.decode("utf-8", "replace").strip()
    if bare and plain in values:
        return True
    query = {name: found[0] for name, found in parse_qs(plain).items()}
    return bool(query) and _same(query, key)


def _same(fields: Mapping[str, Any], key: LastKey) -> bool:
    """Whether a mapping is the key, in plain values or as the wire writes them."""
    if set(fields) != set(key):
        return False
    for name, wire in key.items():
        held = fields[name]
        plain = [text.decode("utf-8", "replace") for _, text in texts(wire)]
        if held != wire and str(held) not in plain:
            return False
    return True


def _telling(key: LastKey) -> str:
    plain = [text.decode("utf-8", "replace") for each in key.values() for _, text in texts(each)]
    return max(plain, key=len, default="")


def metadata(exchange: Exchange) -> tuple[Channel, str] | None:
    """Say where an answer holds what only the store's answer held: its request id, its cost."""
    if not exchange.calls:
        return None
    for path, fields in mappings(json_of(exchange.answered.body)):
        names = fields.keys()
        answer_of_boto = "HTTPStatusCode" in names and not names.isdisjoint(
            {"RequestId", "HTTPHeaders", "RetryAttempts"}
        )
        if answer_of_boto or {"CapacityUnits", "TableName"} <= names:
            return _channel(exchange), path
    return None


def traceback(exchange: Exchange, file: str) -> str:
    """Say whether an answer holds a traceback through the app: `debug`, `text` or nothing.

    It is the debugger's when the server made the whole answer of it, and a text when the app put
    it into one of its own.
    """
    body = exchange.answered.body
    if _TRACEBACK not in body and _DEBUGGER not in body:
        return ""
    name = file.rpartition("/")[2].encode()
    if not name or name not in body:
        return ""
    server_made = exchange.answered.status == HTTPStatus.INTERNAL_SERVER_ERROR and (
        body.lstrip().startswith(_TRACEBACK) or _DEBUGGER in body
    )
    return "debug" if server_made else "text"

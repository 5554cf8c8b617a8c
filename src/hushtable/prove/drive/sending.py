"""The values of a door's inputs, and the request that carries them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.policy import HTTP
from typing import Any
from urllib.parse import quote, urlencode

from hushtable.model.service import ParameterSource
from hushtable.prove.canary import Canary
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.making import MISSING, FileValue
from hushtable.prove.exchange import Asked

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

Slot = tuple[ParameterSource, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """A door's inputs with values. `body` is MISSING where the request has none."""

    values: Mapping[Slot, Any]
    body: Any = MISSING
    media: str = JSON
    canaries: tuple[Canary, ...] = ()

    def having(self, slot: Slot, value: Any, *canaries: Canary) -> Filled:
        """Give the same inputs with another value; MISSING leaves it out."""
        source, name = slot
        if source in {ParameterSource.BODY, ParameterSource.FORM} and isinstance(
            self.body, Mapping
        ):
            body = {**self.body, name: value}
            if value is MISSING:
                del body[name]
            return replace(self, body=body, canaries=(*self.canaries, *canaries))
        values = {**self.values, slot: value}
        if value is MISSING:
            del values[slot]
        return replace(self, values=values, canaries=(*self.canaries, *canaries))


def asked(  # noqa: PLR0913 - what a request is for, each by keyword
    door: Door,
    filled: Filled,
    *,
    identity: str = "anyone",
    keys_of: str = "",
    purpose: str = "",
    headers: Iterable[tuple[str, str]] = (),
    fault: str = "",
    canaries: Iterable[Canary] = (),
    before: tuple[Asked, ...] = (),
    hidden: tuple[str, ...] = (),
) -> Asked:
    """Write the request that carries these values."""
    content, body = _body(filled)
    own = [*headers, *_headers(filled, {name.lower() for name, _ in headers})]
    if door.host:
        own.insert(0, ("host", door.host))
    if content:
        own.append(("content-type", content))
    return Asked(
        method=door.route.method,
        path=_path(door, filled),
        route=door.index,
        headers=tuple(own),
        body=body,
        identity=identity,
        keys_of=keys_of,
        purpose=purpose,
        fault=fault,
        inputs=tuple(dict.fromkeys((*filled.canaries, *canaries))),
        before=before,
        named=str(door.route),
        hidden=hidden,
    )


def text_of(value: Any) -> str:
    """Write one value as a path, a query or a header has it."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case dict() | list():
            return json.dumps(value)
        case _:
            return str(value)


def _of(filled: Filled, source: ParameterSource) -> Iterator[tuple[str, Any]]:
    return ((name, value) for (kind, name), value in filled.values.items() if kind is source)


def _path(door: Door, filled: Filled) -> str:
    given = dict(_of(filled, ParameterSource.PATH))

    def put(match: re.Match[str]) -> str:
        text = text_of(given.get(match[1], "x"))
        # A dot alone would be taken for a step up.
        return quote(text, safe="") or "%20"

    path = re.sub(r"\{([^}:]+)(?::[^}]*)?\}", put, door.template) or "/"
    pairs = [
        (name, text_of(one))
        for name, value in _of(filled, ParameterSource.QUERY)
        for one in (value if isinstance(value, list) else [value])
    ]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _headers(filled: Filled, known: set[str]) -> Iterator[tuple[str, str]]:
    for name, value in _of(filled, ParameterSource.HEADER):
        if name.lower() not in known:
            yield name.lower(), text_of(value)
    cookies = "; ".join(f"{n}={quote(text_of(v))}" for n, v in _of(filled, ParameterSource.COOKIE))
    if cookies:
        yield "cookie", cookies


def _body(filled: Filled) -> tuple[str, bytes]:
    if filled.body is MISSING:
        return "", b""
    match filled.media:
        case "application/x-www-form-urlencoded":
            pairs = [(name, text_of(one)) for name, one in _parts(filled.body)]
            return filled.media, urlencode(pairs).encode()
        case "multipart/form-data":
            return _multipart(_parts(filled.body))
        case _ if isinstance(filled.body, bytes):
            return filled.media, filled.body
        case _:
            return filled.media, json.dumps(filled.body).encode()


def _parts(body: Any) -> Iterator[tuple[str, Any]]:
    for name, value in body.items() if isinstance(body, Mapping) else ():
        for one in value if isinstance(value, list) else [value]:
            yield str(name), one


def _multipart(parts: Iterable[tuple[str, Any]]) -> tuple[str, bytes]:
    whole = MIMEMultipart("form-data", boundary="hushtable-form-boundary")
    for name, value in parts:
        kind = (
            ("application", "octet-stream") if isinstance(value, FileValue) else ("text", "plain")
        )
        part = MIMEBase(*kind)
        del part["mime-version"]
        match value:
            case FileValue(name=file, content=content):
                part.set_payload(content.decode("latin-1"))
                part.add_header("content-disposition", "form-data", name=name, filename=file)
            case _:
                part.set_payload(text_of(value))
                part.add_header("content-disposition", "form-data", name=name)
        whole.attach(part)
    _, _, body = whole.as_bytes(policy=HTTP).partition(b"\r\n\r\n")
    return f"{MULTIPART}; boundary=hushtable-form-boundary", body

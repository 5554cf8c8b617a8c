"""What a client gave: each value of a request with the parameter it came by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from hushtable.model.service import ParameterSource, Route
from hushtable.prove.exchange import Asked
from hushtable.prove.witness.parts import Number, json_of, leaves

_PARAMETER = re.compile(r"\{([^}:]+)(:[^}]*)?\}")
_ODD = re.compile(r"[^A-Za-z0-9_.@:+\-]")


@dataclass(frozen=True, slots=True)
class Given:
    """One value that a client sent."""

    name: str
    source: ParameterSource
    text: str

    @property
    def odd(self) -> bool:
        """Whether no id or name is written so: signs that part keys, blanks."""
        return bool(_ODD.search(self.text))

    @property
    def number(self) -> int | None:
        """The value as a whole number."""
        digits = self.text.removeprefix("-")
        return int(self.text) if digits.isascii() and digits.isdigit() and digits else None


def given(route: Route, asked: Asked) -> tuple[Given, ...]:
    """Give every value of a request: of its path, query, cookies, body."""
    return tuple(one for one in _given(route, asked) if one.text)


def names_given(asked: Asked) -> tuple[str, ...]:
    """Give the names that a client sent in a JSON body: its keys, at every depth."""
    body = json_of(asked.body)
    found: list[str] = []
    waiting = [body]
    while waiting:
        match waiting.pop():
            case dict() as each:
                found.extend(each)
                waiting.extend(each.values())
            case list() as each:
                waiting.extend(each)
    return tuple(dict.fromkeys(found))


def _given(route: Route, asked: Asked) -> Iterator[Given]:
    address = urlsplit(asked.path)
    match = _pattern(route.path).match(address.path)
    if match:
        for name, text in zip(_names(route.path), match.groups(), strict=True):
            yield Given(name, ParameterSource.PATH, unquote(text))
    for name, text in parse_qsl(address.query):
        yield Given(name, ParameterSource.QUERY, text)
    kind = next((v for k, v in asked.headers if k.lower() == "content-type"), "")
    if "urlencoded" in kind:
        for name, text in parse_qsl(asked.body.decode("utf-8", "replace")):
            yield Given(name, ParameterSource.FORM, text)
        return
    for path, leaf in leaves(json_of(asked.body)):
        if leaf is not None and not path.endswith("(a key)"):
            name = path.removesuffix("[]").rpartition(".")[2]
            yield Given(name, ParameterSource.BODY, str(Number(leaf)))


def _names(path: str) -> list[str]:
    return [match[1] for match in _PARAMETER.finditer(path)]


def _pattern(path: str) -> re.Pattern[str]:
    parts = []
    last = 0
    for match in _PARAMETER.finditer(path):
        parts.append(re.escape(path[last : match.start()]))
        parts.append("(.+)" if match[2] == ":path" else "([^/]+)")
        last = match.end()
    parts.append(re.escape(path[last:]))
    return re.compile(f"^{''.join(parts)}/?$")

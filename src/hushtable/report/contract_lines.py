"""The lines of a contract as plain values: in `hushtable.lock`, and in a result as JSON."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hushtable.model.contract import NOBODY, Basis, Contract, Line, Part, contract, is_audience
from hushtable.model.errors import ConfigError
from hushtable.model.service import Channel

_KEYS = ("route", "audience", "channel", "table", "attributes", "except", "credentials")


def plain(line: Line) -> dict[str, Any]:
    """Give a line as plain values; what is empty is left out."""
    less = [".".join((*part.inside, name)) for part in line.parts for name in part.less]
    told: dict[str, Any] = {
        "route": line.route,
        "audience": line.audience,
        "channel": str(line.channel),
        "table": line.table,
        "attributes": [part.name for part in line.parts],
        "except": less,
        "credentials": list(line.credentials),
    }
    always = {"route", "channel", "table", "attributes"}
    return {key: value for key, value in told.items() if value or key in always}


def contract_of(entries: Iterable[object], basis: Basis, where: str) -> Contract:
    """Make a contract of plain values.

    Raises ConfigError that begins with `where` when one of them is no line.
    """
    lines = [_line(entry, number, where) for number, entry in enumerate(entries, 1)]
    exposures = (each for line in lines for each in line.exposures)
    return contract(exposures, basis, (each for line in lines for each in line.marks))


def _line(entry: object, number: int, where: str) -> Line:
    at = f"{where}: exposures, entry {number}"
    if not isinstance(entry, dict):
        raise wrong(at, "must be a table")
    route = _text(entry, "route", at)
    at = f"{at} ({route})"
    only_known(entry, _KEYS, at)
    audience = _text(entry, "audience", at) if "audience" in entry else NOBODY
    if not is_audience(audience):
        raise wrong(at, "audience must be anyone, signed-in, owner or role:NAME")
    channel = _text(entry, "channel", at)
    if channel not in set(Channel):
        raise wrong(at, f"channel must be one of {quoted(Channel)}")
    names = _texts(entry, "attributes", at)
    if not names:
        raise wrong(at, "needs attributes, one at least")
    return Line(
        route=route,
        channel=Channel(channel),
        audience=audience,
        table=_text(entry, "table", at, empty=True),
        parts=tuple(_parts(names, _texts(entry, "except", at), at)),
        credentials=tuple(_texts(entry, "credentials", at)),
    )


def _parts(names: Iterable[str], less: Iterable[str], at: str) -> Iterator[Part]:
    left: dict[tuple[str, ...], list[str]] = {}
    for name in less:
        *inside, last = name.split(".")
        left.setdefault(tuple(inside), []).append(last)
    for name in names:
        part = Part(tuple(name.split(".")))
        gone = left.pop(part.inside, []) if part.open else []
        yield Part(part.path, tuple(sorted(set(gone))))
    if left:
        raise wrong(at, "except names something that no attribute with * holds")


def _text(entry: Mapping[str, Any], key: str, at: str, *, empty: bool = False) -> str:
    match entry.get(key):
        case str(found) if found or empty:
            return found
        case _:
            raise wrong(at, f"needs {key}, a string")


def _texts(entry: Mapping[str, Any], key: str, at: str) -> list[str]:
    match entry.get(key, []):
        case list(found) if all(isinstance(one, str) and one for one in found):
            return found
        case _:
            raise wrong(at, f"{key} must be a list of strings")


def only_known(data: Mapping[str, Any], keys: tuple[str, ...], at: str) -> None:
    """Raise ConfigError for a key that is not among the known ones, with the nearest of them."""
    for key in data:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise wrong(at, f"has an unknown key {key!r}{hint}")


def quoted(names: Iterable[str]) -> str:
    """List names, each in quotation marks."""
    return ", ".join(f'"{name}"' for name in names)


def wrong(at: str, what: str) -> ConfigError:
    """Make the error of a place."""
    message = f"{at} {what}"
    return ConfigError(message)

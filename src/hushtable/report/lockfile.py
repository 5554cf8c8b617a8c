"""The file `hushtable.lock`: the contract of a team as TOML, one line each, to be read in review.

It holds names alone. Lines of source are left out, so that it changes only with what leaves.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import InlineTable

from hushtable.model.contract import (
    NOBODY,
    Basis,
    Contract,
    Line,
    Part,
    contract,
    is_audience,
)
from hushtable.model.errors import ConfigError
from hushtable.model.service import Channel

NAME = "hushtable.lock"
VERSION = 1

_ABOUT = (
    "What leaves this service, to whom, as its team has agreed. `hushtable check` fails when more",
    "leaves. Agree to a change with `hushtable lock`, and review the lines that it changes here.",
)
_MADE = {
    Basis.SCAN: "Made from a scan alone: read in the source, never run.",
    Basis.PROOFS: "Made from what a run of the service showed.",
    Basis.BOTH: "Made from a scan, and from what a run of the service showed.",
}
_KEYS = ("version", "made-from", "exposures")
_LINE_KEYS = ("route", "audience", "channel", "table", "attributes", "except", "credentials")
_PLANE = 0xFFFF


def write(agreed: Contract, path: Path) -> None:
    """Write a contract. Raises ConfigError when the file cannot be written."""
    try:
        path.write_text(text(agreed), encoding="utf-8", newline="\n")
    except OSError as error:
        message = f"the lock {path} cannot be written: {error.strerror}"
        raise ConfigError(message) from error


def read(path: Path) -> Contract:
    """Read a contract.

    Raises ConfigError that says where, when the file is missing, unreadable or not a contract.
    """
    try:
        found = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        message = f"the lock {path} does not exist; write it with `hushtable lock`"
        raise ConfigError(message) from error
    except OSError as error:
        message = f"the lock {path} cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    except UnicodeDecodeError as error:
        message = f"the lock {path} is not UTF-8 text"
        raise ConfigError(message) from error
    return parse(found, str(path))


def text(agreed: Contract) -> str:
    """Give a contract as TOML. The same contract gives the same text."""
    document = tomlkit.document()
    for line in (*_ABOUT, _MADE[agreed.basis]):
        document.add(tomlkit.comment(line))
    document.add("version", tomlkit.item(VERSION))
    document.add("made-from", tomlkit.item(str(agreed.basis)))
    document.add(tomlkit.nl())
    exposures = tomlkit.array()
    for each in agreed.lines:
        exposures.add_line(_written(each), indent="    ")
    if agreed.lines:
        exposures.add_line(indent="")
    document.add("exposures", exposures)
    return "".join(map(_plain, tomlkit.dumps(document)))


def parse(told: str, where: str = NAME) -> Contract:
    """Read a contract from TOML. `where` names the file.

    Raises ConfigError that says where it is none.
    """
    at = f"the lock {where}"
    try:
        data = tomllib.loads(told)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # tomllib's text holds a position and, of the file, at most one character.
        raise _wrong(at, f"is not TOML: {error}") from error
    _known(data, _KEYS, at)
    match data.get("version"):
        case int(version) if version == VERSION and not isinstance(version, bool):
            pass
        case int(version) if version > VERSION:
            known = f"this one knows {VERSION}"
            raise _wrong(at, f"has version {version}, of a newer hushtable; {known}")
        case _:
            raise _wrong(at, f"needs version = {VERSION}")
    try:
        basis = Basis(data.get("made-from", ""))
    except ValueError as error:
        raise _wrong(at, f"needs made-from, one of {_quoted(Basis)}") from error
    match data.get("exposures"):
        case list(entries):
            lines = [_line(entry, number, at) for number, entry in enumerate(entries, 1)]
        case _:
            raise _wrong(at, "needs exposures, a list")
    exposures = (each for line in lines for each in line.exposures)
    return contract(exposures, basis, (each for line in lines for each in line.marks))


def _written(line: Line) -> InlineTable:
    table = tomlkit.inline_table()
    table.add("route", line.route)
    if line.audience != NOBODY:
        table.add("audience", line.audience)
    table.add("channel", str(line.channel))
    table.add("table", line.table)
    table.add("attributes", [part.name for part in line.parts])
    less = [".".join((*part.inside, name)) for part in line.parts for name in part.less]
    if less:
        table.add("except", less)
    if line.credentials:
        table.add("credentials", list(line.credentials))
    return table


def _plain(character: str) -> str:
    """Write out what a reader would not see where it is; all of it stands in strings."""
    if character.isprintable() or character == "\n":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= _PLANE else f"\\U{code:08x}"


def _line(entry: object, number: int, where: str) -> Line:
    at = f"{where}: exposures, entry {number}"
    if not isinstance(entry, dict):
        raise _wrong(at, "must be a table")
    route = _text(entry, "route", at)
    at = f"{at} ({route})"
    _known(entry, _LINE_KEYS, at)
    audience = _text(entry, "audience", at) if "audience" in entry else NOBODY
    if not is_audience(audience):
        raise _wrong(at, "audience must be anyone, signed-in, owner or role:NAME")
    channel = _text(entry, "channel", at)
    if channel not in set(Channel):
        raise _wrong(at, f"channel must be one of {_quoted(Channel)}")
    names = _texts(entry, "attributes", at)
    if not names:
        raise _wrong(at, "needs attributes, one at least")
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
        raise _wrong(at, "except names something that no attribute with * holds")


def _text(entry: Mapping[str, Any], key: str, at: str, *, empty: bool = False) -> str:
    match entry.get(key):
        case str(found) if found or empty:
            return found
        case _:
            raise _wrong(at, f"needs {key}, a string")


def _texts(entry: Mapping[str, Any], key: str, at: str) -> list[str]:
    match entry.get(key, []):
        case list(found) if all(isinstance(one, str) and one for one in found):
            return found
        case _:
            raise _wrong(at, f"{key} must be a list of strings")


def _known(data: Mapping[str, Any], keys: tuple[str, ...], at: str) -> None:
    for key in data:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise _wrong(at, f"has an unknown key {key!r}{hint}")


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _wrong(at: str, what: str) -> ConfigError:
    message = f"{at} {what}"
    return ConfigError(message)

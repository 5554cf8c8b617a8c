"""The file `hushtable.lock`: the contract of a team as TOML, one line each, to be read in review.

It holds names alone. Lines of source are left out, so that it changes only with what leaves.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import tomlkit
from tomlkit.items import InlineTable

from hushtable.model.contract import FILE, Basis, Contract, Line
from hushtable.model.errors import ConfigError
from hushtable.report.contract_lines import contract_of, only_known, plain, quoted, wrong

NAME = FILE
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
        raise wrong(at, f"is not TOML: {error}") from error
    only_known(data, _KEYS, at)
    match data.get("version"):
        case int(version) if version == VERSION and not isinstance(version, bool):
            pass
        case int(version) if version > VERSION:
            known = f"this one knows {VERSION}"
            raise wrong(at, f"has version {version}, of a newer hushtable; {known}")
        case _:
            raise wrong(at, f"needs version = {VERSION}")
    try:
        basis = Basis(data.get("made-from", ""))
    except ValueError as error:
        raise wrong(at, f"needs made-from, one of {quoted(Basis)}") from error
    match data.get("exposures"):
        case list(entries):
            return contract_of(entries, basis, at)
        case _:
            raise wrong(at, "needs exposures, a list")


def _written(line: Line) -> InlineTable:
    table = tomlkit.inline_table()
    for key, value in plain(line).items():
        table.add(key, value)
    return table


def _plain(character: str) -> str:
    """Write out what a reader would not see where it is; all of it stands in strings."""
    if character.isprintable() or character == "\n":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= _PLANE else f"\\U{code:08x}"

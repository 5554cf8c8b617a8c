"""The configuration: `hushtable.toml`, or `[tool.hushtable]` of `pyproject.toml`.

A key or value that is not understood is refused, with its place and the nearest known name: a
setting that silently does nothing is a check that silently does nothing.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hushtable.model.config import Identity, ScanConfig
from hushtable.model.errors import ConfigError
from hushtable.model.rule import Severity
from hushtable.model.sensitivity import Category

FILE = "hushtable.toml"
PROJECT_FILE = "pyproject.toml"
MAX_BYTES = 3_000_000
"""Of a configuration that is read: it comes with a service that nobody vouches for."""


def settings(folder: Path, file: Path | None = None) -> ScanConfig:
    """Read the configuration that is named, else the one found for the folder, else none.

    Raises ConfigError when it is wrong.
    """
    found = file or find(folder)
    return load(found) if found else ScanConfig()


def find(folder: Path) -> Path | None:
    """Find the configuration for a folder: in it or above it, up to the repository's root.

    In one folder `hushtable.toml` comes before a `pyproject.toml` with `[tool.hushtable]`.
    Raises ConfigError when a `pyproject.toml` on the way cannot be read.
    """
    start = folder.resolve()
    for here in (start, *start.parents):
        if (here / FILE).is_file():
            return here / FILE
        project = here / PROJECT_FILE
        if project.is_file() and _section(project) is not None:
            return project
        if (here / ".git").exists():
            return None
    return None


def load(path: Path) -> ScanConfig:
    """Read a configuration file.

    A relative `baseline` is relative to the file. Raises ConfigError for a file that cannot be
    read and for every key and value that is not understood.
    """
    if path.name == PROJECT_FILE:
        section = _section(path)
        if section is None:
            raise _wrong(path, "has no table [tool.hushtable]")
        return _config(section, f"{path} [tool.hushtable]", path.parent)
    return _config(_toml(path), str(path), path.parent)


def _section(path: Path) -> Mapping[str, Any] | None:
    match _toml(path):
        case {"tool": {"hushtable": dict() as section}}:
            return section
        case {"tool": {"hushtable": _}}:
            raise _wrong(path, "[tool.hushtable] must be a table")
        case _:
            return None


def _toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            held = file.read(MAX_BYTES + 1)
        if len(held) > MAX_BYTES:
            raise _wrong(path, f"is larger than {MAX_BYTES // 1_000_000} MB")
        return tomllib.loads(held.decode("utf-8"))
    except OSError as error:
        raise _wrong(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _wrong(path, "is not UTF-8 text") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # tomllib's text holds a position and, of the file, at most one character.
        raise _wrong(path, f"is not TOML: {error}") from error


def _config(section: Mapping[str, Any], where: str, folder: Path) -> ScanConfig:
    values: dict[str, Any] = {}
    for key, value in section.items():
        if key not in _KEYS:
            raise _wrong(where, f"has an unknown key {key!r}{did_you_mean(key, _KEYS)}")
        field, read = _KEYS[key]
        values[field] = read(value, f"{where}: {key}")
    if values.get("baseline"):
        values["baseline"] = str(folder / values["baseline"])
    return ScanConfig(**values)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give ` (did you mean 'select'?)`, or nothing when no known word is near."""
    near = difflib.get_close_matches(word, list(map(str, known)), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _wrong(where: object, what: str) -> ConfigError:
    text = f"{where} {what}"
    return ConfigError(text)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(where, "must be a string")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _wrong(where, "must be a list of strings")
    return tuple(_text(each, f"{where}, each entry,") for each in value)


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(where, "must be true or false")
    return value


def _number(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(where, "must be a whole number, 0 or more")
    return value


def _severity(value: object, where: str) -> Severity:
    try:
        return Severity(_text(value, where))
    except ValueError as error:
        raise _wrong(where, f"must be one of {', '.join(Severity)}") from error


def _attributes(value: object, where: str) -> dict[str, str]:
    """Read `attributes`; unquoted dotted names are tables of tables in TOML, and mean the same."""
    if not isinstance(value, dict):
        raise _wrong(where, "must be a table of attribute names")
    found = {}
    for name, category in _flat(value):
        if not isinstance(category, str) or category not in set(Category):
            near = did_you_mean(str(category), Category) if isinstance(category, str) else ""
            place = f"{where}.{name}"
            raise _wrong(place, f"must be one of {', '.join(Category)}{near}")
        found[name] = category
    return found


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        name = f"{before}.{key}" if before else key
        if isinstance(value, dict):
            yield from _flat(value, name)
        else:
            yield name, value


def _settings(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _wrong(where, "must be a table of strings")
    return {key: _text(each, f"{where}.{key}") for key, each in value.items()}


def _identities(value: object, where: str) -> tuple[Identity, ...]:
    """Read `[identities.A]`: `owner`, and `headers`, a table of strings."""
    if not isinstance(value, dict):
        raise _wrong(where, "must be a table of identities")
    found = []
    for name, each in value.items():
        at = f"{where}.{name}"
        if name not in {"A", "B"} and not name.startswith("role:"):
            raise _wrong(at, "must be called A, B or role:NAME")
        match each:
            case {"headers": dict(headers), **rest} if set(rest) <= {"owner"}:
                owner = _text(rest.get("owner", ""), f"{at}.owner")
                pairs = tuple(
                    (key, _text(text, f"{at}.headers.{key}")) for key, text in headers.items()
                )
                found.append(Identity(name, pairs, owner))
            case _:
                raise _wrong(at, "must have headers, and may have owner")
    return tuple(found)


def _libraries(value: object, where: str) -> tuple[Mapping[str, Any], ...]:
    """Read `[library]` or `[[library]]`; what stands in it is checked where it is used."""
    tables = value if isinstance(value, list) else [value]
    if not all(isinstance(table, dict) for table in tables):
        raise _wrong(where, "must be a table or an array of tables")
    return tuple(tables)


_KEYS: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "exclude": ("exclude", _texts),
    "select": ("select", _texts),
    "ignore": ("ignore", _texts),
    "fail-on": ("fail_on", _severity),
    "baseline": ("baseline", _text),
    "attributes": ("attributes", _attributes),
    "library": ("taught", _libraries),
    "jobs": ("jobs", _number),
    "cache": ("cache", _flag),
    "settings": ("settings", _settings),
    "identities": ("identities", _identities),
    "hook": ("hook", _text),
    "tests": ("tests", _text),
    "test-seconds": ("test_seconds", _number),
}

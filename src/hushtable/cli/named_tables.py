"""Finds the tables of a program by the name of its app, a Table, a list of them or a Store."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from hushtable.cli.used_tables import used_tables
from hushtable.model.errors import HushtableError, UsageError

Tables = tuple[Any, ...]


def needed(name: str) -> ModuleType:
    """Import a module of the guard. Raises UsageError where its libraries are not installed."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        text = f"this needs {error.name}: pip install 'hushtable[guard]'"
        raise UsageError(text) from None


@dataclass(frozen=True, slots=True)
class Named:
    """The tables of what a name stands for, and what is to be said of them."""

    tables: Tables
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Tables that an app's routes use, or what they do with one, beside what it was set up for."""


def tables_at(name: str) -> Named:
    """Give the tables of what `MODULE:NAME` is.

    Raises UsageError, which tells what to do.
    """
    module_name, _, path = name.partition(":")
    if not module_name or not path:
        text = f"{name!r} names nothing: write MODULE:NAME, as in app.main:app"
        raise UsageError(text)
    needed("hushtable.guard.table")
    found: Any = _imported(module_name)
    for part in path.split("."):
        if not hasattr(found, part):
            text = f"{module_name} has no {path}"
            raise UsageError(text)
        found = getattr(found, part)
    return _tables(name, found)


def _imported(name: str) -> ModuleType:
    """Import the program. What its import raises may quote a secret: its kind alone is told."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(f"{missing}."):
            text = f"there is no module {name}: run this in the folder that {name} is imported from"
        else:
            text = (
                f"{name} cannot be imported, for it needs {missing}: use the program's own Python"
            )
        raise UsageError(text) from None
    except HushtableError as error:
        text = f"{name} cannot be imported: {error}"
        raise UsageError(text) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a program raises what it likes
        text = f"{name} cannot be imported: it raises {type(error).__name__}"
        raise UsageError(text) from None


def _tables(name: str, found: Any) -> Named:  # noqa: ANN401 - a user's
    table = needed("hushtable.guard.table").Table
    store = needed("hushtable.guard.store").Store
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    if isinstance(found, table):
        tables: Tables = (found,)
    elif isinstance(found, list | tuple | set | frozenset):
        tables = tuple(found)
    elif isinstance(found, store):
        tables = found.tables
    elif hasattr(found, "state") and hasattr(found, "routes"):
        tables = needed("hushtable.guard.fastapi").tables_of(found)
        notes = _scans(tables, found)
        left_out = _left_out(tables, used_tables(found.routes, table))
        if not tables:
            text = f"{name} has no tables: give them to protect(app, ...), or name a Table here"
            raise UsageError(text)
    else:
        text = f"{name} is a {type(found).__name__}, and no app, Table, list of Tables or Store"
        raise UsageError(text)
    if not tables or not all(isinstance(one, table) for one in tables):
        text = f"{name} holds no tables, or something else among them"
        raise UsageError(text)
    return Named(tables, notes, left_out)


def _left_out(tables: Tables, used: Collection[Any]) -> tuple[str, ...]:
    """Name the tables that routes use, or what they do with them, that the given ones lack."""
    told = []
    for one in used:
        same = [each for each in tables if (each.record, each.name) == (one.record, one.name)]
        lacking = [
            word
            for kind in ("operations", "filters", "credentials")
            for word in sorted(getattr(one, kind).difference(*(getattr(x, kind) for x in same)))
        ]
        if same and not lacking:
            continue
        what = f"{', '.join(lacking)} of it is" if same else "it is"
        told.append(f"{one!r} is used by a route, and {what} not given to protect(app, ...)")
    return tuple(told)


def _scans(tables: Tables, app: Any) -> tuple[str, ...]:  # noqa: ANN401 - a user's app
    """Tell of routes that may scan, where no table declares it: they name no table to allow."""
    routes = sorted(needed("hushtable.guard.routes").allowing_scan(app.routes))
    if not routes or any("scan" in one.operations for one in tables):
        return ()
    told = (
        f"{', '.join(routes)}: scans are allowed there, and no table has scan among its "
        "operations, so no Scan is allowed: declare it on the table that is scanned"
    )
    return (told,)

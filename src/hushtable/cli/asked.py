"""What the words of `hushtable probe` mean: identities, known values, an earlier result."""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from hushtable.model.errors import UsageError
from hushtable.model.service import ANYONE
from hushtable.probe.order import Identity, Login

_HEADER = re.compile(r"(?P<name>[A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*(?P<value>[ -~\t]*)")
_FROM_ENVIRONMENT = re.compile(r"\$\{(\w+)\}")


def identities(given: Sequence[str], *, login: bool = False) -> tuple[Identity, ...]:
    """Read `NAME=HEADER: value`, repeated for several headers; `${VARIABLE}` is filled in.

    With a `login`, a `NAME` alone is who that signs in. Raises UsageError without repeating what
    was given: it may hold a secret.
    """
    headers: dict[str, list[tuple[str, str]]] = {}
    for number, text in enumerate(given, 1):
        name, equals, header = text.partition("=")
        match = _HEADER.fullmatch(header.strip())
        named = re.fullmatch(r"[\w-]{1,40}", name) is not None
        alone = named and not equals and login
        if not alone and (not named or not equals or match is None):
            message = f"--as number {number} is not NAME=HEADER, as in 'A=Authorization: Bearer x'"
            raise UsageError(message)
        if name == ANYONE:
            message = f"no identity is called {ANYONE}: that is who sends nothing"
            raise UsageError(message)
        sent = headers.setdefault(name, [])
        if match is not None:
            sent.append((match["name"], _filled(match["value"])))
    return tuple(Identity(name, tuple(pairs)) for name, pairs in headers.items())


def _filled(value: str) -> str:
    def variable(found: re.Match[str]) -> str:
        if found[1] not in os.environ:
            message = f"--as asks for the environment variable {found[1]}, which is not set"
            raise UsageError(message)
        return os.environ[found[1]]

    return _FROM_ENVIRONMENT.sub(variable, value)


def login_of(named: str) -> Login | None:
    """Load `FILE.py:FUNCTION`, an async function. None for nothing; raises UsageError."""
    if not named:
        return None
    file, colon, name = named.rpartition(":")
    spec = importlib.util.spec_from_file_location("hushtable_login", file) if colon else None
    if spec is None or spec.loader is None or not Path(file).is_file():
        message = "--login wants FILE.py:FUNCTION, and the file must be there"
        raise UsageError(message)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        message = f"{file} cannot be loaded: {type(error).__name__}"
        raise UsageError(message) from error
    function = getattr(module, name, None)
    if not inspect.iscoroutinefunction(function):
        message = f"{file} has no async function `{name}`"
        raise UsageError(message)
    return cast("Login", function)


def known(given: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Read `NAME=VALUE`. Raises UsageError for anything else."""
    pairs = []
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            message = "--know wants NAME=VALUE, as in product_id=p1"
            raise UsageError(message)
        pairs.append((name, value))
    return tuple(pairs)


def keys_of(path: Path) -> tuple[str, ...]:
    """Read the keys of the findings of an earlier JSON report. Raises UsageError for no such."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise UsageError(message) from error
    except (ValueError, RecursionError) as error:
        message = f"{path} is not JSON"
        raise UsageError(message) from error
    match told:
        case {"version": "1", "findings": list() as findings}:
            return tuple(
                str(one["key"]) for one in findings if isinstance(one, dict) and "key" in one
            )
        case _:
            message = f"{path} is not a report of `hushtable probe --format json`"
            raise UsageError(message)

"""The code a remedy shows: a projection, a response model, an allow-list, for these attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hushtable.model.dynamodb.reserved import is_reserved

_PLAIN = re.compile(r"^[A-Za-z][A-Za-z0-9_]*$")
_NOT_WORD = re.compile(r"[^A-Za-z0-9_]")


def projection(names: Iterable[str]) -> str:
    """Give the keyword arguments that read exactly these attributes.

    A name that DynamoDB reserves, or that its grammar cannot take, goes behind a placeholder.
    """
    aliases: dict[str, str] = {}
    parts: list[str] = []
    for name in dict.fromkeys(names):
        if _PLAIN.match(name) and not is_reserved(name):
            parts.append(name)
            continue
        alias = "#" + (_NOT_WORD.sub("_", name) or "a")
        while alias in aliases:
            alias += "_"
        aliases[alias] = name
        parts.append(alias)
    code = f"ProjectionExpression={_quoted(', '.join(parts))}"
    if aliases:
        pairs = ", ".join(f"{_quoted(alias)}: {_quoted(name)}" for alias, name in aliases.items())
        code += f", ExpressionAttributeNames={{{pairs}}}"
    return code


def allow_list(names: Iterable[str], item: str = "item") -> str:
    """Give an expression that keeps exactly these keys of an item."""
    quoted = ", ".join(_quoted(name) for name in dict.fromkeys(names))
    return f"{{key: {item}[key] for key in ({quoted},) if key in {item}}}"


def model_name(table: str) -> str:
    """Give a class name for the public shape of a table's items: `users` -> `UserOut`."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", table) if word]
    stem = "".join(word[0].upper() + word[1:] for word in words) or "Item"
    if not stem[0].isalpha():
        stem = f"Table{stem}"
    singular = stem[:-1] if stem.endswith("s") and not stem.endswith("ss") else stem
    return f"{singular}Out"


def _quoted(text: str) -> str:
    escaped = text.encode("unicode_escape").decode("ascii").replace('"', '\\"')
    return f'"{escaped}"'

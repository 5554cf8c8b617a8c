"""Signs of DynamoDB in an answer: its JSON with types, its metadata, its names, its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hushtable.model.dynamodb.signs import METADATA_NAMES, is_typed
from hushtable.probe.masking import member

Sign = tuple[str, str]
"""Where it stands, and what it is; never its value."""

_ARN = re.compile(r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):")
_COMPOSED = re.compile(r"[A-Z][A-Z0-9_]{1,30}#[^\s#]{1,200}(?:#\S*)?")
_KEY_NAMES = re.compile(r"(?:gsi\d{0,2}_?|lsi\d{0,2}_?|_)?[ps]k\d{0,2}", re.IGNORECASE)
_TABLES = frozenset({"AttributeDefinitions", "IndexName", "KeySchema", "TableArn", "TableName"})
"""Members that name a table and what it is made of. Source: API Reference, DescribeTable."""

_DEEPEST = 40
_MOST = 50


def signs(value: object) -> Iterator[Sign]:
    """Give the signs in a JSON value, at most fifty, each place once."""
    seen: set[Sign] = set()
    for sign in _signs(value, ()):
        if sign not in seen:
            seen.add(sign)
            yield sign
        if len(seen) >= _MOST:
            return


def _signs(value: object, path: tuple[str, ...]) -> Iterator[Sign]:
    if len(path) > _DEEPEST:
        return
    match value:
        case dict():
            if is_typed(value):
                yield member(path), "a value with its DynamoDB type"
                return
            for name, inner in value.items():
                where = (*path, str(name))
                if name in METADATA_NAMES or name in _TABLES:
                    yield member(where), str(name)
                elif _KEY_NAMES.fullmatch(str(name)) and isinstance(inner, str):
                    yield member(where), f"a key of a shared table ({name})"
                yield from _signs(inner, where)
        case list():
            for inner in value:
                yield from _signs(inner, (*path, "[]"))
        case str():
            if (arn := _ARN.search(value)) is not None:
                yield member(path), f"an ARN of {arn['service']}"
            elif _COMPOSED.fullmatch(value):
                yield member(path), "a composed key (as USER#1)"

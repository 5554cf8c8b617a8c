"""Fills in a request: values that a schema takes, and the path they make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

from hushtable.model.service import ParameterSource
from hushtable.probe.openapi import Input, Operation

# Addresses are of `.example`: it is reserved (RFC 2606), and unlike `.invalid` taken by validators.
_FORMATS = {
    "uuid": "00000000-0000-4000-8000-000000000001",
    "date": "2026-01-15",
    "date-time": "2026-01-15T12:00:00Z",
    "time": "12:00:00",
    "email": "probe@hushtable.example",
    "uri": "https://hushtable.invalid/",
    "ipv4": "192.0.2.1",
}
_TRIED = (
    "a", "abc", "1", "12", "123", "1234", "12345", "123456", "2026-01-15", "2026-01", "12:00",
    "AB", "ABC", "abc_1", "a-1", "Abc", "EUR", "en", "en-GB", "0.5", "#a1b2c3", "+493012345678",
    "probe@hushtable.example", "A" * 43, "a" * 32, "0" * 24,
)  # fmt: skip
_LONGEST_PATTERN = 200


def samples(wanted: Input) -> Iterator[str]:
    """Give values that the schema of an input takes, the likeliest first; perhaps none."""
    schema = wanted.schema
    for value in (wanted.example, schema.get("default"), schema.get("const")):
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            yield str(value)
    options = schema.get("enum")
    if isinstance(options, list):
        yield from (str(one) for one in options if isinstance(one, str | int))
        return
    match schema.get("type"):
        case "integer" | "number":
            least = schema.get("minimum", schema.get("exclusiveMinimum"))
            yield str(int(least) + 1 if isinstance(least, int | float) and least > 0 else 1)
        case "boolean":
            yield "true"
        case _:
            yield from _texts(schema)


def _texts(schema: Mapping[str, object]) -> Iterator[str]:
    form = schema.get("format")
    if isinstance(form, str) and form in _FORMATS:
        yield _FORMATS[form]
        return
    pattern = schema.get("pattern")
    shortest = schema.get("minLength")
    least = shortest if isinstance(shortest, int) else 0
    for text in _TRIED:
        if len(text) < least:
            continue
        if isinstance(pattern, str) and not _matches(pattern, text):
            continue
        yield text


def takes(schema: Mapping[str, object], text: str) -> bool:
    """Whether a text has the length and the form that a schema asks for."""
    least, most, pattern = (schema.get(one) for one in ("minLength", "maxLength", "pattern"))
    if isinstance(least, int) and len(text) < least:
        return False
    if isinstance(most, int) and len(text) > most:
        return False
    return not isinstance(pattern, str) or _matches(pattern, text)


def _matches(pattern: str, text: str) -> bool:
    # A pattern of a stranger may take for ever; short ones on short texts do not.
    if len(pattern) > _LONGEST_PATTERN or re.search(r"[+*}]\)?[+*{]", pattern):
        return False
    try:
        return re.search(pattern, text[:50]) is not None
    except re.error:
        return False


def query_of(operation: Operation, values: Mapping[str, str]) -> dict[str, str]:
    """Give those of the values that an operation takes in its query."""
    names = (one.name for one in operation.of(ParameterSource.QUERY))
    return {name: values[name] for name in names if name in values}


def path_of(
    base: str,
    operation: Operation,
    values: Mapping[str, str],
    query: Mapping[str, str] | None = None,
) -> str:
    """Give the path of a request, each value quoted; `query` is put behind it."""
    path = re.sub(
        r"\{([^{}/]+)\}",
        lambda found: quote(values.get(found[1].partition(":")[0], "x"), safe=""),
        operation.path,
    )
    # `.` and `..` as whole segments would name another path.
    path = re.sub(r"(?<=/)(\.{1,2})(?=/|$)", lambda found: found[1].replace(".", "%2E"), path)
    tail = f"?{urlencode(query)}" if query else ""
    return f"{base}{path}{tail}"

"""Makes up a JSON body that a schema takes: the least it asks for, nothing that could harm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hushtable.model.service import ParameterSource
from hushtable.probe.filling import samples
from hushtable.probe.knowledge import key_of
from hushtable.probe.openapi import Input
from hushtable.probe.schema import Document, Schema

_DEEPEST = 6
_PASSWORD = "hushtable-Probe-1"  # noqa: S105 - of nobody
_USUAL = {
    "email": "probe@hushtable.invalid",
    "password": _PASSWORD,
    "phone": "+15005550006",
    "date_of_birth": "1990-01-15",
}
"""Values for names whose schema says less than the service checks."""


def body(document: Document, schema: object) -> Any:  # noqa: ANN401 - any JSON value
    """Give a value that a schema takes, or None where none could be made."""
    return _made(document, schema, "", 0)


def _made(document: Document, schema: object, name: str, depth: int) -> Any:  # noqa: ANN401 - any JSON value
    branches = document.branches(schema)
    if depth > _DEEPEST or not branches:
        return None if depth > _DEEPEST else {}
    # A schema with alternatives is made of the first that says what it is.
    spoken = next((each for each in branches if _says(each)), branches[0])
    match spoken:
        case {"properties": Mapping() as properties}:
            wanted = spoken.get("required")
            needed = wanted if isinstance(wanted, list) else []
            return {
                str(each): _made(document, properties.get(each), str(each), depth + 1)
                for each in needed
            }
        case {"type": "object"}:
            return {}
        case {"type": "array"}:
            least = spoken.get("minItems")
            many = 1 if isinstance(least, int) and least > 0 else 0
            return [_made(document, spoken.get("items"), name, depth + 1)] * max(many, 1)
        case _:
            return _scalar(spoken, name)


def _says(schema: Schema) -> bool:
    return bool({"properties", "enum", "const"} & set(schema)) or schema.get("type") not in {
        None,
        "null",
    }


def _scalar(schema: Schema, name: str) -> Any:  # noqa: ANN401 - any JSON value
    found = next(samples(Input(name, ParameterSource.BODY, schema)), "a")
    match schema.get("type"):
        case "integer":
            return int(float(found)) if found.lstrip("-").replace(".", "").isdigit() else 1
        case "number":
            return float(found) if found.lstrip("-").replace(".", "").isdigit() else 1
        case "boolean":
            return True
        case _:
            usual = _USUAL.get(key_of(name))
            plain = not {"enum", "const", "example"} & set(schema)
            return usual if usual is not None and plain else found

"""Makes up a JSON body that a schema takes: the least it asks for, nothing that could harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hushtable.model.service import ParameterSource
from hushtable.probe.filling import samples, takes
from hushtable.probe.openapi import Input
from hushtable.probe.person import Person
from hushtable.probe.schema import Document, Schema

_DEEPEST = 6
_MOST_MEMBERS = 40


@dataclass(frozen=True, slots=True)
class Making:
    """What a body is made with.

    `person` stands in where somebody is asked for, and `known` gives an id that was seen, by the
    name of the member. `whole` fills in what is not required too: a document that requires nothing
    often says less than the service checks.
    """

    document: Document
    person: Person
    known: Callable[[str], str | None] = lambda _: None
    whole: bool = False


def body(making: Making, schema: object) -> Any:  # noqa: ANN401 - any JSON value
    """Give a value that a schema takes, or None where none could be made."""
    return _made(making, schema, "", 0)


def _made(making: Making, schema: object, name: str, depth: int) -> Any:  # noqa: ANN401 - any JSON value
    branches = making.document.branches(schema)
    if depth > _DEEPEST or not branches:
        return None if depth > _DEEPEST else {}
    objects = [each for each in branches if isinstance(each.get("properties"), Mapping)]
    if objects:
        return _object(making, objects if "allOf" in branches[0] else objects[:1], depth)
    # A schema with alternatives is made of the first that says what it is.
    spoken = next((each for each in branches if _says(each)), branches[0])
    match spoken:
        case {"type": "object"}:
            return {}
        case {"type": "array"}:
            least = spoken.get("minItems")
            many = 1 if isinstance(least, int) and least > 0 else 0
            return [_made(making, spoken.get("items"), name, depth + 1)] * max(many, 1)
        case _:
            return _scalar(making, spoken, name)


def _object(making: Making, parts: list[Schema], depth: int) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    needed: list[str] = []
    for part in parts:
        properties |= {str(name): schema for name, schema in part["properties"].items()}
        required = part.get("required")
        needed += map(str, required) if isinstance(required, list) else ()
    wanted = list(properties) if making.whole else needed
    return {
        name: _made(making, properties.get(name), name, depth + 1)
        for name in dict.fromkeys(wanted[:_MOST_MEMBERS])
        if name in needed or not _is_read_only(properties.get(name))
    }


def _is_read_only(schema: object) -> bool:
    return isinstance(schema, Mapping) and schema.get("readOnly") is True


def _says(schema: Schema) -> bool:
    return bool({"enum", "const"} & set(schema)) or schema.get("type") not in {None, "null"}


def _scalar(making: Making, schema: Schema, name: str) -> Any:  # noqa: ANN401 - any JSON value
    found = making.known(name) or next(samples(Input(name, ParameterSource.BODY, schema)), "a")
    match schema.get("type"):
        case "integer":
            return int(float(found)) if found.lstrip("-").replace(".", "").isdigit() else 1
        case "number":
            return float(found) if found.lstrip("-").replace(".", "").isdigit() else 1
        case "boolean":
            return found == "true"
        case _:
            said = making.person.says(name)
            taken = said is not None and takes(schema, said)
            return said if taken and not {"enum", "const"} & set(schema) else found

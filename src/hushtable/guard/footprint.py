"""Which attributes of a table a program touches: what its Views read, what its writes write.

Names are those in the table, and of whole attributes: a path into a map touches the map, as
DynamoDB's own access control sees it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from hushtable.guard.errors import DeclarationError, RefusedError
from hushtable.guard.paths import Condition
from hushtable.guard.schema import IndexSchema, Schema
from hushtable.guard.tokens import wheres
from hushtable.guard.view import View


def views_of(schema: Schema) -> tuple[type[View[Any]], ...]:
    """Give the Views of a Record that the program declares, by name.

    Python itself knows them, as the subclasses of View; one that is no longer used is forgotten.
    """
    found = {view for view in _below(View) if _declares(view, schema)}
    return tuple(sorted(found, key=lambda view: (view.__module__, view.__qualname__)))


def _below(view: type[View[Any]]) -> Iterator[type[View[Any]]]:
    for one in view.__subclasses__():
        yield one
        yield from _below(one)


def _declares(view: type[View[Any]], schema: Schema) -> bool:
    # Its own, not the one of a View it extends: a class that is being made has none yet.
    declared = vars(view).get("declared_")
    return declared is not None and declared.schema is schema


def read_by(view: type[View[Any]]) -> frozenset[str]:
    """Give the attributes that reading a View asks for, whoever asks."""
    compiled = view.declared_.seen_by(None, keyed=True)
    return frozenset(str(path.steps[0]) for path in compiled.paths)


def read(schema: Schema, views: Collection[type[View[Any]]]) -> frozenset[str]:
    """Give the attributes that these Views, the keys and the checks of an item ask for."""
    checked = {one.name for one in (schema.owner, schema.expires) if one is not None}
    if schema.entity:
        checked.add(schema.entity_attribute)
    shown = (read_by(view) for view in views)
    return frozenset().union(schema.key_attributes, checked, *shown)


def written(schema: Schema) -> frozenset[str]:
    """Give the attributes that writes may name: all that the Record stores."""
    made = {part.attribute for index in schema.indexes.values() for part in index.keys.parts}
    kind = {schema.entity_attribute} if schema.entity else set()
    stored = {one.name for one in schema.attributes.values()}
    # The fields that a key is made of are stored too; the key is another attribute beside them.
    return frozenset(schema.key_attributes | made | kind | stored)


def given_by(index: IndexSchema, schema: Schema, wanted: frozenset[str]) -> frozenset[str]:
    """Give what of some attributes an index has, with its own keys and the table's."""
    keys = schema.key_attributes | {part.attribute for part in index.keys.parts}
    return keys | (wanted if index.carries is None else wanted & index.carries)


def stored_names(schema: Schema, fields: Collection[str]) -> frozenset[str]:
    """Give the names in the table of some fields. Raises DeclarationError for one there is not."""
    wanted = {fields} if isinstance(fields, str) else set(fields)
    unknown = sorted(wanted - set(schema.attributes))
    if unknown:
        message = f"{schema.record}: {unknown[0]} is no field"
        raise DeclarationError(message)
    return frozenset(schema.attributes[one].name for one in wanted)


def check_filter(
    schema: Schema, where: Condition | None, known: frozenset[str], index: str
) -> frozenset[str]:
    """Refuse a filter over an attribute that no View reads, and that was not declared for it.

    Comparing an attribute tells of it as reading does: a caller who chooses what it is compared
    with can find it out. And a policy that lets a filter name an attribute lets it be read.

    `known` are attributes that a filter may name; what is found to be one too is given back with
    them, so that the Views are gone through once.
    """
    if where is None:
        return known
    if not isinstance(where, Condition):
        message = f"where= takes a condition, such as {schema.record}.at.FIELD == value"
        raise RefusedError(message)
    named = {str(one.steps[0]) for one in wheres(where.tokens)}
    if not named <= known:
        known |= read(schema, views_of(schema))
    unread = sorted(named - known)
    if unread:
        message = (
            f"{schema.record}: a filter names {unread[0]}, which no View reads: "
            "declare it with filters= of the Table"
        )
        raise RefusedError(message)
    there = schema.indexes.get(index)
    absent = sorted(named - given_by(there, schema, frozenset(named))) if there else []
    if absent:
        message = f"{schema.record}.{index} does not carry {absent[0]}, which a filter names"
        raise RefusedError(message)
    return known

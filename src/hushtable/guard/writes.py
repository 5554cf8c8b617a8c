"""The steps of every write. Only declared attributes reach an expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from hushtable.guard.access import Access
from hushtable.guard.answers import Failed, check
from hushtable.guard.blind import BlindHash
from hushtable.guard.cipher import Cipher
from hushtable.guard.drive import Steps
from hushtable.guard.encode import Wire, encode, plain, storable
from hushtable.guard.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from hushtable.guard.keys import key_of, part_of
from hushtable.guard.marks import Hashed
from hushtable.guard.paths import Change, Condition
from hushtable.guard.reads import request
from hushtable.guard.record import Record
from hushtable.guard.schema import Attribute, Schema
from hushtable.guard.sealed import Pending, Sealing, seal
from hushtable.guard.tokens import Tokens, Value, Where, Writer, joined
from hushtable.guard.transport.call import Body, Reply

R = TypeVar("R", bound=Record)

HASH = "$argon2"
"""What a password's hash begins with. Source: the PHC string format of Argon2."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A Record's table as one asker writes to it."""

    record: type[Record]
    access: Access
    table: str
    """The table's name in DynamoDB."""
    blind: Callable[[Attribute], BlindHash]
    """Gives what hashes for an attribute that is `Blind`."""

    @property
    def schema(self) -> Schema:
        """What the Record declares."""
        return self.access.schema


@dataclass(frozen=True, slots=True)
class Action:
    """One write, ready to be sent alone or within a transaction."""

    operation: str
    kind: str
    """Its name within TransactWriteItems: Put, Update, Delete or ConditionCheck."""
    body: dict[str, Any]
    narrow: bool
    """Whether a failed condition tells only that there is no such item for this asker."""
    schema: Schema
    owner: tuple[str, str] | None = None
    """The owner attribute and the id it must hold."""
    pending: tuple[Pending, ...] = ()
    """Values that are encrypted when it is sent."""


def put(writing: Writing, item: Record, *, only_new: bool, where: Condition | None) -> Action:
    """Make a put of a whole item.

    Raises NotFoundError where the item is somebody else's, RefusedError for another Record's.
    """
    schema = writing.schema
    if type(item) is not writing.record:
        message = f"this table holds {schema.record}, not {type(item).__name__}"
        raise RefusedError(message)
    values = {name: getattr(item, name) for name in schema.attributes}
    writing.access.owns(values)
    sealing = Sealing(writing.table, key_of(schema, values))
    _hash(writing, values)
    wire = _item(schema, values, sealing)
    writer = Writer()
    conditions: list[Tokens] = []
    missing: Tokens = ("attribute_not_exists(", Where((schema.keys.partition.attribute,)), ")")
    owner = _owner(writing.access)
    if only_new:
        conditions.append(missing)
    elif owner is not None:
        conditions.append((*missing, " OR ", Where((owner[0],)), " = ", Value({"S": owner[1]})))
    if schema.version is not None and not only_new:
        conditions.append(_version(schema.version, values[schema.version.field], missing))
    if where is not None:
        conditions.append(where.tokens)
    body: dict[str, Any] = {"TableName": writing.table, "Item": wire}
    told = where is not None or only_new or schema.version is not None
    _conditions(body, writer, conditions, told=told)
    writer.put_into(body)
    pending = tuple(sealing.pending)
    return Action("PutItem", "Put", body, not told, schema, owner, pending)


def _item(schema: Schema, values: Mapping[str, Any], sealing: Sealing) -> dict[str, Wire]:
    """Encode a whole item: its attributes, the keys that templates make, and its kind."""
    given = dict(sealing.key)
    for attribute in schema.attributes.values():
        value = values[attribute.field]
        if schema.version is not None and attribute.field == schema.version.field:
            value = int(value) + 1
        if storable(value):
            _is_hash(schema, attribute, value)
            wire = encode(value, f"{schema.record}.{attribute.field}")
            given[attribute.name] = sealing.value(attribute, wire)
    for index in schema.indexes.values():
        for part in index.keys.parts:
            if part.template and all(storable(values[name]) for name in part.fields):
                given[part.attribute] = part_of(part, values)
    if schema.entity:
        given[schema.entity_attribute] = {"S": schema.entity}
    return given


def _hash(writing: Writing, values: dict[str, Any]) -> None:
    """Fill the keyed hashes of an item. Raises RefusedError where the program filled one."""
    for source, attribute in writing.schema.blinds.items():
        if values[attribute.field] is not None:
            message = f"{writing.schema.record}.{attribute.field} is filled by the guard"
            raise RefusedError(message)
        values[attribute.field] = hashed(writing, attribute, values[source])


def hashed(writing: Writing, attribute: Attribute, value: object) -> str | None:
    """Give the keyed hash of a value, None of None."""
    if value is None:
        return None
    text = str(plain(value))
    return str(writing.blind(attribute).stored(text)["S"])


def _is_hash(schema: Schema, attribute: Attribute, value: object) -> None:
    """Refuse to store a password where its hash belongs. Raises RefusedError."""
    if attribute.slot.marks.has(Hashed) and not str(plain(value)).startswith(HASH):
        message = f"{schema.record}.{attribute.field} takes a hash, as Passwords makes it"
        raise RefusedError(message)


def _version(attribute: Attribute, known: int, missing: Tokens) -> Tokens:
    """Demand that nobody wrote since: version 0 is of an item that is not stored yet."""
    if known == 0:
        return missing
    return (Where((attribute.name,)), " = ", Value({"N": str(known)}))


def update(
    writing: Writing,
    given: Mapping[str, Any],
    changes: Sequence[Change],
    *,
    pending: tuple[Pending, ...] = (),
    where: Condition | None,
    version: int | None,
    upsert: bool,
) -> Action:
    """Make an update of some attributes. An item that is not there is not made, unless `upsert`.

    Raises RefusedError for a change of a key, an owner or a version, or of nothing.
    """
    schema = writing.schema
    writing.access.owns(given)
    owner = _owner(writing.access)
    if upsert and owner is not None and schema.owner and schema.owner.field not in given:
        message = f"{schema.record} has an owner: put new items, update those that are there"
        raise RefusedError(message)
    _changeable(schema, changes)
    writer = Writer()
    counted = list(changes)
    if schema.version is not None:
        at = Where((schema.version.name,))
        more: Tokens = (
            at,
            " = if_not_exists(",
            at,
            ", ",
            Value({"N": "0"}),
            ") + ",
            Value({"N": "1"}),
        )
        counted.append(Change("SET", at, more))
    if upsert and schema.entity:
        kind: Tokens = (Where((schema.entity_attribute,)), " = ", Value({"S": schema.entity}))
        counted.append(Change("SET", Where((schema.entity_attribute,)), kind))
    body: dict[str, Any] = {
        "TableName": writing.table,
        "Key": key_of(schema, given),
        "UpdateExpression": writer.write(_sections(counted)),
    }
    conditions = [] if upsert else list(_there(schema, owner))
    if version is not None:
        if schema.version is None:
            message = f"{schema.record} has no version"
            raise RefusedError(message)
        conditions.append((Where((schema.version.name,)), " = ", Value({"N": str(version)})))
    if where is not None:
        conditions.append(where.tokens)
    told = where is not None or version is not None
    _conditions(body, writer, conditions, told=told)
    writer.put_into(body)
    return Action("UpdateItem", "Update", body, not told, schema, owner, pending)


def delete(
    writing: Writing, given: Mapping[str, Any], *, where: Condition | None, missing_ok: bool
) -> Action:
    """Make a delete."""
    schema = writing.schema
    writing.access.owns(given)
    owner = _owner(writing.access)
    writer = Writer()
    body: dict[str, Any] = {"TableName": writing.table, "Key": key_of(schema, given)}
    conditions: list[Tokens] = []
    if not missing_ok or owner is not None or schema.entity:
        conditions += _there(schema, owner)
    if where is not None:
        conditions.append(where.tokens)
    _conditions(body, writer, conditions, told=where is not None)
    writer.put_into(body)
    return Action("DeleteItem", "Delete", body, where is None, schema, owner)


def demand(writing: Writing, given: Mapping[str, Any], where: Condition) -> Action:
    """Make a check, for a transaction: the item is there, this asker's, and a condition holds."""
    writing.access.owns(given)
    owner = _owner(writing.access)
    writer = Writer()
    body: dict[str, Any] = {"TableName": writing.table, "Key": key_of(writing.schema, given)}
    _conditions(body, writer, [*_there(writing.schema, owner), where.tokens], told=False)
    writer.put_into(body)
    return Action("", "ConditionCheck", body, narrow=False, schema=writing.schema, owner=owner)


def send(action: Action, cipher: Cipher | None) -> Steps[Body]:
    """Send one write. Raises NotFoundError or ConflictError where a condition does not hold."""
    yield from seal(action.schema, cipher, action.pending)
    safe = action.kind in {"Put", "Delete"} and "ConditionExpression" not in action.body
    reply = yield request(action.operation, action.body, safe=safe)
    return answered(action, reply)


def answered(action: Action, reply: Reply | None) -> Body:
    """Give the answer of a write. An item of somebody else is told as missing."""
    try:
        return check(action.operation, reply)  # type: ignore[arg-type]
    except Failed as failed:
        there = failed.item
    if action.narrow:
        raise NotFoundError
    missing = there is None and action.kind != "Put"
    foreign = (
        action.owner is not None
        and there is not None
        and (there.get(action.owner[0]) != {"S": action.owner[1]})
    )
    if missing or foreign:
        raise NotFoundError
    raise ConflictError


def _owner(access: Access) -> tuple[str, str] | None:
    owner = access.owner
    if owner is None or access.schema.owner is None:
        return None
    return access.schema.owner.name, owner


def _there(schema: Schema, owner: tuple[str, str] | None) -> list[Tokens]:
    """Demand that the item is there, of this kind, and this asker's."""
    conditions: list[Tokens] = [
        ("attribute_exists(", Where((schema.keys.partition.attribute,)), ")")
    ]
    if schema.entity:
        at = Where((schema.entity_attribute,))
        conditions.append((at, " = ", Value({"S": schema.entity})))
    if owner is not None:
        conditions.append((Where((owner[0],)), " = ", Value({"S": owner[1]})))
    return conditions


def _conditions(
    body: dict[str, Any], writer: Writer, conditions: list[Tokens], *, told: bool
) -> None:
    """Add the conditions. `told` asks for what was there: a conflict is no missing item."""
    if not conditions:
        return
    said = [("(", *one, ")") for one in conditions] if len(conditions) > 1 else conditions
    body["ConditionExpression"] = writer.write(joined(said, " AND "))
    if told:
        body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"


def unhashed(schema: Schema, changes: Sequence[Change]) -> None:
    """Refuse changes that would leave a keyed hash behind: those fields change by `values`."""
    tied = {
        schema.attributes[name].name
        for source, attribute in schema.blinds.items()
        for name in (source, attribute.field)
    }
    for change in changes:
        if change.where.steps[0] in tied:
            message = f"{schema.record}.{change.where} has a keyed hash: change it by values"
            raise RefusedError(message)


def _changeable(schema: Schema, changes: Sequence[Change]) -> None:
    fixed = {
        *schema.key_attributes,
        *(schema.attributes[name].name for name in schema.keys.fields),
        *(one.name for one in (schema.owner, schema.version) if one is not None),
        *([schema.entity_attribute] if schema.entity else []),
    }
    made = {
        name
        for index in schema.indexes.values()
        for part in index.keys.parts
        if part.template
        for name in part.fields
    }
    names = {attribute.name: attribute.field for attribute in schema.attributes.values()}
    for change in changes:
        first = str(change.where.steps[0])
        if first in fixed:
            message = f"{schema.record}.{first} is a key, an owner or a version: it stays"
            raise RefusedError(message)
        if names.get(first) in made:
            message = f"{schema.record}.{first} is part of an index key: put the whole item"
            raise RefusedError(message)
    if not changes:
        message = f"{schema.record}: an update changes something"
        raise RefusedError(message)
    seen: list[tuple[Any, ...]] = []
    for change in changes:
        steps = change.where.steps
        if any(steps[: len(one)] == one or one[: len(steps)] == steps for one in seen):
            message = f"{schema.record}: {change.where} is changed twice"
            raise RefusedError(message)
        seen.append(steps)


def _sections(changes: Sequence[Change]) -> Tokens:
    parts: list[Tokens] = []
    for section in ("SET", "REMOVE", "ADD", "DELETE"):
        own = [change.tokens for change in changes if change.section == section]
        if own:
            parts.append((f"{section} ", *joined(own, ", ")))
    return joined(parts, " ")


def assigned(
    writing: Writing, given: Mapping[str, Any], values: Mapping[str, Any]
) -> tuple[list[Change], tuple[Pending, ...]]:
    """Turn values by field into changes, and what of them is to be encrypted; None removes.

    Raises InvalidError for a field that is not declared or a value that does not fit it: names
    and values often come from a client.
    """
    schema = writing.schema
    sealing = Sealing(writing.table, key_of(schema, given))
    changes = []
    blinds = {one.field for one in schema.blinds.values()}
    hashes = {
        schema.blinds[name].field: hashed(writing, schema.blinds[name], value)
        for name, value in values.items()
        if name in schema.blinds
    }
    for name, value in {**values, **hashes}.items():
        if name in blinds and name not in hashes:
            message = f"{schema.record}.{name} is filled by the guard"
            raise InvalidError(message)
        attribute = schema.attributes.get(name)
        if attribute is None:
            message = f"{schema.record} takes no such field"
            raise InvalidError(message)
        checked = _fitting(writing.record, name, value)
        at = Where((attribute.name,))
        if not storable(checked):
            changes.append(Change("REMOVE", at, (at,)))
            continue
        _is_hash(schema, attribute, checked)
        wire = encode(checked, f"{schema.record}.{name}")
        changes.append(Change("SET", at, (at, " = ", Value(sealing.value(attribute, wire)))))
    return changes, tuple(sealing.pending)


def _fitting(record: type[Record], name: str, value: object) -> object:
    """Check a value against its field. Raises InvalidError, which holds no value."""
    info = record.model_fields[name]
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(info.rebuild_annotation())
        return adapter.validate_python(value)
    except ValidationError:
        message = f"{record.__name__}.{name} does not take this value"
        raise InvalidError(message) from None

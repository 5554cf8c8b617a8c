"""The steps of every read. What a View does not show is not asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from hushtable.guard.access import Access
from hushtable.guard.answers import check
from hushtable.guard.cipher import Cipher
from hushtable.guard.compiled import Compiled, Rows
from hushtable.guard.cursor import Scope, Sealer
from hushtable.guard.drive import Steps
from hushtable.guard.encode import Wire
from hushtable.guard.errors import InvalidError, NotFoundError, RefusedError, UnavailableError
from hushtable.guard.keys import condition, key_of
from hushtable.guard.pages import Page, page_of
from hushtable.guard.paths import Condition
from hushtable.guard.schema import IndexSchema, Keys, Schema
from hushtable.guard.sealed import unseal
from hushtable.guard.tokens import Value, Where, Writer, wheres
from hushtable.guard.transport.call import Request
from hushtable.guard.view import View

V = TypeVar("V", bound=View[Any])

_ENCODE = msgspec.json.Encoder().encode


class Reader(NamedTuple, Generic[V]):  # made for every call, as Access is
    """A View of a Record as one asker reads it."""

    view: type[V]
    access: Access
    table: str
    """The table's name in DynamoDB."""
    cipher: Cipher | None = None

    @property
    def schema(self) -> Schema:
        """What the Record declares."""
        return self.access.schema

    def compiled(self, *, keyed: bool = False) -> Compiled[V]:
        """Give the View as this asker sees it. `keyed` reads the key beside it."""
        return self.view.declared_.seen_by(self.access.roles, keyed=keyed)

    def page(self, compiled: Compiled[V], wires: list[Any]) -> Steps[list[Any]]:
        """Give the items that this asker may see, as a page or `Compiled.views` takes them."""
        if compiled.simple:
            return wires
        return (yield from self.shown(compiled, wires))

    def shown(self, compiled: Compiled[V], wires: Iterable[Any]) -> Steps[list[list[Any]]]:
        """Give the values of the items that this asker may see, decrypted."""
        rows = [compiled.values(wire) for wire in wires]
        found = [values for values in rows if self.access.shows(compiled, values)]
        yield from unseal(self.schema, compiled, self.cipher, self.table, found)
        return found


def request(operation: str, body: dict[str, Any], *, safe: bool = True) -> Request:
    """Make a request of its parameters."""
    return Request(operation, _ENCODE(body), safe)


def get(reader: Reader[V], given: Mapping[str, Any], *, consistent: bool) -> Steps[V]:
    """Read one item. Raises NotFoundError where there is none that this asker may see."""
    reader.access.owns(given)
    compiled = reader.compiled()
    body: dict[str, Any] = {"TableName": reader.table, "Key": key_of(reader.schema, given)}
    if consistent:
        body["ConsistentRead"] = True
    # The projection is most of the request, and always the same.
    text = b"%b,%b" % (_ENCODE(body)[:-1], compiled.parameters[1:])
    reply = yield Request("GetItem", text)
    wire = compiled.one(check("GetItem", reply))
    if wire is None:
        raise NotFoundError
    values = compiled.values(wire)
    if compiled.extras and not reader.access.shows(compiled, values):
        raise NotFoundError
    if compiled.sealed:
        yield from unseal(reader.schema, compiled, reader.cipher, reader.table, [values])
    return compiled.view_of(values)


def find(reader: Reader[V], given: Mapping[str, Any], *, consistent: bool) -> Steps[V | None]:
    """Read one item; None where there is none that this asker may see."""
    try:
        return (yield from get(reader, given, consistent=consistent))
    except NotFoundError:
        return None


@dataclass(frozen=True, slots=True)
class Question:
    """What a query or a scan asks for."""

    given: Mapping[str, Any] = field(default_factory=dict, repr=False)
    index: str = ""
    where: Condition | None = None
    limit: int = 25
    cursor: str | None = field(default=None, repr=False)
    backward: bool = False
    consistent: bool = False
    route: str = ""
    """The route it is asked on: a cursor given there is good for nothing elsewhere."""


def query(
    reader: Reader[V], question: Question, sealer: Callable[[], Sealer] | None
) -> Steps[Page[V]]:
    """Read one page."""
    compiled = reader.compiled()
    body = asked(reader, question, compiled)
    return (yield from _page("Query", reader, question, body, sealer))


def scan_page(
    reader: Reader[V], question: Question, sealer: Callable[[], Sealer] | None
) -> Steps[Page[V]]:
    """Read one page of the whole table, for a program that said why."""
    return (yield from _page("Scan", reader, question, _everything(reader, question), sealer))


def _page(
    operation: str,
    reader: Reader[V],
    question: Question,
    body: dict[str, Any],
    sealer: Callable[[], Sealer] | None,
) -> Steps[Page[V]]:
    """Read from where a cursor leads, and seal where the page ended."""
    compiled = reader.compiled()
    if question.cursor is not None:
        if sealer is None:
            message = "this table reads no cursors"
            raise RefusedError(message)
        scope = _scope(operation, reader, question, body)
        body["ExclusiveStartKey"] = sealer().open(question.cursor, scope)
    rows = yield from _rows(operation, body, compiled)
    found = yield from reader.page(compiled, rows.items)
    following = None
    if rows.last is not None and sealer is not None:
        following = sealer().seal(rows.last, _scope(operation, reader, question, body))
    return page_of(reader.view, compiled, found, following)


def _scope(
    operation: str, reader: Reader[Any], question: Question, body: Mapping[str, Any]
) -> Scope:
    """Say what a cursor is good for: this route, this query, this asker."""
    return Scope(question.route, fingerprint(operation, body), reader.access.name)


def query_from(
    reader: Reader[V], question: Question, last: dict[str, Any] | None
) -> Steps[Found[V]]:
    """Read one page from where the last one ended, for a program that goes through them all."""
    compiled = reader.compiled()
    body = asked(reader, question, compiled)
    if last is not None:
        body["ExclusiveStartKey"] = last
    return (yield from _found("Query", reader, body, compiled))


def _found(
    operation: str, reader: Reader[V], body: dict[str, Any], compiled: Compiled[V]
) -> Steps[Found[V]]:
    rows = yield from _rows(operation, body, compiled)
    found = yield from reader.page(compiled, rows.items)
    return Found(compiled.views(found), rows.last)


def asked(reader: Reader[V], question: Question, compiled: Compiled[V] | None) -> dict[str, Any]:
    """Make the parameters of a Query. Without a View it counts.

    Raises RefusedError for what DynamoDB would refuse or an index cannot give.
    """
    schema, index = reader.schema, None
    if question.index:
        index = schema.indexes.get(question.index)
        if index is None:
            message = f"{schema.record} has no index {question.index}"
            raise RefusedError(message)
    keys = index.keys if index is not None else schema.keys
    owned(reader.access, keys, question.given)
    writer = compiled.writer() if compiled is not None else Writer()
    where = f"{schema.record}{'.' + index.name if index else ''}"
    body: dict[str, Any] = {
        "TableName": reader.table,
        "KeyConditionExpression": writer.write(
            condition(keys, question.given, where, alone=bool(schema.entity))
        ),
        "Limit": question.limit,
    }
    if index is not None:
        body["IndexName"] = index.name
        if question.consistent and not index.local:
            message = f"{where}: a global index has no consistent reads"
            raise RefusedError(message)
    if question.consistent:
        body["ConsistentRead"] = True
    if question.backward:
        body["ScanIndexForward"] = False
    _filter(body, writer, question.where, keys, where)
    if compiled is None:
        body["Select"] = "COUNT"
    else:
        _carried(compiled, index, where)
        body["ProjectionExpression"] = compiled.expression[0]
        body["Select"] = "SPECIFIC_ATTRIBUTES"
    writer.put_into(body)
    return body


def owned(access: Access, keys: Keys, given: Mapping[str, Any]) -> None:
    """Refuse a query over items of several owners. Raises NotFoundError for somebody else's."""
    if access.owner is None or access.schema.owner is None:
        return
    if access.schema.owner.field not in keys.partition.fields:
        message = f"{access.schema.record} has an owner: query by it, or as System('reason')"
        raise RefusedError(message)
    access.owns(given)


def _carried(compiled: Compiled[Any], index: IndexSchema | None, where: str) -> None:
    """Refuse a View that asks an index for what it does not carry."""
    if index is None or index.carries is None:
        return
    missing = [str(one) for one in compiled.paths if one.steps[0] not in index.carries]
    if missing:
        message = f"{where} does not carry {', '.join(sorted(set(missing)))}"
        raise RefusedError(message)


def _filter(
    body: dict[str, Any], writer: Writer, said: Condition | None, keys: Keys, where: str
) -> None:
    if said is None:
        return
    own = {part.attribute for part in keys.parts}
    wrong = [one for one in wheres(said.tokens) if one.steps[0] in own]
    if wrong and body.get("KeyConditionExpression"):
        message = f"{where}: {wrong[0]} is a key, which a filter cannot name"
        raise RefusedError(message)
    body["FilterExpression"] = writer.write(said.tokens)


def _rows(operation: str, body: dict[str, Any], compiled: Compiled[V]) -> Steps[Rows]:
    reply = yield request(operation, body)
    return compiled.many(check(operation, reply))


def fingerprint(operation: str, body: Mapping[str, Any]) -> str:
    """Name a query by all it asks but where it starts, in a way that shows nothing of it."""
    kept = {name: part for name, part in body.items() if name != "ExclusiveStartKey"}
    text = msgspec.json.encode([operation, kept], order="sorted")
    return hashlib.sha256(text).hexdigest()


def count(reader: Reader[V], question: Question, *, pages: int) -> Steps[int]:
    """Count what a query finds, over at most `pages` pages of 1 MB.

    Raises RefusedError when there is more: a count that was cut is no count.
    """
    body = asked(reader, _of_its_kind(reader.access, question), None)
    del body["Limit"]
    found = 0
    for _ in range(pages):
        reply = yield request("Query", body)
        answer = _COUNTED.decode(check("Query", reply))
        found += answer.Count
        if answer.LastEvaluatedKey is None:
            return found
        body["ExclusiveStartKey"] = answer.LastEvaluatedKey
    message = f"{reader.schema.record}: more than {pages} pages to count"
    raise RefusedError(message)


def _of_its_kind(access: Access, question: Question) -> Question:
    """Leave items of other kinds and expired ones out of a count, as a read would.

    Raises RefusedError for an index that does not carry what tells them apart.
    """
    schema, said = access.schema, question.where
    index = schema.indexes.get(question.index)
    for attribute, demanded in _checks(access):
        if index is not None and index.carries is not None and attribute not in index.carries:
            message = f"{schema.record}.{index.name} does not carry {attribute}, to count by"
            raise RefusedError(message)
        said = demanded if said is None else demanded & said
    return replace(question, where=said)


def _checks(access: Access) -> Iterator[tuple[str, Condition]]:
    schema = access.schema
    if schema.entity:
        at = Where((schema.entity_attribute,))
        yield schema.entity_attribute, Condition((at, " = ", Value({"S": schema.entity})))
    if schema.expires is not None:
        at, now = Where((schema.expires.name,)), Value({"N": str(int(access.clock()))})
        yield schema.expires.name, Condition(("attribute_not_exists(", at, ") OR ", at, " > ", now))


class _Count(msgspec.Struct):
    Count: int = 0
    LastEvaluatedKey: dict[str, Wire] | None = None


_COUNTED = msgspec.json.Decoder(_Count)


def ready(table: str) -> Steps[None]:
    """Ask whether a table takes requests. Raises UnavailableError where it does not."""
    reply = yield request("DescribeTable", {"TableName": table})
    status = _DESCRIBED.decode(check("DescribeTable", reply)).Table.TableStatus
    if status not in {"ACTIVE", "UPDATING"}:
        message = f"DescribeTable: the table is {status}"
        raise UnavailableError(message)


class _Status(msgspec.Struct):
    TableStatus: str = ""


class _Described(msgspec.Struct):
    Table: _Status


_DESCRIBED = msgspec.json.Decoder(_Described)


def scan(reader: Reader[V], question: Question, last: dict[str, Any] | None) -> Steps[Found[V]]:
    """Read one page of the whole table, for a program that goes through it all."""
    body = _everything(reader, question)
    if last is not None:
        body["ExclusiveStartKey"] = last
    return (yield from _found("Scan", reader, body, reader.compiled()))


def _everything(reader: Reader[V], question: Question) -> dict[str, Any]:
    """Make the parameters of a Scan."""
    compiled = reader.compiled()
    writer = compiled.writer()
    body: dict[str, Any] = {"TableName": reader.table, "Limit": question.limit}
    schema = reader.schema
    said = question.where
    if schema.entity:
        own = Condition((Where((schema.entity_attribute,)), " = ", Value({"S": schema.entity})))
        said = own if said is None else own & said
    index = schema.indexes.get(question.index) if question.index else None
    if question.index and index is None:
        message = f"{schema.record} has no index {question.index}"
        raise RefusedError(message)
    if index is not None:
        body["IndexName"] = index.name
    _filter(body, writer, said, schema.keys, schema.record)
    _carried(compiled, index, schema.record)
    body["ProjectionExpression"] = compiled.expression[0]
    body["Select"] = "SPECIFIC_ATTRIBUTES"
    writer.put_into(body)
    return body


@dataclass(frozen=True, slots=True)
class Found(Generic[V]):
    """Views, and where the next page begins."""

    items: list[V]
    last: dict[str, Any] | None = field(repr=False)


def bounded(limit: int, most: int) -> int:
    """Check a limit that may come from a client. Raises InvalidError."""
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= most:
        message = f"a limit is 1 to {most}"
        raise InvalidError(message)
    return limit

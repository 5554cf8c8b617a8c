"""The store of an app under test: a DynamoDB full of canaries that remembers every request.

Tables are made when the app first asks for them: as it defines them itself, else as the sketch
knows them, else as the request tells.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Protocol, Self

from hushtable.embedded.emulator import Answer, Emulator, error_code
from hushtable.embedded.server import LoopbackServer
from hushtable.model.dynamodb.limits import BATCH_WRITE_ITEMS
from hushtable.prove.exchange import Call
from hushtable.prove.sketch import Certainty, Sketch, TableSketch
from hushtable.prove.store.faults import WRITES, DroppedError, Fault
from hushtable.prove.store.guessing import OWNER
from hushtable.prove.store.mint import Mint
from hushtable.prove.store.planting import Planted, Planter, copies
from hushtable.prove.store.tables import (
    corrected,
    create_request,
    from_description,
    guessed_table,
    is_ready,
    resembling,
    with_open_indexes,
)
from hushtable.prove.store.wanted import Wanted, tables_in, wanted

MOST_CALLS = 5000
"""Requests that are remembered between two drains."""

MOST_PAGES = 12
"""Pages that are capped between two drains: one who reads on and on is not kept at it."""

_OK = 200
_PAGED = frozenset({"Query", "Scan"})
_STATEMENTS = frozenset({"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"})
_DATA = WRITES | _PAGED | _STATEMENTS | {"GetItem", "BatchGetItem", "TransactGetItems"}

Item = Mapping[str, Any]


class Backend(Protocol):
    """A DynamoDB: one request in, one answer out."""

    def handle(self, operation: str, body: bytes) -> Answer:
        """Answer the wire request `body`."""


class _Front(Emulator):
    """What the server serves: every request goes through the store first."""

    def __init__(self, answer: Callable[[str, bytes], Answer]) -> None:
        super().__init__()
        self._through = answer

    def handle(self, operation: str, body: bytes) -> Answer:
        return self._through(operation, body)


class Store:
    """A DynamoDB on loopback, as a context manager, with the items of a sketch in it.

    `page` caps the items that a Query or Scan reads, so that there is a LastEvaluatedKey: the
    service may end a page anywhere. `fault` makes requests fail. Both hold until they are changed.
    """

    def __init__(self, mint: Mint, sketch: Sketch, *, backend: Backend | None = None) -> None:
        """Prepare, without listening yet. `backend` is another DynamoDB than the embedded one."""
        self.mint = mint
        self.sketch = sketch
        self.page: int | None = None
        self.fault: Fault | None = None
        self._backend: Backend = backend or Emulator()
        self._server = LoopbackServer(_Front(self._handle))
        self._lock = threading.RLock()
        self._calls: list[Call] = []
        self._paged = 0
        self._made: dict[str, TableSketch] = {}
        self._created: dict[str, Mapping[str, Any]] = {}
        self._asked: set[str] = set()
        self._described: set[str] = set()
        self._confirmed: set[str] = set()
        self._planted: dict[str, tuple[Item, ...]] = {}
        self._dirty: set[str] = set()
        self._planting = False
        self._planter = Planter(sketch, mint)

    @property
    def url(self) -> str:
        """The `endpoint_url` to give to clients."""
        return self._server.url

    @property
    def port(self) -> int:
        """The port listened on."""
        return self._server.port

    def __enter__(self) -> Self:
        """Listen."""
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self._server.stop()

    def plant(self) -> None:
        """Make the tables hold the sketch's items and nothing else, now and when one is made."""
        with self._lock:
            self._planting = True
            for name, made in tuple(self._made.items()):
                known = self._known(name) or made
                if _schema(known) != _schema(made) and name not in self._created:
                    self._make(known)
                else:
                    self._fill(known)
            self._dirty.clear()

    def restore(self) -> None:
        """Put the planted items back where the app wrote since the last plant or restore."""
        with self._lock:
            for name in tuple(self._dirty):
                known = self._known(name)
                if known is None:
                    continue
                if name not in self._made:
                    self._make(known)
                elif self._planting:
                    self._level(name, self._planted.get(name, ()))
            self._dirty.clear()

    def adopt(self) -> None:
        """Keep what the app wrote since then as if it were planted, until the next `plant`."""
        with self._lock:
            for name in self._dirty & self._made.keys():
                self._planted[name] = tuple(self._everything(name))
            self._dirty.clear()

    def crowd(self, name: str, count: int) -> None:
        """Put more items into a table, copies of a planted one. `restore` takes them away."""
        with self._lock:
            planted = self._planted.get(name)
            if planted:
                self._dirty.add(name)
                self._put(name, copies(planted[0], *self._made[name].keys[-1], count))

    def drain(self) -> tuple[Call, ...]:
        """Give the requests since the last drain, in the order of their answers."""
        with self._lock:
            calls = tuple(self._calls)
            self._calls.clear()
            self._paged = 0
        return calls

    @property
    def written(self) -> bool:
        """Whether the app wrote since the last plant or restore."""
        return bool(self._dirty)

    def keys(self, owner: str, item: int) -> Mapping[str, Mapping[str, str]]:
        """Give the plain key values of an owner's n-th item, by table and attribute.

        An id that stands inside a composed key is given by itself too, as `order_id`.
        """
        with self._lock:
            planter = self._current()
            found: dict[str, Mapping[str, str]] = {}
            for table in self.sketch.tables:
                if table.keys:
                    items = [one for one in planter.items(table) if one.owner == owner]
                    # A table with one item an owner has no second.
                    right = [one for one in items if one.item == item] or items
                    found[table.name] = _together(right)
            return found

    def values(self, owner: str, item: int) -> Mapping[str, Mapping[str, str]]:
        """Give the plain texts and numbers of an owner's n-th item, by table and attribute."""
        with self._lock:
            planter = self._current()
            tables = [table for table in self.sketch.tables if table.keys]
            return {table.name: planter.plain(table, owner, item) for table in tables}

    def owner_id(self, owner: str) -> str:
        """Give the id that an owner has in every table."""
        with self._lock:
            return self._current().id_of(OWNER, owner, 0)

    def _handle(self, operation: str, body: bytes) -> Answer:
        request = _decoded(body)
        if request is None:
            return self._backend.handle(operation, body)
        fault = self.fault
        meant = fault and (operation in _DATA or operation in fault.operations)
        if fault and meant and fault.strikes(operation, tables_in(operation, request)):
            return self._failed(fault, operation, request)
        with self._lock:
            for name in sorted(tables_in(operation, request)):
                self._recognise(name)
            self._prepare(operation, request)
            sent = self._as_sent(operation, request)
            answer = self._backend.handle(operation, json.dumps(sent).encode())
            self._settle(operation, request, answer)
            self._remember(operation, request, answer)
        return answer

    def _failed(self, fault: Fault, operation: str, request: Mapping[str, Any]) -> Answer:
        try:
            answer = fault.answer(operation, self.mint)
        except DroppedError:
            with self._lock:
                self._calls.append(
                    Call(operation, request, status=0, code=fault.code, provoked=True)
                )
            raise
        with self._lock:
            self._remember(operation, request, answer, provoked=True)
        return answer

    def _remember(
        self, operation: str, request: Item, answer: Answer, *, provoked: bool = False
    ) -> None:
        if len(self._calls) >= MOST_CALLS:
            return
        decoded = _decoded(answer.body) or {}
        code = "" if answer.status == _OK else error_code(decoded)
        self._calls.append(Call(operation, request, decoded, answer.status, code, provoked))

    def _as_sent(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation == "CreateTable":
            return with_open_indexes(request)
        if self.page is None or operation not in _PAGED or self._paged >= MOST_PAGES:
            return request
        self._paged += 1
        limit = request.get("Limit")
        return {**request, "Limit": min(limit, self.page) if isinstance(limit, int) else self.page}

    def _prepare(self, operation: str, request: Item) -> None:
        """See that the tables a request needs are there."""
        name = request.get("TableName")
        match operation:
            case "CreateTable":
                if name in self._made and name not in self._created:
                    self._drop(str(name))  # what the app defines is truer than what was guessed
            case _ if operation in _DATA:
                for want in _safely(operation, request):
                    self._expect(want)
            case _ if isinstance(name, str) and name not in self._made:
                known = self._known(name)
                # At first an app that makes its tables is told that there is none.
                if is_ready(known) or name in self._described:
                    keyed = known is not None and bool(known.keys)
                    self._make(known if known and keyed else guessed_table(name, known))
                self._described.add(name)

    def _recognise(self, name: str) -> None:
        """Take over what the source says of a table that it calls by another name."""
        if self._known(name) is not None or name in self._made:
            return
        free = [one for one in self.sketch.tables if one.name not in self._asked]
        self._asked.add(name)
        meant = resembling(name, free)
        if meant is None:
            return
        lesson = f"table {name}: {meant.name} of the source"
        tables = tuple(
            replace(one, name=name) if one is meant else one for one in self.sketch.tables
        )
        self.sketch = replace(self.sketch, tables=tables, lessons=(*self.sketch.lessons, lesson))

    def _expect(self, want: Wanted) -> None:
        known = self._known(want.table)
        types = want.table not in self._confirmed
        table = corrected(known, want, types=types)
        if table != known:
            self._keep(table)
        made = self._made.get(table.name)
        if made is None or (_schema(made) != _schema(table) and table.name not in self._created):
            self._make(table)

    def _settle(self, operation: str, request: Item, answer: Answer) -> None:
        """Note what an answered request changed."""
        if answer.status != _OK:
            return
        name = str(request.get("TableName", ""))
        if operation in {"CreateTable", "UpdateTable"}:
            self._take_over(name, request if operation == "CreateTable" else None)
        elif operation == "DeleteTable":
            self._made.pop(name, None)
            self._dirty.add(name)
        elif operation in WRITES | _STATEMENTS:
            self._dirty |= tables_in(operation, request)
        if operation in _DATA:
            self._confirmed |= {
                one.table for one in _safely(operation, request) if one.key or one.conditions
            }

    def _take_over(self, name: str, request: Item | None) -> None:
        """Learn a table from the app's own definition of it."""
        _, told = self._ask("DescribeTable", {"TableName": name})
        if "Table" not in told:
            return
        if request is not None:
            self._created[name] = request
        table = from_description(self._known(name), told["Table"])
        self._keep(table)
        self._made[name] = table
        if self._planting:
            self._fill(table)

    def _make(self, table: TableSketch) -> None:
        """Make a table anew. What the app wrote into the old one stays, where its key fits."""
        written = self._written(table.name) if table.name in self._made else ()
        if table.name in self._made:
            self._drop(table.name)
        request = self._created.get(table.name) or create_request(table)
        status, _ = self._ask("CreateTable", with_open_indexes(request))
        if status != _OK:
            return
        self._keep(table)
        self._made[table.name] = table
        if self._planting:
            self._fill(table)
        self._put(table.name, [one for one in written if _has_key(one, table)])

    def _drop(self, name: str) -> None:
        self._ask("UpdateTable", {"TableName": name, "DeletionProtectionEnabled": False})
        self._ask("DeleteTable", {"TableName": name})
        del self._made[name]

    def _fill(self, table: TableSketch) -> None:
        items = tuple(one.wire for one in self._current().items(table))
        self._planted[table.name] = items
        self._made[table.name] = table
        self._level(table.name, items)

    def _level(self, name: str, wished: Iterable[Item]) -> None:
        """Make a table hold these items and no others, by writing what differs."""
        keys = [key for key, _ in self._made[name].keys]
        right = {_key(item, keys): item for item in wished}
        held = {_key(item, keys): item for item in self._everything(name)}
        gone = [{one: held[key][one] for one in keys} for key in held if key not in right]
        self._put(name, [item for key, item in right.items() if held.get(key) != item], gone)

    def _put(self, name: str, items: Iterable[Item], gone: Iterable[Item] = ()) -> None:
        writes = [{"DeleteRequest": {"Key": key}} for key in gone]
        writes += [{"PutRequest": {"Item": item}} for item in items]
        for start in range(0, len(writes), BATCH_WRITE_ITEMS):
            batch = writes[start : start + BATCH_WRITE_ITEMS]
            self._ask("BatchWriteItem", {"RequestItems": {name: batch}})

    def _written(self, name: str) -> tuple[Item, ...]:
        """Give what the app put into a table."""
        planted = [dict(item) for item in self._planted.get(name, ())]
        return tuple(item for item in self._everything(name) if item not in planted)

    def _everything(self, name: str) -> Iterator[dict[str, Any]]:
        request: dict[str, Any] = {"TableName": name}
        while True:
            _, page = self._ask("Scan", request)
            yield from page.get("Items", ())
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _ask(self, operation: str, request: Item) -> tuple[int, dict[str, Any]]:
        answer = self._backend.handle(operation, json.dumps(request).encode())
        return answer.status, _decoded(answer.body) or {}

    def _known(self, name: str) -> TableSketch | None:
        return next((one for one in self.sketch.tables if one.name == name), None)

    def _keep(self, table: TableSketch) -> None:
        """Put a table into the sketch, in the place of what was known of it."""
        known = self._known(table.name)
        if known == table:
            return
        lesson = f"table {table.name}: keys {', '.join(name for name, _ in table.keys)}"
        lesson += f" ({table.why})" if table.why else ""
        tables = tuple(one for one in self.sketch.tables if one.name != table.name)
        told = self.sketch.lessons
        if table.certainty is not Certainty.GUESSED and lesson not in told:
            told = (*told, lesson)
        self.sketch = replace(self.sketch, tables=(*tables, table), lessons=told)

    def _current(self) -> Planter:
        if self._planter.sketch is not self.sketch:
            self._planter = Planter(self.sketch, self.mint)
        return self._planter


def _schema(table: TableSketch) -> object:
    return table.keys, sorted((one.name, one.keys, one.gives or ()) for one in table.indexes)


def _safely(operation: str, request: Item) -> tuple[Wanted, ...]:
    try:
        return tuple(wanted(operation, request))
    except (AttributeError, TypeError, KeyError, ValueError):
        return ()  # malformed: the emulator says so


def _together(items: Iterable[Planted]) -> Mapping[str, str]:
    """Join the names of one owner's items of several kinds; the first kind's stay."""
    names: dict[str, str] = {}
    for item in items:
        for name, text in item.names.items():
            names.setdefault(name, text)
    return names


def _has_key(item: Item, table: TableSketch) -> bool:
    return all(kind in item.get(name, {}) for name, kind in table.keys)


def _key(item: Item, keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(json.dumps(item.get(name), sort_keys=True) for name in keys)


def _decoded(body: bytes) -> dict[str, Any] | None:
    try:
        decoded = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None

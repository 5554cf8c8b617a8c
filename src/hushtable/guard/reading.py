"""What a Table reads, and what it may be asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Generic, TypeVar

from pydantic import SecretStr

from hushtable.guard.access import access
from hushtable.guard.batches import get_many, get_together
from hushtable.guard.blind import BlindHash
from hushtable.guard.caller import Asker, System
from hushtable.guard.credentials import read_secret, secret_view
from hushtable.guard.each import Each
from hushtable.guard.errors import DeclarationError, RefusedError
from hushtable.guard.footprint import check_filter, stored_names
from hushtable.guard.keys import named
from hushtable.guard.marks import Blind
from hushtable.guard.operations import chosen
from hushtable.guard.pages import Page
from hushtable.guard.paths import Condition
from hushtable.guard.reads import (
    Question,
    Reader,
    bounded,
    count,
    find,
    get,
    query,
    ready,
    scan_page,
)
from hushtable.guard.record import Record
from hushtable.guard.routes import demand_given, on_route
from hushtable.guard.schema import Attribute
from hushtable.guard.store import Operation, Store
from hushtable.guard.view import View
from hushtable.guard.writes import (
    Writing,
    hashed,
)

R = TypeVar("R", bound=Record)
V = TypeVar("V", bound=View[Any])

PAGE = 25
"""Items of a page when nobody says how many."""


class Reading(Generic[R]):
    """The reads of a Table."""

    def __init__(
        self,
        record: type[R],
        store: Store | None = None,
        *,
        name: str = "",
        most: int = 100,
        operations: Collection[str] | None = None,
        filters: Collection[str] = (),
        credentials: Collection[str] = (),
    ) -> None:
        """Stand for the table. Nothing is asked of DynamoDB yet.

        Raises DeclarationError for what is no Record with a table or no Store, and for an
        operation or a field there is not.
        """
        _declared(record, store)
        self.record = record
        self.store = store or Store()
        self.name = name or record.schema_.table
        self.most = most
        self.operations = chosen(operations, record.__name__)
        self.filters = stored_names(record.schema_, filters)
        self.unsaid = operations is None
        """Whether nothing was said of operations, so that a route may allow a scan."""
        self._filterable = self.filters
        self.credentials = stored_names(record.schema_, credentials)
        named = (credentials,) if isinstance(credentials, str) else credentials
        self._secrets = {one: secret_view(record.schema_, one) for one in named}
        self.store.add(self)
        self._hashes: dict[str, BlindHash] = {}

    def __repr__(self) -> str:
        """Name the Record and the table."""
        return f"Table({self.record.__name__}, name={self.name!r})"

    def _may(self, word: str) -> None:
        demand_given(self.record)
        if word not in self.operations:
            message = f"{self.record.__name__}: {word} is not among its table's operations"
            raise RefusedError(message)

    def _filter(self, where: Condition | None, index: str) -> None:
        self._filterable = check_filter(self.record.schema_, where, self._filterable, index)

    def _reader(self, view: type[V], by: Asker | None) -> Reader[V]:
        declared = getattr(view, "declared_", None)
        if declared is None or not isinstance(view, type):
            message = f"{self.record.__name__}: a read names first the View that it gives"
            raise RefusedError(message)
        if declared.schema is not self.record.schema_:
            message = f"{view.__name__} is no View of {self.record.__name__}"
            raise RefusedError(message)
        own = access(self.record.schema_, by, self.store.clock)
        return Reader(view, own, self.name, self.store.cipher)

    def _writing(self, by: Asker | None) -> Writing:
        own = access(self.record.schema_, by, self.store.clock)
        return Writing(self.record, own, self.name, self._blind)

    def _blind(self, attribute: Attribute) -> BlindHash:
        found = self._hashes.get(attribute.field)
        if found is None:
            mark = attribute.slot.marks.one(Blind)
            bits = mark.bits if mark is not None else 0
            found = BlindHash(self.store.keys, self.name, attribute.name, bits=bits)
            self._hashes[attribute.field] = found
        return found

    def blinded(self, field: str, value: object) -> str:
        """Give the keyed hash to find a value by, in a query on the index of a `Blind` field.

        `users.query(UserOut, index="by-id", id_hash=users.blinded("id_hash", "123"))`. After a
        rotation of keys it finds what was written since; `hushtable reencrypt` writes the rest.
        """
        attribute = self.record.schema_.attributes.get(field)
        if attribute is None or not attribute.slot.marks.has(Blind):
            message = f"{self.record.__name__} has no blind field {field}"
            raise RefusedError(message)
        return str(hashed(self._writing(System("hash")), attribute, value))

    def _given(self, key: tuple[Any, ...], fields: Mapping[str, Any]) -> dict[str, Any]:
        return named(self.record.schema_, key, fields)

    def ready(self) -> Operation[None]:
        """Ask whether the table takes requests, for a route that tells whether a service works.

        Raises UnavailableError where it does not or nobody answers, and StoreError where there is
        no such table or it may not be described.
        """
        self._may("ready")
        return Operation(self.store, ready(self.name))

    def get(
        self,
        view: type[V],
        *key: Any,
        by: Asker | None = None,
        consistent: bool = False,
        **fields: Any,
    ) -> Operation[V]:
        """Read one item, found by its key in order or by name.

        Raises NotFoundError where there is none, or it is somebody else's; InvalidKeyError for a
        key without its declared form. `find` gives None in place of the first.
        """
        self._may("get")
        reader = self._reader(view, by)
        given = self._given(key, fields)
        return Operation(self.store, get(reader, given, consistent=consistent))

    def find(
        self,
        view: type[V],
        *key: Any,
        by: Asker | None = None,
        consistent: bool = False,
        **fields: Any,
    ) -> Operation[V | None]:
        """Read one item as `get` does; None where there is none, or it is somebody else's.

        It is the operation "get" to a table's `operations` and policy. Raises InvalidKeyError for
        a key without its declared form.
        """
        self._may("get")
        reader = self._reader(view, by)
        given = self._given(key, fields)
        return Operation(self.store, find(reader, given, consistent=consistent))

    def credential(
        self, name: str, *key: Any, by: Asker | None = None, **fields: Any
    ) -> Operation[SecretStr | None]:
        """Read one credential, to check what a client gave against it: no View may show one.

        None where there is no such item, it is somebody else's, or none is stored: check then all
        the same, as `Passwords.verify` does, so that the time tells nobody which. Raises
        RefusedError for one that is not among the table's `credentials`.
        """
        self._may("get")
        view = self._secrets.get(name)
        if view is None:
            message = f"{self.record.__name__}: {name} is not among its table's credentials"
            raise RefusedError(message)
        own = access(self.record.schema_, by, self.store.clock)
        given = self._given(key, fields)
        return Operation(self.store, read_secret(view, own, self.name, self.store.cipher, given))

    def query(
        self,
        view: type[V],
        *,
        index: str = "",
        where: Condition | None = None,
        limit: int = PAGE,
        cursor: str | None = None,
        backward: bool = False,
        consistent: bool = False,
        by: Asker | None = None,
        **fields: Any,
    ) -> Operation[Page[V]]:
        """Read one page of the items of a partition, by the key fields of the table or an index.

        `where` chooses among what was read: it saves no cost, and is no access control. Raises
        InvalidError for a limit above the table's bound, InvalidCursorError for a cursor that was
        not given for this query, route and caller.
        """
        self._may("query")
        self._filter(where, index)
        question = Question(
            given=fields,
            index=index,
            where=where,
            limit=bounded(limit, self.most),
            cursor=cursor,
            backward=backward,
            consistent=consistent,
            route=on_route().template,
        )
        steps = query(self._reader(view, by), question, self.store.sealer)
        return Operation(self.store, steps)

    def each(
        self,
        view: type[V],
        *,
        at_most: int,
        index: str = "",
        where: Condition | None = None,
        backward: bool = False,
        consistent: bool = False,
        by: Asker | None = None,
        **fields: Any,
    ) -> Each[V]:
        """Go through the items of a partition, page after page: `async for`, or `for`.

        Stops after `at_most` items.
        """
        self._may("query")
        self._filter(where, index)
        question = Question(
            given=fields, index=index, where=where, limit=min(at_most, 1000), backward=backward,
            consistent=consistent,
        )  # fmt: skip
        return Each(self.store, self._reader(view, by), question, at_most)

    def count(
        self,
        *,
        index: str = "",
        where: Condition | None = None,
        pages: int = 10,
        by: Asker | None = None,
        **fields: Any,
    ) -> Operation[int]:
        """Count the items of a partition, reading at most `pages` pages of 1 MB.

        Raises RefusedError when there is more: a count that was cut is no count.
        """
        self._may("count")
        self._filter(where, index)
        own = access(self.record.schema_, by, self.store.clock)
        reader: Reader[Any] = Reader(View, own, self.name)
        question = Question(given=fields, index=index, where=where)
        return Operation(self.store, count(reader, question, pages=pages))

    def scan(
        self,
        view: type[V],
        *,
        at_most: int,
        reason: str = "",
        index: str = "",
        where: Condition | None = None,
        by: Asker | None = None,
    ) -> Each[V]:
        """Go through the whole table, for a reason that a reviewer can read.

        On a route that is the reason of its `allow_scan`; outside of one, `reason`. Raises
        RefusedError without one, on a route that does not allow scans, and where scan is not
        among the table's operations. A route that allows scans stands for the operation where
        nothing was said of the table's.
        """
        self._scannable(reason, where, index)
        question = Question(index=index, where=where, limit=min(at_most, 1000))
        return Each(self.store, self._reader(view, by), question, at_most, whole=True)

    def scan_page(
        self,
        view: type[V],
        *,
        index: str = "",
        where: Condition | None = None,
        limit: int = PAGE,
        cursor: str | None = None,
        reason: str = "",
        by: Asker | None = None,
    ) -> Operation[Page[V]]:
        """Read one page of the whole table, for a reason that a reviewer can read.

        Raises what `scan` and `query` raise.
        """
        question = Question(
            index=index, where=where, limit=bounded(limit, self.most), cursor=cursor,
            route=self._scannable(reason, where, index),
        )  # fmt: skip
        return Operation(self.store, scan_page(self._reader(view, by), question, self.store.sealer))

    def _scannable(self, reason: str, where: Condition | None, index: str) -> str:
        """Give the route that a scan runs on. Raises RefusedError where it may not."""
        route = on_route()
        if route.template and not route.scans:
            message = f"{route.template} allows no scan: see allow_scan"
            raise RefusedError(message)
        if not (route.scans or reason.strip()):
            message = f"a scan of {self.record.__name__} names its reason"
            raise RefusedError(message)
        demand_given(self.record)
        if not (route.scans and self.unsaid):
            self._may("scan")
        self._filter(where, index)
        return route.template

    def get_many(
        self,
        view: type[V],
        keys: Sequence[Mapping[str, Any]],
        *,
        by: Asker | None = None,
        consistent: bool = False,
    ) -> Operation[list[V | None]]:
        """Read items by their keys, in batches; None for one that is missing or not this asker's.

        Raises UnavailableError when the store leaves some unread after every retry.
        """
        self._may("get_many")
        given = [self._given((), one) for one in keys]
        return Operation(self.store, get_many(self._reader(view, by), given, consistent=consistent))

    def get_together(
        self, view: type[V], keys: Sequence[Mapping[str, Any]], *, by: Asker | None = None
    ) -> Operation[list[V | None]]:
        """Read up to 100 items as they were at one moment."""
        self._may("get_together")
        given = [self._given((), one) for one in keys]
        return Operation(self.store, get_together(self._reader(view, by), given))


def _declared(record: object, store: object) -> None:
    """Refuse what cannot be a table: a View, a base of Records, an address in a Store's place."""
    name = getattr(record, "__name__", type(record).__name__)
    if not (isinstance(record, type) and issubclass(record, Record) and hasattr(record, "schema_")):
        message = f"{name} is no Record with a table: class {name}(Record, table=...)"
        raise DeclarationError(message)
    if store is not None and not isinstance(store, Store):
        message = f"{name}: a Table is reached through a Store, and no {type(store).__name__}"
        raise DeclarationError(message)

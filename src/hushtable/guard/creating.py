"""Creates tables as Records declare them, for development and for tests.

Tables that hold people's data are made by a template (`hushtable policy --format cloudformation`),
with a key, recovery and protection from deletion, which are left out here.
"""

from __future__ import annotations

from typing import Any

import msgspec

from hushtable.guard.answers import check
from hushtable.guard.definitions import Defined, defined
from hushtable.guard.drive import Pause, Steps
from hushtable.guard.errors import RefusedError, StoreError, UnavailableError
from hushtable.guard.iam import is_arn
from hushtable.guard.reads import request
from hushtable.guard.store import Operation
from hushtable.guard.table import Table
from hushtable.guard.transport.call import Transport

TRIES = 120
"""How often a new table is asked for until it is ready."""
_PAUSE = 0.5


def create_tables(*tables: Table[Any], anywhere: bool = False) -> Operation[tuple[str, ...]]:
    """Create the tables that are not there, and give their names. Those there are left as they are.

    Raises RefusedError where the store is not on this machine, unless `anywhere`; for tables of
    several stores, for one that is named by its ARN, and for none. Raises DeclarationError where
    Records disagree on their table.
    """
    stores = {id(one.store): one.store for one in tables}
    if len(stores) != 1:
        message = "tables are created in one store: give some, all of the same"
        raise RefusedError(message)
    if any(is_arn(one.name) for one in tables):
        message = "a table that is named by its ARN is made where it is, not here"
        raise RefusedError(message)
    (store,) = stores.values()
    if not anywhere and not is_local(store.transport):
        message = "tables are created on this machine alone, unless anywhere=True is said"
        raise RefusedError(message)
    return Operation(store, _create(defined(tables)))


def is_local(transport: Transport) -> bool:
    """Tell whether a transport says that it reaches no further than this machine."""
    return getattr(transport, "is_local", False) is True


def _create(tables: tuple[Defined, ...]) -> Steps[tuple[str, ...]]:
    made = []
    for one in tables:
        reply = yield request("CreateTable", one.create_request(), safe=False)
        try:
            check("CreateTable", reply)
        except StoreError as error:
            if error.code != "ResourceInUseException":
                raise
            continue
        yield from _ready(one.name)
        if one.expires:
            said = {"AttributeName": one.expires, "Enabled": True}
            body = {"TableName": one.name, "TimeToLiveSpecification": said}
            check("UpdateTimeToLive", (yield request("UpdateTimeToLive", body, safe=False)))
        made.append(one.name)
    return tuple(made)


class _Table(msgspec.Struct):
    TableStatus: str = ""


class _Description(msgspec.Struct):
    Table: _Table


_DESCRIPTION = msgspec.json.Decoder(_Description)


def _ready(name: str) -> Steps[None]:
    for _ in range(TRIES):
        reply = yield request("DescribeTable", {"TableName": name})
        if _DESCRIPTION.decode(check("DescribeTable", reply)).Table.TableStatus == "ACTIVE":
            return
        yield Pause(_PAUSE)
    message = "CreateTable: the table is not ready"
    raise UnavailableError(message)

"""Many items at once: batches in chunks, what was left over sent again; and transactions."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from hushtable.guard.answers import check
from hushtable.guard.cipher import Cipher
from hushtable.guard.compiled import BROKEN, Compiled, refuse
from hushtable.guard.drive import Pause, Steps
from hushtable.guard.encode import Wire
from hushtable.guard.errors import NotFoundError, RefusedError, UnavailableError
from hushtable.guard.keys import key_of
from hushtable.guard.reads import Reader, request
from hushtable.guard.sealed import seal
from hushtable.guard.view import View
from hushtable.guard.writes import Action
from hushtable.model.dynamodb.limits import BATCH_GET_ITEMS, BATCH_WRITE_ITEMS, TRANSACT_ITEMS

V = TypeVar("V", bound=View[Any])
Key = dict[str, Wire]

TRIES = 8
"""How often what was left over is sent again before it is given up."""
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 2.0


def _name(key: Mapping[str, Wire]) -> bytes:
    return msgspec.json.encode(key, order="sorted")


def get_many(
    reader: Reader[V], keys: Sequence[Mapping[str, Any]], *, consistent: bool
) -> Steps[list[V | None]]:
    """Read items by their keys; None for one that is missing or somebody else's.

    Raises UnavailableError when the store leaves some unread to the end.
    """
    compiled = reader.compiled(keyed=True)
    wanted = [_own(reader, given) for given in keys]
    asked = {_name(key): key for key in wanted if key is not None}
    found: dict[bytes, V] = {}
    every = list(asked.values())
    for start in range(0, len(every), BATCH_GET_ITEMS):
        chunk = every[start : start + BATCH_GET_ITEMS]
        yield from _chunk(reader, compiled, chunk, consistent, found)
    return [None if key is None else found.get(_name(key)) for key in wanted]


def _own(reader: Reader[V], given: Mapping[str, Any]) -> Key | None:
    """Give a key, None for one that is somebody else's."""
    try:
        reader.access.owns(given)
    except NotFoundError:
        return None
    return key_of(reader.schema, given)


def _chunk(
    reader: Reader[V],
    compiled: Compiled[V],
    keys: list[Key],
    consistent: bool,  # noqa: FBT001 - handed on
    found: dict[bytes, V],
) -> Steps[None]:
    text, names = compiled.expression
    decoder = compiled.decoder("batch", _batch)
    left = keys
    for tries in range(TRIES + 1):
        part: dict[str, Any] = {
            "Keys": left, "ProjectionExpression": text, "ExpressionAttributeNames": names,
        }  # fmt: skip
        if consistent:
            part["ConsistentRead"] = True
        reply = yield request("BatchGetItem", {"RequestItems": {reader.table: part}})
        try:
            answer = decoder.decode(check("BatchGetItem", reply))
        except BROKEN as error:
            refuse(reader.view.__name__, error)
        rows = yield from reader.shown(compiled, answer.Responses.get(reader.table, ()))
        for values in rows:
            found[_name(_own_key(reader, compiled, values))] = compiled.view_of(values)
        left = answer.UnprocessedKeys.get(reader.table, {}).get("Keys", [])
        if not left:
            return
        yield Pause(pause(tries))
    message = "BatchGetItem: some keys were left unread"
    raise UnavailableError(message)


def _own_key(reader: Reader[V], compiled: Compiled[V], values: list[Any]) -> Key:
    """Give the key of an item that was read, to find out which one it is."""
    key: Key = {}
    for part in reader.schema.keys.parts:
        value = values[compiled.extras[f"key {part.attribute}"]]
        key[part.attribute] = {part.wire: str(value) if part.wire == "N" else value}
    return key


def pause(tries: int) -> float:
    """Give how long to wait before another try, in seconds: longer each time, with full jitter."""
    return random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**tries))  # noqa: S311 - no secret


def _batch(item: Any) -> Any:
    return msgspec.defstruct(
        "Batch",
        [
            ("Responses", dict[str, list[item]], msgspec.field(default_factory=dict)),
            ("UnprocessedKeys", dict[str, Any], msgspec.field(default_factory=dict)),
        ],
        gc=False,
    )


def _together(item: Any) -> Any:
    one: Any = msgspec.defstruct("One", [("Item", item | None, None)], gc=False)
    return msgspec.defstruct("All", [("Responses", list[one])], gc=False)


class _Unprocessed(msgspec.Struct):
    UnprocessedItems: dict[str, list[dict[str, Any]]] = msgspec.field(default_factory=dict)


_UNPROCESSED = msgspec.json.Decoder(_Unprocessed)


def write_many(table: str, actions: Sequence[Action], cipher: Cipher | None) -> Steps[None]:
    """Put and delete items without conditions, each at most once.

    Raises RefusedError for an action with a condition, which a batch cannot carry, and
    UnavailableError when the store leaves some unwritten to the end.
    """
    requests = []
    for action in actions:
        if "ConditionExpression" in action.body:
            message = "a batch carries no conditions: use a transaction, or write one by one"
            raise RefusedError(message)
        yield from seal(action.schema, cipher, action.pending)
        name, part = ("PutRequest", "Item") if action.kind == "Put" else ("DeleteRequest", "Key")
        requests.append({name: {part: action.body[part]}})
    for start in range(0, len(requests), BATCH_WRITE_ITEMS):
        left = requests[start : start + BATCH_WRITE_ITEMS]
        for tries in range(TRIES + 1):
            reply = yield request("BatchWriteItem", {"RequestItems": {table: left}})
            answer = _UNPROCESSED.decode(check("BatchWriteItem", reply))
            left = answer.UnprocessedItems.get(table, [])
            if not left:
                break
            yield Pause(pause(tries))
        else:
            message = "BatchWriteItem: some items were left unwritten"
            raise UnavailableError(message)


def write_together(actions: Sequence[Action], cipher: Cipher | None) -> Steps[None]:
    """Write all or nothing. One token is minted here, so that no retry writes twice.

    Raises ConflictError where a condition of one of them does not hold.
    """
    if not 0 < len(actions) <= TRANSACT_ITEMS:
        message = f"a transaction has 1 to {TRANSACT_ITEMS} actions"
        raise RefusedError(message)
    items = []
    for action in actions:
        yield from seal(action.schema, cipher, action.pending)
        body = {
            name: part
            for name, part in action.body.items()
            if name != "ReturnValuesOnConditionCheckFailure"
        }
        items.append({action.kind: body})
    asked = {"TransactItems": items, "ClientRequestToken": str(uuid.uuid4())}
    reply = yield request("TransactWriteItems", asked)
    check("TransactWriteItems", reply)


def get_together(reader: Reader[V], keys: Sequence[Mapping[str, Any]]) -> Steps[list[V | None]]:
    """Read items as they were at one moment; None for one that is missing or somebody else's."""
    if not 0 < len(keys) <= TRANSACT_ITEMS:
        message = f"a transaction has 1 to {TRANSACT_ITEMS} keys"
        raise RefusedError(message)
    wanted = [_own(reader, given) for given in keys]
    compiled = reader.compiled()
    text, names = compiled.expression
    items = [
        {
            "Get": {
                "TableName": reader.table,
                "Key": key,
                "ProjectionExpression": text,
                "ExpressionAttributeNames": names,
            }
        }
        for key in wanted
        if key is not None
    ]
    if not items:
        return [None] * len(wanted)
    reply = yield request("TransactGetItems", {"TransactItems": items})
    body = check("TransactGetItems", reply)
    try:
        answer = compiled.decoder("together", _together).decode(body)
    except BROKEN as error:
        refuse(reader.view.__name__, error)
    shown: list[V | None] = []
    answers = iter(answer.Responses)
    for key in wanted:
        item = None if key is None else next(answers).Item
        rows = yield from reader.shown(compiled, () if item is None else (item,))
        shown.append(compiled.view_of(rows[0]) if rows else None)
    return shown

"""From store calls to accesses: what was asked for, what bounded it, and whether it left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from hushtable.model.dynamodb.expression import parse
from hushtable.model.dynamodb.expression_tree import (
    And,
    Between,
    Call,
    Comparison,
    ExpressionError,
    In,
    Not,
    Or,
    Path,
    Projection,
)
from hushtable.model.facts import Access, Bound, Operation
from hushtable.model.hiding import hiding
from hushtable.model.proof import Shows
from hushtable.model.service import Channel, Pagination
from hushtable.prove import exchange as seen_calls
from hushtable.prove.witness.answers import cursors
from hushtable.prove.witness.given import given
from hushtable.prove.witness.locating import items
from hushtable.prove.witness.seen import Seen, Shown
from hushtable.prove.witness.witness import OUTWARD
from hushtable.prove.witness.written import resolved, table_name, texts

OPERATIONS = {
    "GetItem": Operation.GET,
    "BatchGetItem": Operation.BATCH_GET,
    "TransactGetItems": Operation.TRANSACT_GET,
    "Query": Operation.QUERY,
    "Scan": Operation.SCAN,
    "ExecuteStatement": Operation.STATEMENT,
    "PutItem": Operation.PUT,
    "UpdateItem": Operation.UPDATE,
    "DeleteItem": Operation.DELETE,
    "BatchWriteItem": Operation.BATCH_WRITE,
    "TransactWriteItems": Operation.TRANSACT_WRITE,
}
LISTS = frozenset({Operation.QUERY, Operation.SCAN})
_TOKEN = re.compile(r"hq[a-z2-7]{12}")
_MANY = 2
_FAR = 100


@dataclass(frozen=True, slots=True)
class Made:
    """One call as an exchange made it."""

    index: int
    call: seen_calls.Call
    later: bool
    """It went on where an earlier call of the exchange ended."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What tells one access of a route from another."""

    operation: Operation
    table: str
    index: str
    projection: tuple[str, ...] | None


def single_tables(call: seen_calls.Call) -> tuple[str, ...]:
    """Give the tables that a call is about."""
    request = call.request
    if "RequestItems" in request:
        return tuple(str(name).rpartition("/")[2] for name in request["RequestItems"])
    inner = [
        table_name(body)
        for one in request.get("TransactItems", ())
        for body in one.values()
        if isinstance(body, Mapping)
    ]
    return tuple(dict.fromkeys(inner)) or (table_name(request),)


def accesses(seen: Seen) -> Iterator[tuple[Access, tuple[Shown, ...]]]:
    """Give one access for each operation, table, index and projection of a route."""
    groups: dict[Asking, list[Made]] = {}
    for index, exchange in enumerate(seen.exchanges):
        for one in _made(index, exchange.calls):
            operation = OPERATIONS.get(one.call.operation)
            if operation is None or one.call.status >= HTTPStatus.BAD_REQUEST:
                continue
            for table in single_tables(one.call):
                name = str(one.call.request.get("IndexName", ""))
                asking = Asking(operation, table, name, _projection(one))
                groups.setdefault(asking, []).append(one)
    for asking, made in groups.items():
        yield _access(seen, asking, made)


def _made(index: int, calls: Sequence[seen_calls.Call]) -> Iterator[Made]:
    ends: list[object] = []
    for call in calls:
        start = call.request.get("ExclusiveStartKey")
        yield Made(index, call, later=start is not None and start in ends)
        if call.answer.get("LastEvaluatedKey"):
            ends.append(call.answer["LastEvaluatedKey"])


def _projection(made: Made) -> tuple[str, ...] | None:
    """Give the names a call asks for; None for every attribute."""
    request = made.call.request
    if request.get("AttributesToGet"):
        return tuple(map(str, request["AttributesToGet"]))
    text = request.get("ProjectionExpression")
    if not text:
        return None
    try:
        tree = parse(text, "ProjectionExpression")
    except ExpressionError:
        return None
    if not isinstance(tree, Projection):
        return None
    names = request.get("ExpressionAttributeNames", {})
    return tuple(".".join(p for p in resolved(one, names) if p != "[]") for one in tree.paths)


def _access(seen: Seen, asking: Asking, made: list[Made]) -> tuple[Access, tuple[Shown, ...]]:
    operation, table = asking.operation, asking.table
    tokens = [(one.index, _read(one.call, table)) for one in made]
    reaches = _reaches(seen, tokens)
    limit, value = _limit(seen, made) if operation in LISTS else (Bound.NONE, None)
    start, sealed = _start(seen, made) if operation in LISTS else (False, False)
    count_only = all(one.call.request.get("Select") == "COUNT" for one in made)
    hides = _filtered_names(made)
    whole = any(_many(seen, index, table) for index, _ in tokens) and operation in LISTS
    access = Access(
        operation=operation,
        table=table,
        place=seen.route.place,
        route=seen.route,
        function=seen.route.handler,
        index=asking.index,
        projection=asking.projection,
        reaches=tuple(dict.fromkeys(channel for _, channel in reaches)),
        whole_list=whole and Channel.RESPONSE in {channel for _, channel in reaches},
        limit=limit,
        limit_value=value,
        start_from_client=start is not None and bool(start),
        start_sealed=sealed,
        drains=_drained(made, value) is not None,
        filtered=any(_filters(one.call.request) for one in made),
        filter_hides=hiding(hides),
        pagination=_pagination(operation, limit, start=bool(start) and not sealed),
        count_only=count_only,
    )
    return access, tuple(_shown(access, made, [index for index, _ in reaches]))


def _shown(access: Access, made: list[Made], reached: list[int]) -> Iterator[Shown]:
    """Give what a proof can be made of: the call itself was seen."""
    first = made[0]
    index = reached[0] if reached else first.index
    said = f"{first.call.operation} on {access.table}"
    if access.operation is Operation.SCAN:
        limit = next((one.call.request.get("Limit") for one in made if one.index == index), None)
        bound = f"Limit {limit}" if limit else "without a Limit"
        drained = _drained(made, access.limit_value)
        if drained is not None:
            index, bound = drained, f"{bound}, page after page until there was none"
        yield Shown(Shows.SCAN, Channel.RESPONSE, f"the store: {said}, {bound}", index)
    if access.limit is Bound.CLIENT:
        far = max(made, key=lambda one: _number(one.call.request.get("Limit")))
        limit = far.call.request.get("Limit")
        text = f"the store: {said}, Limit {limit}"
        yield Shown(Shows.CLIENT_LIMIT, Channel.RESPONSE, text, far.index)
    if access.start_from_client and not access.start_sealed:
        begun = next(one for one in made if _starts(one))
        text = f"the store: {said}, from the client's key"
        yield Shown(Shows.CLIENT_START, Channel.RESPONSE, text, begun.index)
    if access.filter_hides:
        index = next(
            (one.index for one in made if one.index in reached and _filters(one.call.request)),
            index,
        )
        text = f"the store: {said}, filtered by {', '.join(access.filter_hides)}"
        yield Shown(Shows.FILTER, Channel.RESPONSE, text, index)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _read(call: seen_calls.Call, table: str) -> frozenset[str]:
    """Give the canary tokens in what a call gave back of a table."""
    return frozenset(
        token
        for name, item in items(call)
        if name == table
        for attribute, wire in item.items()
        for _, text in texts(wire, (attribute,))
        for token in _TOKEN.findall(text.decode("utf-8", "replace").lower())
    )


def _reaches(seen: Seen, tokens: Iterable[tuple[int, frozenset[str]]]) -> list[tuple[int, Channel]]:
    left: dict[int, list[tuple[str, Channel]]] = {}
    for one in seen.sightings:
        if one.channel is not Channel.STORE:
            left.setdefault(one.exchange, []).append((one.canary.token, one.channel))
    found = [
        (index, channel)
        for index, read in tokens
        for token, channel in left.get(index, ())
        if token in read
    ]
    return list(dict.fromkeys(found))


def _many(seen: Seen, index: int, table: str) -> bool:
    """Whether one answer showed several items of a table."""
    items_seen = {
        (one.canary.owner, one.canary.item)
        for one in seen.sightings
        if one.exchange == index and one.canary.table == table and one.channel in OUTWARD
    }
    return len(items_seen) >= _MANY


def _limit(seen: Seen, made: list[Made]) -> tuple[Bound, int | None]:
    """Say what bounds a list, from the limits that clients asked for and those that were used."""
    used: list[tuple[int, int | None]] = []
    for one in made:
        limit = one.call.request.get("Limit")
        if not isinstance(limit, int):
            return Bound.NONE, None
        asked = seen.exchanges[one.index].asked
        numbers = [value.number for value in given(seen.route, asked) if value.number is not None]
        used.append((limit, max(numbers, default=None)))
    followed = {limit for limit, number in used if number == limit}
    values = {limit for limit, _ in used}
    if len(values) == 1 and not followed:
        return Bound.CONSTANT, next(iter(values))
    if any(limit > _FAR for limit in followed):
        return Bound.CLIENT, None
    return Bound.CAPPED, max(values)


def _start(seen: Seen, made: list[Made]) -> tuple[bool, bool]:
    """Say whether a list begins where the client says, and whether a changed cursor is refused."""
    begun = [one for one in made if _starts(one)]
    if not begun:
        return False, False
    # A cursor that can be read can be written, and one that was changed and taken is not sealed.
    read = any(True for exchange in seen.exchanges for _ in cursors(exchange))
    taken = any("changed" in seen.exchanges[one.index].asked.purpose for one in begun)
    return True, not (read or taken or any(_legible(seen, one) for one in begun))


def _starts(made: Made) -> bool:
    return bool(made.call.request.get("ExclusiveStartKey")) and not made.later


def _legible(seen: Seen, made: Made) -> bool:
    values = {one.text for one in given(seen.route, seen.exchanges[made.index].asked)}
    key = made.call.request["ExclusiveStartKey"]
    plain = {text.decode("utf-8", "replace") for one in key.values() for _, text in texts(one)}
    return plain <= values


def _drained(made: list[Made], limit: int | None) -> int | None:
    """Give an exchange that read pages on and on until there were no more, past any limit."""
    for index in dict.fromkeys(one.index for one in made):
        here = [one.call for one in made if one.index == index]
        went_on = any(one.later for one in made if one.index == index)
        # What a filter left out was read all the same.
        count = sum(int(call.answer.get("ScannedCount", 0)) for call in here)
        ended = went_on and not here[-1].answer.get("LastEvaluatedKey")
        if ended and (limit is None or count > limit):
            return index
    return None


def _filters(request: Mapping[str, Any]) -> bool:
    return bool(
        request.get("FilterExpression") or request.get("ScanFilter") or request.get("QueryFilter")
    )


def _filtered_names(made: Iterable[Made]) -> tuple[str, ...]:
    found: list[str] = []
    for one in made:
        request = one.call.request
        for legacy in ("ScanFilter", "QueryFilter"):
            found.extend(map(str, request.get(legacy) or ()))
        text = request.get("FilterExpression")
        if text:
            try:
                tree = parse(text, "FilterExpression")
            except ExpressionError:
                continue
            names = request.get("ExpressionAttributeNames", {})
            found.extend(resolved(path, names)[0] for path in _compared(tree))
    return tuple(dict.fromkeys(found))


def _compared(tree: object) -> Iterator[Path]:
    """Give the paths that a condition compares for equality or by their beginning."""
    match tree:
        case And(conditions=parts) | Or(conditions=parts):
            for part in parts:
                yield from _compared(part)
        case Not(condition=inner):
            yield from _compared(inner)
        case Comparison(operator="=" | "<>", left=left, right=right):
            yield from (one for one in (left, right) if isinstance(one, Path))
        case Between(operand=Path() as path) | In(operand=Path() as path):
            yield path
        case Call(function="begins_with" | "attribute_not_exists", arguments=(Path() as path, *_)):
            yield path


def _pagination(operation: Operation, limit: Bound, *, start: bool) -> Pagination:
    if operation not in LISTS:
        return Pagination.NONE
    if limit is Bound.CLIENT or start:
        return Pagination.CLIENT
    return Pagination.BOUNDED if limit in {Bound.CAPPED, Bound.CONSTANT} else Pagination.NONE

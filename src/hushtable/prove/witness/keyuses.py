"""From store calls to key uses: which key came from the client, and who else could send it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from hushtable.model.dynamodb.expression import parse
from hushtable.model.dynamodb.expression_tree import (
    And,
    Between,
    Call,
    Comparison,
    ExpressionError,
    Path,
    Value,
)
from hushtable.model.facts import KeyUse, Operation
from hushtable.model.proof import Shows
from hushtable.model.service import SIGNED_IN, Channel
from hushtable.prove import exchange as seen_calls
from hushtable.prove.witness.given import Given, given
from hushtable.prove.witness.reads import OPERATIONS
from hushtable.prove.witness.seen import OWNERS, Seen, Shown, answered_well
from hushtable.prove.witness.witness import OUTWARD
from hushtable.prove.witness.written import resolved, table_name, texts

_SHORTEST = 3
_KEYED = frozenset(
    {
        Operation.GET,
        Operation.BATCH_GET,
        Operation.TRANSACT_GET,
        Operation.QUERY,
        Operation.UPDATE,
        Operation.DELETE,
        Operation.TRANSACT_WRITE,
    }
)
_WRITES = frozenset({Operation.UPDATE, Operation.DELETE, Operation.TRANSACT_WRITE})


@dataclass(frozen=True, slots=True)
class Used:
    """One key value of one call that holds what the client sent."""

    index: int
    operation: Operation
    table: str
    attribute: str
    text: str
    client: Given
    call: seen_calls.Call

    @property
    def composed(self) -> bool:
        """Whether it is a part of a longer key."""
        return self.text != self.client.text


@dataclass(frozen=True, slots=True)
class Trespass:
    """What is known of one owner asking with another's keys."""

    tried: bool = False
    refused: bool = False
    shown: int | None = None
    """The exchange in which it worked."""

    canary: str = ""
    where: str = ""


def keys(seen: Seen) -> Iterator[tuple[KeyUse, tuple[Shown, ...]]]:
    """Give the use of each key attribute that clients choose.

    Where nobody asked with another's keys it is not known whether an owner is checked; then
    nothing here shows that none is.
    """
    groups: dict[tuple[Operation, str, str, str], list[Used]] = {}
    for index, exchange in enumerate(seen.exchanges):
        values = [one for one in given(seen.route, exchange.asked) if len(one.text) >= _SHORTEST]
        for call in exchange.calls:
            for used in _uses(index, call, values):
                key = (used.operation, used.table, used.attribute, used.client.name)
                groups.setdefault(key, []).append(used)
    reaches = tuple(
        dict.fromkeys(one.channel for one in seen.sightings if one.channel is not Channel.STORE)
    )
    for group in groups.values():
        yield _use(seen, group, reaches)


def _use(
    seen: Seen, group: list[Used], reaches: tuple[Channel, ...]
) -> tuple[KeyUse, tuple[Shown, ...]]:
    first = group[0]
    trespass = trespassed(seen, group)
    odd = next((one for one in group if one.client.odd and one.composed), None)
    shown: list[Shown] = []
    use = KeyUse(
        operation=first.operation,
        table=first.table,
        attribute=first.attribute,
        place=seen.route.place,
        route=seen.route,
        function=seen.route.handler,
        client=first.client.name,
        source=str(first.client.source),
        validated=odd is None,
        composed=any(one.composed for one in group),
        owner_checked="compare" if trespass.refused else "",
        reaches=reaches,
    )
    if odd is not None:
        said = f"the key {odd.attribute} of {odd.table}, from {odd.client.name}"
        shown.append(Shown(Shows.ODD_KEY, Channel.RESPONSE, said, odd.index))
    if trespass.shown is not None:
        use = replace(use, route=replace(seen.route, audience=SIGNED_IN))
        shown.append(
            Shown(
                Shows.OTHER_OWNER,
                Channel.RESPONSE,
                trespass.where,
                trespass.shown,
                canary=trespass.canary,
                owner=seen.exchanges[trespass.shown].asked.keys_of,
            )
        )
    return use, tuple(shown)


def trespassed(seen: Seen, group: list[Used]) -> Trespass:
    """Say whether one owner got, or changed, with another's keys what is the other's.

    It counts as refused only where the keys' owner got it.
    """
    tried = got = False
    for used in group:
        exchange = seen.exchanges[used.index]
        asked = exchange.asked
        if asked.fault or asked.identity not in OWNERS or asked.keys_of not in OWNERS:
            continue
        own = asked.identity == asked.keys_of
        worked = _worked(seen, used)
        if own:
            got = got or worked is not None
            continue
        tried = True
        if worked is not None:
            canary, where = worked
            return Trespass(tried=True, shown=used.index, canary=canary, where=where)
    tried = tried or any(
        one.asked.identity in OWNERS
        and one.asked.keys_of in OWNERS
        and one.asked.identity != one.asked.keys_of
        for one in seen.exchanges
    )
    return Trespass(tried=tried, refused=tried and got)


def _worked(seen: Seen, used: Used) -> tuple[str, str] | None:
    """Say what the keys' owner has that came out of this exchange, or was changed by it."""
    exchange = seen.exchanges[used.index]
    owner = exchange.asked.keys_of
    if used.operation in _WRITES:
        done = used.call.status == HTTPStatus.OK and answered_well(exchange)
        changes = "" if not done else f"the store: {used.call.operation} on {used.table}"
        return (used.client.text, changes) if done else None
    for one in seen.sightings:
        if (
            one.exchange == used.index
            and one.channel in OUTWARD
            and one.canary.owner == owner
            and one.canary.table
        ):
            return one.canary.token, one.where
    return None


def _uses(index: int, call: seen_calls.Call, values: list[Given]) -> Iterator[Used]:
    operation = OPERATIONS.get(call.operation)
    if operation not in _KEYED or operation is None:
        return
    for table, attribute, text in key_values(call):
        # The longest first: `1` stands in `10` as well.
        for one in sorted(values, key=lambda value: -len(value.text)):
            if one.text in text:
                yield Used(index, operation, table, attribute, text, one, call)
                break


def key_values(call: seen_calls.Call) -> Iterator[tuple[str, str, str]]:
    """Give table, attribute and text of each key value that a call asks with."""
    request = call.request
    for table, key in _keys_of(call):
        for name, wire in key.items():
            for _, text in texts(wire):
                yield table, str(name), text.decode("utf-8", "replace")
    condition = request.get("KeyConditionExpression")
    if not condition:
        return
    try:
        tree = parse(condition, "KeyConditionExpression")
    except ExpressionError:
        return
    names = request.get("ExpressionAttributeNames", {})
    values = request.get("ExpressionAttributeValues", {})
    for path, placeholder in _compared(tree):
        for _, value in texts(values.get(placeholder)):
            name = resolved(path, names)[0]
            yield table_name(request), name, value.decode("utf-8", "replace")


def _keys_of(call: seen_calls.Call) -> Iterator[tuple[str, Mapping[str, Any]]]:
    request = call.request
    if isinstance(request.get("Key"), dict):
        yield table_name(request), request["Key"]
    for table, wanted in request.get("RequestItems", {}).items():
        if isinstance(wanted, dict):
            yield from ((table, key) for key in wanted.get("Keys", ()))
    for one in request.get("TransactItems", ()):
        for body in one.values():
            if isinstance(body.get("Key"), dict):
                yield table_name(body), body["Key"]


def _compared(tree: object) -> Iterator[tuple[Path, str]]:
    match tree:
        case And(conditions=parts):
            for part in parts:
                yield from _compared(part)
        case Comparison(left=Path() as path, right=Value(text=text)):
            yield path, text
        case Between(operand=Path() as path, low=Value(text=low), high=Value(text=high)):
            yield path, low
            yield path, high
        case Call(function="begins_with", arguments=(Path() as path, Value(text=text))):
            yield path, text

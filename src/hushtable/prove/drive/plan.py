"""What is asked at a door: as it should be, by everybody; then at its edges; then with faults.

Plans are generators: they yield a step and are sent its exchange, since what is asked next depends
on what was answered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hushtable.model.service import ParameterSource
from hushtable.prove.canary import Canary, Source
from hushtable.prove.drive.binding import vocabulary, words
from hushtable.prove.drive.door import Schema
from hushtable.prove.drive.firsts import is_credential, names_written
from hushtable.prove.drive.forging import cursors, keys_to_start_at
from hushtable.prove.drive.identity import ANYONE, owner_of
from hushtable.prove.drive.making import MISSING, Making
from hushtable.prove.drive.needed import OWNERS
from hushtable.prove.drive.paging import (
    LIMITS,
    LISTS,
    cursor_in,
    is_cursor,
    is_limit,
    read_to_the_end,
)
from hushtable.prove.drive.refusing import refused
from hushtable.prove.drive.room import FAILED, USUAL, Plan, Room, Step, fine
from hushtable.prove.drive.sending import Filled, Slot
from hushtable.prove.exchange import Exchange
from hushtable.prove.sketch import Shape

TRIES = 8
CHOICES = 4
FIELDS = vocabulary("sort order field column attribute select projection include key by")
EDGES = ("1", "1000", "-1")
LONG = 3000
SIGNS = "#x"
"""What parts the pieces of a composed key, where an id never holds it."""
MOST_SIGNS = 3
EXPRESSION = "email = :e OR attribute_exists(email)"
SENSITIVE = ("password_hash", "email")
PAGE = 1
FLAGS = 4
FORGED = 8
THROTTLED = "ProvisionedThroughputExceededException"
CONDITION = "ConditionalCheckFailedException"
FAULTS: tuple[tuple[str, str], ...] = (
    (THROTTLED, "is throttled"),
    ("ValidationException", "is refused as invalid"),
    ("AccessDeniedException", "is denied"),
    (CONDITION, "fails its condition"),
    ("InternalServerError", "fails inside of the store"),
    ("dropped", "loses its connection"),
)
WRITES = vocabulary(
    "PutItem UpdateItem DeleteItem BatchWriteItem TransactWriteItems ExecuteStatement "
    "BatchExecuteStatement ExecuteTransaction"
)


def basics(room: Room) -> Plan:
    """Ask as it should be: nobody, each owner with their own keys, each role that is looked for."""
    yield from _settled(room, ANYONE)
    done = {ANYONE}
    while names := [name for name in room.identities.names(room.door) if name not in done]:
        # A refusal may teach a role: the names are looked at again after each.
        done.add(names[0])
        yield from _settled(room, names[0])


def _settled(room: Room, name: str) -> Plan:
    """Ask as somebody until the answer teaches nothing more."""
    for number in range(TRIES):
        filled = room.fill(name, minimal=number > TRIES // 2)
        exchange = yield Step(room.asked(name, USUAL, filled))
        news = room.identities.learn(room.door, exchange)
        news = room.inputs.learn(room.door, exchange) or news
        if not news or (name == ANYONE and room.identities.gated(room.door)):
            break
    if name not in {ANYONE, *OWNERS} and not fine(exchange) and not refused(exchange):
        # Who has a role may do to others what nobody may do to themselves.
        filled = room.fill(name, owner="B")
        yield Step(room.asked(name, USUAL, filled, keys_of="B"))


def edges(room: Room, usual: Iterable[Exchange]) -> Plan:
    """Ask at the edges, as whoever got in. `usual` are the exchanges of the basic requests."""
    if room.door.documents:
        return
    best, last = best_of(usual, gated=room.identities.gated(room.door))
    if room.identities.gated(room.door) and room.inputs.binds(room.door):
        for name, whose in (("B", "A"), ("A", "B")):
            filled = room.fill(name, owner=whose)
            yield Step(room.asked(name, f"{name} with {whose}'s keys", filled, keys_of=whose))
    elif room.inputs.binds(room.door):
        filled = room.fill(ANYONE, owner="B")
        yield Step(room.asked(ANYONE, "anyone with B's keys", filled, keys_of="B"))
    if room.door.socket:
        return
    yield from _least(room, best)
    yield from _choices(room, best)
    yield from _flags(room, best)
    yield from _limits(room, best)
    yield from _cursors(room, best, last)
    yield from _odd_texts(room, best)
    yield from _odd_bodies(room, best)
    yield from _stranger(room, best)
    yield from _odd_keys(room, best)
    if last is not None:
        yield from _once_more(room, best, last)
        yield from _faults(room, best, last)


def best_of(usual: Iterable[Exchange], *, gated: bool) -> tuple[str, Exchange | None]:
    """Give the identity that got furthest, owners first, and its last exchange."""
    last = {one.asked.identity: one for one in usual if one.asked.purpose == USUAL}
    order = [*OWNERS[:1], *(name for name in last if name not in {*OWNERS, ANYONE}), ANYONE]
    for name in order:
        if name in last and fine(last[name]):
            return name, last[name]
    name = "A" if gated and "A" in last else ANYONE
    return name, last.get(name)


def slots_of(room: Room) -> Iterator[tuple[Slot, Schema]]:
    """Give every named input of a door with its schema, body fields too."""
    for entry in room.inputs.entries(room.door):
        yield (entry.source, entry.name), entry.schema
    body = room.door.body
    if body is None:
        return
    making = Making(room.inputs.mint, body.schema, lambda _: None)
    for name, schema in making.merged(body.schema).get("properties", {}).items():
        yield (ParameterSource.BODY, name), schema


def _is_text(room: Room, schema: Schema) -> bool:
    body = room.door.body
    making = Making(room.inputs.mint, body.schema if body else {}, lambda _: None)
    options = [making.merged(one) for one in schema.get("anyOf", (schema,))]
    return any(
        one.get("type", "string") == "string"
        and not any(key in one for key in ("enum", "const", "format", "contentMediaType"))
        for one in options
    )


def _least(room: Room, best: str) -> Plan:
    """Ask with no more than must be: each optional filter may keep items back."""
    least = room.fill(best, minimal=True)
    usual = room.fill(best)
    if (least.values, least.body) != (usual.values, usual.body):
        yield Step(room.asked(best, "what must be alone", least))


def _choices(room: Room, best: str) -> Plan:
    seen = [room.fill(best).values]
    for turn in range(1, CHOICES):
        filled = room.fill(best, turn=turn)
        if filled.values in seen:
            return
        seen.append(filled.values)
        yield Step(room.asked(best, f"choice {turn + 1}", filled))


def _flags(room: Room, best: str) -> Plan:
    """Turn what a client may turn on or off, one at a time. Nobody says what it is by itself."""
    flags = [slot for slot, schema in slots_of(room) if schema.get("type") == "boolean"]
    for slot in flags[:FLAGS]:
        for value in (True, False):
            text = value if slot[0] is ParameterSource.BODY else str(value).lower()
            filled = room.fill(best).having(slot, text)
            yield Step(room.asked(best, f"{slot[1]} is {str(value).lower()}", filled))


def _limits(room: Room, best: str) -> Plan:
    slot = _limit_slot(room)
    if slot is None:
        return
    for edge in EDGES:
        value = int(edge) if slot[0] is ParameterSource.BODY else edge
        filled = room.fill(best).having(slot, value)
        yield Step(room.asked(best, f"{slot[1]} at {edge}", filled))


def _limit_slot(room: Room) -> Slot | None:
    """Give the input that bounds a list: the one whose name says nothing else."""
    named = [slot for slot, _ in slots_of(room) if is_limit(slot[1])]
    return min(named, key=lambda slot: len(set(words(slot[1])) - LIMITS), default=None)


def _cursors(room: Room, best: str, last: Exchange | None) -> Plan:
    slot = next((one for one, _ in slots_of(room) if is_cursor(one[1])), None)
    listed = last is not None and any(call.operation in LISTS for call in last.calls)
    if slot is None and not listed:
        return
    page = room.fill(best)
    exchange = yield Step(room.asked(best, "a page of one", page), page=PAGE)
    table, most = read_to_the_end(exchange)
    if table:
        request = room.asked(best, f"{most + 1} items more in {table}", room.fill(best))
        yield Step(request, crowd=(table, most + 1))
    if slot is None:
        return
    cursor = cursor_in(exchange.answered.body)
    if cursor is None:
        # An app that reads on until it has enough stops when one is enough.
        limit = _limit_slot(room)
        if limit is not None:
            page = page.having(limit, 1 if limit[0] is ParameterSource.BODY else "1")
            one = yield Step(room.asked(best, "a page of one, as asked for", page), page=PAGE)
            cursor = cursor_in(one.answered.body)
        if cursor is None:
            yield from _forged(room, best, slot, exchange)
            return
    text = cursor if isinstance(cursor, str) else json.dumps(cursor)
    filled = page.having(slot, text)
    yield Step(room.asked(best, "the next page", filled), page=PAGE)
    middle = len(text) // 2
    changed = (
        text[:middle] + ("A" if text[middle : middle + 1] != "A" else "B") + text[middle + 1 :]
    )
    yield Step(room.asked(best, "a changed cursor", room.fill(best).having(slot, changed)))
    if best == "A":
        theirs = room.fill("B").having(slot, text)
        yield Step(room.asked("B", "B with A's cursor", theirs, keys_of="A"), page=PAGE)


def _forged(room: Room, best: str, slot: Slot, exchange: Exchange) -> Plan:
    """Begin a list at a key of one's own, where the app hands out no cursor to begin with.

    Before a table is known, a key of what the request names is as good as any: then the app asks
    for the table.
    """
    usual = room.fill(best)
    tables: set[str] = set()
    for turn in range(FORGED):
        tables |= {str(call.request.get("TableName", "")) for call in exchange.calls}
        known = keys_to_start_at(
            room.inputs.store.sketch, frozenset(tables), room.inputs.keys(owner_of(best))
        )
        named = {
            name: {"S": str(value)}
            for (source, name), value in usual.values.items()
            if source is ParameterSource.PATH
        }
        ways = list(cursors(known[0] if known else named or {"id": {"S": "1"}}))
        told, text = ways[turn % len(ways)]
        filled = usual.having(slot, text)
        exchange = yield Step(room.asked(best, f"{slot[1]} is {told}", filled))
        if any(call.request.get("ExclusiveStartKey") and call.status < FAILED
               for call in exchange.calls):  # fmt: skip
            return


def _odd_texts(room: Room, best: str) -> Plan:
    """Put the text of an expression, and names of attributes, where free text goes."""
    for slot, schema in slots_of(room):
        if slot[0] not in {ParameterSource.QUERY, ParameterSource.BODY}:
            continue
        if not _is_text(room, schema) or is_cursor(slot[1]):
            continue
        if FIELDS & set(words(slot[1])):
            for name in attributes_of(room):
                filled = room.fill(best).having(slot, name)
                yield Step(room.asked(best, f"{slot[1]} names {name}", filled))
        if slot[0] is ParameterSource.QUERY:
            filled = room.fill(best).having(slot, EXPRESSION)
            yield Step(room.asked(best, f"an expression in {slot[1]}", filled))
            # An optional text was left out of the usual request.
            canary = _canary(room, schema, slot, "text")
            filled = room.fill(best).having(slot, canary.planted, canary)
            yield Step(room.asked(best, f"a text in {slot[1]}", filled))


def attributes_of(room: Room) -> tuple[str, ...]:
    """Give names of attributes to ask for: sensitive ones, and one that is planted."""
    known = [name for table in room.inputs.store.sketch.tables for name, _ in table.attributes]
    keys = {name for table in room.inputs.store.sketch.tables for name, _ in table.keys}
    telling = [name for name in known if {"password", "secret", "hash", "token"} & set(words(name))]
    plain = [name for name in known if name not in keys]
    return tuple(dict.fromkeys((*telling[:1], *plain[:1], *SENSITIVE)))[:3]


def _odd_bodies(room: Room, best: str) -> Plan:
    filled = room.fill(best)
    if isinstance(filled.body, Mapping):
        slot = (ParameterSource.BODY, "unexpected")
        canary, named = _canary(room, {}, slot, "text"), _canary(room, {}, slot, "name")
        more: dict[str, Any] = {"is_admin": True, "role": "admin", "unexpected": canary.planted}
        more[named.planted] = canary.planted
        more |= dict.fromkeys(attributes_of(room), canary.planted)
        odd = filled
        for name, value in _fitting(room, more).items():
            if name not in filled.body:
                odd = odd.having((ParameterSource.BODY, name), value)
        yield Step(room.asked(best, "unexpected keys", odd, canaries=(canary, named)))
        if room.door.body is not None and "json" in room.door.body.media:
            broken = Filled(filled.values, b'{"broken', filled.media, filled.canaries)
            yield Step(room.asked(best, "broken JSON", broken))
            nothing = Filled(filled.values, {}, filled.media)
            yield Step(room.asked(best, "an empty body", nothing))
    elif filled.body is not MISSING:
        nothing = Filled(filled.values, b"", filled.media)
        yield Step(room.asked(best, "an empty body", nothing))


def _stranger(room: Room, best: str) -> Plan:
    """Give credentials that nobody has, where they are given in a body: to sign in, say."""
    usual = room.fill(best)
    body = usual.body if isinstance(usual.body, Mapping) else {}
    declared = [slot[1] for slot, _ in slots_of(room) if slot[0] is ParameterSource.BODY]
    # What a body was given beside its fields was a guess.
    if not any(map(is_credential, declared or body)):
        return
    making = Making(
        room.inputs.mint, room.door.body.schema if room.door.body else {}, lambda _: None
    )
    stranger = usual
    for slot, schema in slots_of(room):
        if slot[0] is ParameterSource.BODY and isinstance(body.get(slot[1]), str):
            shape = making.shape(making.merged(schema), (slot[1],))
            canary = room.inputs.mint.text(shape, Source.INPUT, ("body", "stranger", slot[1]))
            stranger = stranger.having(slot, canary.planted, canary)
    yield Step(room.asked(best, "credentials that nobody has", stranger))


def _once_more(room: Room, best: str, last: Exchange) -> Plan:
    """Have a secret that the app made, made again: only one that differs is one."""
    if fine(last) and any(map(is_credential, names_written(last.calls))):
        yield Step(room.asked(best, "once more", room.fill(best)))


def _fitting(room: Room, more: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give values of the type that a body wants of keys which it does not name."""
    body = room.door.body
    making = Making(room.inputs.mint, body.schema if body else {}, lambda _: None)
    wanted = making.merged(body.schema if body else {}).get("additionalProperties")
    if not isinstance(wanted, Mapping) or not wanted:
        return more
    if _is_text(room, wanted):
        return {name: one if isinstance(one, str) else "true" for name, one in more.items()}
    return {name: making.make(wanted, ("body", name)) for name in more}


def _odd_keys(room: Room, best: str) -> Plan:
    """Ask for what is not there, with values of the wrong type, and with texts far too long."""
    usual = room.fill(best)
    missing = wrong = long = usual
    signs: list[tuple[str, Filled]] = []
    for slot, schema in slots_of(room):
        if slot[0] is ParameterSource.BODY or slot not in usual.values:
            continue
        absent = _canary(room, schema, slot, "missing")
        if _is_text(room, schema) or schema.get("format") == "uuid":
            missing = missing.having(slot, absent.planted, absent)
        else:
            wrong = wrong.having(slot, absent.planted, absent)
        if schema.get("format") == "uuid":
            odd = _canary(room, {}, slot, "wrong")
            wrong = wrong.having(slot, odd.planted, odd)
        if _is_text(room, schema) and long is usual:
            canary = _canary(room, {}, slot, "long")
            long = long.having(slot, canary.planted + "x" * LONG, canary)
        if _is_text(room, schema) and len(signs) < MOST_SIGNS:
            canary = _canary(room, {}, slot, "signs")
            parted = usual.having(slot, canary.planted + SIGNS, canary)
            signs.append((f"signs in {slot[1]}", parted))
    for purpose, filled in (
        ("a key that is not there", missing),
        ("a value of the wrong type", wrong),
        ("a text too long", long),
        *signs,
    ):
        if filled is not usual:
            yield Step(room.asked(best, purpose, filled))


def _canary(room: Room, schema: Schema, slot: Slot, why: str) -> Canary:
    text = _is_text(room, schema) or schema.get("format") == "uuid"
    making = Making(room.inputs.mint, schema, lambda _: None)
    shape = making.shape(schema, ()) if text else Shape()
    path = (slot[0].value, why, slot[1])
    return room.inputs.mint.text(shape, Source.INPUT, path)


def _faults(room: Room, best: str, last: Exchange) -> Plan:
    """Let the store fail in each way, for the operation that the handler ends with.

    Other services refuse what is asked of them.
    """
    for service in dict.fromkeys(last.services):
        told = f"{service} denies what is asked"
        yield Step(room.asked(best, told, room.fill(best), fault=told), services=(service,))
    operations = list(dict.fromkeys(call.operation for call in last.calls))
    if not operations:
        return
    writes = [name for name in operations if name in WRITES]
    for code, words_ in FAULTS:
        if code == CONDITION and not writes:
            continue
        operation = (writes or operations)[-1]
        told = f"{operation} {words_}"
        request = room.asked(best, told, room.fill(best), fault=told)
        yield Step(request, code, (operation,))
    if len(operations) > 1:
        told = f"{operations[0]} {FAULTS[0][1]}"
        request = room.asked(best, told, room.fill(best), fault=told)
        yield Step(request, THROTTLED, (operations[0],))

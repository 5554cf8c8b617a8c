"""From sightings to outflows: which attributes, items and secrets left, through what, to whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from http import HTTPStatus

from hushtable.model.facts import Cargo, Carried, Outflow
from hushtable.model.place import Place
from hushtable.model.proof import Shows
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.sensitivity_names import classify
from hushtable.model.service import Attribute, Channel, ModelState, Route
from hushtable.prove.canary import UNDECLARED, Canary, Source
from hushtable.prove.exchange import Exchange, Sighting
from hushtable.prove.store.kinds import names_beside
from hushtable.prove.witness.answers import Cursor, cursors, metadata, traceback
from hushtable.prove.witness.course import ASIDE
from hushtable.prove.witness.locating import Located
from hushtable.prove.witness.seen import Seen, Shown, audience, width
from hushtable.prove.witness.witness import OUTWARD
from hushtable.prove.witness.written import written

_PUBLIC_FOLDERS = re.compile(r"(?:^|/)(?:static|public|www|htdocs|assets|media)/|^file /tmp/")
_PLANTED = frozenset({Source.ITEM, Source.UNDECLARED})
_UNCLEAR = frozenset({"BOOL", "NULL"})
_SEEN = frozenset({Cargo.ATTRIBUTE, Cargo.ITEM, Cargo.MAP, Cargo.INPUT, Cargo.SECRET})
"""What a canary shows; the rest is read from answers."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that left at one place to one audience, and the exchange that showed it."""

    channel: Channel
    place: Place
    function: str
    audience: str
    carried: Carried
    shown: Shown
    public_file: bool = False
    status: int | None = None
    sent_to: str = ""


def outflows(seen: Seen) -> Iterator[tuple[Outflow, tuple[Shown, ...]]]:
    """Give an outflow for each place, channel and audience, with what shows each thing in it.

    What a wider audience gets as well is told of that one alone.
    """
    widest: dict[tuple[object, ...], Thing] = {}
    for thing in _things(seen):
        key = (thing.channel, thing.place, thing.sent_to, _what(thing.carried))
        other = widest.get(key)
        if other is None or width(thing.audience) < width(other.audience):
            widest[key] = thing
    groups: dict[tuple[object, ...], list[Thing]] = {}
    for thing in widest.values():
        groups.setdefault((*_at(thing), thing.audience), []).append(thing)
    places: dict[tuple[object, ...], list[Thing]] = {}
    for thing in widest.values():
        places.setdefault(_at(thing), []).append(thing)
    for group in groups.values():
        yield _outflow(seen, group, places[_at(group[0])])


def _at(thing: Thing) -> tuple[object, ...]:
    return (thing.channel, thing.place, thing.sent_to)


def beside(
    known: Iterable[tuple[Outflow, tuple[Shown, ...]]],
    early: Iterable[tuple[Outflow, tuple[Shown, ...]]],
) -> Iterator[tuple[Outflow, tuple[Shown, ...]]]:
    """Give what only earlier exchanges showed in errors, logs and files, and nothing else of them.

    Their answers were of items that lacked something, and of the store's own errors.
    """
    told = {
        (outflow.channel, outflow.place, _what(one))
        for outflow, _ in known
        for one in outflow.carried
    }
    for outflow, shown in early:
        if outflow.channel not in ASIDE:
            continue
        carried = tuple(
            one
            for one in outflow.carried
            if one.cargo in _SEEN and (outflow.channel, outflow.place, _what(one)) not in told
        )
        names = {one.attribute for one in carried}
        if carried:
            kept = (one for one in shown if not names.isdisjoint(one.attributes or (None,)))
            yield replace(outflow, carried=carried), tuple(kept)


def _what(carried: Carried) -> tuple[object, ...]:
    return (carried.cargo, carried.attribute, carried.detail)


def _outflow(
    seen: Seen, group: list[Thing], beside: list[Thing]
) -> tuple[Outflow, tuple[Shown, ...]]:
    first = group[0]
    whole = {_table(one.carried) for one in beside if one.carried.cargo is Cargo.ITEM}
    maps = {
        one.carried.attribute.path[:-1]
        for one in beside
        if one.carried.cargo is Cargo.MAP and one.carried.attribute is not None
    }
    kept: dict[tuple[object, ...], Carried] = {}
    for thing in group:
        one = thing.carried
        if one.cargo is Cargo.MAP and _table(one) in whole:
            continue
        if one.cargo is Cargo.ATTRIBUTE:
            inside = one.attribute is not None and any(
                one.attribute.path[: len(path)] == path for path in maps
            )
            one = replace(one, chosen=_table(one) not in whole and not inside)
        elif one.cargo is Cargo.ITEM:
            one = replace(one, minus=_minus(seen, one, beside))
        kept[_what(one)] = one
    route = replace(seen.route, audience=first.audience)
    answer = first.channel in OUTWARD
    outflow = Outflow(
        channel=first.channel,
        place=first.place,
        carried=tuple(kept.values()),
        route=route,
        function=first.function,
        model=_model(route, first.channel, items=bool(whole)) if answer else ModelState.NONE,
        model_name=route.model.name if first.channel is Channel.RESPONSE else "",
        status=first.status,
        via="return" if answer else "",
        public_file=any(one.public_file for one in group),
        sent_to=first.sent_to,
    )
    return outflow, tuple(thing.shown for thing in group)


def _table(carried: Carried) -> str:
    return carried.attribute.table if carried.attribute else ""


def _model(route: Route, channel: Channel, *, items: bool) -> ModelState:
    """Say what the response model did. A closed one that lets an undeclared name out, did not."""
    if channel is not Channel.RESPONSE:
        return ModelState.NONE
    if route.model.state is ModelState.CLOSED and items:
        return ModelState.BYPASSED
    return route.model.state


def _minus(seen: Seen, item: Carried, beside: Iterable[Thing]) -> frozenset[str]:
    """Give the planted attributes that were never seen here, while the item's others were."""
    table = _table(item)
    here = {
        one.carried.attribute.path[0]
        for one in beside
        if one.carried.attribute is not None and _table(one.carried) == table
    }
    bodies = b"\n".join(one.answered.body for one in seen.exchanges)
    planted = {
        name
        for sketch in seen.sketch.tables
        if sketch.name == table
        for beside in [names_beside(sketch, here)]
        for name, shape in sketch.attributes
        if name in beside and not shape.choices and shape.kind not in _UNCLEAR
    }
    return (
        frozenset(name for name in planted - here if f'"{name}"'.encode() not in bodies)
        if len(here) > 1
        else frozenset()
    )


def _things(seen: Seen) -> Iterator[Thing]:
    debugged: set[int] = set()
    ends: dict[int, tuple[Cursor, ...]] = {}
    for index, exchange in enumerate(seen.exchanges):
        if traceback(exchange, seen.route.place.path) == "debug":
            debugged.add(index)
        ends[index] = tuple(cursors(exchange))
        yield from _of_the_store(seen, index, exchange, ends[index])
    located = Located(seen.exchanges)
    stored = _stored(seen)
    for sighting in seen.sightings:
        index = sighting.exchange
        exchange = seen.exchanges[index]
        if sighting.channel in OUTWARD:
            if any(cursor.covers(sighting.where) for cursor in ends[index]):
                continue
            if sighting.canary.source is Source.SERVICE and index in debugged:
                continue
        yield from _thing(seen, sighting, exchange, located, stored)


def _thing(
    seen: Seen,
    sighting: Sighting,
    exchange: Exchange,
    located: Located,
    stored: dict[str, Attribute],
) -> Iterator[Thing]:
    canary = sighting.canary
    carried = _carried(seen, sighting, exchange, located, stored)
    if carried is None:
        return
    shown = Shown(
        Shows(str(carried.cargo)),
        sighting.channel,
        sighting.where,
        sighting.exchange,
        (carried.attribute,) if carried.attribute else (),
        canary.token,
        canary.owner,
        sighting.encoding,
        made=_made(canary),
    )
    place, function = _standing(seen, sighting)
    outward = sighting.channel in OUTWARD
    yield Thing(
        sighting.channel,
        place,
        function,
        audience(sighting, exchange) if outward else seen.route.audience,
        carried,
        shown,
        public_file=bool(
            sighting.channel is Channel.FILE and _PUBLIC_FOLDERS.search(sighting.where)
        ),
        status=exchange.answered.status if sighting.channel is Channel.ERROR else None,
        sent_to=sighting.to,
    )


def _standing(seen: Seen, sighting: Sighting) -> tuple[Place, str]:
    """Say where in the app it left: where a log or file was written, else at the handler."""
    place = None
    if sighting.channel in {Channel.LOG, Channel.FILE}:
        place = seen.place(sighting.file, sighting.line)
    if place is None:
        return seen.route.place, seen.route.handler
    return place, sighting.function or seen.route.handler


def _carried(
    seen: Seen,
    sighting: Sighting,
    exchange: Exchange,
    located: Located,
    stored: dict[str, Attribute],
) -> Carried | None:
    canary, channel = sighting.canary, sighting.channel
    if sighting.to and canary.source not in _PLANTED:
        # What others are asked with is theirs: their own keys, what the caller gave for them.
        return None
    match canary.source:
        case Source.ITEM:
            attribute = located.attribute(canary, sighting.exchange)
            return Carried(Cargo.ATTRIBUTE, attribute, _class(seen, attribute), chosen=True)
        case Source.UNDECLARED if _made(canary) and not _is_written(canary, exchange):
            # What no store holds is no item, whatever it is made of.
            return None
        case Source.UNDECLARED:
            inner = inside(canary.path)
            cargo = Cargo.MAP if inner else Cargo.ITEM
            attribute = Attribute(canary.table, (*inner, "*"))
            return Carried(cargo, attribute, _named(seen, ".".join(inner), canary.table))
        case Source.MADE:
            attribute = Attribute(canary.table, canary.path)
            clear = channel is not Channel.STORE
            return Carried(Cargo.ATTRIBUTE, attribute, _class(seen, attribute), chosen=clear)
        case Source.INPUT if channel is Channel.STORE or channel in OUTWARD:
            # In an answer, only what is stored as well is more than an echo.
            kept = stored.get(canary.token)
            return _input(seen, canary, kept, channel) if kept else None
        case Source.IDENTITY if channel in OUTWARD or channel is Channel.STORE:
            return None
        case Source.IDENTITY if canary.path[-1] == "*" and not sighting.encoding:
            # The header of a token, opened: that is no token.
            return None
        case Source.INPUT | Source.IDENTITY:
            return _input(seen, canary, Attribute("request", (_last(canary),)), channel)
        case Source.SETTING:
            name = _last(canary)
            return Carried(Cargo.SECRET, None, _named(seen, name, ""), detail=name)
        case Source.SERVICE:
            return _service(canary, exchange)
        case _:
            return None


def _made(canary: Canary) -> bool:
    """Whether a canary is of an item that the app made: planted ones belong to somebody."""
    return canary.source is Source.UNDECLARED and not canary.owner


def _is_written(canary: Canary, exchange: Exchange) -> bool:
    token = canary.token.encode()
    return any(token in one.value.lower() for one in written(exchange.calls))


def inside(path: tuple[str, ...]) -> tuple[str, ...]:
    """Give the map that an undeclared canary is in; empty for the item itself.

    In a map of maps the undeclared entry has a path of its own, which says no more.
    """
    return path[: path.index(UNDECLARED)] if UNDECLARED in path else path[:-1]


def _input(seen: Seen, canary: Canary, attribute: Attribute, channel: Channel) -> Carried:
    sensitivity = _class(seen, attribute)
    if sensitivity.category is not Category.CREDENTIAL:
        named = _named(seen, _last(canary), "")
        sensitivity = named if named.category is Category.CREDENTIAL else sensitivity
    return Carried(
        Cargo.INPUT,
        attribute,
        sensitivity,
        chosen=channel is not Channel.STORE,
        stored=attribute.table != "request",
        detail=_last(canary),
    )


def _service(canary: Canary, exchange: Exchange) -> Carried:
    """Tell the text of an error that was made here from another service's secret."""
    if canary.path[:1] in {("dynamodb",), ("network",)} or exchange.asked.fault:
        inside = [one for one in exchange.complaints if canary.token in one.text.lower()]
        kind = inside[0].kind.rpartition(".")[2] if inside else "ClientError"
        form = "traceback" if b"Traceback (most" in exchange.answered.body else "str(e)"
        return Carried(Cargo.EXCEPTION, detail=f"{kind}: {form}")
    name = ".".join(filter(None, (canary.table, *canary.path))) or "another service"
    what = Sensitivity(Category.CREDENTIAL, "secret", f"it is kept in {name}", 0.9)
    return Carried(Cargo.SECRET, None, what, detail=name)


def _of_the_store(
    seen: Seen, index: int, exchange: Exchange, ends: Iterable[Cursor]
) -> Iterator[Thing]:
    """Give what is the store's own in an answer: cursors, metadata, a traceback as text."""
    nobody = Sighting(Canary("", "", Source.SERVICE), Channel.RESPONSE, "", index)
    who = audience(nobody, exchange)
    place, handler = seen.route.place, seen.route.handler
    for one in ends:
        carried = Carried(Cargo.CURSOR, Attribute(one.table, ("LastEvaluatedKey",)), seal=one.seal)
        shown = Shown(
            Shows.CURSOR, one.channel, one.where, index, canary=one.text, encoding=one.encoding
        )
        yield Thing(one.channel, place, handler, who, carried, shown)
    held = metadata(exchange)
    if held:
        channel, where = held
        tables = [str(call.request.get("TableName", "")) for call in exchange.calls]
        carried = Carried(Cargo.METADATA, Attribute(tables[-1], ("ResponseMetadata",)))
        yield Thing(
            channel, place, handler, who, carried, Shown(Shows.METADATA, channel, where, index)
        )
    if traceback(exchange, place.path) == "text":
        channel = (
            Channel.ERROR
            if exchange.answered.status >= HTTPStatus.BAD_REQUEST
            else Channel.RESPONSE
        )
        carried = Carried(Cargo.EXCEPTION, detail="traceback: traceback")
        shown = Shown(Shows.EXCEPTION, channel, "the body", index)
        yield Thing(channel, place, handler, who, carried, shown)


def _stored(seen: Seen) -> dict[str, Attribute]:
    """Give the attribute that each input was stored as."""
    found: dict[str, Attribute] = {}
    for one in seen.sightings:
        if one.channel is Channel.STORE and one.canary.token:
            _, _, name = one.where.partition(" ")
            table = next(
                (t for t in _tables(seen) if name.startswith(f"{t}.")), name.partition(".")[0]
            )
            found.setdefault(
                one.canary.token, Attribute(table, tuple(name[len(table) + 1 :].split(".")))
            )
    return found


def _tables(seen: Seen) -> list[str]:
    return sorted((one.name for one in seen.sketch.tables), key=len, reverse=True)


def _last(canary: Canary) -> str:
    named = [part for part in canary.path if part not in {"[]", "*"}]
    return named[-1] if named else ""


def _class(seen: Seen, attribute: Attribute) -> Sensitivity:
    name = ".".join(part for part in attribute.path if part not in {"[]", "*"})
    return _named(seen, name, attribute.table)


def _named(seen: Seen, name: str, table: str) -> Sensitivity:
    if seen.declared:
        return classify(name, table=table, declared=seen.declared)
    return _inferred(name, table)


@lru_cache(maxsize=4096)
def _inferred(name: str, table: str) -> Sensitivity:
    return classify(name, table=table)

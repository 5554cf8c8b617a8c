"""Gates, per route: what refuses a caller, and what lets everybody through after all."""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import Any

from hushtable.model.facts import GateHole
from hushtable.model.service import (
    ANYONE,
    NO_GATE,
    OWNER,
    SIGNED_IN,
    Gate,
    GateKind,
    role,
)
from hushtable.scan.entries import Entry
from hushtable.scan.frame import Frame, Machine, Stopped
from hushtable.scan.labels import Kind, Label, Origin
from hushtable.scan.observations import Denial
from hushtable.scan.requests import Request, Seen, depends_on_settings
from hushtable.scan.values import (
    REST,
    Bound,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Native,
    Opaque,
    deep_labels,
)
from hushtable.values.written import credential_kind

HEADER_SOURCES = frozenset({"header", "cookie", "scope", "request"})


def run_middleware(m: Machine, request: Request, entry: Entry, frame: Frame) -> None:
    """Run the middleware of the apps around a route, for this route's path and method."""
    notes = m.observer.notes
    for router in entry.chain:
        for cls, options, place in reversed(router.middleware):
            notes.phase = "middleware"
            before, taught_before = len(notes.denials), len(notes.taught_gates)
            target = _dispatch(m, cls, options, frame)
            if target is None:
                continue
            function, receiver, asgi = target
            notes.watched[id(function)] = []
            m.stores["passed"] = False
            callee = Bound(function, receiver) if receiver is not None else function
            with suppress(Stopped):
                m.call(m, callee, _arguments(request, asgi=asgi), {}, ast.Constant(None), frame)
            if notes.denials[before:] or notes.taught_gates[taught_before:]:
                name = (
                    receiver.cls.name
                    if receiver is not None and receiver.cls
                    else (function.name.rpartition(".")[2])
                )
                request.gates.append(Seen(GateKind.MIDDLEWARE, name, place))
                _open_ways(request, function, notes.watched[id(function)])
    notes.phase = ""


def _dispatch(
    m: Machine, cls: Any, options: dict[str, Any], frame: Frame
) -> tuple[Function, Any, bool] | None:
    """Give (function, receiver, whether it is plain ASGI) of a middleware."""
    if isinstance(cls, Function):
        return cls, None, False
    if not isinstance(cls, Class):
        return None
    try:
        made = m.call(m, cls, [Native("request.app")], dict(options), ast.Constant(None), frame)
    except Stopped:
        return None
    if not isinstance(made, Instance):
        return None
    dispatch = m.get_attribute(m, made, "dispatch")
    if isinstance(dispatch, Bound) and isinstance(dispatch.function, Function):
        return dispatch.function, made, False
    plain = m.get_attribute(m, made, "__call__")
    if isinstance(plain, Bound) and isinstance(plain.function, Function):
        return plain.function, made, True
    return None


def _arguments(request: Request, *, asgi: bool) -> list[Any]:
    if not asgi:
        return [request.value(), Native("request.call_next")]
    header = Label(Kind.INPUT, name="headers", source="header")
    scope = Dict(
        {
            "type": Const("http"),
            "path": Const(request.path),
            "method": Const(request.method),
            "headers": Opaque(frozenset({header})),
            "state": request.value().slots["state"],
            REST: Opaque(frozenset({Label(Kind.INPUT, name="scope", source="scope")})),
        }
    )
    return [scope, Native("request.receive"), Native("request.send")]


def _open_ways(request: Request, function: Function, ways: list[Any]) -> None:
    """A way through that asks nothing of the request, while others are refused, is open."""
    for way in ways:
        if depends_on_settings(way.conditions):
            request.fails_open.append((function.name.rpartition(".")[2], way.place))


def gate_of(m: Machine, request: Request, entry: Entry) -> tuple[Gate, str, list[GateHole]]:
    """Sum up what stands in front of a route, and who gets past it."""
    notes = m.observer.notes
    seen = list(request.gates)
    if not seen:
        for denial in notes.denials:
            if not denial.phase and _asks_who(denial, socket=entry.route.websocket):
                seen.append(Seen(GateKind.BODY, _handler_name(entry), denial.place))
                break
    if not seen:
        called = [one for one in notes.taught_gates if not one.phase]
        seen.extend(Seen(GateKind.BODY, one.name, one.place) for one in called[:1])
    holes = [
        GateHole(place, name, "lets every request through when it is not configured")
        for name, place in request.fails_open
    ]
    if not seen:
        return NO_GATE, ANYONE, holes
    best = min(seen, key=lambda one: ORDER[one.kind])
    roles = tuple(sorted(notes.roles))[:6]
    fails = ""
    if request.fails_open and len(seen) == 1:
        fails = "when unconfigured"
    place = best.place or entry.route.place
    gate = Gate(best.kind, best.name, place, roles, fails, shared=_asks_one_key(m, request))
    return gate, role(roles[0]) if len(roles) == 1 else SIGNED_IN, holes


def _asks_one_key(m: Machine, request: Request) -> bool:
    """Whether all that is asked for is one key of the settings, the same for every caller."""
    notes = m.observer.notes
    asked = [{label.kind for label in denial.conditions} for denial in notes.denials]
    if not asked or notes.roles or any(one != {Kind.INPUT, Kind.SETTING} for one in asked):
        return False
    gates = {one.name for one in request.gates}
    held = frozenset().union(*(deep_labels(value) for value in request.cached.values()))
    return all(one.kind is not Kind.CALLER or one.name in gates for one in held)


ORDER = {
    GateKind.DEPENDENCY: 0,
    GateKind.MIDDLEWARE: 1,
    GateKind.SECURITY: 2,
    GateKind.BODY: 3,
    GateKind.PLATFORM: 4,
    GateKind.NONE: 5,
}


def _asks_who(denial: Denial, *, socket: bool) -> bool:
    """Whether a refusal depends on who calls, not on what was typed into a form.

    Browsers set no header on a WebSocket: its credential comes in the query or a first message.
    """
    for label in denial.conditions:
        if label.kind is Kind.CALLER:
            return True
        if _from_header(label) or (socket and _names_credential(label)):
            return True
        if isinstance(label.access, Origin):
            # What a credential of the request was looked up by.
            record = label.access.record
            keys = record.keys if record is not None else ()
            if any(_from_header(one) for key in keys for one in key.labels):
                return True
    return False


def _names_credential(label: Label) -> bool:
    named = (label.name, *label.path)
    return label.kind is Kind.INPUT and any(credential_kind(name) for name in named)


def _from_header(label: Label) -> bool:
    return label.kind is Kind.INPUT and label.source in HEADER_SOURCES


def _handler_name(entry: Entry) -> str:
    handler = entry.route.handler
    name = getattr(handler, "name", "") or getattr(getattr(handler, "function", None), "name", "")
    return str(name).rpartition(".")[2]


def audience_of(audience: str, records: list[Any]) -> str:
    """Narrow the audience to the owner when every read is tied to the caller."""
    reads = [record for record in records if record.reads and record.channels]
    if (
        audience == SIGNED_IN
        and reads
        and all(record.owner_checked in {"key", "compare", "membership"} for record in reads)
    ):
        return OWNER
    return audience

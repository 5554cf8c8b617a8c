"""WebSockets: what is sent is an answer, what closes one for its credential is a gate."""

from __future__ import annotations

from typing import Any

from hushtable.model.service import Channel, ModelState
from hushtable.scan.frame import Call, Machine
from hushtable.scan.leaving import leaving
from hushtable.scan.requests import SOCKET, from_client
from hushtable.scan.shown import LISTS, Shape, told_once, under_list
from hushtable.scan.values import NONE, REST, Const, Dict, Instance, options, sequence

REFUSALS = frozenset({1008, 3000, 3003, 4001, 4003, 4401, 4403})
"""Codes that close a socket on somebody: a policy violation, and what IANA and services use for
401 and 403."""
EXCEPTION = "starlette.exceptions.WebSocketException"


def _send(m: Machine, call: Call) -> Any:
    value = call.argument(0, "data", "message", default=NONE)
    leaves = leaving(m, value)
    pairs = told_once([(leaf.label, leaf.open) for leaf in leaves if not leaf.covered])
    under_list(value, m.stores.setdefault(LISTS, set()))
    function = call.frame.function.name if call.frame.function else call.frame.module.name
    m.observer.notes.left(
        m,
        Channel.RESPONSE,
        value,
        m.place(call.node, call.frame),
        call.name.rpartition(".")[2],
        function,
        shape=Shape(pairs, ModelState.NONE, "", closed=False),
    )
    return NONE


def _refuse(m: Machine, call: Call) -> None:
    code = call.argument(0, "code", default=NONE)
    if any(isinstance(one, Const) and one.value in REFUSALS for one in options(code)):
        m.observer.notes.denied(m, 401, m.place(call.node, call.frame))


def _close(m: Machine, call: Call) -> Any:
    _refuse(m, call)
    return NONE


def _exception(m: Machine, call: Call) -> Any:
    _refuse(m, call)
    return Instance(native=EXCEPTION, slots={"reason": call.kwargs.get("reason", NONE)})


def _message(_m: Machine, _call: Call) -> Any:
    return from_client("message", "body")


def _messages(_m: Machine, _call: Call) -> Any:
    return sequence((), "iterator", from_client("message", "body"))


def _object(_m: Machine, _call: Call) -> Any:
    return Dict({REST: from_client("message", "body")})


NATIVES: dict[str, Any] = {
    **{f"{SOCKET}.{name}": _send for name in ("send_json", "send_text", "send_bytes", "send")},
    **{f"{SOCKET}.{name}": _message for name in ("receive_text", "receive_bytes", "receive")},
    **{f"{SOCKET}.{name}": _messages for name in ("iter_text", "iter_bytes", "iter_json")},
    f"{SOCKET}.receive_json": _object,
    f"{SOCKET}.accept": lambda _m, _c: NONE,
    f"{SOCKET}.close": _close,
    EXCEPTION: _exception,
    f"{EXCEPTION}.__init__": _exception,
}

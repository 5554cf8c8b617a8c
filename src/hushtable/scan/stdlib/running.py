"""Context managers, coroutines as values, and what schedules work without moving data."""

from __future__ import annotations

from typing import Any

from hushtable.scan.call import MANAGER, resume
from hushtable.scan.carrying import carrying, first_argument, fixed, nothing
from hushtable.scan.frame import Call, Machine
from hushtable.scan.values import NONE, TRUE, UNKNOWN, Function, Opaque, Seq


def _generated(m: Machine, call: Call) -> Any:
    """Apply `@contextmanager`: the generator function stays, a `with` runs its body inside."""
    function = call.args[0] if call.args else UNKNOWN
    if isinstance(function, Function):
        m.journal.set(function.slots, MANAGER, TRUE)
    return function


def _send(m: Machine, call: Call) -> Any:
    """Evaluate `generator.send(value)`: the generator runs again with what was sent so far."""
    owner = call.receiver
    value = call.args[0] if call.args else NONE
    if not isinstance(owner, Seq):
        return carrying()(m, call)
    if value != NONE:
        resumed = resume(m, owner, value, call.node, call.frame)
        if resumed is not None:
            return resumed
    return m.natives["iterator.__next__"](
        m, Call("iterator.__next__", owner, [], {}, call.node, call.frame))


NATIVES: dict[str, Any] = {
    "contextlib.contextmanager": _generated,
    "contextlib.asynccontextmanager": _generated,
    "contextlib.aclosing": first_argument,
    "iterator.send": _send,
    "iterator.asend": _send,
    "iterator.throw": nothing,
    "iterator.athrow": nothing,
    "asyncio.iscoroutinefunction": fixed(Opaque(hint="bool")),
    "asyncio.iscoroutine": fixed(Opaque(hint="bool")),
    "asyncio.coroutine": first_argument,
    "types.coroutine": first_argument,
    "atexit.register": first_argument,
    "time.sleep": nothing,
    "time.time": fixed(Opaque(hint="float")),
    "starlette.concurrency.iterate_in_threadpool": first_argument,
}
PURE = frozenset({
    "asyncio.all_tasks", "asyncio.current_task", "threading.current_thread", "threading.get_ident",
    "threading.active_count", "signal.signal", "gc.collect",
})

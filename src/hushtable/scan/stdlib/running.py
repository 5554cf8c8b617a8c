"""Context managers, coroutines as values, and what schedules work without moving data."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hushtable.scan.call import MANAGER, resume
from hushtable.scan.carrying import carrying, first_argument, fixed, nothing
from hushtable.scan.frame import Call, Machine, Stopped
from hushtable.scan.truth import truth
from hushtable.scan.values import NONE, TRUE, UNKNOWN, Function, Opaque, Seq, sequence


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
        m, Call("iterator.__next__", owner, [], {}, call.node, call.frame)
    )


# Work runs at once, where it is started. Work that would have to wait for other work (an empty
# queue, an event not yet set) is noted, and runs once more when somebody waits for it.


@dataclass(slots=True)
class Waiting:
    """What has to run once more, and whether the work that runs now had to wait."""

    entry: Any
    waits: bool = False
    parked: list[Callable[[], Any]] = field(default_factory=list)


def waiting(m: Machine) -> Waiting:
    """Give what waits in the entry that runs now; what another entry left is dropped."""
    held = m.stores.get("waiting")
    if not isinstance(held, Waiting) or held.entry is not m.current:
        held = m.stores["waiting"] = Waiting(m.current)
    return held


def _waited(m: Machine) -> bool:
    """Whether work had to wait since this was last asked."""
    held = waiting(m)
    answer, held.waits = held.waits, False
    return answer


def _waits(m: Machine, call: Call) -> Any:
    """Note that the running work needs something that is not there yet."""
    if call.args and truth(call.args[0]) is False:
        waiting(m).waits = True
    return NONE


def _parks(m: Machine, call: Call) -> Any:
    """Keep a callable that had to wait, to run it again."""
    if _waited(m) and call.args:
        function = call.args[0]
        waiting(m).parked.append(lambda: m.call(m, function, [], {}, call.node, call.frame))
    return NONE


def _resumes(m: Machine, _call: Call) -> Any:
    """Run again what had to wait."""
    held = waiting(m)
    parked, held.parked = held.parked, []
    for again in parked:
        try:
            again()
        except Stopped:
            continue
    if parked:
        held.waits = False
    return NONE


def _task(m: Machine, call: Call) -> Any:
    """Make a task of a coroutine: it ran when it was called."""
    value = call.argument(0, "coro", "coro_or_future", default=UNKNOWN)
    if _waited(m) and isinstance(call.node, ast.Call) and call.node.args:
        node, frame = call.node.args[0], call.frame
        waiting(m).parked.append(lambda: m.evaluate(m, node, frame))
    made = m.program.written(m, "asyncio.completed")
    return m.call(m, made, [value], {}, call.node, call.frame)


def _gather(m: Machine, call: Call) -> Any:
    """Give the results of several coroutines, in their order."""
    values = call.args
    waited = _waited(m)
    _resumes(m, call)
    if waited and isinstance(call.node, ast.Call):
        # Some of them waited for others: by now all have run once.
        nodes = call.node.args
        if not any(isinstance(node, ast.Starred) for node in nodes):
            values = [m.evaluate(m, node, call.frame) for node in nodes]
    known = [m.observer.awaited(m, value, call.node, call.frame) for value in values]
    return sequence(known, rest=None if call.extra is None else call.extra)


NATIVES: dict[str, Any] = {
    "written.waits": _waits,
    "written.parks": _parks,
    "written.resumes": _resumes,
    "asyncio.create_task": _task,
    "asyncio.ensure_future": _task,
    "asyncio.gather": _gather,
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
PURE = frozenset(
    {
        "asyncio.all_tasks",
        "asyncio.current_task",
        "threading.current_thread",
        "threading.get_ident",
        "threading.active_count",
        "signal.signal",
        "gc.collect",
    }
)

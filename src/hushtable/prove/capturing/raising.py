"""Tells of every exception while it is raised, also of those that are caught.

From Python 3.12 on the interpreter offers this event by itself. On 3.11 a trace function asks for
it; there threads that were started before are not heard.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any, Self

Notice = Callable[[FrameType, BaseException, TracebackType | None], None]
"""Takes the frame, the exception, and the traceback up to now: 3.11 puts it into the exception
only when that is caught."""


_TOOL = 4
"""The number by which the interpreter knows this listener; debuggers and profilers have others."""

_OWN_FRAMES = 1
_NO_NEWS = (StopIteration, StopAsyncIteration, GeneratorExit)


class Raising:
    """Calls `notice` for each exception in a frame whose file `concerns` is true for, when on."""

    def __init__(self, concerns: Callable[[str], bool], notice: Notice) -> None:
        """Prepare, silent."""
        self._concerns = concerns
        self._notice = notice
        self._on = False
        self._known: dict[str, bool] = {}
        self._modules: dict[object, bool] = {}

    @property
    def on(self) -> bool:
        """Whether exceptions are told of."""
        return self._on

    @on.setter
    def on(self, on: bool) -> None:
        """Switch it on or off, in this thread and those that start later."""
        self._on = on
        if sys.version_info >= (3, 12):
            events = sys.monitoring.events.RAISE if on else 0
            sys.monitoring.set_events(_TOOL, events)
        else:
            sys.settrace(self._traced if on else None)

    def start(self) -> Self:
        """Take the interpreter's event. Threads that start from now on are heard."""
        if sys.version_info >= (3, 12):
            sys.monitoring.use_tool_id(_TOOL, "hushtable")
            event = sys.monitoring.events.RAISE
            sys.monitoring.register_callback(_TOOL, event, self._raised)
        else:
            threading.settrace(self._traced)
        return self

    def stop(self) -> None:
        """Give it back."""
        self.on = False
        if sys.version_info >= (3, 12):
            sys.monitoring.free_tool_id(_TOOL)
        else:
            threading.settrace(None)

    def _is_wanted(self, file: str) -> bool:
        wanted = self._known.get(file)
        if wanted is None:
            wanted = self._known[file] = self._concerns(file)
        return wanted

    def _raised(self, code: CodeType, _offset: int, error: BaseException) -> None:
        if self._is_wanted(code.co_filename) and not isinstance(error, _NO_NEWS):
            frame = sys._getframe(_OWN_FRAMES)  # noqa: SLF001 - the event has no frame
            self._notice(frame, error, error.__traceback__)

    def _traced(self, frame: FrameType, event: str, argument: Any) -> Any:
        # Called for every function of every library. A frame's code is audited when it is read,
        # its globals are not: so a module that does not concern us is told by its name.
        module = frame.f_globals.get("__name__")
        if self._modules.get(module) is False or not self._on:
            return None
        if module is not None and module not in self._modules:
            file = frame.f_globals.get("__file__") or frame.f_code.co_filename
            if not self._modules.setdefault(module, self._is_wanted(str(file))):
                return None
        if not self._is_wanted(frame.f_code.co_filename):
            return None
        frame.f_trace_lines = False
        if event == "exception":
            _, error, trace = argument
            if isinstance(error, BaseException) and not isinstance(error, _NO_NEWS):
                self._notice(frame, error, trace)
        return self._traced


def deaf() -> None:
    """Hear nothing of the calling thread any more: nothing of the app runs in it."""
    if sys.version_info < (3, 12):
        sys.settrace(None)

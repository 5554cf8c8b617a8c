"""Tells of every exception while it is raised, also of those that are caught.

From Python 3.12 on the interpreter offers this event by itself. On 3.11 the app's modules are
compiled so that they tell of it (`listening`), and FastAPI's router and handlers are wrapped.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType, TracebackType
from typing import Any, Self

import wrapt

from hushtable.prove.capturing.listening import TELL, Loading

Notice = Callable[[FrameType, BaseException, TracebackType | None], None]
"""Takes the frame, the exception, and the traceback up to now."""

_TOOL = 4
"""The number by which the interpreter knows this listener; debuggers and profilers have others."""

_OWN_FRAMES = 1
_NO_NEWS = (StopIteration, StopAsyncIteration, GeneratorExit)
_MAKERS = ("get_request_handler", "get_websocket_app")
"""What makes the handler of a route, in `fastapi.routing`."""

_PASSED = ("app", "handle")
"""What of its router a request passes; a router of Starlette's is not FastAPI's."""


class Raising:
    """Calls `notice` for each exception in a frame whose file `concerns` is true for, when on.

    On Python 3.11 that is in a module which is imported between `start` and `stop`.
    """

    def __init__(self, concerns: Callable[[str], bool], notice: Notice) -> None:
        """Prepare, silent."""
        self._concerns = concerns
        self._notice = notice
        self._on = False
        self._known: dict[str, bool] = {}
        self._loading = Loading(self._is_wanted)
        self._wrapped: list[tuple[Any, str, Any]] = []

    @property
    def on(self) -> bool:
        """Whether exceptions are told of."""
        return self._on

    @on.setter
    def on(self, on: bool) -> None:
        """Switch it on or off."""
        self._on = on
        if sys.version_info >= (3, 12):
            events = sys.monitoring.events.RAISE if on else 0
            sys.monitoring.set_events(_TOOL, events)

    def start(self) -> Self:
        """Listen from now on, in every thread."""
        if sys.version_info >= (3, 12):
            sys.monitoring.use_tool_id(_TOOL, "hushtable")
            event = sys.monitoring.events.RAISE
            sys.monitoring.register_callback(_TOOL, event, self._raised)
        else:
            setattr(builtins, TELL, self._told)
            self._loading.start()
            wrapt.when_imported("fastapi.routing")(self._listen_to)
        return self

    def stop(self) -> None:
        """Listen no more."""
        self.on = False
        if sys.version_info >= (3, 12):
            sys.monitoring.free_tool_id(_TOOL)
        else:
            self._loading.stop()
            for holder, name, before in self._wrapped:
                setattr(holder, name, before)
            self._wrapped.clear()

    def _is_wanted(self, file: str) -> bool:
        wanted = self._known.get(file)
        if wanted is None:
            wanted = self._known[file] = self._concerns(file)
        return wanted

    def _raised(self, code: CodeType, _offset: int, error: BaseException) -> None:
        if self._is_wanted(code.co_filename) and not isinstance(error, _NO_NEWS):
            frame = sys._getframe(_OWN_FRAMES)  # noqa: SLF001 - the event has no frame
            self._notice(frame, error, error.__traceback__)

    def _told(self) -> None:
        """Take the exception that is being handled by whoever calls this."""
        error = sys.exception()
        if not self._on or error is None or isinstance(error, _NO_NEWS):
            return
        # It was in this frame first, which may be that of a comprehension and tells nothing.
        frames = [one for one in _frames(error) if self._is_wanted(one.f_code.co_filename)]
        if frames:
            self._notice(frames[-1], error, error.__traceback__)

    def _listen_to(self, routing: Any) -> None:
        """Hear what passes FastAPI's router and handlers, which are no modules of the app."""

        async def heard(run: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
            try:
                return await run(*args, **kwargs)
            except BaseException:
                self._told()
                raise

        def made(make: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
            return wrapt.FunctionWrapper(make(*args, **kwargs), heard)

        for holder, name, wrapper in (
            *((routing, name, made) for name in _MAKERS),
            *((routing.APIRouter, name, heard) for name in _PASSED),
        ):
            before = vars(holder).get(name)
            if before is not None:
                self._wrapped.append((holder, name, before))
                setattr(holder, name, wrapt.FunctionWrapper(before, wrapper))


def _frames(error: BaseException) -> Iterator[FrameType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next

"""The app under examination: imported from the working copy, and started once."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hushtable.prove.drive.layout import holder, standing
from hushtable.prove.sandbox.patience import patience

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

ASGI_ARGUMENTS = 3
MISSING_MODULES = 5
NO_MODULE_NAMED = "no module is named"
NO_ATTRIBUTE = "no such attribute"
NO_APP = "no ASGI app"
NOT_FOUND = ModuleNotFoundError.__name__
EXITED = SystemExit.__name__
TOO_SLOW = "the start took too long"
LIFESPAN = "lifespan"
START_SECONDS = 30.0
STOP_SECONDS = 5.0


class LoadError(Exception):
    """The app cannot be had. It says what kind of thing went wrong, and a name, nothing else.

    `kind` is an exception's class name or a few words of our own. `name` is that of a module or
    an attribute.
    """

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind}: {name}" if name else kind)
        self.kind = kind
        self.name = name


def load(target: str, folder: Path) -> AsgiApp:
    """Import `package.module:attribute` from a project's folder and give its ASGI app.

    The attribute is an app, a factory that needs no argument, or something that holds the app as
    its `.app`. The folder of the sources is found in the usual layouts.
    """
    folder = folder.resolve()
    name, _, attribute = target.partition(":")
    if not name:
        raise LoadError(NO_MODULE_NAMED, target)
    base, name = standing(name, folder)
    _make_importable(base, folder)
    value: Any = _imported(name, folder, base)
    for part in (attribute or "app").split("."):
        try:
            value = getattr(value, part)
        except AttributeError:
            raise LoadError(NO_ATTRIBUTE, target) from None
    return _asgi(value, target)


def _make_importable(*bases: Path) -> None:
    for base in reversed(bases):
        text = str(base)
        if text in sys.path:
            sys.path.remove(text)
        sys.path.insert(0, text)


def _imported(name: str, folder: Path, near: Path) -> Any:
    """Import a module. Where its own imports count from another folder, that one is found too."""
    for _ in range(MISSING_MODULES):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            missing = (error.name or "").partition(".")[0]
            held = holder(missing, folder, near)
            base = next((one for one in held if str(one) not in sys.path), None)
            if base is None:
                raise LoadError(NOT_FOUND, error.name or name) from error
            _make_importable(base)
            importlib.invalidate_caches()
        except SystemExit as error:
            raise LoadError(EXITED, name) from error
        except Exception as error:
            raise LoadError(type(error).__name__, name) from error
    raise LoadError(NOT_FOUND, name)


def _asgi(value: Any, target: str) -> AsgiApp:
    """Find the app in what the attribute holds: itself, what it makes, what it carries."""
    for _ in range(3):
        if _takes_requests(value):
            return _as_asgi(value)
        if _is_factory(value):
            try:
                value = value()
            except SystemExit as error:
                raise LoadError(EXITED, target) from error
            except Exception as error:
                raise LoadError(type(error).__name__, target) from error
        elif hasattr(value, "app"):
            value = value.app
        else:
            break
    if _takes_requests(value):
        return _as_asgi(value)
    raise LoadError(NO_APP, target)


def _as_asgi(value: Any) -> AsgiApp:
    app: AsgiApp = value
    return app


def _takes_requests(value: Any) -> bool:
    if inspect.isclass(value) or not callable(value):
        return False
    run = value if inspect.isroutine(value) else type(value).__call__
    if not inspect.iscoroutinefunction(inspect.unwrap(run)):
        return False
    try:
        inspect.signature(value).bind(*range(ASGI_ARGUMENTS))
    except (TypeError, ValueError):
        return False
    return True


def _is_factory(value: Any) -> bool:
    if not callable(value) or inspect.iscoroutinefunction(value):
        return False
    try:
        inspect.signature(value).bind()
    except (TypeError, ValueError):
        return False
    return True


class Running:
    """An app that is started and will be stopped, in a task of its own. It is an ASGI app itself.

    `async with Running(app) as running: ...`. An app without a lifespan is fine; one whose start
    fails raises LoadError.
    """

    def __init__(
        self, app: AsgiApp, *, start: float = START_SECONDS, stop: float = STOP_SECONDS
    ) -> None:
        self.app = app
        self.state: dict[str, Any] = {}
        self._limits = (start, stop)
        self._task: asyncio.Task[None] | None = None
        self._started = asyncio.Event()
        self._leave = asyncio.Event()
        self._failed = False
        self._kind = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, with what the lifespan has put into the state."""
        if self.state:
            scope["state"] = {**self.state, **scope.get("state", {})}
        await self.app(scope, receive, send)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._lifespan())
        try:
            await asyncio.wait_for(self._started.wait(), self._limits[0] * patience())
        except TimeoutError:
            await self._end()
            raise LoadError(TOO_SLOW, LIFESPAN) from None
        except asyncio.CancelledError:
            await self._end()
            raise
        if self._failed:
            await self._end()
            raise LoadError(self._kind or "the start failed", LIFESPAN)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave.set()
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task}, timeout=self._limits[1])
        await self._end()

    async def _end(self) -> None:
        if self._task is None or self._task.done():
            return
        self._task.cancel()
        await asyncio.wait({self._task}, timeout=self._limits[1])

    async def _lifespan(self) -> None:
        scope: Scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self.app(scope, self._receive, self._send)
        except asyncio.CancelledError:
            raise
        except SystemExit:
            self._failed, self._kind = True, "SystemExit"
        except BaseException as error:  # noqa: BLE001 - whatever a start raises is told by its kind
            # One that raises before it has said anything knows no lifespan (as servers see it).
            self._kind = type(error).__name__
        finally:
            self._started.set()

    async def _receive(self) -> Message:
        if not self._started.is_set():
            return {"type": "lifespan.startup"}
        await self._leave.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "lifespan.startup.failed":
                # The exception follows, and gives its kind.
                self._failed = True
            case "lifespan.startup.complete":
                self._started.set()
            case _:
                pass

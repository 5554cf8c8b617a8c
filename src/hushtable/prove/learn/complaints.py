"""What the app complains of: exceptions in its code, raised or caught, with what they say.

A complaint stays in this process: its texts and values may hold anything. They are kept only so
that canaries can be recognised in them.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import itertools
import linecache
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, FunctionType, ModuleType, TracebackType
from typing import Any, Self, TypeVar

from hushtable.prove.canary import UNDECLARED
from hushtable.prove.capturing.raising import Raising
from hushtable.prove.exchange import Complaint, Frame
from hushtable.prove.learn.beside import holders, paths_beside

MOST_COMPLAINTS = 300
"""Exceptions that are kept between two drains."""

_FRAMES = 40
_INNERMOST = 3
_VALUES = 300
_VALUE_LENGTH = 200
_TEXT_LENGTH = 1000
_DETAILS = 200
_DEPTH = 5
_OF_FASTAPI = ("/fastapi/routing.py",)
"""Where an answer that does not fit its model is refused: no frame of the app is in that."""

_UNPARSED = re.compile(r'parsing value for field "(\w+)"')
_SETTINGS = "/pydantic_settings/"
_INSTALLED = ("/site-packages/", "/dist-packages/", "/.venv/")
_PRINTED = frozenset({"int", "float", "Decimal", "datetime", "date", "UUID"})
_UNINTERESTING = (asyncio.CancelledError, KeyboardInterrupt, SystemExit)

Details = Iterator[tuple[str, str]]
_Noticed = tuple[BaseException, tuple[str, ...], tuple[tuple[str, str], ...], TracebackType | None]
"""An exception with its values and details, and the longest trace that was seen of it."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception when it is first noticed: in which frame, and the frames it came through."""

    error: BaseException
    frame: FrameType
    frames: tuple[FrameType, ...]
    line: int


class Watch:
    """Collects complaints of the code below `folder`, as a context manager. Off until `on`."""

    def __init__(self, folder: Path) -> None:
        """Prepare."""
        self._folder = f"{folder.resolve()}/"
        self._raising = Raising(self._concerns, self._notice)
        self._found: dict[int, _Noticed] = {}
        self._busy = threading.local()

    @property
    def on(self) -> bool:
        """Whether complaints are collected."""
        return self._raising.on

    @on.setter
    def on(self, on: bool) -> None:
        """Switch it on or off, in this thread and those that start later."""
        self._raising.on = on

    def __enter__(self) -> Self:
        """Be ready to be switched on."""
        self._raising.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self._raising.stop()
        self._found.clear()

    def drain(self) -> tuple[Complaint, ...]:
        """Give the complaints since the last drain, in the order in which they were raised."""
        found = tuple(self._found.values())
        self._found.clear()
        return tuple(_complaint(*one) for one in found)

    def _concerns(self, file: str) -> bool:
        if file.endswith(_OF_FASTAPI):
            return True
        return file.startswith(self._folder) and not any(part in file for part in _INSTALLED)

    def _notice(self, frame: FrameType, error: BaseException, trace: TracebackType | None) -> None:
        # The exception is kept, so that no other one gets its number before the next drain.
        if known := self._found.get(id(error)):
            # It went on to another frame. Kept now: a framework may take the trace away later.
            self._found[id(error)] = (*known[:3], trace or known[3])
            return
        if len(self._found) >= MOST_COMPLAINTS:
            return
        if isinstance(error, _UNINTERESTING) or getattr(self._busy, "now", False):
            return
        self._busy.now = True
        try:
            raised = Raised(error, frame, tuple(_frames_of(trace)), _line(frame, trace))
            values = _gathered(_locals(raised), _VALUES)
            details = _gathered(_details(raised), _DETAILS)
            self._found[id(error)] = error, values, details, trace
        finally:
            self._busy.now = False


def _gathered(parts: Iterator[_T], most: int) -> tuple[_T, ...]:
    """Take what can be had: an object of the app may do anything when it is looked at."""
    found: list[_T] = []
    with contextlib.suppress(Exception):
        found.extend(itertools.islice(parts, most))
    return tuple(found)


def _complaint(
    error: BaseException,
    values: tuple[str, ...],
    details: tuple[tuple[str, str], ...],
    trace: TracebackType | None,
) -> Complaint:
    status = getattr(error, "status_code", None)
    return Complaint(
        kind=type(error).__name__,
        text=_said(error),
        frames=tuple(_frames(trace))[-_FRAMES:],
        values=values,
        details=details,
        status=status if isinstance(status, int) else None,
    )


def _said(error: BaseException) -> str:
    try:
        return str(error)[:_TEXT_LENGTH]
    except Exception:  # noqa: BLE001 - an exception of the app may fail to tell its text
        return ""


def _frames(trace: TracebackType | None) -> Iterator[Frame]:
    while trace is not None:
        code = trace.tb_frame.f_code
        yield Frame(code.co_filename, trace.tb_lineno, code.co_name)
        trace = trace.tb_next


def _frames_of(trace: TracebackType | None) -> Iterator[FrameType]:
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _line(frame: FrameType, trace: TracebackType | None) -> int:
    """Give the line of a frame at which an exception was: the frame may be past it by now."""
    line = frame.f_lineno
    while trace is not None:
        if trace.tb_frame is frame:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _locals(raised: Raised) -> Iterator[str]:
    """Give the short texts in the local values of the innermost frames."""
    for one in _innermost(raised):
        for name, value in tuple(one.f_locals.items()):
            if not name.startswith("__"):
                yield from texts_in(value)


def _innermost(raised: Raised) -> list[FrameType]:
    inner = list(raised.frames[-_INNERMOST:])
    if raised.frame not in inner:
        inner.append(raised.frame)
    inner.reverse()
    outer = raised.frame.f_back
    # What called with a wrong value often holds the item that it came from.
    return [*inner, outer] if outer is not None else inner


def texts_in(value: object, depth: int = _DEPTH) -> Iterator[str]:
    """Give the texts and numbers in a value, as far as it can be looked into without calling it."""
    match value:
        case str():
            yield value[:_VALUE_LENGTH]
        case bool() | None | type() | ModuleType() | FunctionType():
            return
        case bytes():
            yield value[:_VALUE_LENGTH].decode("latin-1")
        case dict():
            for part in itertools.islice(tuple(value.values()), _VALUES):
                yield from texts_in(part, depth - 1) if depth else ()
        case list() | tuple() | set() | frozenset():
            for part in itertools.islice(tuple(value), _VALUES):
                yield from texts_in(part, depth - 1) if depth else ()
        case _ if type(value).__name__ in _PRINTED:
            yield _shown(value)
        case _:
            own = _attributes(value)
            if depth and own:
                yield from texts_in(own, min(depth - 1, 2))


def _shown(value: object) -> str:
    try:
        return str(value)[:_VALUE_LENGTH]
    except Exception:  # noqa: BLE001 - a value that is not yet whole has no text
        return ""


def _attributes(value: object) -> dict[Any, Any]:
    try:
        own = vars(value)
    except Exception:  # noqa: BLE001 - an object of the app may refuse to be looked at
        return {}
    return own if isinstance(own, dict) else {}


def _details(raised: Raised) -> Details:
    """Give what an exception says of itself, and the line at which it was noticed."""
    error, frame = raised.error, raised.frame
    line = linecache.getline(frame.f_code.co_filename, raised.line).strip()
    yield "source", line[:_TEXT_LENGTH]
    match error:
        case KeyError(args=(str(key), *_)):
            yield "key", key
            for path in paths_beside(frame.f_code.co_filename, raised.line, key):
                yield "beside", ".".join(path)
            for holder in _read(raised, key):
                yield "read", holder
            for holder in _holders(raised, key):
                yield "holder", holder
        case AttributeError():
            yield "name", str(error.name or "")
            yield "of", type(error.obj).__name__
            for text in texts_in(error.obj, 0):
                yield "value", text
        case ValueError() if isinstance(getattr(error, "doc", None), str):
            yield "value", str(getattr(error, "doc", ""))[:_VALUE_LENGTH]
        case FileNotFoundError(filename=str(name)):
            yield "file", name
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        told = response.get("Error")
        yield "code", str(told.get("Code", "")) if isinstance(told, dict) else ""
        yield "operation", str(getattr(error, "operation_name", ""))
    field = _UNPARSED.search(_said(error)) if type(error).__name__ == "SettingsError" else None
    if field is not None:
        yield from _variables(raised, [{"loc": (field.group(1),)}])
        yield f"at {field.group(1)}", "json_invalid"
    errors = getattr(error, "errors", None)
    if callable(errors) and not isinstance(error, ExceptionGroup):
        found = errors()
        yield from _variables(raised, found)
        yield from _of_model(error, found)
    yield from _choices(raised)


def _of_model(error: BaseException, errors: object) -> Details:
    """Give what a validation found: a location with its type, then what belongs to it."""
    yield "model", str(getattr(error, "title", ""))
    for one in errors if isinstance(errors, list | tuple) else ():
        if not isinstance(one, Mapping):
            continue
        where = ".".join("[]" if isinstance(part, int) else str(part) for part in one["loc"])
        yield f"at {where}", str(one["type"])
        yield "message", str(one.get("msg", ""))[:_VALUE_LENGTH]
        context = one.get("ctx")
        for name, value in context.items() if isinstance(context, Mapping) else ():
            yield f"ctx {name}", str(value)[:_TEXT_LENGTH]
        given = one.get("input")
        for text in itertools.islice(texts_in(given), _VALUES // 10):
            yield "input", text
        for text in _undeclared(given):
            yield "holder", text


def _variables(raised: Raised, errors: object) -> Details:
    """Give the environment variable of each wrong field of a settings model, in their order."""
    model: Any = None
    for frame in raised.frames:
        if _SETTINGS in frame.f_code.co_filename:
            own = frame.f_locals.get("__pydantic_self__", frame.f_locals.get("self"))
            model = type(own) if hasattr(own, "model_config") else model
    if model is None or not isinstance(errors, list):
        return
    prefix = str(model.model_config.get("env_prefix") or "")
    nested = str(model.model_config.get("env_nested_delimiter") or "__")
    for one in errors:
        head, *rest = map(str, one["loc"])
        known = model.model_fields.get(head)
        # A field with an alias is told by the alias, which takes no prefix.
        name = f"{prefix}{head}" if known is not None else head
        yield "env", nested.join((name, *rest)).upper()


def _read(raised: Raised, key: str) -> tuple[str, ...]:
    """Give the undeclared canaries of the very dictionaries of which the line reads the key."""
    frame = raised.frame
    found: list[str] = []
    for name, path in holders(frame.f_code.co_filename, raised.line, key):
        value: object = frame.f_locals.get(name)
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, dict) and key not in value:
            found.extend(_undeclared(value))
    return tuple(dict.fromkeys(found))


def _holders(raised: Raised, key: str) -> Iterator[str]:
    """Give the undeclared canaries of the dictionaries at hand that do not have a key."""
    for one in _innermost(raised):
        waiting: list[tuple[object, int]] = [(value, 0) for value in one.f_locals.values()]
        for value, depth in waiting:
            if isinstance(value, dict):
                if key not in value:
                    yield from _undeclared(value)
                inner: list[Any] = list(value.values())
            else:
                inner = list(value) if isinstance(value, list | tuple) else []
            if depth < _DEPTH and len(waiting) < _VALUES:
                waiting += [(part, depth + 1) for part in inner]


def _undeclared(value: object) -> Iterator[str]:
    """Give the undeclared canary of an item, which may be in wire form."""
    if isinstance(value, dict):
        yield from texts_in(value.get(UNDECLARED), 1)


def _choices(raised: Raised) -> Details:
    """Give the values of the enum that refused one."""
    if not isinstance(raised.error, ValueError | KeyError):
        return
    text = _said(raised.error)
    near: list[object] = [*raised.frame.f_locals.values(), *raised.frame.f_globals.values()]
    for frame in raised.frames:
        if frame.f_code.co_filename == enum.__file__:
            near.insert(0, frame.f_locals.get("cls"))
    for one in near:
        if isinstance(one, enum.EnumMeta) and text.endswith(f"is not a valid {one.__qualname__}"):
            members: list[Any] = list(one)
            for member in members:
                yield "choice", str(member.value)
            return

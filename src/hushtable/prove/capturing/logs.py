"""Log records at every level, without changing what the app itself prints.

A handler on the root logger would miss loggers that do not propagate, and whatever is below a
level is never made a record at all. So three methods of `logging.Logger` are replaced for the
time of a run: every record is made, ours is told of it, and then the app's own handlers are asked
only where they would have been asked.

A record is told as the app's handlers would write it: after their filters, in their format. What
a redacting filter or formatter takes out does not leave, and is not told.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import wrapt

from hushtable.model.service import Channel
from hushtable.prove.capturing.place import Line, Places
from hushtable.prove.exchange import Said

LONGEST = 256 * 1024
"""Characters of one record that are kept."""

Keep = Callable[[Said], None]

_PLAIN = logging.Formatter()
_LIBRARY = frozenset({"botocore", "boto3", "aiobotocore", "urllib3", "asyncio", "s3transfer"})
"""Libraries with many debug records for each request: they are made when the app asks for them."""

_STRUCTLOG = f"{os.sep}structlog{os.sep}"
"""It makes an app's records from files of its own."""


class Logs:
    """Hears every log record from `start` to `stop`."""

    def __init__(self, keep: Keep, places: Places) -> None:
        """Tell `keep` of each record."""
        self._keep = keep
        self._places = places
        self._writing = threading.local()
        self._enabled = logging.Logger.isEnabledFor
        self._call = logging.Logger.callHandlers

    def start(self) -> None:
        """Hear from now on, loggers that are made later too."""
        logs = self
        enabled, call = logging.Logger.isEnabledFor, logging.Logger.callHandlers
        self._enabled, self._call = enabled, call

        def is_enabled_for(self: logging.Logger, level: int) -> bool:
            return logs.wants(self, level) or enabled(self, level)

        def call_handlers(self: logging.Logger, record: logging.LogRecord) -> None:
            asked = enabled(self, record.levelno)
            with logs.heard(self, record, asked=asked):
                if asked:
                    call(self, record)

        logging.Logger.isEnabledFor = is_enabled_for  # type: ignore[method-assign]
        logging.Logger.callHandlers = call_handlers  # type: ignore[method-assign]
        wrapt.when_imported("loguru")(self._loguru)

    def stop(self) -> None:
        """Put the methods back."""
        logging.Logger.isEnabledFor = self._enabled  # type: ignore[method-assign]
        logging.Logger.callHandlers = self._call  # type: ignore[method-assign]

    def told(self, text: str) -> bool:
        """Tell whether a text is that of the record which this thread is just writing."""
        return text.rstrip("\n") in (getattr(self._writing, "texts", None) or ())

    def wants(self, logger: logging.Logger, level: int) -> bool:
        """Tell whether a record is to be made that nobody else would make."""
        return level >= logging.INFO or logger.name.partition(".")[0] not in _LIBRARY

    @contextlib.contextmanager
    def heard(
        self, logger: logging.Logger, record: logging.LogRecord, *, asked: bool
    ) -> Iterator[None]:
        """Keep a record, as each of the handlers that it goes to would write it.

        One that the app's levels let through (`asked`) is kept whoever made it. Below them it is
        the app's choice that counts: only what its own lines say is kept, not what a library
        would tell of its insides.
        """
        outer = getattr(self._writing, "texts", None)
        own = self._places.holds(record.pathname) or _STRUCTLOG in record.pathname
        if outer is not None or not (asked or own):
            yield
            return
        self._writing.texts = frozenset()
        try:
            line = self._line(record)
            where = f"log {record.name}, {record.levelname}"
            texts = tuple(dict.fromkeys(_written(logger, record)))
            for text in texts:
                text_kept = text[:LONGEST]
                self._keep(Said(Channel.LOG, text_kept, where, line.file, line.line, line.function))
            self._writing.texts = frozenset(texts)
            yield
        finally:
            self._writing.texts = None

    def _line(self, record: logging.LogRecord) -> Line:
        told = Line(record.pathname, record.lineno, record.funcName or "")
        if self._places.holds(told.file):
            return told
        found = self._places.now()
        return found if found.file else told

    def _loguru(self, module: Any) -> None:
        """Give loguru a sink of ours, and give it again when the app removes all sinks."""
        logger = module.logger

        def sink(message: Any) -> None:
            record = message.record
            file = record["file"].path
            line = Line(file, record["line"], record["function"])
            if not self._places.holds(file):
                line = self._places.now()
            where = f"log {record['name']}, {record['level'].name}"
            text = str(message)[:LONGEST]
            self._keep(Said(Channel.LOG, text, where, line.file, line.line, line.function))

        def add() -> None:
            logger.add(sink, level=0, format="{message}", backtrace=False, diagnose=False)

        def remove(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
            removed = wrapped(*args, **kwargs)
            if not args and not kwargs:
                add()
            return removed

        wrapt.wrap_function_wrapper(type(logger), "remove", remove)
        add()


def _written(logger: logging.Logger, record: logging.LogRecord) -> Iterator[str]:
    """Give the texts of a record: one for each of its handlers, or the plain one without any."""
    handlers = tuple(_handlers(logger))
    if not handlers:
        yield _formatted(_PLAIN.format, record)
    for handler in handlers:
        # A filter or a formatter may change the record, and the app's own turn comes after this.
        mine = copy.copy(record)
        kept: Any = False
        # The app's own filter may raise anything, and then nothing is written.
        with contextlib.suppress(Exception):
            kept = handler.filter(mine)
        if kept:
            yield _formatted(handler.format, kept if isinstance(kept, logging.LogRecord) else mine)


def _formatted(write: Callable[[logging.LogRecord], str], record: logging.LogRecord) -> str:
    try:
        return str(write(record))
    except Exception:  # noqa: BLE001 -- the app's own formatter, or arguments that do not fit
        return f"{record.msg} {record.args}"


def _handlers(logger: logging.Logger) -> Iterator[logging.Handler]:
    here: logging.Logger | None = logger
    while here is not None:
        yield from here.handlers
        here = here.parent if here.propagate else None

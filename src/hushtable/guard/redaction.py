"""Keeps sensitive values out of logs: a filter for `logging` and a processor for structlog.

    handler.addFilter(RedactingFilter())
    structlog.configure(processors=[..., RedactingProcessor(), JSONRenderer()])

Put the filter on handlers: a filter of a logger does not see what its children log. What is
masked: values under the names of credentials, tokens and personal data, in mappings and in text
(`password=...`, `'email': ...`), values that look like credentials, and the text that botocore
and pydantic put into exceptions, since it quotes keys and input. A traceback is written out and
masked, then taken off the record, so that no later handler prints it bare; its lines of source
stay. What is logged is copied, never changed.

What it does not see: a value with neither a telling name nor a telling shape, what follows a
space in an unquoted value (`password: two words`), and objects that reach a handler as they are;
models say themselves what their repr shows. A record that cannot be
examined is logged as such, without its text, and never breaks the program.
"""

from __future__ import annotations

import dataclasses
import logging
import re
import sys
import traceback
from collections import deque
from collections.abc import Collection, Iterator, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, cast

from hushtable.guard.shapes import (
    CREDENTIAL_NAMES,
    HASHES,
    JWT,
    KEY_ID,
    PERSONAL_NAMES,
    PRIVATE_KEY,
    TOKEN_NAMES,
    plain_name,
    plain_names,
)

MASK = "[redacted]"
UNEXAMINED = "[redacted: this record could not be examined]"

_HEADER_NAMES = frozenset(
    {"authorization", "proxy_authorization", "cookie", "set_cookie", "x_api_key"}
)
_DEPTH = 20
_LONGEST = 256 * 1024
_NAMES_KEPT = 4096
_SHORTEST_ENDING = 5
"""Names of so many letters count at the end of a longer one too: `new_password`."""

_NAME = re.compile(
    r"(?<![A-Za-z0-9_-])[\"']?([A-Za-z_][A-Za-z0-9_-]{1,60})[\"']?\s{0,3}[:=]\s{0,3}"
)
_VALUE = re.compile(
    r"b?\"(?:[^\"\\]|\\.)*\"?|b?'(?:[^'\\]|\\.)*'?"
    r"|(?:Bearer|Basic|Digest)\s+[^\s,;\"']+"
    r"|[^\s,;&]*[^\s,;&)}\]\"']"
)
_BRACKETS = re.compile(r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|[\[({]|[\])}]")
_TELLS_NOTHING = re.compile(
    r"(?:None|null|True|False|true|false|[\"']{2}|[\"']?\[redacted\]?[\"']?)"
)
_SHAPES = re.compile(
    "(?:" + HASHES.pattern + r")[^\s\"';)}\]]*|" + KEY_ID.pattern + "|" + JWT.pattern
)
_KEY_TEXT = re.compile(PRIVATE_KEY.pattern + r"(?:.*?-----END [A-Z0-9 ]+-----|.*)", re.DOTALL)
_BOTOCORE = re.compile(
    r"(An error occurred \(\w+\) when calling the \w+ operation(?: \([^)\n]*\))?:) [^\n]*"
)
_INPUT = re.compile(r"input_value=.{0,400}?(?=, input_type=)", re.DOTALL)

_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_STRUCTLOG_FIELDS = frozenset({"_record", "_from_structlog", "_logger", "_name"})


class Redaction:
    """What is masked, in texts, in values and in exceptions. Safe to share."""

    def __init__(self, names: Collection[str] = (), *, personal: bool = True) -> None:
        """Mask values under `names` too; leave personal data alone unless `personal`."""
        every = CREDENTIAL_NAMES | TOKEN_NAMES | _HEADER_NAMES | frozenset(names)
        self._names = plain_names(every | PERSONAL_NAMES if personal else every)
        self._endings = tuple(name for name in self._names if len(name) >= _SHORTEST_ENDING)
        self.is_sensitive = lru_cache(maxsize=_NAMES_KEPT)(self._is_sensitive)

    def _is_sensitive(self, name: str) -> bool:
        plain = plain_name(name)
        return plain in self._names or plain.endswith(self._endings)

    def text(self, text: str) -> str:
        """Mask what a text holds. A text over 256 KB is cut, and says so."""
        cut = ""
        if len(text) > _LONGEST:
            cut = f" [cut: {len(text) - _LONGEST} more characters]"
            text = text[:_LONGEST]
        if "-----BEGIN" in text:
            text = _KEY_TEXT.sub(MASK, text)
        if "An error occurred (" in text:
            text = _BOTOCORE.sub(rf"\1 {MASK}", text)
        if "input_value=" in text:
            text = _INPUT.sub(f"input_value={MASK}", text)
        if "$" in text or "IA" in text or "eyJ" in text:
            text = _SHAPES.sub(MASK, text)
        if ":" in text or "=" in text:
            text = "".join(self._named(text))
        return text + cut

    def _named(self, text: str) -> Iterator[str]:
        """Give a text in parts, with the values of sensitive names masked."""
        position = kept = 0
        while (found := _NAME.search(text, position)) is not None:
            position = found.end()
            if not self.is_sensitive(found[1]):
                continue
            end = _value_end(text, position)
            if end == position or _TELLS_NOTHING.fullmatch(text, position, end):
                continue
            yield text[kept:position]
            yield MASK
            position = kept = end
        yield text[kept:]

    def value(self, value: object, depth: int = 0) -> object:
        """Give a copy of a value with what is sensitive masked; other objects as they are."""
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool | int | float | complex):
            return value
        if isinstance(value, BaseException):
            return self.message(value)
        if depth >= _DEPTH:
            return "[not examined: nested too deep]"
        if isinstance(value, Mapping):
            return {name: self._member(name, member, depth) for name, member in value.items()}
        if isinstance(value, list | tuple | set | frozenset | deque):
            inner = [self.value(member, depth + 1) for member in value]
            if isinstance(value, tuple):
                return tuple(inner)
            return set(inner) if isinstance(value, set | frozenset) else inner
        if isinstance(value, bytes | bytearray):
            text = bytes(value).decode("utf-8", "replace")
            return value if self.text(text) == text else MASK
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {
                f.name: getattr(value, f.name, None) for f in dataclasses.fields(value) if f.repr
            }
            return self.value(fields, depth + 1)
        return value

    def _member(self, name: object, member: object, depth: int) -> object:
        if isinstance(name, str) and self.is_sensitive(name) and not _says_nothing(member):
            return MASK
        return self.value(member, depth + 1)

    def message(self, error: BaseException) -> str:
        """Give the text of an exception without what it quotes."""
        text = str(error)
        response = getattr(error, "response", None)
        if isinstance(response, Mapping) and isinstance(response.get("Error"), Mapping):
            # botocore's text ends in the service's, over several lines, and may quote keys.
            opening, colon, _ = text.partition(" operation")
            text = f"{opening}{colon}: {MASK}" if colon else MASK
        return self.text(text)

    def traceback(self, error: BaseException) -> str:
        """Write out an exception with its causes, each text without what it quotes."""
        text = "".join(traceback.format_exception(error)).rstrip("\n")
        for one in _with_causes(error):
            told = str(one)
            if told and (clean := self.message(one)) != told:
                # In a group, each line of the text has the group's margin before it.
                lines = r"\n[ |]*".join(re.escape(line) for line in told.split("\n"))
                text = re.sub(lines, clean.replace("\\", r"\\"), text)
        return self.text(text)


class RedactingFilter(logging.Filter):
    """Masks every record that passes. Put it on handlers."""

    def __init__(self, name: str = "", *, redaction: Redaction | None = None) -> None:
        """Filter as `logging.Filter` does by `name`, and mask by `redaction`."""
        super().__init__(name)
        self._redaction = redaction or Redaction()

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask a record in place. A record that cannot be examined loses its text, and stays."""
        if not super().filter(record):
            return False
        try:
            self._mask(record)
        except Exception:  # noqa: BLE001 - logging never breaks the program
            record.msg, record.args = UNEXAMINED, ()
            record.exc_info = record.exc_text = record.stack_info = None
            for name in set(vars(record)) - _OWN_FIELDS:
                setattr(record, name, MASK)
        return True

    def _mask(self, record: logging.LogRecord) -> None:
        redaction = self._redaction
        if record.args:
            record.args = cast("Any", redaction.value(record.args))
        if not isinstance(record.msg, str):
            record.msg = redaction.value(record.msg)
        text = record.getMessage()
        clean = redaction.text(text)
        if clean != text:
            record.msg, record.args = clean, ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = redaction.traceback(record.exc_info[1])
        elif record.exc_text:
            record.exc_text = redaction.text(record.exc_text)
        record.exc_info = None
        if record.stack_info:
            record.stack_info = redaction.text(record.stack_info)
        fields = vars(record)
        for name in set(fields) - _OWN_FIELDS:
            fields[name] = redaction._member(name, fields[name], 0)  # noqa: SLF001 - the same module


class RedactingProcessor:
    """A structlog processor that masks an event. Put it before the renderer."""

    def __init__(self, *, redaction: Redaction | None = None) -> None:
        """Mask by `redaction`."""
        self._redaction = redaction or Redaction()

    def __call__(
        self, _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Give the event masked; what cannot be examined is left out of it, and that is said."""
        try:
            return self._masked(event)
        except Exception:  # noqa: BLE001 - logging never breaks the program
            kept = {name: event.get(name) for name in _STRUCTLOG_FIELDS if name in event}
            return {"event": UNEXAMINED, **kept}

    def _masked(self, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        told = dict(event)
        error = _exception_of(told.pop("exc_info", None))
        own = {name: told.pop(name) for name in _STRUCTLOG_FIELDS if name in told}
        masked = cast("dict[str, Any]", self._redaction.value(told))
        if error is not None:
            masked["exception"] = self._redaction.traceback(error)
        return masked | own


def _value_end(text: str, start: int) -> int:
    """Give where a value that begins at `start` ends: a bracket at its fellow, or at the end."""
    if text[start : start + 1] not in {"{", "[", "("} or text.startswith(MASK, start):
        found = _VALUE.match(text, start)
        return found.end() if found else start
    depth = 0
    for part in _BRACKETS.finditer(text, start):
        depth += 1 if part[0] in "[({" else -1 if part[0] in "])}" else 0
        if depth == 0:
            return part.end()
    return len(text)


def _says_nothing(value: object) -> bool:
    return value is None or isinstance(value, bool) or value in ("", b"", MASK)


def _exception_of(told: object) -> BaseException | None:
    """Give the exception that structlog's `exc_info` means: itself, a tuple, or True."""
    if isinstance(told, BaseException):
        return told
    if isinstance(told, tuple):
        return next((part for part in told if isinstance(part, BaseException)), None)
    return sys.exc_info()[1] if told else None


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """Give an exception and every one that is printed with it."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions

"""The standard streams: what Python prints, with its line, and what anything else writes.

`sys.stdout` and `sys.stderr` are replaced by streams that note who writes. Descriptors 1 and 2
lead to files meanwhile, so that native code, started programs and `sys.stdout.buffer` are heard
too, without a line.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from hushtable.model.service import Channel
from hushtable.prove.capturing.place import Line, Places
from hushtable.prove.exchange import Said

LONGEST = 1024 * 1024
"""Characters or bytes of one stream that are kept between two drains."""

_LARGEST = 16 * 1024 * 1024
_NAMES = {1: "stdout", 2: "stderr"}

Told = Callable[[str, Line, str], None]
"""Is told the stream, the line, the text."""


class Streams:
    """Hears both streams from `start` to `stop`. `skip` says that a text was kept already."""

    def __init__(self, places: Places, skip: Callable[[str], bool]) -> None:
        """Prepare, without changing anything yet."""
        self._places = places
        self._skip = skip
        self._written: list[tuple[str, Line, str]] = []
        self._size = 0
        self._files: dict[int, BinaryIO] = {}
        self._noting: dict[int, _Noting] = {}
        self._read: dict[int, int] = {}
        self._open = contextlib.ExitStack()

    def start(self) -> None:
        """Lead both streams here."""
        with contextlib.ExitStack() as opened:
            for number, name in _NAMES.items():
                self._redirect(opened, number, name)
            self._open = opened.pop_all()

    def stop(self) -> None:
        """Put both streams back."""
        self._open.close()
        self._files.clear()
        self._read.clear()

    def drain(self) -> Iterator[Said]:
        """Give what was written since the last time, lines of one place together."""
        written, self._written, self._size = self._written, [], 0
        yield from _joined(written)
        for number, file in self._files.items():
            text = self._native(number, file)
            if text:
                yield Said(Channel.LOG, text, _NAMES[number])

    def note(self, name: str, text: str) -> None:
        """Keep a text that Python wrote, with the app's line that wrote it."""
        if text and self._size < LONGEST and not self._skip(text):
            self._size += len(text)
            self._written.append((name, self._places.now(), text))

    def _redirect(self, opened: contextlib.ExitStack, number: int, name: str) -> None:
        file = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 -- closed by `opened`
        fcntl.fcntl(file.fileno(), fcntl.F_SETFL, os.O_APPEND)
        current: object = getattr(sys, name)
        if isinstance(current, io.TextIOBase):
            with contextlib.suppress(OSError, ValueError):
                current.flush()
        saved = os.dup(number)
        opened.callback(os.close, saved)
        os.dup2(file.fileno(), number)
        opened.callback(os.dup2, saved, number)
        self._files[number], self._read[number] = file, 0
        noting = self._noting[number] = _Noting(number, name, self.note)
        original = getattr(sys, f"__{name}__")
        opened.callback(setattr, sys, name, current)
        opened.callback(setattr, sys, f"__{name}__", original)
        setattr(sys, name, noting)
        setattr(sys, f"__{name}__", noting)

    def _native(self, number: int, file: BinaryIO) -> str:
        with contextlib.suppress(OSError, ValueError):
            self._noting[number].buffer.flush()
        start, end = self._read[number], os.fstat(file.fileno()).st_size
        data = os.pread(file.fileno(), min(end - start, LONGEST), start) if end > start else b""
        self._read[number] = end
        if end > _LARGEST:
            os.ftruncate(file.fileno(), 0)
            self._read[number] = 0
        return data.decode("utf-8", "replace")


class _Noting(io.TextIOWrapper):
    """A stream that notes what is written to it. Its `buffer` leads to the descriptor."""

    def __init__(self, number: int, name: str, note: Callable[[str, str], None]) -> None:
        raw = open(number, "wb", closefd=False)  # noqa: SIM115 -- it lives as long as the stream
        super().__init__(raw, encoding="utf-8", errors="replace", write_through=True)
        self._of = name
        self._note = note

    def write(self, text: str, /) -> int:
        """Note a text."""
        if not isinstance(text, str):
            message = f"write() argument must be str, not {type(text).__name__}"
            raise TypeError(message)
        self._note(self._of, text)
        return len(text)

    def writelines(self, lines: Iterable[str], /) -> None:  # type: ignore[override]
        """Note each of the texts."""
        for line in lines:
            self.write(line)

    def close(self) -> None:
        """Stay open: who closes a standard stream silences everybody after."""


def _joined(written: list[tuple[str, Line, str]]) -> Iterator[Said]:
    """Put the pieces together that one line wrote one after the other."""
    at = 0
    while at < len(written):
        name, line, _ = written[at]
        end = at
        while end < len(written) and written[end][:2] == (name, line):
            end += 1
        text = "".join(piece for _, _, piece in written[at:end])
        if text.strip():
            yield Said(Channel.LOG, text[:LONGEST], name, line.file, line.line, line.function)
        at = end

"""Runs a program in a process of its own, for so long, and never leaves it behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

MAX_SAID = 1_000_000
"""Bytes of an output that are read: what is said at the end of more is not needed."""


class NotExaminedError(Exception):
    """Why a service could not be looked at; fit to be shown."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its exit code, negative for a signal, and what it said."""

    code: int
    out: bytes
    err: str


@dataclass(slots=True)
class Running:
    """The programs that run now, so that all can be ended at once."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _processes: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _over: bool = False

    def start(
        self, command: Sequence[str], where: Path, environment: Mapping[str, str], out: _Outputs
    ) -> subprocess.Popen[bytes]:
        """Start a program at the head of a group of its own. Raises NotExaminedError at the end."""
        with self._lock:
            if self._over:
                raise NotExaminedError(_INTERRUPTED)
            process = subprocess.Popen(  # noqa: S603 - no shell, and every argument was checked
                list(command),
                cwd=where,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=out[0],
                stderr=out[1],
                start_new_session=True,
            )
            self._processes.add(process)
            return process

    @property
    def over(self) -> bool:
        """Whether nothing more is to be begun."""
        return self._over

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End a program and what it started, if it still runs."""
        if process.poll() is None:
            _kill(process)
        process.wait()
        if process.stdin is not None:
            process.stdin.close()
        with self._lock:
            self._processes.discard(process)

    def end_all(self) -> None:
        """End every program, and start no other."""
        with self._lock:
            self._over = True
            for process in self._processes:
                _kill(process)


_Outputs = tuple[IO[bytes], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Apart:
    """Where the programs of one service run, and until when, by the monotonic clock."""

    until: float
    seconds: float
    running: Running = field(default_factory=Running)

    def run(
        self, command: Sequence[str], where: Path, environment: Mapping[str, str] | None = None
    ) -> Ended:
        """Run a program to its end.

        Raises NotExaminedError when the time is over, the program is not there, or all is to end.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            try:
                process = self.running.start(command, where, environment or os.environ, (out, err))
            except OSError as error:
                text = f"{Path(command[0]).name} cannot be run: {error.strerror}"
                raise NotExaminedError(text) from error
            try:
                code = process.wait(max(self.until - time.monotonic(), 0.0))
            except subprocess.TimeoutExpired as error:
                raise NotExaminedError(self._late) from error
            finally:
                self.running.end(process)
            return Ended(code, _said(out), _said(err).decode("utf-8", "replace"))

    def check(self) -> None:
        """Raise NotExaminedError when the time is over, or all is to end."""
        if self.running.over:
            raise NotExaminedError(_INTERRUPTED)
        if time.monotonic() > self.until:
            raise NotExaminedError(self._late)

    @property
    def _late(self) -> str:
        return f"took longer than {self.seconds:g} s, and was ended"


def told(code: int) -> str:
    """Say how a program ended that should not have: `ended by SIGKILL`, `ended with 70`."""
    if code >= 0:
        return f"ended with {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"


def _said(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(MAX_SAID)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        # It ended by itself meanwhile.
        return


_INTERRUPTED = "interrupted"

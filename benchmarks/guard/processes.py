"""The processes of a run: each is given its place on a core, and asked over its own pipes."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from benchmarks.guard.environments import REPOSITORY

CLIENT_CORE, SERVER_CORE = 0, 1
_PATIENCE = 20.0


class Process:
    """A program of ours, that answers on standard output line by line."""

    def __init__(
        self,
        python: Path,
        program: str,
        *words: object,
        environment: Mapping[str, str],
        log: IO[Any],
    ) -> None:
        """Start it."""
        command = [str(python), "-m", f"benchmarks.guard.{program}", *map(str, words)]
        self._child = subprocess.Popen(
            command, cwd=REPOSITORY, env=dict(environment), text=True, stderr=log,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def read(self) -> Any:  # noqa: ANN401 - any JSON value
        """Read one line. Raises EOFError when the program has ended."""
        line = self._child.stdout.readline() if self._child.stdout else ""
        if not line:
            raise EOFError
        return json.loads(line)

    def ask(self, **order: object) -> Any:  # noqa: ANN401 - any JSON value
        """Give an order and read the answer. Raises EOFError when the program has ended."""
        try:
            if self._child.stdin:
                self._child.stdin.write(json.dumps(order) + "\n")
                self._child.stdin.flush()
        except BrokenPipeError:
            raise EOFError from None
        return self.read()

    def cpu(self) -> float:
        """Give the CPU seconds it has used: the clock that `clock_getcpuclockid` names (Linux)."""
        return time.clock_gettime((~self._child.pid << 3) | 2)

    def end(self) -> None:
        """Close its input, and wait for its end."""
        with contextlib.suppress(BrokenPipeError):
            if self._child.stdin:
                self._child.stdin.close()
        try:
            self._child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        if self._child.stdout:
            self._child.stdout.close()

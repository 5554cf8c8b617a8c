"""Run one command and measure it: wall time, and the memory of its whole process tree.

Run as a program of its own (`python -I -S meter.py REQUEST`), on the standard library alone:
Linux lets a child inherit its parent's peak resident size across `exec`, so what starts the
measured command has to be small itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLE_SECONDS = 0.02
KILOBYTE = 1024


@dataclass(frozen=True, slots=True)
class Request:
    """A command to measure. `stdout` and `stderr` are files, `timeout` is in seconds."""

    command: list[str]
    cwd: str
    stdout: str
    stderr: str
    timeout: float
    environment: dict[str, str]


def tree(pid: int) -> list[int]:
    """Give `pid` and the processes below it that are alive now. Linux only, else just `pid`."""
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found.extend(int(child) for child in children.read_text().split())
    return found


def proportional_bytes(pid: int) -> int:
    """Give the proportional set size of one process: pages shared by n processes count 1/n."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * KILOBYTE
    return 0


class Sampler:
    """Watches a process tree from a thread and keeps the largest sum seen, in bytes."""

    def __init__(self, pid: int) -> None:
        """Start to watch `pid`."""
        self.peak = 0
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, sum(map(proportional_bytes, tree(self._pid))))

    def stop(self) -> int:
        """Stop watching and give the peak."""
        self._stop.set()
        self._thread.join()
        return self.peak


def run(request: Request) -> dict[str, Any]:
    """Run a command to its end or to its time limit, and give what it took.

    `process_bytes` is the peak resident size of the largest single process (`wait4`),
    `tree_bytes` the sampled peak of the whole tree together, never less than the former.
    """
    with Path(request.stdout).open("wb") as out, Path(request.stderr).open("wb") as err:
        began = time.perf_counter()
        child = subprocess.Popen(
            request.command,
            cwd=request.cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=request.environment,
            start_new_session=True,
        )
        late = threading.Event()

        def kill() -> None:
            late.set()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)

        timer = threading.Timer(request.timeout, kill)
        timer.start()
        sampler = Sampler(child.pid)
        _pid, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else KILOBYTE
    process = usage.ru_maxrss * unit
    return {
        "seconds": seconds,
        "process_bytes": process,
        "tree_bytes": max(sampler.stop(), process),
        "exit_code": child.returncode,
        "timed_out": late.is_set(),
    }


if __name__ == "__main__":
    print(json.dumps(run(Request(**json.loads(sys.argv[1])))))

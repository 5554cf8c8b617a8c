"""Measure commands through the meter, and keep what was read."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.meter import Request

METER = Path(__file__).with_name("meter.py")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """One run of one command. `exit_code` is negative when a signal ended it."""

    seconds: float
    process_bytes: int
    tree_bytes: int
    exit_code: int
    timed_out: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The readings of one contender over the rounds of one run."""

    name: str
    fine_exits: frozenset[int]
    readings: list[Reading] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    """How many things it reported, round by round (-1: its output could not be read)."""

    @property
    def failed(self) -> str:
        """Why the figures mean nothing, or the empty string."""
        if not self.readings:
            return "did not run"
        if any(reading.timed_out for reading in self.readings):
            return "timed out"
        wrong = {reading.exit_code for reading in self.readings} - self.fine_exits
        return f"exit code {min(wrong)}" if wrong else ""

    @property
    def seconds(self) -> float:
        """The median wall time."""
        return statistics.median(reading.seconds for reading in self.readings)

    @property
    def spread(self) -> float:
        """The slowest run less the fastest, in seconds."""
        times = [reading.seconds for reading in self.readings]
        return max(times) - min(times)

    @property
    def tree_mb(self) -> float:
        """The largest memory of the whole process tree, in MB (2**20 bytes)."""
        return max(reading.tree_bytes for reading in self.readings) / MEGABYTE

    @property
    def process_mb(self) -> float:
        """The largest resident size of any one process, in MB (2**20 bytes)."""
        return max(reading.process_bytes for reading in self.readings) / MEGABYTE


def measure(request: Request) -> Reading:
    """Run a command under the meter, in a process of its own.

    Raises `subprocess.CalledProcessError` when the meter itself fails, for instance because the
    program does not exist.
    """
    answer = subprocess.run(
        [sys.executable, "-I", "-S", str(METER), json.dumps(asdict(request))],
        check=True,
        capture_output=True,
        text=True,
    )
    return Reading(**json.loads(answer.stdout))

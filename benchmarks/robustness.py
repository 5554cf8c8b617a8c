"""`python -m benchmarks.robustness FOLDER`: scan every checkout in a folder, and count crashes.

A crash is an exit code other than 0, 1 or 3, a traceback, or a result that is no JSON of the
known shape. What is unknown to a scan (a file that does not parse) is not a crash.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.measure import MEGABYTE, Reading, measure
from benchmarks.meter import Request
from benchmarks.peers import hushtable_program

EXITS = frozenset({0, 1, 3})
KEYS = frozenset({"version", "findings", "routes", "coverage", "score", "grade", "unknown"})
INTERNAL = "internal error"
TOLD = 2000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the scan of one tree came to. `crash` says what went wrong, empty when nothing did."""

    name: str
    reading: Reading
    crash: str = ""
    routes: int = 0
    findings: int = 0
    unknown: tuple[str, ...] = ()
    evidence: str = ""
    """The end of stderr, when there was a crash."""

    @property
    def internal(self) -> int:
        """How many unknowns are errors of the engine itself rather than of a scanned file."""
        return sum(INTERNAL in why.lower() for why in self.unknown)


def crash_of(reading: Reading, stderr: str) -> str:
    """Say what was wrong with a run, judged by how it ended."""
    if reading.timed_out:
        return "timed out"
    if reading.exit_code not in EXITS:
        return f"exit code {reading.exit_code}"
    return "traceback" if "Traceback (most recent call last)" in stderr else ""


def read(name: str, reading: Reading, stdout: bytes, stderr: str) -> Outcome:
    """Judge one run by how it ended and by what it printed."""
    crash = crash_of(reading, stderr)
    if crash:
        return Outcome(name, reading, crash, evidence=stderr[-TOLD:])
    try:
        document: dict[str, Any] = json.loads(stdout)
    except ValueError:
        return Outcome(name, reading, "invalid JSON", evidence=stderr[-TOLD:])
    if not isinstance(document, dict) or not document.keys() >= KEYS:
        return Outcome(name, reading, "JSON of another shape", evidence=stderr[-TOLD:])
    return Outcome(
        name,
        reading,
        routes=len(document["routes"]),
        findings=len(document["findings"]),
        unknown=tuple(str(each["why"]) for each in document["unknown"]),
    )


def outcomes(program: str, trees: Sequence[Path], timeout: float) -> Iterator[Outcome]:
    """Scan the trees one after the other, each without a cache."""
    with tempfile.TemporaryDirectory(prefix="hushtable-robustness-") as work:
        out, err = Path(work) / "stdout", Path(work) / "stderr"
        for tree in trees:
            request = Request(
                command=[program, "scan", ".", "--format", "json", "--no-cache"],
                cwd=str(tree),
                stdout=str(out),
                stderr=str(err),
                timeout=timeout,
                environment=dict(os.environ),
            )
            reading = measure(request)
            yield read(tree.name, reading, out.read_bytes(), err.read_text(errors="replace"))


def line(outcome: Outcome) -> str:
    """Tell one outcome in a line."""
    memory = outcome.reading.tree_bytes / MEGABYTE
    start = f"{outcome.reading.seconds:7.2f} s {memory:6.0f} MB  "
    if outcome.crash:
        return f"{start}CRASH ({outcome.crash})  {outcome.name}"
    counts = (outcome.routes, outcome.findings, len(outcome.unknown))
    told = "routes {:>4}  findings {:>4}  unknown {:>3}".format(*counts)
    return f"{start}{told}  {outcome.name}"


def totals(found: Sequence[Outcome], slow: float) -> list[str]:
    """Tell what all trees came to. `slow` is in seconds."""
    times = sorted(outcome.reading.seconds for outcome in found)
    late = [outcome for outcome in found if outcome.reading.seconds > slow]
    lines = [
        f"trees: {len(found)}",
        f"crashes: {sum(bool(outcome.crash) for outcome in found)}",
        f"internal errors told as unknown: {sum(outcome.internal for outcome in found)}",
        f"unknown: {sum(len(outcome.unknown) for outcome in found)}",
        f"over {slow:g} s: {len(late)}",
    ]
    if times:
        lines.append(f"seconds: median {times[len(times) // 2]:.2f}, slowest {times[-1]:.2f}")
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """Scan every checkout. 1 when one crashed, 2 when there is none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.robustness", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder of checkouts, one per sub-folder")
    parser.add_argument("--hushtable", default=hushtable_program(), help="the program to run")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds per tree (default 60)")
    parser.add_argument("--slow", type=float, default=20.0, help="seconds that count as slow")
    parser.add_argument("--only", default="", help="only trees whose name contains this")
    parser.add_argument("--evidence", action="store_true", help="print stderr of each crash")
    options = parser.parse_args(argv)
    console = Console(width=200, highlight=False, markup=False, soft_wrap=True)
    trees = [path for path in sorted(options.folder.glob("*")) if path.is_dir()]
    chosen = [path for path in trees if options.only in path.name]
    if not chosen:
        console.print("no checkout found")
        return 2
    found = []
    for outcome in outcomes(options.hushtable, chosen, options.timeout):
        found.append(outcome)
        console.print(line(outcome))
        if options.evidence and (outcome.crash or outcome.internal):
            console.print(outcome.evidence)
            console.print("\n".join(why for why in outcome.unknown if INTERNAL in why.lower()))
    console.print("\n".join(totals(found, options.slow)))
    return int(any(outcome.crash for outcome in found))


if __name__ == "__main__":
    sys.exit(main())

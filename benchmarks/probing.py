"""Measures `hushtable probe`: its detectors alone, then the leak lab beside two other tools.

python -m benchmarks.probing [--quick] [--values]
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError

from benchmarks.guard.environments import install
from benchmarks.peers import WORK, hushtable_program
from benchmarks.precision import NO_SECRETS, SECRETS, found

HERE = Path(__file__).parent
REPOSITORY = HERE.parent
SEED = 20260101
MANY, TRUE = 100_000, 10_000
PATIENCE = 300.0
LAB_CALLERS = ("x-user: u1", "x-user: u2")

NO_LEAK = ("HT401",)
"""Rules that say of no attribute that it leaves: a door without a gate may be meant."""

SEES_LEAKS = frozenset({"JsonSchemaError", "IgnoredAuth"})
"""The failures of Schemathesis that speak of what an answer holds, or of who gets it."""


@dataclass(frozen=True, slots=True)
class Lab:
    """What leaks: operations with the rule each breaks; and all operations."""

    leaks: dict[str, str]
    operations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool said. `leaks`: operations of which it said that something leaks there."""

    tool: str
    reported: frozenset[str]
    leaks: frozenset[str]
    seconds: float


def main() -> None:
    """Run both trials and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the values, no peers")
    parser.add_argument("--values", action="store_true", help="the values alone")
    given = parser.parse_args()
    _values(10 if given.quick else 1)
    if not given.values:
        _lab(peers=not given.quick)


def _values(part: int) -> None:
    began = time.perf_counter()
    made, taken = found(NO_SECRETS, MANY // part, SEED)
    print(f"{sum(made.values()):,} values that are no secrets: {sum(taken.values())} alarms")
    _misses(made, Counter({kind: made[kind] - taken[kind] for kind in made}))
    made, taken = found(SECRETS, TRUE // part, SEED)
    share = 100 * sum(taken.values()) / sum(made.values())
    print(f"{sum(made.values()):,} secrets and data of people: {share:.2f} % found")
    _misses(made, taken)
    print(f"in {time.perf_counter() - began:.1f} s\n")


def _misses(made: Counter[str], right: Counter[str]) -> None:
    for kind in made:
        if right[kind] != made[kind]:
            print(f"  {kind}: {right[kind]} of {made[kind]} right")


def _lab(*, peers: bool) -> None:
    with served() as url:
        lab = read_lab(url)
        outcomes = [probed(url)]
        if peers:
            python = install("probing", folder=WORK / "probing", beside=HERE)
            outcomes += [schemathesis(url, python.parent), offat(url, python.parent)]
    print(f"{'tool':<16}{'leaks found':>13}{'false':>7}{'operations reported':>21}{'s':>7}")
    for one in outcomes:
        right = len(one.leaks & lab.leaks.keys())
        false = len(one.leaks - lab.leaks.keys())
        of = f"{right}/{len(lab.leaks)}"
        said = f"{len(one.reported)}/{len(lab.operations)}"
        print(f"{one.tool:<16}{of:>13}{false:>7}{said:>21}{one.seconds:>7.1f}")


@contextmanager
def served(
    command: Sequence[str] = ("-m", "benchmarks.lab.serve"), ready: str = "/users", **more: str
) -> Iterator[str]:
    """Serve the leak lab, or what a command of Python serves, in a process of its own."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [sys.executable, *command, str(port)]
    environment = {
        **os.environ,
        **more,
        "PYTHONPATH": f"{REPOSITORY / 'src'}{os.pathsep}{REPOSITORY}",
    }
    # It tells of every error that is provoked in it, which is many.
    process = subprocess.Popen(
        command, cwd=REPOSITORY, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}{ready}")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(url: str) -> None:
    """Wait until something answers there."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            got(url)
        except (URLError, ConnectionError, TimeoutError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
        else:
            return


def got(url: str) -> Any:  # noqa: ANN401 - any JSON value
    """Get a JSON document."""
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own server
        return json.load(answer)


def read_lab(url: str) -> Lab:
    """Read what leaks in the lab, and what operations it has."""
    script = "import json; from benchmarks.lab.app import LEAKS; print(json.dumps(LEAKS))"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=REPOSITORY, check=True, capture_output=True, text=True
    )
    paths = got(f"{url}/openapi.json")["paths"]
    operations = frozenset(
        f"{method.upper()} {path}" for path, item in paths.items() for method in item
    )
    return Lab(json.loads(run.stdout), operations)


def timed(command: list[str], folder: str) -> float:
    """Run a command to its end, and give the seconds."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=False, capture_output=True)
    return time.perf_counter() - began


def probed(url: str, callers: Sequence[str] = LAB_CALLERS, *more: str) -> Outcome:
    """Ask with `hushtable probe`, as two callers."""
    with TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        two = [part for name, one in zip("AB", callers, strict=True)
               for part in ("--as", f"{name}={one}")]  # fmt: skip
        seconds = timed(
            [hushtable_program(), "probe", url, *two, *more, "--rate", "100", "-o", str(report)],
            folder,
        )
        findings = json.loads(report.read_text())["findings"]
    at = frozenset(each for one in findings for each in one["routes"])
    leaks = frozenset(each for one in findings if says_leak(one) for each in one["routes"])
    return Outcome("hushtable probe", at, leaks, seconds)


def says_leak(finding: dict[str, Any]) -> bool:
    """Whether a finding of ours says that something leaks."""
    return finding["severity"] != "note" and finding["code"] not in NO_LEAK


def schemathesis(url: str, programs: Path, caller: str = LAB_CALLERS[0]) -> Outcome:
    """Ask with Schemathesis and every check, as one caller."""
    with TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        seconds = timed(
            [str(programs / "schemathesis"), "run", f"{url}/openapi.json", "-H", caller,
             "--checks", "all", "--seed", "1", "--report-json-path", str(report)], folder
        )  # fmt: skip
        failures = json.loads(report.read_text())["failures"]
    at = frozenset(each for one in failures for each in one["operations"])
    leaks = frozenset(
        each for one in failures if one["type"] in SEES_LEAKS for each in one["operations"]
    )
    return Outcome("Schemathesis", at, leaks, seconds)


def offat(url: str, programs: Path, caller: str = LAB_CALLERS[0]) -> Outcome:
    """Ask with OWASP OFFAT, as one caller."""
    with TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        seconds = timed(
            [str(programs / "offat"), "-f", f"{url}/openapi.json", "--server", url,
             "-H", caller, "-rl", "100", "-of", "json", "-o", str(report)], folder
        )  # fmt: skip
        rows = json.loads(report.read_text())["results"]
    told = [one for one in rows if one["vulnerable"] or one["data_leak"]]
    shape = got(f"{url}/openapi.json")["paths"]
    at = frozenset(_operation(one, shape) for one in told)
    leaks = frozenset(
        _operation(one, shape)
        for one in told
        if one["data_leak"] or (one["vulnerable"] and one["test_name"].startswith("BOLA"))
    )
    return Outcome("OWASP OFFAT", at, leaks, seconds)


def _operation(row: dict[str, Any], paths: dict[str, Any]) -> str:
    """Name the operation that a filled-in path belongs to."""
    parts = row["endpoint"].split("/")
    for path in sorted(paths, key=lambda one: one.count("{")):
        names = path.split("/")
        same = len(names) == len(parts)
        if same and all(a == b or a.startswith("{") for a, b in zip(names, parts, strict=True)):
            return f"{row['method'].upper()} {path}"
    return f"{row['method'].upper()} {row['endpoint']}"


if __name__ == "__main__":
    main()

"""`python -m benchmarks.guard`: the guard beside other clients of DynamoDB, in one run.

Every client runs in a process of its own, on one core, against a canned server on another; each
round measures all of them once, in an order that rotates. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.table import Table

from benchmarks.guard.canned import BIG_BYTES, KEY
from benchmarks.guard.contenders import (
    CONTENDERS,
    DECODING_GOALS,
    ENDPOINT_GOALS,
    GOALS,
    GUARD,
    MEMORY_GOALS,
    Contender,
)
from benchmarks.guard.environments import HERE, REPOSITORY, environments, settings
from benchmarks.guard.processes import CLIENT_CORE, SERVER_CORE, Process

MEGABYTE = 1024 * 1024
TOGETHER = 16
"""Calls at a time, of clients for coroutines. Plain code is called one after the other."""
COUNTS = {"get narrow": 480, "get whole": 480, "page narrow": 96, "page whole": 32}
ENDPOINTS = {"GetItem": (f"/orders/{KEY[0]}/{KEY[1]}", 480), "100 items": (f"/orders/{KEY[0]}", 96)}
CONNECTIONS = 8


@dataclass(slots=True)
class Run:
    """What a run needs: Pythons by environment, the store's address, a log for complaints."""

    pythons: Mapping[str, Path]
    store: str
    log: IO[Any]
    rounds: int
    console: Console

    def start(self, environment: str, program: str, *words: object) -> Process:
        """Start a program of ours."""
        return Process(
            self.pythons[environment], program, *words,
            environment=settings(self.store), log=self.log,
        )  # fmt: skip


@dataclass(slots=True)
class Sheet:
    """What was read of one client, in seconds by call."""

    cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wall: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def cost(self, call: str) -> float | None:
        """Give the median CPU seconds of a call; None where the client has no such call."""
        return statistics.median(self.cpu[call]) if self.cpu.get(call) else None


def arguments() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds (default 5)")
    parser.add_argument("--quick", action="store_true", help="two rounds and a short soak")
    parser.add_argument("--operations", type=int, default=200_000, help="of the soak")
    parser.add_argument("--seconds", type=float, default=300.0, help="the soak ends after")
    parser.add_argument("--only", nargs="*", help="clients by name, beside the guard")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print. 1 when a client could not do what it has to."""
    options = arguments().parse_args(argv)
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    rounds = 2 if options.quick else max(1, options.rounds)
    operations = min(options.operations, 20_000) if options.quick else options.operations
    pythons = environments()
    chosen = [
        one for one in CONTENDERS
        if options.only is None or one.name == GUARD or one.name in options.only
    ]  # fmt: skip
    introduce(console, rounds)
    with tempfile.TemporaryFile("w+") as log, store(pythons, log) as address:
        run = Run(pythons, address, log, rounds, console)
        sheets = side_by_side(run, chosen)
        peaks = {do: memory(run, chosen, do) for do in ("peak", "decoding")}
        rates = endpoints(run)
        told(console, sheets, peaks, rates)
        soaked(run, operations, options.seconds)
        failed = [name for name, sheet in sheets.items() if not sheet.cpu]
        if failed:
            log.seek(0)
            console.print(f"failed: {', '.join(failed)}\n{log.read()[-2000:]}", markup=False)
    return int(bool(failed))


def introduce(console: Console, rounds: int) -> None:
    """Say what runs where."""
    pins = [
        line
        for name in ("peers.txt", "aioboto3.txt")
        for line in (HERE / name).read_text().splitlines()
        if "==" in line
    ]
    console.print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}; {', '.join(dict.fromkeys(pins))}; median of {rounds} round(s), "
        "interleaved.",
        markup=False,
    )
    console.print(f"Load average before the run: {os.getloadavg()[0]:.1f}\n")


@contextmanager
def store(pythons: Mapping[str, Path], log: IO[Any]) -> Iterator[str]:
    """Run the canned server, and give its address."""
    server = Process(pythons["peers"], "server", SERVER_CORE, environment=settings(""), log=log)
    try:
        yield f"http://127.0.0.1:{server.read()}"
    finally:
        server.end()


def side_by_side(run: Run, chosen: Sequence[Contender]) -> dict[str, Sheet]:
    """Measure every call of every client, round by round."""
    sheets = {one.name: Sheet() for one in chosen}
    drivers: dict[str, tuple[Process, list[str], bool]] = {}
    try:
        for one in chosen:
            driver = run.start(one.environment, "driver", one.module, run.store, CLIENT_CORE)
            drivers[one.name] = driver, *prepared(driver)
        for number in range(run.rounds):
            turn = number % len(chosen)
            for one in (*chosen[turn:], *chosen[:turn]):
                driver, calls, plain = drivers[one.name]
                for call in calls:
                    together = 1 if plain else TOGETHER
                    read = driver.ask(do="time", call=call, count=COUNTS[call], together=together)
                    sheets[one.name].cpu[call].append(read["cpu"])
                    sheets[one.name].wall[call].append(read["wall"])
    finally:
        for driver, *_ in drivers.values():
            driver.end()
    return sheets


def prepared(driver: Process) -> tuple[list[str], bool]:
    """Check and warm up the calls of a client; give those that do what they have to."""
    try:
        hello = driver.read()
        calls = [call for call in hello["calls"] if call in COUNTS]
        fine = [call for call in calls if driver.ask(do="check", call=call)["fits"]]
        for call in fine:
            driver.ask(do="time", call=call, count=COUNTS[call] // 2, together=TOGETHER)
    except EOFError:
        return [], True
    return (fine if len(fine) == len(calls) else []), hello["plain"]


def memory(run: Run, chosen: Sequence[Contender], do: str) -> dict[str, float]:
    """Give how far memory rises for the large answer, in a fresh process of each client.

    `do` is `peak`, the whole call, or `decoding`, the answer in memory already.
    """
    peaks = {}
    for one in chosen:
        read = []
        for _ in range(min(run.rounds, 3)):
            driver = run.start(one.environment, "driver", one.module, run.store, CLIENT_CORE)
            try:
                hello = driver.read()
                if do == "decoding" and not hello["decoding"]:
                    break
                small = next(call for call in hello["calls"] if call.startswith("page"))
                driver.ask(do="time", call=small, count=3, together=1)
                read.append(driver.ask(do=do, call="big")["peak"])
            except EOFError:
                continue
            finally:
                driver.end()
        if read:
            peaks[one.name] = statistics.median(read)
    return peaks


def endpoints(run: Run) -> dict[str, dict[str, tuple[float, float]]]:
    """Give requests per second and CPU seconds of a request, by endpoint and app."""
    apps = {"naive boto3": "app_naive", GUARD: "app_guard"}
    serving = {name: run.start("peers", "serving", app, CLIENT_CORE) for name, app in apps.items()}
    found: dict[str, dict[str, list[tuple[float, float]]]] = {
        kind: {name: [] for name in apps} for kind in ENDPOINTS
    }
    try:
        ports = {name: process.read() for name, process in serving.items()}
        for number in range(-1, run.rounds):
            for kind, (path, count) in ENDPOINTS.items():
                for name, process in serving.items():
                    cpu = process.cpu()
                    wall = load(run, ports[name], path, count)
                    if number >= 0:
                        found[kind][name].append((1 / wall, (process.cpu() - cpu) / count))
    finally:
        for process in serving.values():
            process.end()
    return {
        kind: {name: _medians(read) for name, read in by_app.items()}
        for kind, by_app in found.items()
    }


def load(run: Run, port: int, path: str, count: int) -> float:
    """Ask an endpoint, and give the wall seconds of a request."""
    command = [
        str(run.pythons["peers"]), "-m", "benchmarks.guard.load",
        *map(str, (port, path, count, CONNECTIONS, SERVER_CORE)),
    ]  # fmt: skip
    answer = subprocess.run(
        command, check=True, capture_output=True, cwd=REPOSITORY, env=settings(run.store)
    )
    read = json.loads(answer.stdout)
    if not read["fits"]:
        message = f"{path} was not answered as it has to be"
        raise SystemExit(message)
    return float(read["wall"])


def _medians(read: Sequence[tuple[float, float]]) -> tuple[float, float]:
    first, second = zip(*read, strict=True)
    return statistics.median(first), statistics.median(second)


def told(
    console: Console,
    sheets: Mapping[str, Sheet],
    peaks: Mapping[str, Mapping[str, float]],
    rates: Mapping[str, Mapping[str, tuple[float, float]]],
) -> None:
    """Print what was measured, and the goals beside it."""
    table = Table("client", title="CPU of one call, from the request to JSON bytes, microseconds")
    for call in COUNTS:
        table.add_column(call, justify="right")
    for title in ("12 MB: memory, MB", "decoding it alone"):
        table.add_column(title, justify="right")
    for name, sheet in sheets.items():
        costs = [sheet.cost(call) for call in COUNTS]
        cells = ["-" if cost is None else f"{cost * 1e6:,.0f}" for cost in costs]
        rises = [f"{by[name] / MEGABYTE:.1f}" if name in by else "-" for by in peaks.values()]
        table.add_row(name, *cells, *rises)
    console.print(table)
    served = Table(
        "FastAPI through uvicorn", "app", "CPU, microseconds", "requests/s of a core", "as asked"
    )
    for kind, apps in rates.items():
        for name, (rate, cpu) in apps.items():
            served.add_row(kind, name, f"{cpu * 1e6:,.0f}", f"{1 / cpu:,.0f}", f"{rate:,.0f}")
    console.print(served)
    aims = Table("goal", "at most / at least", "measured", "met")
    for line in goals(sheets, peaks, rates):
        aims.add_row(*line)
    console.print(aims)


def goals(
    sheets: Mapping[str, Sheet],
    peaks: Mapping[str, Mapping[str, float]],
    rates: Mapping[str, Mapping[str, tuple[float, float]]],
) -> Iterator[tuple[str, str, str, str]]:
    """Compare with what the guard has to show."""
    for goal in GOALS:
        own = sheets[GUARD].cost(goal.guard_call)
        other = sheets[goal.peer].cost(goal.call) if goal.peer in sheets else None
        if own and other:
            yield _share(f"{goal.guard_call} / {goal.peer} {goal.call}", goal.share, other / own)
    for do, what, aims in (
        ("peak", "memory of", MEMORY_GOALS),
        ("decoding", "memory of decoding", DECODING_GOALS),
    ):
        for peer, share in aims:
            if peer in peaks[do] and GUARD in peaks[do]:
                name = f"{what} {BIG_BYTES // MEGABYTE} MB / {peer}"
                yield _share(name, share, peaks[do][peer] / peaks[do][GUARD])
    for kind, times in ENDPOINT_GOALS.items():
        apps = rates[kind]
        measured = apps["naive boto3"][1] / apps[GUARD][1]
        name = f"requests/s of a core, {kind}"
        yield name, f"{times:g}x", f"{measured:.1f}x", _met(measured >= times)


def _share(name: str, share: float, measured: float) -> tuple[str, str, str, str]:
    return name, f"1/{share:g}", f"1/{measured:.3g}", _met(measured >= share)


def _met(fine: bool) -> str:  # noqa: FBT001 - what is told
    return "yes" if fine else "no"


def soaked(run: Run, operations: int, seconds: float) -> None:
    """Run the soak, and print how memory and time went."""
    process = run.start("peers", "soak", run.store, operations, seconds, CLIENT_CORE)
    lines: list[dict[str, float]] = []
    try:
        while True:
            lines.append(process.read())
    except EOFError:
        process.end()
    table = Table("operations", "CPU, microseconds", "resident, MB", "Python objects")
    done = 0.0
    for line in lines:
        done += line["operations"]
        table.add_row(
            f"{done:,.0f}", f"{line['cpu'] * 1e6:.0f}", f"{line['bytes'] / MEGABYTE:.1f}",
            f"{line['objects']:,}",
        )  # fmt: skip
    run.console.print(table)
    if len(lines) > 1:
        half = len(lines) // 2
        grown = (lines[-1]["bytes"] - lines[half]["bytes"]) / MEGABYTE
        more = lines[-1]["objects"] - lines[half]["objects"]
        first, second = (
            statistics.median(line["cpu"] for line in part) for part in (lines[:half], lines[half:])
        )
        run.console.print(
            f"second half of the soak: {grown:+.1f} MB, {more:+,} objects, "
            f"CPU of an operation {second / first:.2f} times that of the first half",
            markup=False,
        )


if __name__ == "__main__":
    raise SystemExit(main())

"""The options of `hushtable scan --repos`, with their help."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from hushtable.cli.outputs import Destination, Screen
from hushtable.model.errors import UsageError
from hushtable.model.rule import Severity

RESULTS = Path("hushtable-fleet")
LOCAL = "local"
SECONDS = 600.0
MEGABYTES = 4096

Repos = Annotated[
    Path | None,
    typer.Option(
        "--repos",
        metavar="FILE",
        help="Scan many services: a folder or git URL a line, @REVISION, #FOLDER, a name; - reads "
        "standard input.",
        show_default=False,
    ),
]
ResultsFolder = Annotated[
    Path,
    typer.Option(
        "--results", metavar="DIR", help="With --repos: where results are kept, to go on from."
    ),
]
Checkouts = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="With --repos: keep clones here. Default: temporary ones, removed.",
        show_default=False,
    ),
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="With --repos: scan what has not changed, too.")
]
Engine = Annotated[
    str,
    typer.Option(
        metavar="ENGINE", help="With --repos: local, or dask://HOST:PORT, a cluster's scheduler."
    ),
]
Seconds = Annotated[
    float, typer.Option("--timeout", min=1, metavar="S", help="With --repos: seconds per service.")
]
Megabytes = Annotated[
    int, typer.Option("--memory", min=256, metavar="MB", help="With --repos: memory per service.")
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks of a fleet. `jobs` are services at a time; 0: one per core."""

    repos: Path
    results: Path
    where: tuple[Destination, ...]
    checkouts: Path | None = None
    config: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Severity | None = None
    diffs: bool = False
    engine: str = LOCAL
    bounds: tuple[float, int] = (SECONDS, MEGABYTES)
    """Seconds and megabytes for each service."""
    jobs: int | None = None
    fresh: bool = False
    no_cache: bool = False


def scanned(wanted: Wanted, on: Screen, *, quiet: bool) -> int:
    """Scan a fleet. What only many need is loaded here: a scan of one service waits for none of it.

    Raises UsageError for what the order gets wrong.
    """
    scanning = importlib.import_module("hushtable.cli.fleet_scanning")
    code: int = scanning.scan_fleet(wanted, on, quiet=quiet)
    return code


def alone(
    path: Path, baseline: Path | None, since: str, lock: Path | None, *, write_baseline: bool
) -> None:
    """Refuse what is of one service beside `--repos`. Raises UsageError."""
    given = {
        "a PATH": path != Path(),
        "--baseline": baseline is not None,
        "--write-baseline": write_baseline,
        "--since": bool(since),
        "--lock": lock is not None,
    }
    _refuse(given, "is of one service, and --repos of many: each has its own configuration")


def without(bounds: tuple[float, int], *others: tuple[str, object]) -> None:
    """Refuse what means nothing without `--repos`. Raises UsageError."""
    given = {"--timeout": bounds[0] != SECONDS, "--memory": bounds[1] != MEGABYTES}
    given |= {name: value not in {None, False, LOCAL, RESULTS} for name, value in others}
    _refuse(given, "is of --repos FILE, which is not given: add it, or leave this out")


def _refuse(given: Mapping[str, bool], why: str) -> None:
    for name, is_given in given.items():
        if is_given:
            text = f"{name} {why}"
            raise UsageError(text)

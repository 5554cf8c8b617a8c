"""`hushtable scan --repos FILE`: many services, each in a process of its own, and one summary."""

from __future__ import annotations

import importlib
import json
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import cast

from hushtable.cli.config import load, settings
from hushtable.cli.fleet_options import LOCAL, Wanted
from hushtable.cli.fleet_outputs import checked, deliver, formats, progress, written_to
from hushtable.cli.outcome import FINDINGS, QUIET, UNEXAMINED, complain
from hushtable.cli.outputs import Screen
from hushtable.fleet import local
from hushtable.fleet.listing import MAX_BYTES, Listing, listing
from hushtable.fleet.results import Results, file_name
from hushtable.fleet.tree import held
from hushtable.model.errors import ConfigError, UsageError
from hushtable.model.fleet import Listed, Order, Outcome, State
from hushtable.model.rule import Severity
from hushtable.report.fleet.gathered import Ending, Row, filled, fleet, unknown_row
from hushtable.rules.catalogue import chosen

DASK = "dask://"
_CLUSTER = re.compile(rf"{DASK}(?P<address>(?:[\w.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{{1,5}})")
PROGRAM = "hushtable.cli.apart"
Engine = Callable[[Sequence[Order]], Generator[Outcome, None, None]]
"""Carries orders out; closed, it ends what runs."""
_ENDINGS = {QUIET: Ending.QUIET, FINDINGS: Ending.FINDINGS, UNEXAMINED: Ending.UNKNOWN}


def scan_fleet(wanted: Wanted, on: Screen, *, quiet: bool) -> int:
    """Scan every service of a list that has changed, tell of all, and give the exit code.

    Raises UsageError for what the order gets wrong, before anything is scanned.
    """
    began = time.monotonic()
    checked(wanted.where)
    chosen(wanted.select, wanted.ignore)
    if wanted.config is not None:
        load(wanted.config)
    engine = _engine(wanted)
    found = _listed(wanted.repos)
    for text in found.repeated:
        complain(f"{text}, and is scanned once")
    rows: list[Row] = []
    with Results(wanted.results) as results:
        try:
            with _interruptible(), progress(len(found.services), wanted=not quiet) as tell:
                for row in _rows(wanted, found.services, results, engine):
                    rows.append(row)
                    tell(row)
        except KeyboardInterrupt:
            done = f"{len(rows)} of {len(found.services)} services are done"
            complain(f"interrupted: {done}; the same command goes on from there")
            return UNEXAMINED
        told = fleet(rows, time.monotonic() - began)
        deliver(told, wanted.where, on, results)
    return _exit_code(row.ending for row in told.rows)


def _rows(
    wanted: Wanted,
    services: Sequence[Listed],
    results: Results,
    engine: Engine,
) -> Iterator[Row]:
    """Have every service scanned, keep each result, and give its row when it is there."""
    by_id = {one.id: one for one in services}
    orders = [_order(wanted, one, results) for one in services]
    with closing(engine(orders)) as outcomes:
        for outcome in outcomes:
            service = by_id[outcome.id]
            results.keep(service, outcome)
            yield _row(service, outcome, results, wanted.fail_on)


def _row(service: Listed, outcome: Outcome, results: Results, fail_on: Severity | None) -> Row:
    file = file_name(service)
    if outcome.state is State.UNKNOWN:
        return unknown_row(service, file, outcome.why, outcome.seconds)
    entry = results.entry(service)
    blank = Row(
        service,
        outcome.state,
        _ENDINGS[entry.exit_code],
        file,
        commit=entry.commit,
        seconds=outcome.seconds,
    )
    text = outcome.texts.get("json") or results.path(service, "json").read_text("utf-8")
    return filled(blank, json.loads(text), fail_on)


def _order(wanted: Wanted, service: Listed, results: Results) -> Order:
    options = [*("--jobs", "1"), "--no-progress"]
    for name, codes in (("--select", wanted.select), ("--ignore", wanted.ignore)):
        options += [name, ",".join(codes)] if codes else []
    if wanted.config is not None:
        options += ["--config", str(wanted.config.resolve())]
    if wanted.diffs:
        options.append("--diffs")
    if wanted.no_cache:
        options.append("--no-cache")
    forms = formats(wanted.where)
    aside = (wanted.results, *filter(None, [wanted.checkouts]), *written_to(wanted.where))
    return Order(
        service,
        PROGRAM,
        tuple(options),
        settings=_beside(wanted, service),
        known="" if wanted.fresh else results.known(service, forms),
        formats=forms,
        seconds=wanted.bounds[0],
        megabytes=wanted.bounds[1],
        checkouts=str(wanted.checkouts.resolve()) if wanted.checkouts else "",
        aside=tuple(str(one.resolve()) for one in aside),
    )


def _beside(wanted: Wanted, service: Listed) -> str:
    """Stand for what a result depends on that lies outside the service: files that are named."""
    named = [wanted.config] if wanted.config else []
    if service.path:
        try:
            read = settings(Path(service.path, service.folder), wanted.config)
        except ConfigError:
            # The scan says it, of this service.
            read = None
        named += [Path(read.baseline)] if read is not None and read.baseline else []
    return " ".join(map(held, named))


def _listed(path: Path) -> Listing:
    """Read the list. Raises UsageError."""
    try:
        if path == Path("-"):
            data, base = sys.stdin.buffer.read(MAX_BYTES + 1), Path.cwd()
        else:
            with path.open("rb") as file:
                data, base = file.read(MAX_BYTES + 1), path.parent
        text = data.decode("utf-8-sig")
    except OSError as error:
        message = (
            f"{path} cannot be read: {error.strerror}; --repos wants a file that has a folder or a "
            "git address on each line"
        )
        raise UsageError(message) from error
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 text"
        raise UsageError(message) from error
    if len(data) > MAX_BYTES:
        message = f"{path} is larger than {MAX_BYTES // 1_000_000} MB"
        raise UsageError(message)
    return listing(text, base)


def _engine(wanted: Wanted) -> Engine:
    """Find who carries orders out. Raises UsageError where there is none of this name."""
    if wanted.engine == LOCAL:
        return lambda orders: local.carried_out(orders, wanted.jobs or 0)
    if (found := _CLUSTER.fullmatch(wanted.engine)) is None:
        text = f"no engine is called {wanted.engine}; there is local, and dask://HOST:PORT"
        raise UsageError(text)
    if wanted.jobs is not None:
        text = "--jobs is of the engine local; a Dask cluster has its own workers"
        raise UsageError(text)
    try:
        cluster = importlib.import_module("hushtable.fleet.cluster")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "hushtable":
            raise
        text = f"{DASK} needs {error.name}: pip install 'hushtable[fleet]'"
        raise UsageError(text) from error
    return lambda orders: cast(
        "Generator[Outcome, None, None]", cluster.carried_out(orders, found["address"])
    )


def _exit_code(endings: Iterable[Ending]) -> int:
    """Give 1 where a service has findings, else 3 where one was not examined, else 0."""
    found = set(endings)
    if Ending.FINDINGS in found:
        return FINDINGS
    return UNEXAMINED if Ending.UNKNOWN in found else QUIET


@contextmanager
def _interruptible() -> Iterator[None]:
    """Take the signal to end as an interrupt, so that nothing is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

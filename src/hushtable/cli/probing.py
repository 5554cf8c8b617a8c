"""One probe from order to report: ask, judge, weigh, tie to source, compare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hushtable.cli.asked import keys_of
from hushtable.cli.examine import ran
from hushtable.cli.outcome import QUIET, UNEXAMINED, complain, emit
from hushtable.model.config import ScanConfig
from hushtable.model.context import Context, weighed
from hushtable.model.event import Listener, silent
from hushtable.model.finding import Result
from hushtable.model.score import score
from hushtable.model.service import Route
from hushtable.probe.ask import EndedError
from hushtable.probe.order import Order
from hushtable.probe.plan import plan
from hushtable.probe.run import probe
from hushtable.report.comparison import compare
from hushtable.report.lockfile import NAME
from hushtable.report.lockfile import read as read_lock
from hushtable.report.report import Report
from hushtable.rules.agreed import agreed
from hushtable.rules.catalogue import catalogue, chosen
from hushtable.rules.judge import judge
from hushtable.rules.sources import tie
from hushtable.scan.run import scan


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is done with what a service shows."""

    config: ScanConfig
    context: Context | None = None
    source: Path | None = None
    lock: Path | None = None
    against: Path | None = None


def ask(order: Order, wanted: Wanted, listen: Listener = silent) -> Report:
    """Ask a service, judge what it shows, and give the report.

    What can be wrong in an order is checked before anything is sent. Raises HushtableError.
    """
    config = wanted.config
    chosen(config.select, config.ignore)
    before = keys_of(wanted.against) if wanted.against is not None else None
    lock = _lock(wanted)
    contract = read_lock(lock) if lock is not None else None
    facts = probe(order, listen, sensitivities=config.attributes)
    result = judge(facts, config, order.url)
    if wanted.source is not None:
        known = scan(wanted.source, config, listen)
        result = tie(result, judge(known, config, str(wanted.source)), known)
    if lock is not None and contract is not None:
        result = agreed(result, contract, lock.name)
    if wanted.context is not None:
        moved = weighed(result.findings, dict(result.sensitivities), wanted.context)
        result = replace(result, findings=moved)
    return Report(
        result=result,
        score=score(result.findings, answered(result)),
        pages={rule.code: rule.page for rule in catalogue()},
        ran=ran(config, live=True),
        fail_on=config.fail_on,
        selected=bool(config.select or config.ignore),
        comparison=None
        if before is None or wanted.against is None
        else compare(wanted.against.name, before, result.findings),
    )


def tell_plan(order: Order) -> int:
    """Write what would be sent, and give the exit code. Raises UsageError as a run would."""
    try:
        told = str(plan(order))
    except EndedError as error:
        complain(str(error))
        return UNEXAMINED
    emit(told)
    return QUIET


def _lock(wanted: Wanted) -> Path | None:
    """Give the lock that was named, or the one beside the source."""
    if wanted.lock is not None or wanted.source is None:
        return wanted.lock
    beside = wanted.source / NAME
    return beside if beside.is_file() else None


def answered(result: Result) -> tuple[Route, ...]:
    """Give the routes that answered: nothing is said of the others, so they earn no score."""
    refused = {one.route for one in result.asked.refused} if result.asked else set()
    return tuple(route for route in result.routes if str(route) not in refused)

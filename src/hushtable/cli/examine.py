"""One scan from configuration to report: observe, judge, compare, narrow."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from hushtable.cli.carry import Carry, Source, agreed, with_fixes
from hushtable.cli.outcome import FINDINGS, QUIET, UNEXAMINED
from hushtable.cli.since import Changes, changes, narrow
from hushtable.model.config import ScanConfig
from hushtable.model.contract import Contract
from hushtable.model.errors import UsageError
from hushtable.model.event import Listener, silent
from hushtable.model.finding import Result, Verdict
from hushtable.model.score import score
from hushtable.report.report import Report, stands
from hushtable.rules import baseline
from hushtable.rules.catalogue import catalogue, chosen
from hushtable.rules.exposures import suspected
from hushtable.rules.judge import judge
from hushtable.scan.run import scan

BASELINE_FILE = "hushtable-baseline.json"
"""The baseline that is written when none is named, in the scanned folder."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be scanned, and how the findings are narrowed."""

    root: Path
    config: ScanConfig
    write_baseline: bool = False
    since: str = ""
    carry: Carry = field(default_factory=Carry)


def examine(order: Order, listen: Listener = silent) -> Report:
    """Scan, judge and compare.

    What can be wrong in an order is checked before the scan, which may take long. The score is
    that of the whole service, also where a baseline or a revision narrows the findings.
    Raises HushtableError for what the order gets wrong.
    """
    config = order.config
    checked = check(order)
    facts = scan(order.root, config, listen)
    result = judge(facts, config, str(order.root))
    report = finish(order, checked, result)
    if order.carry.leaving:
        report = replace(report, leaving=suspected(facts).contract)
    return with_fixes(report, order.carry, Source(order.root, config, facts, result), listen)


@dataclass(frozen=True, slots=True)
class Checked:
    """What an order names, found before anything takes long."""

    known: Path | None = None
    changed: Changes | None = None
    agreed: Contract | None = None


def check(order: Order) -> Checked:
    """Find what an order names. Raises HushtableError for what it gets wrong."""
    chosen(order.config.select, order.config.ignore)
    known = _baseline(order)
    changed = changes(order.root, order.since) if order.since else None
    return Checked(known, changed, agreed(order.carry))


def finish(order: Order, checked: Checked, result: Result) -> Report:
    """Compare what was judged with what is known, score it, and narrow it."""
    known, config = checked.known, order.config
    if order.write_baseline and known is not None:
        baseline.write(result, known)
    if known is not None:
        result = baseline.apply(result, known)
    whole = score(result.findings, result.routes)
    if checked.changed is not None:
        result = narrow(result, checked.changed)
    return Report(
        result=result,
        score=whole,
        pages={rule.code: rule.page for rule in catalogue()},
        ran=ran(config, live=False),
        prefix=prefix(order.root),
        fail_on=config.fail_on,
        baselined=known is not None,
        since=order.since,
        selected=bool(config.select or config.ignore),
        agreed=checked.agreed,
        lock=order.carry.lock.name if order.carry.lock else "",
        name=order.root.resolve().name,
    )


def ran(config: ScanConfig, *, live: bool) -> tuple[str, ...]:
    """Give the codes of the rules that judged; HT7xx judge what only a live service shows."""
    codes = (rule.code for rule in chosen(config.select, config.ignore))
    return tuple(code for code in codes if live or not code.startswith("HT7"))


def exit_code(report: Report) -> int:
    """Give 1 for findings at or above the threshold, else 3 for what was not examined, else 0.

    It is 3 as well when an app was run and none of its routes was reached.
    """
    reach = report.result.reach
    if reach is not None and reach.reached == 0:
        # Nothing was tried: neither what is suspected nor what is not is worth a verdict.
        return UNEXAMINED
    if any(map(report.fails, report.findings)):
        return FINDINGS
    undecided = any(one.verdict is Verdict.UNKNOWN and stands(one) for one in report.findings)
    return UNEXAMINED if report.result.unknown or undecided else QUIET


@contextmanager
def progress(*, wanted: bool) -> Iterator[Listener]:
    """Show how far the scan is while it runs, on a terminal only."""
    if not wanted or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield silent
        return
    with importlib.import_module("hushtable.report.progress").ProgressDisplay() as display:
        yield display


def _baseline(order: Order) -> Path | None:
    named = order.config.baseline
    if order.write_baseline:
        return Path(named) if named else order.root / BASELINE_FILE
    if not named:
        return None
    if not Path(named).is_file():
        text = f"the baseline {named} does not exist; write it with --write-baseline"
        raise UsageError(text)
    return Path(named)


def prefix(root: Path) -> str:
    """Name the folder from where the command runs; nothing where it lies outside."""
    here, there = Path.cwd(), root.resolve()
    if there == here or not there.is_relative_to(here):
        return ""
    return there.relative_to(here).as_posix()

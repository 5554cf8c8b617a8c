"""What a result carries for readers who have neither the source nor the lock beside them."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from hushtable.cli.outcome import DEBUG_VARIABLE, complain, internal
from hushtable.cli.outputs import Destination, Format
from hushtable.model.config import ScanConfig
from hushtable.model.contract import FILE, Contract
from hushtable.model.errors import UsageError
from hushtable.model.event import Listener
from hushtable.model.facts import Facts
from hushtable.model.finding import Result
from hushtable.report.report import Report

_WHOLE = frozenset({Format.JSON, Format.HTML})
"""Formats that hold all of a result; the others tell of its findings."""


@dataclass(frozen=True, slots=True)
class Carry:
    """`leaving`: what leaves, in the words of a lock. `lock`: what was agreed, to compare it with.

    `fixes`: what the fix of each finding changes.
    """

    leaving: bool = False
    lock: Path | None = None
    fixes: bool = False


def carry(where: Sequence[Destination], root: Path, lock: Path | None, *, diffs: bool) -> Carry:
    """Say what the results that go somewhere are to carry; what `diffs` cost is never unasked.

    Raises UsageError for differences that no format holds, or without the extra that makes them.
    """
    whole = bool({one.format for one in where} & _WHOLE)
    beside = root / FILE
    if lock is None and whole and beside.is_file():
        lock = beside
    if diffs and not whole:
        text = "--diffs is for JSON and a page: -o FILE.json or --html FILE holds them"
        raise UsageError(text)
    if diffs:
        _engine()
    return Carry(whole, lock, diffs)


def agreed(wanted: Carry) -> Contract | None:
    """Read the lock, where there is one. Raises ConfigError for what is none."""
    if wanted.lock is None:
        return None
    contract: Contract = importlib.import_module("hushtable.report.lockfile").read(wanted.lock)
    return contract


@dataclass(frozen=True, slots=True)
class Source:
    """What was scanned, and what was found in it."""

    root: Path
    config: ScanConfig
    facts: Facts
    result: Result


def with_fixes(report: Report, wanted: Carry, source: Source, listen: Listener) -> Report:
    """Give the report with what the fix of each finding changes, where that is wanted."""
    if not wanted.fixes:
        return report
    engine = _engine()
    try:
        return replace(report, fixes=engine.fixes(source, report.open, listen))
    except Exception as error:
        # What was found is told, whatever a fix stumbles on.
        if os.environ.get(DEBUG_VARIABLE):
            raise
        complain(f"no differences of fixes are told: {internal(error)}")
        return report


def _engine() -> ModuleType:
    """Load what tries fixes. Raises UsageError where its extra is not installed."""
    try:
        return importlib.import_module("hushtable.cli.fixed_alone")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "hushtable":
            raise
        text = f"--diffs needs {error.name}: pip install 'hushtable[fix]'"
        raise UsageError(text) from error

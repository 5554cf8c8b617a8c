"""What leaves a service now, by a scan and, where it is asked for, by a run of the app."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from typer.core import TyperCommand

from hushtable.cli.apps import only_app
from hushtable.cli.outcome import FINDINGS, QUIET, UNEXAMINED
from hushtable.cli.proving import Proven, loaded, run_of
from hushtable.model.config import ScanConfig
from hushtable.model.contract import Contract, compare
from hushtable.model.event import Listener, silent
from hushtable.model.facts import Coverage, Unknown
from hushtable.model.proof import Reach
from hushtable.prove.order import ProveOrder
from hushtable.report.agreement import Agreement
from hushtable.rules.exposures import Leaving, both, shown, suspected
from hushtable.scan.run import scan

OPTION = "--prove"
_APP = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*(?::[\w.]+)?")


class TakesAnApp(TyperCommand):
    """A command whose `--prove` may be followed by an app, or by nothing."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - the library's own
        """Tie the app to its option before the rest is read."""
        return super().parse_args(ctx, list(tied(args)))


def tied(args: Sequence[str]) -> Iterator[str]:
    """Write `--prove APP` as one word, and `--prove` without an app as one without a value."""
    left = list(args)
    while left:
        one = left.pop(0)
        if one == "--":
            yield from (one, *left)
            return
        if one == OPTION:
            names_app = bool(left) and bool(_APP.fullmatch(left[0])) and not Path(left[0]).is_dir()
            yield f"{OPTION}={left.pop(0) if names_app else ''}"
        else:
            yield one


@dataclass(frozen=True, slots=True)
class Looking:
    """Where to look, and with which app to run; None where only the source is read."""

    root: Path
    config: ScanConfig
    prove: ProveOrder | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What leaves, and how much was looked at."""

    leaving: Leaving
    coverage: Coverage
    unknown: tuple[Unknown, ...] = ()
    reach: Reach | None = None

    @property
    def tried(self) -> bool:
        """Whether an app that was to be run showed anything of itself."""
        return self.reach is None or self.reach.reached > 0


def looking(
    root: Path, config: ScanConfig, app: str | None, roles: Sequence[str], seconds: float
) -> Looking:
    """Make an order of what a command was given. `app` is empty for the only one of the tree.

    Raises UsageError for what is no app.
    """
    if app is None:
        return Looking(root, config)
    order = replace(run_of(app, root, config), seconds=seconds, roles=tuple(roles))
    return Looking(root, config, order)


def look(order: Looking, listen: Listener = silent) -> Looked:
    """Scan, and run the app where that is asked for.

    Raises HushtableError for what the order gets wrong.
    """
    engine = loaded() if order.prove is not None else None
    facts = scan(order.root, order.config, listen)
    read = suspected(facts)
    if engine is None or order.prove is None:
        return Looked(read, facts.coverage, facts.unknown)
    app = order.prove.app or only_app(order.root, order.config.exclude, facts)
    proven: Proven = engine.prove(replace(order.prove, app=app), facts, listen)
    run = shown(proven.facts, proven.proofs, facts)
    unknown = (*facts.unknown, *proven.unknown)
    return Looked(both(read, run), facts.coverage, unknown, proven.reach)


def agreement(
    agreed: Contract, now: Looked, lock: str, *, prefix: str = "", strict: bool = False
) -> Agreement:
    """Compare what leaves now with what was agreed."""
    return Agreement(
        agreed=agreed,
        now=now.leaving.contract,
        difference=compare(agreed, now.leaving.contract),
        lock=lock,
        places=now.leaving.places,
        unknown=now.unknown,
        coverage=now.coverage,
        reach=now.reach,
        prefix=prefix,
        strict=strict,
    )


def exit_code(now: Looked, *, fails: bool) -> int:
    """Give 1 where more leaves than agreed, else 3 for what was not examined, else 0.

    It is 3 as well when an app was run and none of its routes was reached.
    """
    if not now.tried:
        return UNEXAMINED
    if fails:
        return FINDINGS
    return UNEXAMINED if now.unknown else QUIET

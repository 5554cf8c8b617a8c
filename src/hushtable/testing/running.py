"""What the fixture `prove` gives: an app that was run, and what it showed."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hushtable.model.config import ScanConfig
from hushtable.model.contract import Contract, compare
from hushtable.model.event import silent
from hushtable.model.finding import Finding
from hushtable.model.proof import Reach
from hushtable.prove.order import ProveOrder
from hushtable.report.agreement import lines_of
from hushtable.report.lockfile import NAME, read
from hushtable.report.proving import reach_line, seen
from hushtable.rules.catalogue import catalogue
from hushtable.rules.exposures import shown as came_out
from hushtable.rules.join import shown
from hushtable.rules.judge import judge
from hushtable.scan.run import scan

ENGINE = "hushtable.prove.run"

_AGREE = "agree to it with `hushtable lock --prove`, and review what that changes"


@dataclass(frozen=True, slots=True)
class Showed:
    """What an app showed. `findings` are proven, each with its proofs."""

    findings: tuple[Finding, ...]
    reach: Reach
    unknown: tuple[str, ...] = ()
    leaves: Contract = field(default_factory=Contract)
    """Every attribute that came out, by route, channel and audience."""
    root: Path = Path()

    def shows_nothing(self) -> None:
        """Raise AssertionError that tells each finding; or when no route was reached."""
        self._was_run()
        if self.findings:
            raise AssertionError("\n".join(map(_told, self.findings)))

    def does_not_show(self, *attributes: str) -> None:
        """Raise AssertionError when one of these attributes (`users.email`) came out."""
        self._was_run()
        found = [
            one
            for one in self.findings
            if any(str(name) in attributes for proof in one.proofs for name in proof.attributes)
        ]
        if found:
            raise AssertionError("\n".join(map(_told, found)))

    def agrees_with(self, lock: Path | str = NAME) -> None:
        """Raise AssertionError that lists what came out and is not agreed to in a lock.

        `lock` is relative to the project. Raises ConfigError where it is missing or broken.
        """
        agreed = read(self.root / lock)
        self._was_run()
        wider = compare(agreed, self.leaves).wider
        if wider:
            lines = (f"more leaves than is agreed in {lock}:", *lines_of(wider), _AGREE)
            raise AssertionError("\n  ".join(lines))

    def _was_run(self) -> None:
        """Refuse to call quiet what was not tried."""
        if self.unknown or not self.reach.reached:
            lines = (*self.unknown, reach_line(self.reach))
            raise AssertionError("\n".join(("the app was not examined:", *lines)))


@dataclass(frozen=True, slots=True)
class Prover:
    """Runs apps of a project. `engine` replaces the engine, for tests."""

    root: Path
    engine: Callable[..., Any] | None = None

    def __call__(  # noqa: PLR0913 - each is an option of a run
        self,
        app: str,
        *,
        root: Path | str = "",
        routes: Sequence[str] = (),
        roles: Sequence[str] = (),
        seconds: float = 300.0,
        select: Sequence[str] = (),
    ) -> Showed:
        """Run `package.module:attribute` and give what it showed.

        `routes` keeps those with one of these texts in them, `select` the rules that judge.
        """
        folder = Path(root) if root else self.root
        order = ProveOrder(
            app, str(folder), seconds=seconds, routes=tuple(routes), roles=tuple(roles)
        )
        config = ScanConfig(select=tuple(select))
        run = self.engine or importlib.import_module(ENGINE).prove
        known = scan(folder, config, silent)
        proven = run(order, known, silent)
        judged = judge(proven.facts, config, str(folder))
        leaves = came_out(proven.facts, proven.proofs, known)
        shows = {rule.code: frozenset(rule.info.shown_by) for rule in catalogue()}
        return Showed(
            tuple(shown(judged.findings, proven.proofs, shows)),
            proven.reach,
            tuple(one.why for one in (*judged.unknown, *proven.unknown)),
            leaves.contract,
            folder,
        )


def _told(finding: Finding) -> str:
    proof = finding.proofs[0]
    return f"{finding.code} {finding.message}\n  seen in {seen(proof)}\n  {proof.curl}"

"""What a reporter is given: a result, its score, the rule pages, and how to word the places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hushtable.model.contract import Contract
from hushtable.model.finding import Finding, Result, Verdict
from hushtable.model.page import RulePage
from hushtable.model.place import Place
from hushtable.model.rule import Severity
from hushtable.model.score import Score
from hushtable.report.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Mended:
    """What the fix of a finding changes, as lines of a unified diff with its secrets masked.

    `unsafe` is the reason why a client may notice, `note` what is left for people to do, `why`
    the reason that there is no difference.
    """

    diff: str = ""
    unsafe: str = ""
    note: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One run as it is told.

    `pages` maps a rule's code to its page. `prefix` is the scanned folder as the reader names it
    (`services/api`), put before paths where an editor or a forge follows them; empty for the
    current folder. `fail_on` is the lowest severity that fails a run. `baselined`: the findings
    were compared with a baseline. `since`: the revision the findings were narrowed to, if any.
    `selected`: only some of the rules ran, so the score speaks of these alone.
    """

    result: Result
    score: Score
    pages: Mapping[str, RulePage] = field(default_factory=dict)
    prefix: str = ""
    fail_on: Severity = Severity.LOW
    baselined: bool = False
    since: str = ""
    selected: bool = False
    ran: tuple[str, ...] = ()
    """Codes of the rules that judged."""
    comparison: Comparison | None = None
    """With an earlier result, where one was given."""
    fixes: Mapping[str, Mended] = field(default_factory=dict)
    """By the key of the finding, where fixes were tried."""
    leaving: Contract | None = None
    """What leaves, where that is told."""
    agreed: Contract | None = None
    """What may leave, where there is a lock; `lock` names its file."""
    lock: str = ""
    name: str = ""
    """Of the folder that was scanned, for who reads this elsewhere; empty where there is none."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the most severe first, then by place."""
        return tuple(sorted(self.result.findings, key=_order))

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that are neither suppressed nor refuted."""
        return tuple(finding for finding in self.findings if stands(finding))

    def path(self, place: Place) -> str:
        """Give a place's path with the prefix."""
        return f"{self.prefix}/{place.path}" if self.prefix else place.path

    def where(self, place: Place) -> str:
        """Give `prefix/path:line`; the path alone for what has no lines, as an operation."""
        return f"{self.path(place)}:{place.line}" if place.line else place.path

    def fails(self, finding: Finding) -> bool:
        """Whether this finding makes the run fail."""
        return (
            stands(finding)
            and finding.verdict is not Verdict.UNKNOWN
            and finding.severity.rank >= self.fail_on.rank
        )


def stands(finding: Finding) -> bool:
    """Whether a finding is neither suppressed nor refuted."""
    return finding.counts and finding.verdict is not Verdict.REFUTED


def _order(finding: Finding) -> tuple[int, Place, str, str]:
    return (-finding.severity.rank, finding.place, finding.code, finding.key)

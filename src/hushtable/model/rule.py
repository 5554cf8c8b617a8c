"""What a rule is, and what it says of one exposure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hushtable.model.place import Place, Trace
from hushtable.model.proof import Shows
from hushtable.model.service import Attribute, Channel, Route
from hushtable.model.transcript import Transcript


class Severity(StrEnum):
    """How bad an exposure is if it is real. Independent of confidence and of verdict."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for a note to 4 for critical, to compare and to sort by."""
        return len(Severity) - 1 - list(Severity).index(self)


class Confidence(StrEnum):
    """How sure the engine is that the program does what the finding says."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a rule file declares about itself. Code and name come from the file's name.

    `cwe` holds the primary weakness first; `owasp` ids are `API3:2023`. `security_severity` is
    the 0-10 figure GitHub code scanning reads.
    """

    severity: Severity
    confidence: Confidence
    cwe: tuple[int, ...]
    owasp: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    """Finding classes that tie the rule to controls: R E L S F K A I (see `model.standards`)."""
    shown_by: tuple[Shows, ...] = ()
    """The proofs that show what the rule says; empty where no run of a service can."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says of one place. Empty severity or confidence means the rule's own.

    `message` is one sentence about *this* code and names no value; `remedy` is what to do in
    *this* code, and may show code.
    """

    place: Place
    message: str
    remedy: str
    attributes: tuple[Attribute, ...] = ()
    routes: tuple[Route, ...] = ()
    channel: Channel = Channel.RESPONSE
    function: str = ""
    trace: Trace = ()
    severity: Severity | None = None
    confidence: Confidence | None = None
    reasons: tuple[str, ...] = ()
    """Why the attributes count as sensitive, one line each."""
    transcripts: tuple[Transcript, ...] = ()
    proven: bool = False
    """The transcripts show it by themselves."""
    audience: str = ""
    """Who was seen to get it; empty where that follows from the routes."""

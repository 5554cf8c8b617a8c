"""One finding, made once and then only ever enriched; and the result of a run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from hushtable.model.facts import Allow, Coverage, Unknown
from hushtable.model.observation import Asked
from hushtable.model.place import Place, Trace
from hushtable.model.proof import Proof, Reach
from hushtable.model.rule import Confidence, Severity
from hushtable.model.service import Attribute, Channel, Route
from hushtable.model.transcript import Transcript

RESULT_VERSION = "1"


class Verdict(StrEnum):
    """How far the exposure was shown."""

    SUSPECTED = "suspected"
    PROVEN = "proven"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding does not count: an allow comment or a baseline."""

    kind: str
    reason: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Rule + exposure + evidence + verdict. `key` survives line moves."""

    code: str
    name: str
    place: Place
    severity: Severity
    confidence: Confidence
    message: str
    remedy: str
    key: str
    attributes: tuple[Attribute, ...] = ()
    routes: tuple[Route, ...] = ()
    channel: Channel = Channel.RESPONSE
    audience: str = ""
    function: str = ""
    trace: Trace = ()
    reasons: tuple[str, ...] = ()
    cwe: tuple[int, ...] = ()
    owasp: tuple[str, ...] = ()
    verdict: Verdict = Verdict.SUSPECTED
    suppression: Suppression | None = None
    transcripts: tuple[Transcript, ...] = ()
    """Requests to a live service that show it."""
    proofs: tuple[Proof, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the finding counts for the exit code and the score."""
        return self.suppression is None


def finding_key(  # noqa: PLR0913, PLR0917 - the parts of a key
    code: str,
    path: str,
    function: str,
    channel: Channel,
    attributes: tuple[Attribute, ...],
    ordinal: int = 0,
) -> str:
    """Make the stable key of an exposure: sixteen hex digits from everything but the line.

    `ordinal` tells apart exposures of one function that agree in everything else, counted from
    the top of the file.
    """
    parts = [code, path, function, str(channel), *sorted(str(a) for a in attributes), str(ordinal)]
    text = "\0".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Result:
    """What a run tells its readers. `findings` includes suppressed ones, marked as such."""

    root: str
    findings: tuple[Finding, ...] = ()
    routes: tuple[Route, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    unused_allows: tuple[Allow, ...] = ()
    version: str = RESULT_VERSION
    sensitivities: tuple[tuple[str, str], ...] = ()
    """(attribute, category) for every attribute that leaves, for colours in the map."""
    gone_from_baseline: tuple[str, ...] = ()
    asked: Asked | None = None
    """How much of a live service was asked; None when none was."""
    reach: Reach | None = None
    """How much of the app was tried, where it was run."""

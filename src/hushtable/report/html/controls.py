"""What a result says of each control of the frameworks: met by evidence, open, or not examined.

Never that a service complies: a control asks for more than any tool can see. `met by evidence`
says that the classes of exposure that bear on it were looked for everywhere and none is open.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hushtable.model.standards.controls import CONTROLS, EXAMINED, FRAMEWORKS
from hushtable.model.standards.owasp import API_2023
from hushtable.report.html.gathered import AGREED, standing
from hushtable.report.html.plain import Json

OWASP = "OWASP API Top 10 2023"
_OPEN = frozenset({"proven", "suspected"})


class State(StrEnum):
    """What a result says of a control."""

    MET = "met by evidence"
    OPEN = "open"
    UNEXAMINED = "not examined"


@dataclass(frozen=True, slots=True)
class Assessed:
    """One control. `findings` are numbers of the result's findings that bear on it."""

    framework: str
    id: str
    title: str
    state: State
    evidence: str
    findings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a result looked for, and whether it saw everything it was given."""

    document: Mapping[str, Json]
    classes: frozenset[str]
    risks: frozenset[str]
    by_code: Mapping[str, list[int]]
    """Numbers of findings."""

    @property
    def why_not(self) -> str:
        """Why nothing can be said of what was not found; empty where something can."""
        document = self.document
        if not document["routes"]:
            return "no route was found"
        if document["unknown"]:
            return f"{len(document['unknown'])} places were not examined"
        if document.get("since"):
            return f"only what changed since {document['since']} was looked at"
        refused = (document.get("asked") or {}).get("refused", ())
        unreached = [] if was_read(document) else (document["reach"] or {}).get("unreached", ())
        silent = len(refused) + len(unreached)
        return f"{silent} routes did not answer" if silent else ""


def was_read(document: Mapping[str, Json]) -> bool:
    """Whether the source was read, so that what a run did not reach was seen all the same."""
    return not document.get("asked") and bool(document["coverage"]["files_parsed"])


def engine(document: Mapping[str, Json]) -> str:
    """Say which engine made a result: `scan`, `prove` or `probe`."""
    if document.get("asked"):
        return "probe"
    return "prove" if document["reach"] else "scan"


def assessed(document: Mapping[str, Json]) -> tuple[Assessed, ...]:
    """Assess every control, by framework."""
    rules = document.get("rules", [])
    by_class = {rule["code"]: frozenset(rule["classes"]) for rule in rules}
    seen = EXAMINED["scan" if was_read(document) else engine(document)]
    by_code: dict[str, list[int]] = {}
    for number, one in enumerate(document["findings"]):
        by_code.setdefault(one["code"], []).append(number)
    looked = _Looked(
        document,
        frozenset().union(*by_class.values()) & seen,
        frozenset(risk for rule in rules for risk in rule["owasp"]),
        by_code,
    )
    risks = tuple(_risk(looked, risk, title) for risk, title in API_2023.items())
    others = tuple(
        _control(looked, by_class, one.framework, one.id, one.title, one.classes, one.evidence)
        for one in sorted(CONTROLS, key=lambda one: FRAMEWORKS.index(one.framework))
    )
    return (*risks, *others)


def _risk(looked: _Looked, risk: str, title: str) -> Assessed:
    about = [n for n, one in enumerate(looked.document["findings"]) if risk in one["owasp"]]
    return _judged(looked, OWASP, risk, title, about, examined=risk in looked.risks)


def _control(  # noqa: PLR0913, PLR0917 - the parts of a control
    looked: _Looked,
    by_class: Mapping[str, frozenset[str]],
    framework: str,
    number: str,
    title: str,
    classes: frozenset[str],
    evidence: bool,  # noqa: FBT001 - a part of the control
) -> Assessed:
    if evidence:
        routes = len(looked.document["routes"])
        state = State.MET if routes else State.UNEXAMINED
        text = f"this run itself: {engine(looked.document)} of {routes} routes"
        return Assessed(framework, number, title, state, text if routes else looked.why_not)
    codes = {code for code, own in by_class.items() if own & classes}
    about = sorted(n for code in codes for n in looked.by_code.get(code, ()))
    examined = bool(classes) and classes <= looked.classes
    return _judged(looked, framework, number, title, about, examined=examined)


def _judged(  # noqa: PLR0913 - the parts of a control
    looked: _Looked,
    framework: str,
    number: str,
    title: str,
    about: Iterable[int],
    *,
    examined: bool,
) -> Assessed:
    findings = looked.document["findings"]
    related = tuple(about)
    standings = [standing(findings[one]) for one in related]
    still = sum(one in _OPEN for one in standings)
    proven = standings.count("proven")
    if still:
        text = f"{still} open, {proven} of them proven"
        return Assessed(framework, number, title, State.OPEN, text, related)
    if not examined or looked.why_not or "unknown" in standings:
        why = looked.why_not or "not all that bears on it was looked for"
        return Assessed(framework, number, title, State.UNEXAMINED, why, related)
    agreed = standings.count(AGREED)
    text = f"nothing found on {len(looked.document['routes'])} routes"
    text += f", {agreed} agreed to with a reason" if agreed else ""
    return Assessed(framework, number, title, State.MET, text, related)


def table(document: Mapping[str, Json], rows: Iterable[Assessed] | None = None) -> str:
    """Give the controls as CSV (RFC 4180), one line each, with the keys of their findings.

    `rows` are what they were assessed as, where that was done already. A cell that a spreadsheet
    would take for a formula is led by an apostrophe.
    """
    written = io.StringIO()
    out = csv.writer(written)
    out.writerow(("framework", "control", "title", "state", "evidence", "findings"))
    for one in assessed(document) if rows is None else rows:
        keys = " ".join(str(document["findings"][number]["key"]) for number in one.findings)
        cells = (one.framework, one.id, one.title, str(one.state), one.evidence, keys)
        out.writerow(
            f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell for cell in cells
        )
    return written.getvalue()

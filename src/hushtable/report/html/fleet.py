"""Writes a fleet as one page for a browser: the worst services first, each with its own page.

As strict as a result's page: nothing is loaded, nothing runs but its own script, and every text is
escaped by the template. Without its script the page shows everything; the script narrows it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from hushtable import __version__
from hushtable.model.rule import Severity
from hushtable.report.escape import visible
from hushtable.report.fleet import wording
from hushtable.report.fleet.gathered import Fleet, Row
from hushtable.report.html.plain import CATEGORIES
from hushtable.report.html.shell import asset, policy, templates

_ATTRIBUTES_SHOWN = 6
_RULES_SHOWN = 6


def render(fleet: Fleet, page_of: Callable[[Row], str] = lambda _row: "") -> str:
    """Give the page. `page_of` names the file of a service's own page, relative to this one."""
    style = f"{asset('page.css')}\n{asset('fleet.css')}"
    script = "\n".join((asset("fleet.js"), asset("search.js")))
    rows = fleet.looked_at
    return (
        templates()
        .get_template("fleet.html.j2")
        .render(
            version=__version__,
            fleet=fleet,
            severities=list(Severity),
            rows=[_row(row, page_of(row)) for row in rows],
            missing=[_missing(row) for row in fleet.not_looked_at],
            choices=_choices(fleet),
            examined=wording.examined(fleet),
            style=Markup(style),  # noqa: S704 - ours
            script=Markup(script),  # noqa: S704 - ours
            policy=policy(style, script),
        )
    )


def _row(row: Row, page: str) -> dict[str, Any]:
    source = visible(wording.source(row))
    rules = [{"code": hit.code, "name": visible(hit.name), "n": hit.findings} for hit in row.rules]
    attributes = [(visible(name), kind) for name, kind in row.attributes]
    words = (row.service.name, source, *(name for name, _ in attributes))
    return {
        "name": visible(row.service.name),
        "page": quote(PurePosixPath(page).as_posix()) if page else "",
        "source": source,
        "commit": row.commit[:12],
        "row": row,
        "rules": rules[:_RULES_SHOWN],
        "more_rules": len(rules[_RULES_SHOWN:]),
        "attributes": attributes[:_ATTRIBUTES_SHOWN],
        "more_attributes": len(attributes[_ATTRIBUTES_SHOWN:]),
        # What the script narrows by.
        "codes": " ".join(hit.code for hit in row.rules),
        "kinds": " ".join(sorted({kind for _, kind in row.attributes})),
        "text": " ".join(map(visible, words)).lower(),
        "found": " ".join(str(severity) for severity in Severity if row.of(severity)),
    }


def _missing(row: Row) -> dict[str, str]:
    return {
        "name": visible(row.service.name),
        "source": visible(wording.source(row)),
        "why": visible(row.why),
    }


def _choices(fleet: Fleet) -> list[tuple[str, str, list[str]]]:
    """Give what the list can be narrowed to: a name, its label, its values."""
    kinds = {kind for row in fleet.rows for _, kind in row.attributes}
    return [
        ("grade", "Grade", list(fleet.grades)),
        ("found", "Severity", [str(one) for one in Severity if fleet.of(one)]),
        ("codes", "Rule", sorted(hit.code for hit in fleet.rules)),
        ("kinds", "Sensitivity", [one for one in CATEGORIES if one in kinds]),
        ("ending", "Ends", sorted({str(row.ending) for row in fleet.looked_at})),
    ]

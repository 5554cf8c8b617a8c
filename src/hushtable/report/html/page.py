"""Writes a result as one file of HTML that needs no network and runs nothing but its own script.

The page's policy (Content Security Policy Level 3) names its script and its style by their hash,
and allows nothing else: no inline handler, no image, no form, no base. Every text is escaped by
the template or stands in a block of JSON, in which `<` is written out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup

from hushtable import __version__
from hushtable.report.document import document
from hushtable.report.escape import visible
from hushtable.report.html import controls
from hushtable.report.html.gathered import AGREED, WIDER, Gathered, gathered
from hushtable.report.html.history import Past, history, runs
from hushtable.report.html.inventory import inventory
from hushtable.report.html.plain import CATEGORIES, Json, shown
from hushtable.report.html.shell import asset, policy, templates
from hushtable.report.report import Report

_SCRIPTS = ("page.js", "story.js", "map.js", "list.js", "filters.js", "search.js")
"""Joined in this order."""

MOST_LISTED = 100
"""Findings that stand in the page as it is written; its script adds the others when near."""

_SEVERITIES = ("critical", "high", "medium", "low", "note")


def render(report: Report) -> str:
    """Give one run as a page."""
    return page([(report.name or "this run", document(report))])


def page(results: Sequence[tuple[str, Mapping[str, Json]]]) -> str:
    """Give results as a page: the last one is shown, the earlier ones are its history.

    Each comes with the name it is called by, and fits `result.schema.json`.
    """
    every = [(visible(name), shown(document)) for name, document in results]
    name, told = every[-1]
    drawn, assessed, past = gathered(told), controls.assessed(told), history(every)
    style, script = asset("page.css"), "\n".join(map(asset, _SCRIPTS))
    return (
        templates()
        .get_template("page.html.j2")
        .render(
            name=name,
            version=__version__,
            told=told,
            drawn=drawn,
            engine=controls.engine(told),
            controls=[
                (framework, tuple(rows))
                for framework, rows in groupby(assessed, lambda one: one.framework)
            ],
            inventory=inventory(told),
            history=past,
            runs=runs(past),
            tally=_tally(drawn),
            choices=_choices(drawn, past),
            rules={rule["code"]: rule["title"] for rule in told.get("rules", [])},
            spans=_spans,
            style=Markup(style),  # noqa: S704 - ours
            script=Markup(script),  # noqa: S704 - ours
            policy=policy(style, script),
            most=MOST_LISTED,
            data=_data(drawn, past, controls.table(told, assessed)),
            stories=_block(drawn.stories),
        )
    )


def _spans(text: str) -> list[str]:
    """Divide a sentence at its backticks: every second part is a name."""
    parts = text.split("`")
    return parts if len(parts) % 2 else [text]


def _data(drawn: Gathered, past: Sequence[Past], csv: str) -> Markup:
    """Give what the page's script needs when it starts."""
    new = past[-1].new if len(past) > 1 else ()
    changes = ["new" if one["key"] in new else "unchanged" for one in drawn.findings]
    return _block(
        {**drawn.document, "csv": csv, "changes": changes if len(past) > 1 else []},
    )


def _block(told: Json) -> Markup:
    """Give data as JSON that no text in it can end (HTML, 13.1.2: script content)."""
    text = json.dumps(told, separators=(",", ":")).replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 - without `<` it ends no element


def _tally(drawn: Gathered) -> dict[str, int]:
    """Count the findings that stand, by severity, and the proven ones among them."""
    standing = [one for one in drawn.findings if one["standing"] in {"proven", "suspected"}]
    counted = {
        severity: sum(one["severity"] == severity for one in standing) for severity in _SEVERITIES
    }
    proven = sum(one["standing"] == "proven" for one in standing)
    return {**counted, "all": len(standing), "proven": proven}


def _choices(drawn: Gathered, past: Sequence[Past]) -> list[tuple[str, str, list[str]]]:
    """Give what the map and the findings can be narrowed to: a name, its label, its values."""
    categories = {one["category"] for one in drawn.columns}
    choices: list[tuple[str, str, Any]] = [
        ("table", "Table", sorted({one["table"] for one in drawn.columns})),
        ("audience", "Audience", sorted({one["audience"] for one in drawn.routes})),
        ("category", "Sensitivity", [one for one in CATEGORIES if one in categories]),
        ("rule", "Rule", sorted({one["code"] for one in drawn.findings})),
        ("standing", "Verdict", sorted({one["standing"] for one in drawn.findings})),
    ]
    if drawn.lock:
        choices.append(("agreed", "Lock", [AGREED, WIDER]))
    if len(past) > 1:
        choices.append(("change", "Since then", ["new", "unchanged"]))
    return choices

"""`hushtable rules`: the rules there are."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from hushtable.cli.outcome import QUIET, command, emit
from hushtable.model.page import RulePage
from hushtable.rules.catalogue import catalogue

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Format(StrEnum):
    """How the list is printed."""

    TERMINAL = "terminal"
    JSON = "json"


EXAMPLES = """\b
Examples:
  hushtable rules
  hushtable rules --format json
  hushtable explain HT101                the whole page of one"""


@app.command(epilog=EXAMPLES)
@command
def rules(
    form: Annotated[Format, typer.Option("--format", help="terminal or json.")] = Format.TERMINAL,
) -> int:
    """List the rules with severity, weakness and title."""
    pages = [rule.page for rule in catalogue()]
    if form is Format.JSON:
        emit(json.dumps([entry(page) for page in pages], indent=2) + "\n")
        return QUIET
    names = max((len(page.name) for page in pages), default=0)
    for page in pages:
        weakness = f"CWE-{page.cwe[0]}" if page.cwe else "-"
        fix = "fix" if page.has_fix else "   "
        emit(
            f"{page.code}  {page.name:<{names}}  {page.severity:<8}  {weakness:<8}  {fix}  "
            f"{page.title}\n"
        )
    return QUIET


def entry(page: RulePage) -> dict[str, Any]:
    """Give what a rule is, as JSON."""
    return {
        "code": page.code,
        "name": page.name,
        "title": page.title,
        "severity": str(page.severity),
        "confidence": str(page.confidence),
        "cwe": list(page.cwe),
        "owasp": list(page.owasp),
        "classes": list(page.classes),
        "has_fix": page.has_fix,
    }

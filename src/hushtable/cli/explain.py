"""`hushtable explain`: a rule's page, the score, or what an attribute counts as."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

from hushtable.cli.attribute import attribute
from hushtable.cli.config import did_you_mean
from hushtable.cli.outcome import QUIET, command, emit
from hushtable.cli.outputs import screen
from hushtable.model import score
from hushtable.model.errors import UsageError
from hushtable.model.page import RulePage
from hushtable.rules.catalogue import catalogue

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable explain HT101
  hushtable explain raw-item-returned
  hushtable explain score
  hushtable explain attribute users.email"""


@app.command(epilog=EXAMPLES)
@command
def explain(
    what: Annotated[str, typer.Argument(help="A rule's code or name, `score`, or `attribute`.")],
    name: Annotated[str, typer.Argument(help="The attribute, as users.email or email.")] = "",
) -> int:
    """Explain a rule, the score, or what an attribute counts as."""
    if what == "attribute":
        if not name:
            text = "which attribute? Write `hushtable explain attribute users.email`"
            raise UsageError(text)
        emit(attribute(name))
    elif name:
        text = f"{name!r} is one too many; only `attribute` takes a name"
        raise UsageError(text)
    elif what == "score":
        emit(score.explain())
    else:
        on = screen()
        render = importlib.import_module("hushtable.report.page").render
        emit(render(rule(what).markdown, width=on.width, colour=on.colour))
    return QUIET


def rule(wanted: str) -> RulePage:
    """Find a page by code or name, in any case. Raises UsageError when there is none."""
    known = {key: each.page for each in catalogue() for key in (each.code.lower(), each.name)}
    if wanted.lower() in known:
        return known[wanted.lower()]
    shown = {key.upper() if key == page.code.lower() else key for key, page in known.items()}
    near = did_you_mean(wanted.upper(), shown) or did_you_mean(wanted.lower(), shown)
    text = f"no rule is called {wanted!r}{near}; `hushtable rules` lists them"
    raise UsageError(text)

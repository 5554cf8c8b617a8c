"""`hushtable check`: compare what leaves a service with what was agreed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from hushtable.cli import options as o
from hushtable.cli.agreeing import TakesAnApp, agreement, exit_code, look, looking
from hushtable.cli.config import settings
from hushtable.cli.examine import prefix, progress
from hushtable.cli.outcome import command
from hushtable.cli.outputs import Destination, Format, Screen, destinations, looks, screen, send
from hushtable.model.errors import UsageError
from hushtable.report.agreement import (
    Agreement,
    render,
    render_github,
    render_json,
    render_markdown,
)
from hushtable.report.lockfile import NAME, read

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable check                          by a scan
  hushtable check services/api --prove     by a run of its only app, too
  hushtable check --format github -o check.md
  hushtable check --lock agreed.lock --strict

\b
Exit codes: 0 nothing is wider than agreed, 1 something is, 2 usage error, or the lock
is missing or broken, 3 something was not examined, or no route was reached."""

_RENDERERS: dict[Format, Callable[[Agreement], str]] = {
    Format.JSON: render_json,
    Format.MARKDOWN: render_markdown,
    Format.GITHUB: render_github,
}


@app.command(cls=TakesAnApp, epilog=EXAMPLES)
@command
def check(  # noqa: PLR0913 - each is an option of the command
    path: o.Folder = Path(),
    *,
    prove: o.Prove = None,
    lock: Annotated[
        Path | None, typer.Option(metavar="FILE", help=f"What was agreed. Default: PATH/{NAME}.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on what is narrower, too: lock it again.")
    ] = False,
    formats: o.CheckFormats = None,
    output: o.CheckFiles = None,
    role: o.Roles = None,
    timeout: o.Seconds = 300.0,
    config: o.ConfigFile = None,
    jobs: o.Jobs = None,
    no_cache: o.NoCache = False,
    no_progress: o.NoProgress = False,
    no_color: o.NoColor = False,
) -> int:
    """Compare what leaves a service with what was agreed in hushtable.lock."""
    where = _destinations(formats or (), output or ())
    wanted = o.worked(settings(o.folder(path), config), jobs, no_cache=no_cache)
    file = lock or path / NAME
    agreed = read(file)
    order = looking(path, wanted, prove, role or (), timeout)
    with progress(wanted=not no_progress) as listen:
        now = look(order, listen)
    told = agreement(agreed, now, file.as_posix(), prefix=prefix(path), strict=strict)
    on = screen(colour=not no_color)
    send(where, lambda each: _render(told, each, on))
    return exit_code(now, fails=told.fails)


def _destinations(formats: Sequence[Format], files: Sequence[str]) -> tuple[Destination, ...]:
    where = destinations(formats, files)
    for each in where:
        if each.format is not Format.TERMINAL and each.format not in _RENDERERS:
            text = f"hushtable check has no {each.format}; use terminal, {', '.join(_RENDERERS)}"
            raise UsageError(text)
    return where


def _render(told: Agreement, where: Destination, on: Screen) -> str:
    if where.format is Format.TERMINAL:
        width, colour = looks(where, on)
        return render(told, width=width, colour=colour)
    return _RENDERERS[where.format](told)

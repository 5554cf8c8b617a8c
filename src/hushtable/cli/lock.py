"""`hushtable lock`: agree to what leaves a service."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hushtable.cli import options as o
from hushtable.cli.agreeing import TakesAnApp, agreement, exit_code, look, looking
from hushtable.cli.config import settings
from hushtable.cli.examine import progress
from hushtable.cli.outcome import UNEXAMINED, command, complain, emit
from hushtable.cli.outputs import screen
from hushtable.model.contract import Contract
from hushtable.model.errors import ConfigError
from hushtable.report.agreement import render
from hushtable.report.lockfile import NAME, read, write

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable lock                          agree to what leaves now, by a scan
  hushtable lock services/api --prove     and to what a run of its only app shows
  hushtable lock --prove app.main:app -o agreed.lock

\b
Shown is what this changes in a lock that was there. Exit codes: 0 written,
2 usage error, 3 something was not examined, or no route was reached."""


@app.command(cls=TakesAnApp, epilog=EXAMPLES)
@command
def lock(  # noqa: PLR0913 - each is an option of the command
    path: o.Folder = Path(),
    *,
    prove: o.Prove = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help=f"Default: PATH/{NAME}.")
    ] = None,
    role: o.Roles = None,
    timeout: o.Seconds = 300.0,
    config: o.ConfigFile = None,
    jobs: o.Jobs = None,
    no_cache: o.NoCache = False,
    no_progress: o.NoProgress = False,
    no_color: o.NoColor = False,
) -> int:
    """Agree to what leaves a service: write it to hushtable.lock."""
    wanted = o.worked(settings(o.folder(path), config), jobs, no_cache=no_cache)
    file = output or path / NAME
    order = looking(path, wanted, prove, role or (), timeout)
    with progress(wanted=not no_progress) as listen:
        now = look(order, listen)
    if not now.tried:
        complain(f"no route was reached, so {file} was not written")
        return UNEXAMINED
    made = now.leaving.contract
    told = agreement(_before(file, made), now, str(file))
    write(made, file)
    looks = screen(colour=not no_color)
    emit(render(replace(told, written=True), width=looks.width, colour=looks.colour))
    return exit_code(now, fails=False)


def _before(file: Path, made: Contract) -> Contract:
    """Give the lock that is there; where there is none, or it is broken, nothing was agreed."""
    if not file.exists():
        return Contract(basis=made.basis)
    try:
        # Told is all that changes in the file, whatever either was made from.
        return replace(read(file), basis=made.basis)
    except ConfigError as error:
        complain(f"{error}; it is written anew")
        return Contract(basis=made.basis)

"""`hushtable fix`: write what a finding needs to go away."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from hushtable.cli import fix_options as x
from hushtable.cli import options as o
from hushtable.cli.config import settings
from hushtable.cli.examine import Order, check, exit_code, finish, progress
from hushtable.cli.outcome import command, emit
from hushtable.cli.outputs import screen
from hushtable.cli.proving import run_of
from hushtable.model.errors import UsageError
from hushtable.report import patch as told

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable fix                       show what can be fixed, and how
  hushtable fix --unsafe --select HT1 fixes that narrow answers too
  hushtable fix --write               write it: every file, or none
  hushtable fix --interactive --unsafe
  hushtable fix --write --unsafe --prove app.main:app

\b
Exit codes: 0 nothing left to fix, 1 findings remain, 2 usage error,
3 something was not examined."""


@app.command(epilog=EXAMPLES)
@command
def fix(  # noqa: PLR0913 - each is an option of the command
    path: o.Folder = Path(),
    *,
    select: o.Select = None,
    ignore: o.Ignore = None,
    unsafe: x.Unsafe = False,
    diff: x.Diff = False,
    write: x.Write = False,
    interactive: x.Ask = False,
    prove: x.Prove = "",
    route: o.Routes = None,
    timeout: o.Seconds = 300.0,
    fail_on: o.FailOn = None,
    baseline: o.Baseline = None,
    config: o.ConfigFile = None,
    jobs: o.Jobs = None,
    no_cache: o.NoCache = False,
    no_progress: o.NoProgress = False,
    no_color: o.NoColor = False,
) -> int:
    """Fix what is found: show the difference, or write it."""
    if sum((diff, write, interactive)) > 1:
        text = "--diff, --write and --interactive exclude each other"
        raise UsageError(text)
    read = settings(o.folder(path), config)
    narrowed = o.narrowed(read, select, ignore, fail_on, baseline)
    wanted = o.worked(narrowed, jobs, no_cache=no_cache)
    engine, order = _engine("fixing"), Order(path, wanted)
    asked = run_of(prove, path, wanted) if prove else None
    checked = check(order)
    with progress(wanted=not no_progress) as listen:
        tree = engine.read(path, wanted, listen)
    colour = screen(colour=not no_color).colour
    keys = engine.chosen(engine.patch_of(tree, unsafe=unsafe), tree) if interactive else None
    if asked:
        asked = replace(asked, seconds=timeout, routes=tuple(route or ()))
        proving = _engine("fix_proving")
        with progress(wanted=not no_progress) as listen:
            tree, patch = proving.shown(tree, proving.Wanted(unsafe, keys), asked, listen)
    else:
        patch = engine.patch_of(tree, unsafe=unsafe, chosen=keys)
    if write or interactive:
        engine.write(tree, patch)
    done = write or interactive
    if diff:
        emit("".join(f"{line}\n" for line in told.difference(patch, tree.secrets)))
    else:
        emit(told.render(patch, tree.findings, tree.secrets, written=done, colour=colour))
    # What was written is looked at as it lies on the disk.
    result = engine.read(path, wanted).result if done else tree.result
    return exit_code(finish(order, checked, result))


def _engine(name: str) -> Any:  # noqa: ANN401 - a module, loaded when a fix is asked for
    try:
        return importlib.import_module(f"hushtable.cli.{name}")
    except ModuleNotFoundError as error:
        text = f"this needs {error.name}: pip install 'hushtable[fix]'"
        raise UsageError(text) from None

"""`hushtable fix`: write what a finding needs to go away."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from hushtable.cli import options as o
from hushtable.cli.config import settings
from hushtable.cli.examine import Order, check, exit_code, finish, progress
from hushtable.cli.outcome import command, emit
from hushtable.cli.outputs import screen
from hushtable.model.errors import UsageError
from hushtable.report import patch as told

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable fix                       show what can be fixed, and how
  hushtable fix --unsafe --select HT1 fixes that narrow answers too
  hushtable fix --write               write it: every file, or none
  hushtable fix --interactive --unsafe

\b
Exit codes: 0 nothing left to fix, 1 findings remain, 2 usage error,
3 something was not examined."""

Unsafe = Annotated[bool, typer.Option("--unsafe", help="Fixes that clients may notice, too.")]
Diff = Annotated[bool, typer.Option("--diff", help="The difference alone.")]
Write = Annotated[bool, typer.Option("--write", help="Write the files, all or none.")]
Ask = Annotated[bool, typer.Option("--interactive", help="Ask for each finding, then write.")]


@app.command(epilog=EXAMPLES)
@command
def fix(  # noqa: PLR0913 - each is an option of the command
    path: o.Folder = Path(),
    *,
    select: o.Select = None,
    ignore: o.Ignore = None,
    unsafe: Unsafe = False,
    diff: Diff = False,
    write: Write = False,
    interactive: Ask = False,
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
    wanted = replace(
        o.narrowed(read, select, ignore, fail_on, baseline),
        jobs=read.jobs if jobs is None else jobs,
        cache=read.cache and not no_cache,
    )
    engine, order = _engine(), Order(path, wanted)
    checked = check(order)
    with progress(wanted=not no_progress) as listen:
        tree = engine.read(path, wanted, listen)
        patch = engine.patch_of(tree, unsafe=unsafe)
    colour = screen(colour=not no_color).colour
    if interactive:
        patch = engine.patch_of(tree, unsafe=unsafe, chosen=_chosen(patch, tree))
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


def _chosen(patch: Any, tree: Any) -> frozenset[str]:  # noqa: ANN401 - of the engine, loaded late
    """Ask for each finding that can be fixed."""
    chosen = []
    for one in patch.fixed:
        message = tree.findings[one.key].message
        if typer.confirm(f"{one.place} {one.code}: {message}\nFix it?", default=True, err=True):
            chosen.append(one.key)
    return frozenset(chosen)


def _engine() -> Any:  # noqa: ANN401 - a module, loaded when a fix is asked for
    try:
        return importlib.import_module("hushtable.cli.fixing")
    except ModuleNotFoundError as error:
        text = f"this needs {error.name}: pip install 'hushtable[fix]'"
        raise UsageError(text) from None

"""`hushtable demo`: the whole in one run, on the example or on a service of yours."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from hushtable.cli import demonstrating as steps
from hushtable.cli import options as o
from hushtable.cli.apps import only_app
from hushtable.cli.config import settings
from hushtable.cli.examine import progress
from hushtable.cli.outcome import QUIET, command, emit
from hushtable.cli.outputs import Screen, screen
from hushtable.cli.proving import app_name, loaded
from hushtable.model.config import ScanConfig
from hushtable.model.event import Listener
from hushtable.model.finding import Result, Verdict
from hushtable.report.before_after import Told, render
from hushtable.report.escape import visible
from hushtable.report.wording import count

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable demo                      the leaky shop that comes with hushtable
  hushtable demo -o shown             keep what is written there
  hushtable demo services/api --app app.main:app

\b
Exit codes: 0 shown, 2 usage error, such as an app that does not run."""

_SHORT = f"Shortened: each proof is shown again in {count(steps.REPLAYS, 'replay')} instead of two."

_Given = TypeVar("_Given")

Service = Annotated[
    Path | None,
    typer.Argument(
        metavar="[PATH]", help="The folder of a service. Default: the example.", show_default=False
    ),
]
App = Annotated[
    str,
    typer.Option(
        "--app",
        metavar="APP",
        help="package.module:attribute. Default: the only app found.",
        show_default=False,
    ),
]
Into = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="DIR", help="A new folder. Default: a temporary one."),
]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be shown: a service and its app, the one found where none is named."""

    root: Path
    config: ScanConfig
    app: str
    routes: tuple[str, ...]
    seconds: float
    into: Path | None
    progress: bool
    on: Screen


@app.command(epilog=EXAMPLES)
@command
def demo(  # noqa: PLR0913 - each is an option of the command
    path: Service = None,
    *,
    target: App = "",
    output: Into = None,
    route: o.Routes = None,
    timeout: o.Seconds = 300.0,
    no_progress: o.NoProgress = False,
    no_color: o.NoColor = False,
) -> int:
    """Scan a service, prove it, fix it in a copy, scan and prove the copy, and report.

    The service itself is not changed. By default it is an example, with leaks of every kind.
    """
    root = steps.example() if path is None else o.folder(path)
    # Above the example lies the project that hushtable is installed in, with settings of its own.
    config = ScanConfig() if path is None else settings(root)
    name = app_name(target) if target else ""
    loaded()
    into = steps.place(output) if output else None
    on = screen(colour=not no_color)
    routes = tuple(route or ())
    _run(_Wanted(root, config, name, routes, timeout, into, not no_progress, on))
    return QUIET


def _run(wanted: _Wanted) -> None:
    """Take one step after the other, and tell each when it is done."""
    began = time.monotonic()

    def step(do: Callable[[Listener], _Given]) -> _Given:
        with progress(wanted=wanted.progress) as listen:
            return do(listen)

    root, config = wanted.root, wanted.config
    emit(f"{visible(root.resolve().name)}: found, proven, fixed in a copy, and looked at again.\n")
    emit(f"{_SHORT}\n\n")
    tree = step(lambda listen: steps.look(root, config, listen))
    emit(f"scan   {_found(tree.result)}\n")
    named = wanted.app or only_app(root, config.exclude, tree.facts)
    order = steps.asked(named, root, config)
    order = replace(order, routes=wanted.routes, seconds=wanted.seconds)
    before = step(lambda listen: steps.proven(tree, order, listen))
    emit(f"prove  {_shown(before.result)}\n")
    into = wanted.into or Path(tempfile.mkdtemp(prefix="hushtable-demo-"))
    patch, copy = step(lambda listen: steps.fixed(tree, into / "fixed", listen))
    files = count(len(patch.changed), "file")
    emit(f"fix    {count(len(patch.fixed), 'finding')} in {files}; {len(patch.left):,} left\n")
    again = step(lambda listen: steps.look(copy, config, listen))
    emit(f"scan   {_found(again.result)}\n")
    after = step(lambda listen: steps.proven(again, order, listen))
    emit(f"prove  {_shown(after.result)}\n")
    still = steps.still(before.result, after.result)
    told = Told(before.report, after.report, patch, tree.secrets, still)
    html = steps.write(into, {"before": told.before, "after": told.after}, patch, tree.secrets)
    emit(render(told, width=wanted.on.width, colour=wanted.on.colour))
    emit(f"Took     {time.monotonic() - began:.0f} s; beside the page: the results as JSON,\n")
    emit("         fix.diff, and the fixed copy in fixed/\n")
    emit(f"Page     {visible(str(html))}\n")


def _found(result: Result) -> str:
    """Say how much a scan suspects."""
    found = sum(one.counts for one in result.findings)
    return f"{count(len(result.routes), 'route')}, {count(found, 'finding')} suspected"


def _shown(result: Result) -> str:
    """Say how much a run of the app shows."""
    reach = result.reach
    proven = sum(one.counts and one.verdict is Verdict.PROVEN for one in result.findings)
    reached = f"{reach.reached:,} of {count(reach.routes, 'route')} reached, " if reach else ""
    return f"{reached}{count(proven, 'finding')} proven"

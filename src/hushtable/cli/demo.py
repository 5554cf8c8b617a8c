"""`hushtable demo`: the whole in one run, on the example or on a service of yours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hushtable.cli import demonstrating as steps
from hushtable.cli import options as o
from hushtable.cli.config import settings
from hushtable.cli.outcome import QUIET, command
from hushtable.cli.outputs import screen
from hushtable.cli.proving import app_name, loaded
from hushtable.model.config import ScanConfig

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable demo                      the leaky shop that comes with hushtable
  hushtable demo -o shown             keep what is written there
  hushtable demo services/api --app app.main:app

\b
Exit codes: 0 shown, 2 usage error, such as an app that does not run."""

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
    steps.demonstrate(steps.Wanted(root, config, name, routes, timeout, into, not no_progress, on))
    return QUIET

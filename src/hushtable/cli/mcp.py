"""`hushtable mcp`: scan, explain, fix and rules as tools of a coding assistant."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from hushtable.cli import options as o
from hushtable.cli.outcome import QUIET, command
from hushtable.model.errors import UsageError

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable mcp --root services/api      scan, explain, fix and rules; writes nothing
  hushtable mcp --root . --write         fix may write, when it is asked to

\b
It speaks the Model Context Protocol on standard input and output until that ends.
A coding assistant starts it; there is nothing to type."""


@app.command(epilog=EXAMPLES)
@command
def mcp(
    root: Annotated[
        Path, typer.Option("--root", metavar="PATH", help="The folder; nothing outside of it.")
    ] = Path(),
    *,
    write: Annotated[bool, typer.Option("--write", help="Fixes may be written.")] = False,
) -> int:
    """Serve scan, explain, fix and rules to a coding assistant (MCP)."""
    folder = o.folder(root)
    engine = _engine()
    engine.serve(engine.Desk(folder.resolve(), writes=write))
    return QUIET


def _engine() -> Any:  # noqa: ANN401 - a module, loaded when it is to serve
    try:
        return importlib.import_module("hushtable.cli.assisting")
    except ModuleNotFoundError as error:
        text = f"this needs {error.name}: pip install 'hushtable[mcp]'"
        raise UsageError(text) from None

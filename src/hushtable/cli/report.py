"""`hushtable report`: results as a page for a browser, and their controls as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hushtable.cli import options as o
from hushtable.cli.outcome import QUIET, command, complain
from hushtable.model.errors import UsageError
from hushtable.report.html.controls import table
from hushtable.report.html.earlier import result, with_lock
from hushtable.report.html.page import page

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable scan -o result.json services/api; hushtable report result.json --html report.html
  hushtable report january.json february.json march.json --html report.html
  hushtable report result.json --csv controls.csv
  hushtable report result.json --lock agreed.lock --html report.html

\b
Exit codes: 0 written, 2 usage error."""


@app.command(epilog=EXAMPLES)
@command
def report(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULT...", help="JSON results, the oldest first."),
    ],
    *,
    html: o.Html = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the state of each control.")
    ] = None,
    lock: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What was agreed. Default: the lock of the scan."),
    ] = None,
) -> int:
    """Tell results to people: what leaves, how sure that is, what it breaks, what to do."""
    if html is None and csv is None:
        text = "say where to: --html FILE, --csv FILE, or both"
        raise UsageError(text)
    told = [(path.name, result(path)) for path in results]
    if lock is not None:
        told[-1] = (told[-1][0], with_lock(told[-1][1], lock))
    if html is not None:
        _write(html, page(told))
    if csv is not None:
        _write(csv, table(told[-1][1]))
    return QUIET


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise UsageError(message) from error
    complain(f"wrote {path}")

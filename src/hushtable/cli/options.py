"""The options of `hushtable scan`, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hushtable.cli.outputs import Format
from hushtable.model.errors import UsageError
from hushtable.model.rule import Severity

Folder = Annotated[Path, typer.Argument(metavar="PATH", help="The folder to scan.")]

Formats = Annotated[
    list[Format] | None,
    typer.Option(
        "--format",
        help="terminal (default), json, sarif, markdown, github, junit. Repeatable with -o.",
        metavar="FORMAT",
    ),
]
Files = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write a file: FORMAT:FILE, or by suffix (.json .sarif .md .xml .txt). Repeatable.",
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option(help="Only these rules: codes, beginnings of codes, names.", metavar="RULES"),
]
Ignore = Annotated[list[str] | None, typer.Option(help="Not these rules.", metavar="RULES")]
FailOn = Annotated[
    Severity | None,
    typer.Option(
        "--fail-on",
        metavar="SEVERITY",
        help="The lowest severity for exit code 1: critical, high, medium, low (default), note.",
    ),
]
Baseline = Annotated[
    Path | None, typer.Option(help="Findings known already; they do not fail.", metavar="FILE")
]
WriteBaseline = Annotated[
    bool,
    typer.Option("--write-baseline", help="Write today's findings to the baseline file."),
]
Since = Annotated[
    str, typer.Option(metavar="REV", help="Only findings that the git diff since REV touches.")
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Instead of the file found above PATH."),
]
Jobs = Annotated[
    int | None, typer.Option(min=0, metavar="N", help="Worker processes; 0: one per core.")
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Read every file anew.")]
NoProgress = Annotated[bool, typer.Option("--no-progress", help="Show no progress.")]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Findings only: no map, no figures, no progress.")
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours, as with NO_COLOR set.")]


def folder(path: Path) -> Path:
    """Give the folder to scan. Raises UsageError when it is none."""
    if path.is_dir():
        return path
    if path.exists():
        text = f"{path} is a file; give the folder of the service, whose files are read together"
    else:
        text = f"{path} does not exist; give the folder of a service"
    raise UsageError(text)

"""The options of `hushtable scan` and `hushtable prove`, with their help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hushtable.cli.outputs import Format
from hushtable.model.config import ScanConfig
from hushtable.model.contract import FILE
from hushtable.model.errors import UsageError
from hushtable.model.rule import Severity

Folder = Annotated[Path, typer.Argument(metavar="PATH", help="The folder to scan.")]

Formats = Annotated[
    list[Format] | None,
    typer.Option(
        "--format",
        help="terminal (default), json, sarif, markdown, github, junit, gitlab, concise, html. "
        "Repeatable with -o.",
        metavar="FORMAT",
    ),
]
CheckFormats = Annotated[
    list[Format] | None,
    typer.Option(
        "--format",
        help="terminal (default), json, markdown, github. Repeatable with -o.",
        metavar="FORMAT",
    ),
]
Files = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write a file: FORMAT:FILE, or by suffix (.json .sarif .md .xml .html .txt). "
        "Repeatable.",
    ),
]
Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write one page that needs no network."),
]
Diffs = Annotated[
    bool,
    typer.Option(
        "--diffs",
        help="Try the fix of each finding, and carry what it changes in JSON and page: some "
        "scans more, for about a minute at most.",
    ),
]
Lock = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help=f"What was agreed. Default: {FILE} in the folder."),
]
CheckFiles = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write a file: FORMAT:FILE, or by suffix (.json .md .txt). Repeatable.",
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

App = Annotated[
    str,
    typer.Argument(
        metavar="[APP]",
        help="package.module:attribute, an app or a factory of one. Default: the only app found.",
        show_default=False,
    ),
]
Prove = Annotated[
    str | None,
    typer.Option(
        "--prove",
        metavar="[APP]",
        help="Run the app on made-up data, too: package.module:attribute, or the only one found.",
        show_default=False,
    ),
]
Root = Annotated[
    Path, typer.Option("--root", metavar="PATH", help="The folder of the service; it is copied.")
]
Store = Annotated[
    str, typer.Option(metavar="URL", help="Another DynamoDB than the embedded one, such as Local.")
]
Routes = Annotated[
    list[str] | None,
    typer.Option("--route", metavar="TEXT", help="Only routes with this in them. Repeatable."),
]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="NAME", help="Ask as a caller of this role too. Repeatable."),
]
Seconds = Annotated[
    float, typer.Option("--timeout", min=1, metavar="S", help="Seconds for the whole run.")
]
Megabytes = Annotated[
    int, typer.Option("--memory", min=64, metavar="MB", help="Memory that the app may use.")
]
NoScan = Annotated[
    bool, typer.Option("--no-scan", help="Run the app without reading its source first.")
]
Save = Annotated[
    Path | None,
    typer.Option("--save", metavar="FILE", help="Write what was learned of tables and settings."),
]
Seed = Annotated[int, typer.Option(min=0, metavar="N", help="Of the canaries; 0 takes a new one.")]


def narrowed(
    read: ScanConfig,
    select: Sequence[str] | None,
    ignore: Sequence[str] | None,
    fail_on: Severity | None,
    baseline: Path | None,
) -> ScanConfig:
    """Give the configuration with what the command line says instead."""
    return replace(
        read,
        select=codes(select) or read.select,
        ignore=codes(ignore) or read.ignore,
        fail_on=fail_on or read.fail_on,
        baseline=str(baseline) if baseline else read.baseline,
    )


def worked(config: ScanConfig, jobs: int | None, *, no_cache: bool) -> ScanConfig:
    """Take `--jobs` and `--no-cache`, where they are given, for what is configured."""
    return replace(
        config,
        jobs=config.jobs if jobs is None else jobs,
        cache=config.cache and not no_cache,
    )


def codes(given: Sequence[str] | None) -> tuple[str, ...]:
    """Take rules from repeated options and from commas."""
    return tuple(code.strip() for text in given or () for code in text.split(",") if code.strip())


def folder(path: Path) -> Path:
    """Give the folder to scan. Raises UsageError when it is none."""
    if path.is_dir():
        return path
    if path.exists():
        text = f"{path} is a file; give the folder of the service, whose files are read together"
    else:
        text = f"{path} does not exist; give the folder of a service"
    raise UsageError(text)

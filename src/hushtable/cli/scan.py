"""`hushtable scan`: find what leaves a service."""

from __future__ import annotations

from pathlib import Path

import typer

from hushtable.cli import fleet_options as f
from hushtable.cli import options as o
from hushtable.cli.carry import carry
from hushtable.cli.config import settings
from hushtable.cli.examine import Order, examine, exit_code, progress
from hushtable.cli.outcome import command
from hushtable.cli.outputs import deliver, destinations, screen

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable scan                         the current folder
  hushtable scan services/api --fail-on high
  hushtable scan --html report.html      a page: the map, and each finding's story
  hushtable scan -o report.sarif -o report.md
  hushtable scan --format json --select HT1,HT402
  hushtable scan --since origin/main     only what a branch touches
  hushtable scan --baseline known.json --write-baseline
  hushtable scan --repos services.txt --html fleet.html
  hushtable scan --repos services.txt --engine dask://10.0.0.5:8786

\b
Exit codes: 0 quiet, 1 findings at or above the threshold, 2 usage error,
3 something was not examined."""


@app.command(epilog=EXAMPLES)
@command
def scan(  # noqa: PLR0913 - each is an option of the command
    path: o.Folder = Path(),
    *,
    formats: o.Formats = None,
    output: o.Files = None,
    html: o.Html = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    fail_on: o.FailOn = None,
    baseline: o.Baseline = None,
    write_baseline: o.WriteBaseline = False,
    since: o.Since = "",
    lock: o.Lock = None,
    diffs: o.Diffs = False,
    config: o.ConfigFile = None,
    jobs: o.Jobs = None,
    no_cache: o.NoCache = False,
    no_progress: o.NoProgress = False,
    quiet: o.Quiet = False,
    no_color: o.NoColor = False,
    repos: f.Repos = None,
    results: f.ResultsFolder = f.RESULTS,
    checkouts: f.Checkouts = None,
    fresh: f.Fresh = False,
    engine: f.Engine = f.LOCAL,
    timeout: f.Seconds = f.SECONDS,
    memory: f.Megabytes = f.MEGABYTES,
) -> int:
    """Find which attributes leave a service, through which route, to whom."""
    where = destinations(formats or (), output or (), html)
    on = screen(colour=not no_color, brief=quiet)
    if repos is not None:
        f.alone(path, baseline, since, lock, write_baseline=write_baseline)
        fleet = f.Wanted(
            repos,
            results,
            where,
            checkouts=checkouts,
            config=config,
            select=o.codes(select),
            ignore=o.codes(ignore),
            fail_on=fail_on,
            diffs=diffs,
            engine=engine,
            bounds=(timeout, memory),
            jobs=jobs,
            fresh=fresh,
            no_cache=no_cache,
        )
        return f.scanned(fleet, on, quiet=quiet or no_progress)
    given = ("--results", results), ("--checkouts", checkouts), ("--fresh", fresh)
    f.without((timeout, memory), *given, ("--engine", engine))
    read = settings(o.folder(path), config)
    narrowed = o.narrowed(read, select, ignore, fail_on, baseline)
    wanted = o.worked(narrowed, jobs, no_cache=no_cache)
    order = Order(path, wanted, write_baseline, since, carry(where, path, lock, diffs=diffs))
    with progress(wanted=not (quiet or no_progress)) as listen:
        report = examine(order, listen)
    deliver(report, where, on)
    return exit_code(report)

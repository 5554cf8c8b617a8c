"""`hushtable prove`: run a service on made-up data, and prove what leaves it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer

from hushtable.cli import options as o
from hushtable.cli.carry import carry
from hushtable.cli.config import settings
from hushtable.cli.examine import Order, exit_code, progress
from hushtable.cli.outcome import command
from hushtable.cli.outputs import deliver, destinations, screen
from hushtable.cli.proving import ProofOrder, run_of
from hushtable.cli.proving import prove as run

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable prove                        the only app found
  hushtable prove app.main:create_app --root services/api --fail-on high
  hushtable prove app.main:app --route /orders --role admin --html report.html
  hushtable prove --no-scan --format json

\b
Exit codes: 0 quiet, 1 findings at or above the threshold, 2 usage error,
3 something was not examined, or no route was reached."""


@app.command(epilog=EXAMPLES)
@command
def prove(  # noqa: PLR0913 - each is an option of the command
    target: o.App = "",
    *,
    root: o.Root = Path(),
    store: o.Store = "",
    route: o.Routes = None,
    role: o.Roles = None,
    timeout: o.Seconds = 300.0,
    memory: o.Megabytes = 2048,
    no_scan: o.NoScan = False,
    save: o.Save = None,
    seed: o.Seed = 0,
    formats: o.Formats = None,
    output: o.Files = None,
    html: o.Html = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    fail_on: o.FailOn = None,
    baseline: o.Baseline = None,
    lock: o.Lock = None,
    diffs: o.Diffs = False,
    config: o.ConfigFile = None,
    no_progress: o.NoProgress = False,
    quiet: o.Quiet = False,
    no_color: o.NoColor = False,
) -> int:
    """Run a service on made-up data, and prove which attributes leave it, and to whom."""
    where = destinations(formats or (), output or (), html)
    wanted = o.narrowed(settings(o.folder(root), config), select, ignore, fail_on, baseline)
    order = replace(
        run_of(target, root, wanted),
        store=store,
        seconds=timeout,
        memory=memory * 1024**2,
        roles=tuple(role or ()),
        routes=tuple(route or ()),
        seed=seed,
    )
    source = Order(root, wanted, carry=carry(where, root, lock, diffs=diffs))
    with progress(wanted=not (quiet or no_progress)) as listen:
        report = run(ProofOrder(source, order, not no_scan, save), listen)
    deliver(report, where, screen(colour=not no_color, brief=quiet))
    return exit_code(report)

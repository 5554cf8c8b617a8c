"""`hushtable probe`: ask a live service what it shows, and to whom."""

from __future__ import annotations

from pathlib import Path

import typer

from hushtable.cli import options as o
from hushtable.cli import probe_options as p
from hushtable.cli.asked import identities, known, login_of
from hushtable.cli.config import settings
from hushtable.cli.examine import exit_code, progress
from hushtable.cli.outcome import command
from hushtable.cli.outputs import deliver, destinations, screen
from hushtable.cli.probing import Wanted, ask, tell_plan
from hushtable.probe.order import Bounds, Order, Way

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable probe http://127.0.0.1:8000
  hushtable probe http://127.0.0.1:8000 --plan
  hushtable probe http://api.internal --as 'A=x-key: ${KEY_A}' --as 'B=x-key: ${KEY_B}'
  hushtable probe http://127.0.0.1:8000 --as A --as B --login signing_in.py:login
  hushtable probe https://api.example.org --i-own api.example.org --rate 5
  hushtable probe http://127.0.0.1:8000 --source services/api -o report.sarif

\b
Exit codes: 0 quiet, 1 findings at or above the threshold, 2 usage error,
3 nothing answered, or the run ended early, without findings that make it 1."""


@app.command(epilog=EXAMPLES)
@command
def probe(  # noqa: PLR0913 - each is an option of the command
    url: p.Url,
    *,
    openapi: p.OpenApi = "",
    as_: p.As = None,
    login: p.Login = "",
    know: p.Know = None,
    writes: p.Writes = False,
    rate: p.Rate = 20.0,
    timeout: p.Timeout = 5.0,
    within: p.Within = 300.0,
    i_own: p.IOwn = None,
    plan: p.PlanOnly = False,
    context: p.Weigh = None,
    source: p.Source = None,
    lock: p.Lock = None,
    against: p.Against = None,
    proxy: p.Proxy = "",
    cert: p.Certificate = "",
    trust: p.Trust = "",
    formats: o.Formats = None,
    output: o.Files = None,
    html: o.Html = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    fail_on: o.FailOn = None,
    config: o.ConfigFile = None,
    no_progress: o.NoProgress = False,
    quiet: o.Quiet = False,
    no_color: o.NoColor = False,
) -> int:
    """Ask a live service from outside what it shows, and to whom."""
    where = destinations(formats or (), output or (), html)
    bounds = Bounds(rate=rate, timeout=timeout, within=within)
    callers, values = identities(as_ or (), login=bool(login)), known(know or ())
    own, hook = frozenset(i_own or ()), login_of(login)
    order = Order(url, openapi, callers, values, writes, own, bounds, Way(proxy, cert, trust), hook)
    if plan:
        return tell_plan(order)
    read = settings(Path() if source is None else o.folder(source), config)
    chosen = o.narrowed(read, select, ignore, fail_on, None)
    with progress(wanted=not (quiet or no_progress)) as listen:
        report = ask(order, Wanted(chosen, context, source, lock, against), listen)
    deliver(report, where, screen(colour=not no_color, brief=quiet))
    return exit_code(report)

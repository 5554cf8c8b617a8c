"""The steps of the whole in one run: look at a service, run it, fix it in a copy, write it down."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import hushtable
from hushtable.cli.apps import only_app
from hushtable.cli.examine import Order, check, finish, progress
from hushtable.cli.fixed_alone import mended
from hushtable.cli.fixing import Tree, patch_of, read
from hushtable.cli.outcome import emit
from hushtable.cli.outputs import Screen
from hushtable.cli.proving import joined, loaded, run_of
from hushtable.model.config import ScanConfig
from hushtable.model.edit import Patch
from hushtable.model.errors import UsageError
from hushtable.model.event import Began, Ended, Listener
from hushtable.model.finding import Result, Verdict
from hushtable.prove.order import ProveOrder
from hushtable.prove.sandbox.copy import work_copy
from hushtable.report import document
from hushtable.report.before_after import Told, render
from hushtable.report.escape import visible
from hushtable.report.html.page import page
from hushtable.report.patch import difference
from hushtable.report.report import Report
from hushtable.report.wording import count
from hushtable.rules.confirming import shown_still

FIXING = "fix"
REPLAYS = 1
"""Of each proof; `hushtable prove` makes two."""
_SHORT = f"Shortened: each proof is shown again in {count(REPLAYS, 'replay')} instead of two."

_Given = TypeVar("_Given")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown: a service and its app, the one found where none is named."""

    root: Path
    config: ScanConfig
    app: str
    routes: tuple[str, ...]
    seconds: float
    into: Path | None
    progress: bool
    on: Screen


@dataclass(frozen=True, slots=True)
class Seen:
    """A tree, and what was found and proven of it."""

    tree: Tree
    result: Result

    @property
    def report(self) -> Report:
        """The result with its score."""
        order = Order(self.tree.root, self.tree.config)
        return finish(order, check(order), self.result)


def demonstrate(wanted: Wanted) -> None:
    """Take one step after the other, and tell each when it is done."""
    began = time.monotonic()

    def step(do: Callable[[Listener], _Given]) -> _Given:
        with progress(wanted=wanted.progress) as listen:
            return do(listen)

    root, config = wanted.root, wanted.config
    emit(f"{visible(root.resolve().name)}: found, proven, fixed in a copy, and looked at again.\n")
    emit(f"{_SHORT}\n\n")
    tree = step(lambda listen: look(root, config, listen))
    emit(f"scan   {_found(tree.result)}\n")
    named = wanted.app or only_app(root, config.exclude, tree.facts)
    order = asked(named, root, config)
    order = replace(order, routes=wanted.routes, seconds=wanted.seconds)
    before = step(lambda listen: proven(tree, order, listen))
    emit(f"prove  {_shown(before.result)}\n")
    into = wanted.into or Path(tempfile.mkdtemp(prefix="hushtable-demo-"))
    patch, copy = step(lambda listen: fixed(tree, into / "fixed", listen))
    files = count(len(patch.changed), "file")
    emit(f"fix    {count(len(patch.fixed), 'finding')} in {files}; {len(patch.left):,} left\n")
    again = step(lambda listen: look(copy, config, listen))
    emit(f"scan   {_found(again.result)}\n")
    after = step(lambda listen: proven(again, order, listen))
    emit(f"prove  {_shown(after.result)}\n")
    same = still(before.result, after.result)
    told = Told(before.report, after.report, patch, tree.secrets, same)
    html = write(into, {"before": told.before, "after": told.after}, patch, tree.secrets)
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


def example() -> Path:
    """Find the example: beside the installed package, or in a checkout.

    Raises UsageError when it is in neither.
    """
    package = Path(hushtable.__file__).parent
    for base in (package, package.parents[1], Path.cwd()):
        if (base / "examples" / "shop" / "app").is_dir():
            return base / "examples" / "shop"
    text = "the example is not installed; name the folder of a service of your own"
    raise UsageError(text)


def asked(app: str, root: Path, config: ScanConfig) -> ProveOrder:
    """Order a run of an app, with canaries that are the same in the next run of it."""
    return replace(run_of(app, root, config), seed=1 + time.time_ns() % 2**31, replays=REPLAYS)


def proven(tree: Tree, order: ProveOrder, listen: Listener) -> Seen:
    """Run the app of a tree. Raises UsageError when it shows nothing at all."""
    engine: Any = loaded()
    here = replace(order, root=str(tree.root))
    result = joined(tree.result, tree.facts, engine.prove(here, tree.facts, listen), tree.config)
    if result.reach is None or not result.reach.reached:
        why = next((one.why for one in result.unknown), "no route is reached")
        text = f"the app does not run, so nothing can be shown by it: {why}"
        raise UsageError(text)
    return Seen(tree, result)


def fixed(tree: Tree, into: Path, listen: Listener) -> tuple[Patch, Path]:
    """Fix what can be fixed in a copy below `into`; give what was done, and the copy."""
    began = time.monotonic()
    listen(Began(FIXING))
    patch = patch_of(tree, unsafe=True, apart=True)
    copy = work_copy(tree.root, into)
    for path in patch.changed:
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_bytes(patch.after[path])
    listen(Ended(FIXING, time.monotonic() - began))
    return patch, copy


def look(root: Path, config: ScanConfig, listen: Listener) -> Tree:
    """Scan a folder without leaving anything in a cache."""
    return read(root, replace(config, cache=False), listen)


def still(before: Result, after: Result) -> Mapping[str, str]:
    """Say of each proven finding how the fixed app shows it all the same; empty where it does not.

    Of a route that is answered no more nothing is shown, and that is said.
    """
    return {
        one.key: shown_still(one, before, after)
        for one in before.findings
        if one.verdict is Verdict.PROVEN and one.counts
    }


def place(folder: Path) -> Path:
    """Make the folder that everything is written into.

    Raises UsageError when there is something in it already, or it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            text = f"{folder} is not empty; name a new folder"
            raise UsageError(text)
    except OSError as error:
        text = f"cannot write into {folder}: {error.strerror}"
        raise UsageError(text) from error
    return folder.resolve()


def write(into: Path, reports: Mapping[str, Report], patch: Patch, secrets: frozenset[str]) -> Path:
    """Write the results, the difference and the page; give the page.

    `reports` has the ones `before` and `after`; that before tells how each finding was fixed.
    """
    before = replace(reports["before"], fixes=mended(patch, secrets))
    reports = {**reports, "before": before}
    told = {f"{name}.json": document.render(one) for name, one in reports.items()}
    told["fix.diff"] = "".join(f"{line}\n" for line in difference(patch, secrets))
    told["report.html"] = page([(name, document.document(one)) for name, one in reports.items()])
    try:
        for name, text in told.items():
            (into / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        text = f"cannot write into {into}: {error.strerror}"
        raise UsageError(text) from error
    return into / "report.html"

"""The steps of the whole in one run: look at a service, run it, fix it in a copy, write it down."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import hushtable
from hushtable.cli.examine import Order, check, finish
from hushtable.cli.fixed_alone import mended
from hushtable.cli.fixing import Tree, patch_of, read
from hushtable.cli.proving import joined, loaded, run_of
from hushtable.model.config import ScanConfig
from hushtable.model.edit import Patch
from hushtable.model.errors import UsageError
from hushtable.model.event import Began, Ended, Listener
from hushtable.model.finding import Result, Verdict
from hushtable.prove.order import ProveOrder
from hushtable.prove.sandbox.copy import work_copy
from hushtable.report import document
from hushtable.report.html.page import page
from hushtable.report.patch import difference
from hushtable.report.report import Report
from hushtable.rules.confirming import shown_still

FIXING = "fix"
REPLAYS = 1
"""Of each proof; `hushtable prove` makes two."""


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

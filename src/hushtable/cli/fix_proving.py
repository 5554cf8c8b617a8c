"""`hushtable fix --prove`: an app is run before and after a fix, and the project's tests are."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hushtable.cli import own_tests
from hushtable.cli.fixing import Tree, patch_of
from hushtable.cli.proving import joined, loaded
from hushtable.model.edit import Patch
from hushtable.model.errors import UsageError
from hushtable.model.event import Advanced, Began, Ended, Listener
from hushtable.model.facts import Facts
from hushtable.model.finding import Result, Verdict
from hushtable.prove.order import ProveOrder
from hushtable.prove.sandbox.copy import work_copy
from hushtable.rules.confirming import Trial, confirm
from hushtable.rules.judge import judge
from hushtable.scan.run import scan

TESTS = "tests"
_REPLAYS = 1
"""What did not come out twice is no measure of a fix."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which fixes are asked for: unsafe ones too, the findings of these keys alone."""

    unsafe: bool = False
    chosen: frozenset[str] | None = None


def shown(tree: Tree, wanted: Wanted, order: ProveOrder, listen: Listener) -> tuple[Tree, Patch]:
    """Prove a tree, fix it in copies, and keep what a second proof and the tests confirm.

    Gives the tree with what was proven of it, and the patch.

    Raises UsageError when the extra is not installed, the app shows nothing at all as it is, or
    the tests fail without any change.
    """
    loaded()
    tests = _tests(tree, listen)
    failing = tests({})
    if failing:
        text = (
            f"before anything was changed, in a copy of the project, {failing}. Mend what "
            f"`{tree.config.tests}` says there, or take `tests` out of the configuration"
        )
        raise UsageError(text)
    # The same canaries before and after: what differs is the change.
    asked = replace(order, seed=order.seed or 1 + time.time_ns() % 2**31)
    before = _proven(replace(asked, replays=_REPLAYS), tree, tree.result, tree.facts, listen)
    if before.reach is None or not before.reach.reached:
        why = next((one.why for one in before.unknown), "no route is reached")
        text = f"the app does not run as it is, so nothing can be shown by it: {why}"
        raise UsageError(text)
    steady = tuple(
        one
        if one.verdict is not Verdict.PROVEN or any(p.reproduced == p.replayed for p in one.proofs)
        else replace(one, verdict=Verdict.SUSPECTED)
        for one in before.findings
    )
    known = replace(tree, result=replace(before, findings=steady))
    keys = frozenset(one.key for one in tree.result.findings)

    def mend(without: frozenset[str]) -> Patch:
        chosen = keys if wanted.chosen is None else wanted.chosen
        return patch_of(tree, unsafe=wanted.unsafe, chosen=chosen - without)

    def prove(texts: Mapping[str, bytes], routes: tuple[str, ...]) -> Result:
        with _changed(tree, texts) as folder:
            facts = scan(folder, replace(tree.config, cache=False), listen)
            result = judge(facts, tree.config, str(tree.root))
            again = replace(asked, root=str(folder), replays=0, routes=routes or order.routes)
            return _proven(again, tree, result, facts, listen)

    return known, confirm(Trial(known.result, mend, prove, tests))


def _proven(
    order: ProveOrder, tree: Tree, scanned: Result, facts: Facts, listen: Listener
) -> Result:
    engine: Any = loaded()
    return joined(scanned, facts, engine.prove(order, facts, listen), tree.config)


def _tests(tree: Tree, listen: Listener) -> Callable[[Mapping[str, bytes]], str]:
    """Give what runs the configured tests on changed texts."""
    command, seconds = tree.config.tests, tree.config.test_seconds

    def run(texts: Mapping[str, bytes]) -> str:
        if not command:
            return ""
        began = time.monotonic()
        listen(Began(TESTS))
        with _changed(tree, texts) as folder:
            broken = own_tests.run(command, folder, seconds)
        listen(Advanced(TESTS))
        listen(Ended(TESTS, time.monotonic() - began))
        return broken

    return run


@contextmanager
def _changed(tree: Tree, texts: Mapping[str, bytes]) -> Iterator[Path]:
    """Give a copy of the project with these texts in it."""
    with tempfile.TemporaryDirectory(prefix="hushtable-") as folder:
        copy = work_copy(tree.root, Path(folder))
        for path, text in texts.items():
            (copy / path).write_bytes(text)
        yield copy

"""The second run: prove sees exactly the marked attributes come out, and none from Quiet."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from hushtable.model.config import ScanConfig
from hushtable.model.event import Listener, silent
from hushtable.model.facts import Facts, Unknown
from hushtable.model.finding import Finding
from hushtable.model.proof import Proof, Reach
from hushtable.prove.order import ProveOrder
from hushtable.rules.catalogue import Rule
from hushtable.rules.join import shown
from hushtable.rules.judge import judge
from hushtable.rules.page import Program
from hushtable.testing.examples import Example
from hushtable.testing.scanning import scan_source

SEED = 11
"""Of the canaries: the same in every run, so that a failure can be looked at."""

_SECONDS = 60.0


class Proven(Protocol):
    """What a run of an app gives."""

    facts: Facts
    proofs: tuple[Proof, ...]
    reach: Reach
    unknown: tuple[Unknown, ...]


Engine = Callable[[ProveOrder, Facts | None, Listener], Proven]
"""`hushtable.prove.run.prove`, or a test's stand-in."""


def proven(example: Example, engine: Engine) -> tuple[str, ...]:
    """Run an example and say where what came out differs from the marks.

    Names alone are compared, not lines: a run does not see which line let something out. Empty
    when they agree, and for a program that no run can witness.
    """
    program = example.program
    if program.unproven or program.probed:
        return ()
    app = app_of(program)
    if not app:
        return ("no file makes an app",)
    with TemporaryDirectory() as folder:
        write(program, Path(folder))
        order = ProveOrder(app, folder, seconds=_SECONDS, seed=SEED, replays=0)
        found = engine(order, None, silent)
    unknown = tuple(f"not examined: {one.why}" for one in found.unknown)
    if not found.reach.reached:
        return (*unknown, "no route was reached")
    seen = findings(example.rule, found)
    return (*unknown, *_unreached(program, found.reach), *_differences(program, seen))


def findings(rule: Rule, found: Proven) -> tuple[Finding, ...]:
    """Give what one rule says of what was seen and is proven."""
    only = ScanConfig(select=(rule.code,))
    judged = judge(found.facts, only, ".", (rule,))
    return tuple(shown(judged.findings, found.proofs, {rule.code: frozenset(rule.info.shown_by)}))


def app_of(program: Program) -> str:
    """Name the app of a program, `app.main:app`: the FastAPI that its last file makes."""
    name = ""
    for path, text in program.files:
        if path.endswith(".py"):
            module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            name = next((f"{module}:{one}" for one in _apps(text)), name)
    return name


def write(program: Program, folder: Path) -> None:
    """Write the files of a program into a folder."""
    for path, text in program.files:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _unreached(program: Program, reach: Reach) -> Iterator[str]:
    """Tell the routes of a program without marks that were not reached: silence needs a run."""
    if program.marks:
        return
    own = {str(route) for route in scan_source(dict(program.files)).routes}
    for one in reach.unreached:
        if one.route in own:
            yield f"{one.route} was not reached: {one.why}"


def _apps(text: str) -> Iterator[str]:
    for node in ast.parse(text).body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Name(id="FastAPI") | ast.Attribute(attr="FastAPI")),
            ):
                yield name


def _differences(program: Program, seen: tuple[Finding, ...]) -> Iterator[str]:
    wanted = {name for mark in program.marks for name in mark.names}
    names = {".".join(attribute.path) for one in seen for attribute in one.attributes}
    if names != wanted:
        said, got = (", ".join(sorted(one)) or "none" for one in (wanted, names))
        yield f"{said} is marked and {got} came out"
    if bool(seen) != bool(program.marks):
        yield (
            "something is marked and nothing was seen"
            if program.marks
            else (f"nothing is marked and {seen[0].message}")
        )

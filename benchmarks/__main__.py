"""`python -m benchmarks`: hushtable beside bandit, ruff and semgrep, in one run.

Every round runs all contenders once, one after the other, on the same copy of a tree. The order
of the groups rotates. Timings are printed and never asserted.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.growth import exponent
from benchmarks.measure import Sheet, measure
from benchmarks.meter import Request
from benchmarks.peers import (
    BANDIT,
    COLD,
    EDITED,
    PINS,
    WARM,
    WORK,
    Contender,
    hushtable,
    hushtable_program,
    install,
    peers,
    reported,
)
from benchmarks.trees import Tree, stage

SHOP = Path(__file__).parent.parent / "examples" / "shop"
TIMEOUT = 1800.0
AIMS = {"cold / bandit": 0.5, "warm / cold": 0.1, "MB": 600.0, "exponent": 1.1}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to run."""

    rounds: int
    copies: tuple[int, ...]
    work: Path


def arguments() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("trees", nargs="*", type=Path, help="trees to scan besides examples/shop")
    parser.add_argument("--rounds", type=int, default=3, help="measured rounds (default 3)")
    parser.add_argument("--quick", action="store_true", help="one round, and no growth beyond 2x")
    parser.add_argument("--work", type=Path, default=WORK, help="folder for peers and trees")
    parser.add_argument("--hushtable", default=hushtable_program(), help="the program to measure")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every tree and print its tables. 1 when a contender failed, 2 for a wrong tree."""
    options = arguments().parse_args(argv)
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    given = [path.resolve() for path in options.trees] or sorted((options.work / "trees").glob("*"))
    missing = [path for path in given if not path.is_dir()]
    if missing:
        console.print(f"no such folder: {missing[0]}", markup=False)
        return 2
    if not given:
        console.print("No large tree given: benchmarks/README.md says how to obtain one.\n")
    ours = hushtable(options.hushtable)
    groups = (ours, *((peer,) for peer in peers(install(options.work.resolve()))))
    failed = False
    # Outside the repository: no ignore file or configuration of a parent folder may count.
    with tempfile.TemporaryDirectory(prefix="hushtable-benchmarks-") as work:
        plan = Plan(
            rounds=1 if options.quick else max(1, options.rounds),
            copies=(1, 2) if options.quick else (1, 2, 4),
            work=Path(work),
        )
        introduce(console, plan)
        for source in (SHOP, *given):
            sheets = side_by_side(stage(source, plan.work / "tree"), groups, plan, console)
            failed = failed or any(sheet.failed for sheet in sheets)
        if given:
            failed = growth(max(given, key=weight), ours[0], plan, console) or failed
    return int(failed)


def introduce(console: Console, plan: Plan) -> None:
    """Say what runs where."""
    pins = [line for line in PINS.read_text().splitlines() if "==" in line]
    console.print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}; {', '.join(pins)}; median of {plan.rounds} round(s), interleaved.",
        markup=False,
    )
    if hasattr(os, "getloadavg"):
        console.print(f"Load average before the run: {os.getloadavg()[0]:.1f}")


def weight(folder: Path) -> int:
    """Give the number of bytes of Python below `folder`."""
    return sum(path.stat().st_size for path in folder.rglob("*.py") if path.is_file())


def side_by_side(
    tree: Tree,
    groups: Sequence[Sequence[Contender]],
    plan: Plan,
    console: Console,
) -> list[Sheet]:
    """Run every contender on one tree, round by round, and print the table."""
    sheets = {each.name: Sheet(each.name, each.fine_exits) for group in groups for each in group}
    for number in range(plan.rounds):
        turn = number % len(groups)
        for group in (*groups[turn:], *groups[:turn]):
            for contender in group:
                run(contender, tree, sheets[contender.name], plan)
    console.print(table(tree, sheets))
    for line in aims(sheets):
        console.print(line, markup=False)
    console.print()
    return list(sheets.values())


def run(contender: Contender, tree: Tree, sheet: Sheet, plan: Plan) -> None:
    """Run one contender once and write the reading down."""
    out, err = plan.work / "stdout", plan.work / "stderr"
    contender.prepare(tree.folder)
    path = f"{Path(contender.command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    reading = measure(
        Request(
            command=list(contender.command),
            cwd=str(tree.folder),
            stdout=str(out),
            stderr=str(err),
            timeout=TIMEOUT,
            environment={**os.environ, "PATH": path},
        )
    )
    sheet.readings.append(reading)
    sheet.count.append(reported(contender, out))


def table(tree: Tree, sheets: dict[str, Sheet]) -> Table:
    """Lay out the figures of one tree."""
    title = f"{tree.name}: {tree.files:,} Python files, {tree.lines:,} lines"
    columns = ("", "seconds", "spread", "/ bandit", "/ cold", "MB, tree", "MB, process", "reports")
    made = Table(title=title, title_justify="left")
    for column in columns:
        made.add_column(column, justify="left" if not column else "right")
    for sheet in sheets.values():
        if sheet.failed:
            made.add_row(sheet.name, sheet.failed, *[""] * (len(columns) - 2))
            continue
        made.add_row(
            sheet.name,
            f"{sheet.seconds:.2f}",
            f"{sheet.spread:.2f}",
            ratio(sheet, sheets.get(BANDIT)),
            ratio(sheet, sheets.get(COLD)),
            f"{sheet.tree_mb:.0f}",
            f"{sheet.process_mb:.0f}",
            str(sheet.count[-1]) if sheet.count[-1] >= 0 else "unreadable",
        )
    return made


def ratio(one: Sheet, other: Sheet | None) -> str:
    """Give the time of `one` as a share of the time of `other`."""
    return "" if other is None or other.failed else f"{one.seconds / other.seconds:.3f}"


def aims(sheets: dict[str, Sheet]) -> list[str]:
    """Say how the figures stand to what hushtable aims at. Nothing is asserted."""
    cold, warm = sheets[COLD], sheets[WARM]
    if cold.failed or warm.failed:
        return [f"hushtable: {cold.failed or warm.failed}; its figures mean nothing"]
    figures = {"warm / cold": warm.seconds / cold.seconds}
    if not sheets[BANDIT].failed:
        figures["cold / bandit"] = cold.seconds / sheets[BANDIT].seconds
    ours = [sheet.tree_mb for name, sheet in sheets.items() if name in {COLD, WARM, EDITED}]
    figures["MB"] = max(ours)
    return [judged(name, value) for name, value in figures.items()]


def judged(name: str, value: float) -> str:
    """Set one figure beside its aim."""
    word = "met" if value <= AIMS[name] else "MISSED"
    return f"  {name:<14} {value:8.3f}   aim <= {AIMS[name]:g}: {word}"


def growth(source: Path, cold: Contender, plan: Plan, console: Console) -> bool:
    """Time a cold scan of ever more copies of a tree, and print it. True when a scan failed."""
    trees = {n: stage(source, plan.work / f"copies_{n}", n) for n in plan.copies}
    sheets = {n: Sheet(f"{n}x", cold.fine_exits) for n in trees}
    for _round in range(plan.rounds):
        for number, tree in trees.items():
            run(cold, tree, sheets[number], plan)
    made = Table(title=f"growth, cold, copies of {source.name}", title_justify="left")
    for column in ("copies", "lines", "seconds", "us per line", "MB, tree"):
        made.add_column(column, justify="right")
    for number, sheet in sheets.items():
        lines = trees[number].lines
        each = f"{sheet.seconds / max(lines, 1) * 1e6:.1f}"
        made.add_row(
            f"{number}x", f"{lines:,}", f"{sheet.seconds:.2f}", each, f"{sheet.tree_mb:.0f}"
        )
        shutil.rmtree(trees[number].folder, ignore_errors=True)
    console.print(made)
    failures = [f"{sheet.name}: {sheet.failed}" for sheet in sheets.values() if sheet.failed]
    if failures:
        console.print(f"  {'; '.join(failures)}", markup=False)
        return True
    with contextlib.suppress(ValueError):
        fitted = exponent(
            [tree.lines for tree in trees.values()], [sheet.seconds for sheet in sheets.values()]
        )
        console.print(judged("exponent", fitted), markup=False)
    return False


if __name__ == "__main__":
    sys.exit(main())

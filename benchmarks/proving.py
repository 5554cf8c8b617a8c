"""`python -m benchmarks.proving CHECKOUTS --labels FOLDER`: prove on labelled services.

CHECKOUTS holds one folder a service (`owner+name`), FOLDER the labels.tsv and routes.tsv that
`make corpus` scores a scan with. Each service gets a virtual environment of its own, with the
newest releases that the ranges it names allow (an exact version is left open), and is proven there
by the command a user would type. Printed for each: whether it started, routes reached, labels of
the kinds that a run can witness proven, proofs on routes that were labelled quiet, proofs that did
not come again, and what it took.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import resource
import subprocess
import sys
import time
import tomllib
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.peers import WORK
from hushtable.rules.alignment import aligned

REPOSITORY = Path(__file__).resolve().parent.parent
WITNESSED = (
    "raw-item-returned",
    "secret-in-response",
    "raw-cursor-returned",
    "error-detail-leak",
    "sensitive-logged",
)
"""The kinds of labels that a run can witness."""
SLACK = 3
"""Lines between a label and a finding, as the scorer has it."""
_REQUIREMENT = re.compile(
    r"^\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?P<extra>\[[^\]]*\])?\s*(?P<range>[<>!][^;#\s]*)?"
)
_APP = re.compile(r"(?<=\s)[\w.-]+:[\w.]+(?=\s|$)")
"""An app in the list that the command gives where a tree holds several."""
_SCAN = 600
"""Seconds for reading a tree, beside those for running it."""
_NOT_NEEDED = frozenset({"black", "flake8", "isort", "mypy", "pytest", "pytest-asyncio", "ruff"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one service."""

    service: str
    started: bool
    why: str = ""
    routes: int = 0
    reached: int = 0
    labels: int = 0
    proven: int = 0
    false: int = 0
    shaky: int = 0
    seconds: float = 0.0
    cpu: float = 0.0


def main(argv: Sequence[str] | None = None) -> int:
    """Prove each service and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.proving", description=__doc__)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--list", action="store_true", help="print what was missed")
    parser.add_argument("--seconds", type=int, default=600, help="for running one app")
    parser.add_argument("--results", type=Path, default=WORK / "proving")
    options = parser.parse_args(argv)
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    options.results.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for folder in sorted(path for path in options.checkouts.iterdir() if path.is_dir()):
        if options.only and not any(word in folder.name for word in options.only):
            continue
        outcome = one(folder, options, console)
        outcomes.append(outcome)
        console.print(
            f"{outcome.service}: {outcome.reached}/{outcome.routes} routes, "
            f"{outcome.proven}/{outcome.labels} labels, {outcome.seconds:.0f} s, "
            f"{outcome.cpu:.0f} s CPU {outcome.why}",
            markup=False,
        )
    told(outcomes, console)
    return 0


def one(folder: Path, options: argparse.Namespace, console: Console) -> Outcome:
    """Prove one service; where it holds several apps, each of them, and count them as one."""
    python = environment(folder)
    result = options.results / f"{folder.name}.json"
    command = [str(python), "-m", "hushtable.cli.main", "prove", "--root", str(folder)]
    command += ["--timeout", str(options.seconds), "--quiet", "--no-progress", "-o", str(result)]
    began, used = time.perf_counter(), _cpu()
    found, why = proven(command, result, options.seconds)
    several = [] if found else _APP.findall(why)
    found += [
        part for app in several for part in proven([*command, app], result, options.seconds)[0]
    ]
    spent = (time.perf_counter() - began, _cpu() - used)
    if not found:
        why = " ".join(why.split())[-200:]
        return Outcome(folder.name, started=False, why=why, seconds=spent[0], cpu=spent[1])
    whole = together(found)
    result.write_text(json.dumps(whole), encoding="utf-8")
    return scored(folder.name, whole, options, console, spent)


def _cpu() -> float:
    """Give the processor time of all that was started and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def proven(command: list[str], result: Path, seconds: float) -> tuple[list[dict[str, Any]], str]:
    """Run the command; give its result in a list, or none and what was said instead."""
    result.unlink(missing_ok=True)
    run = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=seconds + _SCAN
    )
    if not result.exists():
        return [], run.stderr.strip()
    return [json.loads(result.read_bytes())], ""


def together(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Count the results of several apps of one service as one."""
    reaches = [one["reach"] for one in results if one.get("reach")]
    counts = ("routes", "reached", "not_reproduced")
    reach = {name: sum(one[name] for one in reaches) for name in counts}
    unreached = [route for one in reaches for route in one["unreached"]]
    return {
        "findings": [finding for one in results for finding in one["findings"]],
        "unknown": [unknown for one in results for unknown in one["unknown"]],
        "reach": {**reach, "unreached": unreached},
    }


def scored(
    service: str,
    result: dict[str, Any],
    options: argparse.Namespace,
    console: Console,
    spent: tuple[float, float],
) -> Outcome:
    """Compare a result with the labels of its service."""
    name = service.replace("+", "/", 1)
    reach = result.get("reach") or {}
    wanted = [
        row for row in rows(options.labels / "labels.tsv")
        if row["repo"] == name and row["kind"] in WITNESSED and row["confidence"] == "high"
    ]  # fmt: skip
    shown = [finding for finding in result["findings"] if finding["verdict"] == "proven"]
    missed = [row for row in wanted if not any(_meets(row, finding) for finding in shown)]
    quiet = [
        (row["file"], f"{method} {row['route'].partition(' ')[2]}")
        for row in rows(options.labels / "routes.tsv")
        if row["repo"] == name and not row["attributes"].strip()
        for method in row["route"].partition(" ")[0].split(",")
    ]
    false = [
        finding for finding in shown
        if finding["channel"] == "response" and finding["code"] in {"HT101", "HT102", "HT203"}
        and any(_is_of(finding, path, route) for path, route in quiet)
    ]  # fmt: skip
    if options.list:
        for row in missed:
            console.print(f"  missed {row['kind']} {row['file']}:{row['line']}", markup=False)
        for finding in false:
            console.print(f"  on a quiet route: {finding['code']} {finding['route']}", markup=False)
        for route in reach.get("unreached", ()):
            console.print(f"  not reached {route['route']}: {route['why']}", markup=False)
        for unknown in result["unknown"]:
            console.print(f"  unknown: {unknown['why']}", markup=False)
    return Outcome(
        service,
        started=bool(reach.get("routes")),
        why="; ".join(unknown["why"] for unknown in result["unknown"])[:160],
        routes=reach.get("routes", 0),
        reached=reach.get("reached", 0),
        labels=len(wanted),
        proven=len(wanted) - len(missed),
        false=len(false),
        shaky=reach.get("not_reproduced", 0),
        seconds=spent[0],
        cpu=spent[1],
    )


def _is_of(finding: dict[str, Any], path: str, route: str) -> bool:
    """Whether a finding is of a route of a file, whatever stands before the route's path."""
    if finding["path"] != path or not finding["route"]:
        return False
    return aligned([route], [finding["route"]]).same(route, finding["route"])


def _meets(row: dict[str, str], finding: dict[str, Any]) -> bool:
    if finding["name"] != row["kind"]:
        return False
    places = [(finding["path"], finding["line"])]
    places += [(step["path"], step["line"]) for step in finding["trace"]]
    return any(
        path == row["file"] and abs(line - int(row["line"])) <= SLACK for path, line in places
    )


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Read a table of tab-separated values with a header."""
    with path.open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)


def environment(folder: Path) -> Path:
    """Make the virtual environment of a service, once; give its Python."""
    place = WORK / "services" / folder.name
    python = place / "bin" / "python"
    if not (place / "complete").exists():
        venv.create(place, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        ours = [*install, "--editable", f"{REPOSITORY}[prove]", "fastapi", "boto3"]
        subprocess.run(ours, check=True)
        wanted = requirements(folder)
        # What proving stands on stays as it is, whatever a service asks for.
        kept = place / "kept.txt"
        kept.write_text("pydantic>=2.11\nfastapi>=0.115\n", encoding="utf-8")
        install += ["--constraint", str(kept)]
        if subprocess.run([*install, *wanted], check=False, capture_output=True).returncode:
            for name in wanted:  # one that is gone must not keep the others away
                subprocess.run([*install, name], check=False, capture_output=True)
        (place / "complete").touch()
    return python


def requirements(folder: Path) -> list[str]:
    """Read what a service asks for, with the ranges it names and without exact versions."""
    found: dict[str, str] = {}
    for file in (*folder.glob("requirements*.txt"), *folder.glob("*/requirements*.txt")):
        if "dev" not in file.name:
            lines = file.read_text(encoding="utf-8", errors="replace").replace("\0", "")
            found |= dict(_named(lines.splitlines()))
    for file in (*folder.glob("pyproject.toml"), *folder.glob("*/pyproject.toml")):
        try:
            read = tomllib.loads(file.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError:
            continue
        found |= dict(_named(read.get("project", {}).get("dependencies", ())))
        found |= dict(_named(read.get("tool", {}).get("poetry", {}).get("dependencies", ())))
    for kept in folder.rglob("site-packages/*.dist-info"):
        # Somebody's own environment, kept beside the sources, says what they need as well.
        found |= dict(_named([kept.name.partition("-")[0].replace("_", "-")]))
    return [spelled for name, spelled in found.items() if name not in _NOT_NEEDED]


def _named(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match is not None and match["name"].lower() != "python":
            spelled = match["name"] + (match["extra"] or "") + (match["range"] or "")
            yield match["name"].lower(), spelled


def told(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print a line for each service and one for all."""
    table = Table(
        "service", "routes reached", "labels proven", "on quiet routes", "not again", "seconds",
        "CPU seconds",
    )  # fmt: skip
    started = [one for one in outcomes if one.started]
    for outcome in outcomes:
        if not outcome.started:
            told_of = ("did not start", "", "", "", f"{outcome.seconds:.0f}", f"{outcome.cpu:.0f}")
            table.add_row(outcome.service, *told_of)
            continue
        table.add_row(
            outcome.service, f"{outcome.reached}/{outcome.routes}",
            f"{outcome.proven}/{outcome.labels}", str(outcome.false), str(outcome.shaky),
            f"{outcome.seconds:.0f}", f"{outcome.cpu:.0f}",
        )  # fmt: skip
    if started:
        routes, labels = sum(one.routes for one in started), sum(one.labels for one in started)
        table.add_row(
            "all that started",
            f"{sum(one.reached for one in started) / max(routes, 1):.2f}",
            f"{sum(one.proven for one in started) / max(labels, 1):.2f}",
            str(sum(one.false for one in started)), str(sum(one.shaky for one in started)),
            f"{sum(one.seconds for one in started):.0f}", f"{sum(one.cpu for one in started):.0f}",
        )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    raise SystemExit(main())

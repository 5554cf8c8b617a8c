"""The contenders: hushtable in three states, and the scanners it is measured beside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WORK = HERE / ".work"
PINS = HERE / "peers.txt"
RULES = HERE / "semgrep_rules"
CACHE = ".hushtable_cache"
COLD, WARM, EDITED = "hushtable cold", "hushtable warm", "hushtable one file edited"
BANDIT, RUFF, SEMGREP = "bandit -r", "ruff check --select S", "semgrep --experimental"

Prepare = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Contender:
    """A command to measure in a tree. `prepare` runs before it, unmeasured."""

    name: str
    command: tuple[str, ...]
    prepare: Prepare
    fine_exits: frozenset[int]
    count: Callable[[Any], int]
    """How many things its JSON output reports."""


def nothing(_tree: Path) -> None:
    """Leave the tree as it is."""


def forget(tree: Path) -> None:
    """Remove hushtable's cache from the tree."""
    for cache in tree.rglob(CACHE):
        shutil.rmtree(cache)


def edit(tree: Path) -> None:
    """Append a comment to the largest file that builds a router: new content, same meaning.

    Written beside and moved in place, so that a hard link to the original stays what it was.
    """
    sources = sorted(tree.rglob("*.py"))
    routers = [path for path in sources if b"APIRouter" in path.read_bytes()] or sources
    if not routers:
        return
    chosen = max(routers, key=lambda path: path.stat().st_size)
    beside = chosen.with_suffix(".edited")
    beside.write_bytes(chosen.read_bytes() + b"\n# edited\n")
    beside.replace(chosen)


def hushtable_program() -> str:
    """Find the `hushtable` command of the running environment."""
    beside = Path(sys.executable).with_name("hushtable")
    return str(beside) if beside.exists() else (shutil.which("hushtable") or str(beside))


def hushtable(program: str) -> tuple[Contender, ...]:
    """Give hushtable cold, warm and after an edit. They run in this order in every round."""
    command = (program, "scan", ".", "--format", "json")
    exits = frozenset({0, 1, 3})
    return (
        Contender(COLD, command, forget, exits, _findings),
        Contender(WARM, command, nothing, exits, _findings),
        Contender(EDITED, command, edit, exits, _findings),
    )


def peers(folder: Path) -> tuple[Contender, ...]:
    """Give the peers installed in `folder`, each told to read the same files and keep no cache."""
    return (
        Contender(
            BANDIT,
            (str(folder / "bandit"), "-r", "-q", "-f", "json", "."),
            nothing,
            frozenset({0, 1}),
            _results,
        ),
        Contender(
            RUFF,
            (
                *(str(folder / "ruff"), "check", "--select", "S", "--isolated", "--no-cache"),
                *("--no-respect-gitignore", "--exit-zero", "--output-format", "json", "."),
            ),
            nothing,
            frozenset({0}),
            len,
        ),
        Contender(
            SEMGREP,
            (
                *(str(folder / "semgrep"), "scan", "--experimental", "--config", str(RULES)),
                *("--metrics", "off", "--disable-version-check", "--no-git-ignore"),
                *("--json", "--quiet", "."),
            ),
            nothing,
            frozenset({0}),
            _results,
        ),
    )


def reported(contender: Contender, stdout: Path) -> int:
    """Count what the contender reported, -1 when its output is no JSON of the known form."""
    try:
        return contender.count(json.loads(stdout.read_bytes()))
    except (ValueError, KeyError, TypeError):
        return -1


def install(folder: Path = WORK) -> Path:
    """Install the pinned peers below `folder` once, and give the folder of their programs."""
    environment = folder / "venv"
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    done = environment / "peers.txt"
    if not done.exists() or done.read_bytes() != PINS.read_bytes():
        print(f"installing the peers of {PINS.name} into {environment}", file=sys.stderr)
        venv.create(environment, clear=True, with_pip=True)
        command = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*command, "install", "--quiet", "-r", str(PINS)], check=True)
        done.write_bytes(PINS.read_bytes())
    return programs


def _findings(document: Any) -> int:  # noqa: ANN401 - any JSON value
    return len(document["findings"])


def _results(document: Any) -> int:  # noqa: ANN401 - any JSON value
    return len(document["results"])

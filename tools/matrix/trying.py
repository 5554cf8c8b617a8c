"""One cell, tried: uv makes an environment, and the smoke or the suite runs in it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.matrix.cells import ROOT, Cell, Wheel, group
from tools.matrix.smoke import PROGRAMS, SERVICE, SMOKES, Command, Smoke

WATCHED = ("fastapi", "pydantic", "boto3", "botocore")
"""Packages whose versions are told of each cell."""

PINNING = frozenset({"aioboto3"})
"""Of the tests' own tools, what pins one botocore: neither the oldest nor the newest could stand
beside it. Tests that need it are none of a suite's."""

BESIDE = ("boto3>=1.40.38",)
"""What a suite has beside the extras, as a service has: in the same resolution."""

WELL = "ok"
NO_INTERPRETER = "no interpreter"

_LONGEST = 1800
"""Seconds that one program may take: a suite on a busy machine takes minutes."""

_TAIL = 12


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a cell ended: `ok`, or the step that failed; what that step said; what was installed."""

    cell: Cell
    state: str
    said: str = ""
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        """Whether every step went well."""
        return self.state == WELL


class StepError(Exception):
    """A step of a cell failed. Holds its name and the end of what it said."""

    def __init__(self, step: str, said: str) -> None:
        """Keep the last lines."""
        super().__init__(step)
        self.step = step
        self.said = "\n".join(said.strip().splitlines()[-_TAIL:])


@dataclass(frozen=True, slots=True)
class Room:
    """A cell's folder: the environment in `venv`, and what the smoke works on beside it."""

    folder: Path
    uv: str
    python: str

    @property
    def interpreter(self) -> Path:
        """The environment's own Python."""
        inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        return self.folder / "venv" / inside

    def run(self, step: str, words: Sequence[str | Path], expected: int = 0) -> str:
        """Run a program in the folder, without what the user has configured about AWS and Python.

        Raises StepError when it ends otherwise than expected.
        """
        unwanted = ("AWS_", "PYTHON", "VIRTUAL_ENV", "HUSHTABLE_")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(unwanted)}
        clean = {**kept, "HOME": str(self.folder / "home"), "AWS_EC2_METADATA_DISABLED": "true"}
        known = kept if step in _UV_STEPS else clean
        words = [str(one) for one in words]
        try:
            done = subprocess.run(  # noqa: S603 - uv, and what this tool writes itself
                words,
                cwd=self.folder,
                env=known,
                capture_output=True,
                text=True,
                check=False,
                timeout=_LONGEST,
            )
        except subprocess.TimeoutExpired as error:
            raise StepError(step, f"{words} took more than {_LONGEST} s") from error
        printed = done.stdout + done.stderr
        if done.returncode != expected:
            raise StepError(step, f"{printed}\n{words[1:]} ended with {done.returncode}")
        return printed


_UV_STEPS = ("environment", "resolve", "install")


def tried(cell: Cell, wheel: Wheel, uv: str) -> Outcome:
    """Try a cell. What it made is removed."""
    began = time.monotonic()
    versions: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="hushtable-matrix-") as name:
        room = Room(Path(name), uv, cell.python)
        try:
            _try(cell, wheel, room, versions)
        except StepError as error:
            state, said = error.step, error.said
        else:
            state, said = WELL, ""
    return Outcome(cell, state, said, time.monotonic() - began, versions)


def _try(cell: Cell, wheel: Wheel, room: Room, versions: dict[str, str]) -> None:
    """Take the steps in their order."""
    (room.folder / "home").mkdir()
    also = BESIDE if cell.suite else SMOKES[cell.extra].also
    wanted = [*wheel.needs(cell.extra, cell.python), *also]
    room.run("environment", [room.uv, "venv", "--python", cell.python, "venv"])
    pinned = _resolved(wanted, cell.resolution, room)
    # A suite's own tools are the newest in both columns: what is tried is what the wheel needs.
    kept = _direct(pinned, wanted) if cell.suite else pinned
    done = {*map(_name, wanted), *PINNING}
    tools = [one for one in group("dev") if _name(one) not in done] if cell.suite else []
    (room.folder / "install.txt").write_text("\n".join([*kept, *tools]) + "\n", encoding="utf-8")
    asked: list[str | Path] = [wheel.path, "-r", "install.txt"]
    room.run("install", [room.uv, "pip", "install", "--python", room.interpreter, *asked])
    room.run("consistent", [room.uv, "pip", "check", "--python", room.interpreter])
    versions.update(_versions(room))
    if cell.suite:
        tests: list[str | Path] = ["-c", ROOT / "pyproject.toml", "--rootdir", ROOT]
        tests += ["-q", "-n", "2", "-p", "no:cacheprovider", ROOT / cell.suite]
        room.run("suite", [room.interpreter, "-m", "pytest", *tests])
    else:
        _smoke(SMOKES[cell.extra], room)


def _resolved(wanted: Sequence[str], resolution: str, room: Room) -> list[str]:
    """Choose a version of everything that is wanted, and of what that needs."""
    (room.folder / "wanted.in").write_text("\n".join(wanted) + "\n", encoding="utf-8")
    words: list[str | Path] = [room.uv, "pip", "compile", "--quiet", "--no-header"]
    words += ["--no-annotate", "--resolution", resolution, "--python", room.interpreter]
    room.run("resolve", [*words, "-o", "pinned.txt", "wanted.in"])
    return (room.folder / "pinned.txt").read_text(encoding="utf-8").splitlines()


def _direct(pinned: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Keep the pins of what is asked for by name."""
    names = {_name(one) for one in wanted}
    return [line for line in pinned if _name(line) in names]


def _name(requirement: str) -> str:
    """Take the name out of a requirement, spelled as installers compare it."""
    return canonicalize_name(Requirement(requirement).name)


def _versions(room: Room) -> dict[str, str]:
    """List the installed versions of the watched packages."""
    listing = room.run("consistent", [room.uv, "pip", "freeze", "--python", room.interpreter])
    pairs = (line.partition("==") for line in listing.splitlines())
    return {name: version for name, _, version in pairs if name in WATCHED}


def _smoke(smoke: Smoke, room: Room) -> None:
    """Run commands and programs on a small service."""
    (room.folder / "service").mkdir()
    (room.folder / "service" / "main.py").write_text(SERVICE, encoding="utf-8")
    for command in smoke.commands:
        _type_in(command, room)
    for name in smoke.programs:
        room.run(name, [room.interpreter, "-I", PROGRAMS / name])


def _type_in(command: Command, room: Room) -> None:
    """Run a command as it is installed. Raises StepError when it prints something else."""
    step = f"hushtable {' '.join(command.words[:2])}"
    program = room.interpreter.with_name("hushtable")
    printed = room.run(step, [program, *command.words], command.exit)
    if command.prints not in " ".join(printed.split()):
        raise StepError(step, f"{printed}\n{command.prints!r} does not stand in it")

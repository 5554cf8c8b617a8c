"""Run the command line: see the package."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import tools.matrix
from tools.matrix.cells import BASE, RESOLUTIONS, ROOT, MatrixError, Wheel, cells, wheel_at
from tools.matrix.smoke import SMOKES
from tools.matrix.told import table
from tools.matrix.trying import NO_INTERPRETER, Outcome, tried

PYTHONS = ("3.11", "3.12", "3.13")


def main(arguments: Sequence[str] | None = None) -> int:
    """Try every cell that is asked for, and print the table."""
    parser = argparse.ArgumentParser(
        prog="matrix", description=(tools.matrix.__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--python", action="append", metavar="VERSION")
    parser.add_argument("--resolution", action="append", choices=RESOLUTIONS)
    parser.add_argument("--extra", action="append")
    parser.add_argument("--suite", action="append", metavar="TESTS")
    parser.add_argument("--wheel", type=Path, help="by default one is built")
    parser.add_argument("--uv", default="uv")
    parser.add_argument("-o", dest="output", type=Path, help="write the table here, too")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="hushtable-wheel-") as folder:
        try:
            uv = found(given.uv)
            wheel = wheel_at(given.wheel or built(uv, Path(folder)))
            extras = chosen(given.extra, wheel, alone=bool(given.suite))
            suites = [suite_at(one, wheel) for one in given.suite or ()]
        except MatrixError as error:
            print(error, file=sys.stderr)
            return 2
        pythons, resolutions = given.python or PYTHONS, given.resolution or RESOLUTIONS
        outcomes = list(_all(pythons, resolutions, extras, suites, wheel, uv))
    told = table(outcomes)
    print(told)
    if given.output:
        given.output.write_text(told, encoding="utf-8")
    if any(not one.well and one.state != NO_INTERPRETER for one in outcomes):
        return 1
    return 3 if any(not one.well for one in outcomes) else 0


def found(uv: str) -> str:
    """Find uv. Raises MatrixError when it is not there."""
    path = shutil.which(uv)
    if path is None:
        text = f"{uv} is not there: pip install uv"
        raise MatrixError(text)
    return str(Path(path).resolve())


def built(uv: str, folder: Path) -> Path:
    """Build the wheel from the source distribution. Raises MatrixError when that fails."""
    done = subprocess.run(  # noqa: S603 - uv
        [uv, "build", "--quiet", "--out-dir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    made = sorted(folder.glob("*.whl"))
    if done.returncode or not made:
        text = f"the wheel does not build: {done.stderr[-400:]}"
        raise MatrixError(text)
    return made[0]


def chosen(asked: Sequence[str] | None, wheel: Wheel, *, alone: bool) -> list[str]:
    """List the extras to try: those asked for, else all, or none where only suites are wanted.

    Raises MatrixError for an extra that the wheel has not, or that has no smoke.
    """
    extras = list(asked) if asked else [] if alone else [BASE, *wheel.extras]
    for one in extras:
        if one not in {BASE, *wheel.extras}:
            text = f"the wheel has no extra {one}; it has {', '.join(wheel.extras)}"
            raise MatrixError(text)
        if one not in SMOKES:
            text = f"the extra {one} has no smoke: write one in tools/matrix/smoke.py"
            raise MatrixError(text)
    return extras


def suite_at(name: str, wheel: Wheel) -> str:
    """Check that a suite and its extras are there. Raises MatrixError when they are not."""
    extras, _, path = name.rpartition(":")
    unknown = set(filter(None, extras.split(","))) - {*wheel.extras}
    if unknown or not (ROOT / path).exists():
        text = f"there are no tests at {path}, or no extra {extras}"
        raise MatrixError(text)
    return name


def _all(  # noqa: PLR0913, PLR0917 - what is tried, and with what
    pythons: Iterable[str],
    resolutions: Iterable[str],
    extras: Iterable[str],
    suites: Iterable[str],
    wheel: Wheel,
    uv: str,
) -> Iterable[Outcome]:
    """Try one cell after the other, and tell each as it ends."""
    there = {one: _is_there(one, uv) for one in pythons}
    for cell in cells(there, resolutions, extras, suites):
        outcome = tried(cell, wheel, uv) if there[cell.python] else Outcome(cell, NO_INTERPRETER)
        print(
            f"{cell.python} {cell.resolution} {cell.row}: {outcome.state}, {outcome.seconds:.0f} s"
            + "".join(f"\n    {line}" for line in outcome.said.splitlines()),
            file=sys.stderr,
            flush=True,
        )
        yield outcome


def _is_there(python: str, uv: str) -> bool:
    """Ask uv for an interpreter; it downloads one where it can."""
    words = [uv, "python", "find", python]
    if subprocess.run(words, capture_output=True, check=False).returncode == 0:  # noqa: S603 - uv
        return True
    words = [uv, "python", "install", python]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0  # noqa: S603 - uv


if __name__ == "__main__":
    sys.exit(main())

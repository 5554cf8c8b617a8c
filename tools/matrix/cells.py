"""What is tried: a cell, what its extra needs, and what of the project's own is asked for."""

from __future__ import annotations

import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.parser import Parser
from itertools import product
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
RESOLUTIONS = ("lowest-direct", "highest")
BASE = "(none)"
"""The name of the install without an extra."""


class MatrixError(Exception):
    """A wheel cannot be read, or something named is not there; the text says which."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One environment. `suite` is a folder of tests that runs there in place of a smoke.

    `extra` may be several, as in `pip install 'hushtable[guard,embedded]'`.
    """

    python: str
    resolution: str
    extra: str
    suite: str = ""

    @property
    def row(self) -> str:
        """What the cell's row is called."""
        return self.suite or self.extra


@dataclass(frozen=True, slots=True)
class Wheel:
    """A built wheel: its file, and the text of what it says of itself."""

    path: Path
    metadata: str

    @property
    def extras(self) -> tuple[str, ...]:
        """The extras it offers, by name."""
        return tuple(sorted(Parser().parsestr(self.metadata).get_all("Provides-Extra") or ()))

    def needs(self, extra: str, python: str) -> list[str]:
        """List what extras need under a Python such as `3.12`, without markers.

        uv takes only what it is asked for by name as direct, so a wheel's own needs must be
        named beside it.
        """
        asked = ("", *(() if extra == BASE else extra.split(",")))
        here = {"python_version": python, "python_full_version": f"{python}.0"}
        found = []
        for line in Parser().parsestr(self.metadata).get_all("Requires-Dist") or ():
            one = Requirement(line)
            if one.marker is None or any(one.marker.evaluate({**here, "extra": e}) for e in asked):
                one.marker = None
                found.append(str(one))
        return sorted(set(found))


def wheel_at(path: Path) -> Wheel:
    """Read a wheel. Raises MatrixError when it is none."""
    try:
        with zipfile.ZipFile(path) as packed:
            (name,) = [one for one in packed.namelist() if one.endswith(".dist-info/METADATA")]
            return Wheel(path.resolve(), packed.read(name).decode("utf-8"))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        text = f"{path} is no wheel: {type(error).__name__}"
        raise MatrixError(text) from error


def cells(
    pythons: Iterable[str],
    resolutions: Iterable[str],
    extras: Iterable[str],
    suites: Iterable[str],
) -> list[Cell]:
    """List every cell: those of the extras first, then the suites."""
    columns = list(product(pythons, resolutions))
    smoked = [Cell(*column, extra) for extra in extras for column in columns]
    parted = [one.rpartition(":") for one in suites]
    tested = [(extra or "all", suite) for extra, _, suite in parted]
    return smoked + [Cell(*column, *one) for one in tested for column in columns]


def group(name: str) -> list[str]:
    """List what a dependency group of the project asks for, the groups in it included."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        groups: Mapping[str, list[str | dict[str, str]]] = tomllib.load(file)["dependency-groups"]
    found: list[str] = []
    for one in groups[name]:
        found.extend([one] if isinstance(one, str) else group(one["include-group"]))
    return found

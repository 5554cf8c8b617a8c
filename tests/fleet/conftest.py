"""Services that do what they are told, and git repositories of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from hushtable.fleet.listing import listing
from hushtable.model.fleet import Listed, Order
from tests.house.tree import ROOT

PROGRAM = "tests.fleet.program"


@dataclass(frozen=True, slots=True)
class Fleet:
    """A folder of services. What began is in the log, a line each."""

    folder: Path
    log: Path

    def service(self, name: str, behaviour: str = "quiet") -> Listed:
        """Make a service that behaves so."""
        root = self.folder / name
        root.mkdir(exist_ok=True)
        (root / "behaviour").write_text(behaviour, encoding="utf-8")
        return self.listed(name)

    def listed(self, line: str) -> Listed:
        """Read one line of a list."""
        (one,) = listing(line, self.folder).services
        return one

    @property
    def began(self) -> list[str]:
        """Name the services that were begun, in that order."""
        text = self.log.read_text("utf-8") if self.log.exists() else ""
        return [line.split()[0] for line in text.splitlines()]

    @property
    def left(self) -> list[int]:
        """Give the processes of those that began and have not ended."""
        numbers = (int(line.split()[1]) for line in self.log.read_text("utf-8").splitlines())
        return [number for number in numbers if runs(number)]


def runs(number: int) -> bool:
    """Whether a process runs. One that ended and that nobody asked about does not."""
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """Give a folder for services; the program that scans them is found from anywhere."""
    # An empty one would be the current folder.
    paths = filter(None, [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH")])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("HUSHTABLE_TEST_LOG", str(tmp_path / "log"))
    return Fleet(tmp_path, tmp_path / "log")


def order(service: Listed, seconds: float = 30.0, known: str = "", megabytes: int = 1024) -> Order:
    """Order a service's scan by the stand-in."""
    return Order(service, PROGRAM, seconds=seconds, known=known, megabytes=megabytes)


@pytest.fixture
def git(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Give git, without the settings of whoever runs the tests."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@example.com")

    def run(where: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 - the machine's git
            cwd=where,
            capture_output=True,
            check=True,
            text=True,
        )
        return done.stdout.strip()

    return run


@pytest.fixture
def repository(fleet: Fleet, git: Callable[..., str]) -> Path:
    """Make a repository of two services, with a tag, and a hook that must not run."""
    root = fleet.folder / "origin"
    for name in ("api", "jobs"):
        (root / "services" / name).mkdir(parents=True)
        (root / "services" / name / "behaviour").write_text("quiet", encoding="utf-8")
    (root / "behaviour").write_text("quiet", encoding="utf-8")
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "config", "uploadpack.allowFilter", "true")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=first")
    git(root, "tag", "v1")
    return root

"""Files that hold the user's credentials are known, however they are named."""

import os
from pathlib import Path

import pytest

from hushtable.prove.sandbox.private import Private


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a home with a profile, and a link to it from elsewhere."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text("[default]\n", encoding="utf-8")
    (home / "project").mkdir()
    (tmp_path / "link").symlink_to(home / ".aws", target_is_directory=True)
    return home


@pytest.mark.parametrize(
    "name",
    ["home/.aws/credentials", "home/project/../.aws/config", "link/credentials", "home/.netrc"],
)
def test_private_files_are_known(home: Path, name: str) -> None:
    """A private file is known by a path, a path with dots, a link, and when it is not there."""
    path = home.parent / name
    private = Private([home])
    assert private.name_of(path).startswith("file:.")
    assert private.name_of(os.fsencode(path)) == private.name_of(str(path))


@pytest.mark.parametrize("name", ["home/project/main.py", "home/.awsome", "home/.config/app"])
def test_other_files_are_left(home: Path, name: str) -> None:
    """Other files of a home are the app's own matter, and a number is no file."""
    assert Private([home]).name_of(home.parent / name) == ""
    assert Private([home]).name_of(3) == ""


def test_variables_of_other_processes_are_private() -> None:
    """The variables of another process are private, its own are not."""
    assert Private([]).name_of(f"/proc/{os.getppid()}/environ") == "file:environ"
    assert Private([]).name_of(f"/proc/{os.getpid()}/environ") == ""
    assert Private([]).name_of("/proc/self/environ") == ""

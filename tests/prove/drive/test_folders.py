"""Folders that a deployment makes and a project does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.prove.drive.folders import made
from hushtable.prove.exchange import Answered, Asked, Complaint, Exchange
from tests.prove.traced import Watch


def missing(name: str) -> Exchange:
    """Give an exchange in which a file could not be found."""
    complaint = Complaint("FileNotFoundError", "", details=(("file", name),))
    return Exchange(Asked("GET", "/", 0), Answered(500), complaints=(complaint,))


def test_the_folder_of_a_missing_file_is_made(tmp_path: Path) -> None:
    """The folder is there for the next request, and is news once."""
    exchanges = [missing("static/exports/a.json")]
    assert made(tmp_path, exchanges)
    assert (tmp_path / "static" / "exports").is_dir()
    assert not made(tmp_path, exchanges)


@pytest.mark.parametrize("name", ["../beside/a.json", "/nowhere/at/all", "a\0b/c", ""])
def test_nothing_is_made_outside_of_the_copy(tmp_path: Path, name: str) -> None:
    """A file elsewhere, and a name that is none, make no folder."""
    folder = tmp_path / "copy"
    folder.mkdir()
    assert not made(folder, [missing(name)])
    assert list(tmp_path.iterdir()) == [folder]


def test_a_missing_file_is_named_in_its_complaint() -> None:
    """A complaint of a file that is not there says which."""

    def write() -> None:
        Path("no-such-folder/export.json").write_text("", encoding="utf-8")

    with Watch(Path(__file__).parent) as watch:
        watch.on = True
        with pytest.raises(FileNotFoundError):
            write()
        watch.on = False
        (found,) = watch.drain()
    assert dict(found.details)["file"] == "no-such-folder/export.json"

"""`--since`: what a diff touches, told by git, on real repositories."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.cli.since import Changes, changed_lines, changes, narrow
from hushtable.model.errors import UsageError
from hushtable.model.place import Place, Step
from tests.report.samples import GET_USER, LEAK, RESULT, SEARCH

GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run([*GIT, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Give a repository with one commit and a file of ten lines in a folder `api`."""
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "app.py").write_text("".join(f"line {n}\n" for n in range(1, 11)))
    (tmp_path / "other.py").write_text("x\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def edit(path: Path, *lines: str) -> None:
    """Write lines to a file."""
    path.write_text("".join(f"{line}\n" for line in lines))


def test_changed_added_and_removed_lines(repository: Path) -> None:
    """Changed and added lines are touched, and the lines on both sides of removed ones."""
    kept = [f"line {n}" for n in range(1, 11)]
    edit(repository / "api/app.py", "line 1", "CHANGED", *kept[2:5], "NEW", *kept[5:7], kept[9])
    touched = changes(repository / "api", "HEAD").lines
    assert touched == {"app.py": frozenset({2, 6, 8, 9})}


def test_paths_are_relative_to_the_scanned_folder(repository: Path) -> None:
    """A file outside the folder does not count, and paths inside are relative to it."""
    edit(repository / "other.py", "y")
    assert changes(repository / "api", "HEAD").lines == {}
    assert changes(repository, "HEAD").lines == {"other.py": frozenset({1})}


def test_new_files_are_touched_whole(repository: Path) -> None:
    """Every line of a file that git does not know yet is touched, ignored files apart."""
    edit(repository / "api/new.py", "a")
    edit(repository / "api/skipped.py", "a")
    edit(repository / ".gitignore", "skipped.py")
    found = changes(repository / "api", "HEAD")
    assert found.touch(Place("new.py", 99))
    assert not found.touch(Place("skipped.py", 1))


@pytest.mark.parametrize(
    "name", ["with space.py", 'qu"ote.py', "gr\u00fc\u00dfe.py", "tab\there.py", "back\\slash.py"]
)
def test_any_file_name(repository: Path, name: str) -> None:
    """Names that git quotes are read back."""
    edit(repository / name, "a")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "two")
    edit(repository / name, "b")
    assert changes(repository, "HEAD").lines == {name: frozenset({1})}


def test_text_that_looks_like_a_header_is_text(repository: Path) -> None:
    """Lines of a file that look like diff headers are counted and not read."""
    kept = [f"line {n}" for n in range(3, 9)]
    edit(repository / "api/app.py", "++ b/evil.py", "-- a/x", *kept, "@@ -1 +500,3 @@", "line 10")
    assert changes(repository, "HEAD").lines == {"api/app.py": frozenset({1, 2, 9})}


def test_settings_of_the_repository_change_nothing(repository: Path) -> None:
    """Prefixes, colours, renames and external programs set in the repository have no effect."""
    for key, value in (
        ("diff.noprefix", "true"),
        ("color.ui", "always"),
        ("diff.external", "false"),
        ("core.fsmonitor", "touch ran"),
        ("diff.mnemonicPrefix", "true"),
    ):
        git(repository, "config", key, value)
    edit(repository / "other.py", "y")
    assert changes(repository, "HEAD").lines == {"other.py": frozenset({1})}
    assert not (repository / "ran").exists()


def test_it_works_inside_a_hook(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What git sets for its hooks, relative to another folder, does not mislead."""
    edit(repository / "api/app.py", "y")
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere")
    assert changes(repository / "api", "HEAD").lines == {"app.py": frozenset({1})}


@pytest.mark.parametrize("revision", ["nope", "--output=evil", "-h", "HEAD:api", "HEAD..HEAD", ""])
def test_a_wrong_revision_is_refused(repository: Path, revision: str) -> None:
    """What is no commit is refused, and is never an option to git."""
    with pytest.raises(UsageError, match="git knows no commit"):
        changes(repository, revision)
    assert not (repository / "evil").exists()


def test_outside_a_repository_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside a repository, and without git, it says so."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match="not a git repository"):
        changes(tmp_path, "HEAD")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="git is not installed"):
        changes(tmp_path, "HEAD")


@pytest.mark.parametrize(
    ("path", "line", "kept"),
    [
        ("app/routes.py", 25, True),
        ("app/store.py", 8, True),
        ("app/routes.py", 20, True),
        ("app/auth.py", 3, True),
        ("app/store.py", 9, False),
        ("other.py", 25, False),
    ],
)
def test_a_finding_is_kept_when_any_of_its_places_is_touched(
    path: str, line: int, *, kept: bool
) -> None:
    """Its own line, a step of its trace, its route and its gate each keep a finding."""
    result = dataclasses.replace(RESULT, findings=(LEAK,))
    narrowed = narrow(result, Changes({path: frozenset({line})}, frozenset()))
    assert bool(narrowed.findings) is kept
    assert narrowed.routes == (SEARCH, GET_USER, *result.routes[2:])
    assert narrowed.unknown == result.unknown


def test_a_new_file_keeps_its_findings() -> None:
    """A trace through a new file keeps a finding."""
    moved = dataclasses.replace(LEAK, trace=(Step(Place("new.py", 4), "read"),), routes=())
    result = dataclasses.replace(RESULT, findings=(moved,))
    assert narrow(result, Changes({}, frozenset({"new.py"}))).findings == (moved,)


@given(st.binary())
def test_any_bytes_are_read_without_an_error(diff: bytes) -> None:
    """Anything that git might print is read without an error."""
    assert isinstance(changed_lines(diff), dict)
    assert isinstance(changed_lines(b"--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n" + diff), dict)

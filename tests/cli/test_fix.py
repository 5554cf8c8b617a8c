"""`hushtable fix` shows what can be fixed, or writes it: every file, or none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hushtable.cli import fixing
from hushtable.cli.main import app
from hushtable.model.config import ScanConfig
from hushtable.model.edit import Patch
from hushtable.model.errors import UsageError

SECRET = "xK9#mQ2vLw7!pR4t"  # noqa: S105 - planted to be looked for
TEXT = f"""import boto3
from fastapi import FastAPI

app = FastAPI(debug=True)
table = boto3.resource("dynamodb").Table("notes")
ADMIN_PASSWORD = "{SECRET}"


@app.get("/products/{{note_id}}")
def read_note(note_id: str):
    return {{"text": table.get_item(Key={{"note_id": note_id}})["Item"]["text"]}}
"""


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """Write a service with a debug switch and a credential in its source."""
    (tmp_path / "app.py").write_text(TEXT, encoding="utf-8")
    return tmp_path


def fix(service: Path, *options: str, answers: str = "") -> Result:
    """Run `hushtable fix` on a service."""
    return CliRunner().invoke(
        app, ["fix", str(service), "--no-cache", "--jobs", "1", *options], input=answers
    )


def test_it_shows_and_writes_nothing(service: Path) -> None:
    """Without --write the difference and a summary are shown, and no file changes."""
    run = fix(service)
    assert run.exit_code == 1
    assert "-app = FastAPI(debug=True)" in run.stdout
    assert "1 can be fixed in 1 file:" in run.stdout
    assert "the fix is unsafe: the service does not start until the variable is set" in run.stdout
    assert (service / "app.py").read_text(encoding="utf-8") == TEXT


def test_no_secret_is_shown(service: Path) -> None:
    """A line with a credential is masked in the difference, whether it changes or stands beside."""
    for options in ((), ("--unsafe",), ("--unsafe", "--diff"), ("--unsafe", "--write")):
        run = fix(service, *options)
        assert SECRET not in run.stdout + run.stderr
    assert 'ADMIN_PASSWORD = "***"' in fix_before(service)


def fix_before(service: Path) -> str:
    """Show the difference of the service as it was."""
    (service / "app.py").write_text(TEXT, encoding="utf-8")
    return fix(service, "--unsafe", "--diff").stdout


def test_written_is_gone(service: Path) -> None:
    """With --write --unsafe the findings are gone, and the exit code is 0."""
    run = fix(service, "--write", "--unsafe")
    assert (run.exit_code, "2 fixed in 1 file:" in run.stdout) == (0, True)
    assert "change it wherever it was used" in run.stdout
    text = (service / "app.py").read_text(encoding="utf-8")
    assert "app = FastAPI()\n" in text
    assert 'ADMIN_PASSWORD = os.environ["ADMIN_PASSWORD"]\n' in text
    assert fix(service, "--unsafe").stdout.endswith("Nothing to fix.\n")


def test_only_what_is_chosen_is_written(service: Path) -> None:
    """With --interactive each finding is asked for, and what is refused stays."""
    run = fix(service, "--interactive", "--unsafe", answers="n\ny\n")
    text = (service / "app.py").read_text(encoding="utf-8")
    assert run.exit_code == 1
    assert ("debug=True" in text, SECRET in text) in {(True, False), (False, True)}


def test_what_is_allowed_is_left(service: Path) -> None:
    """An allow comment, and a rule that is not selected, keep a finding as it is."""
    allowed = TEXT.replace("debug=True)", "debug=True)  # hush: allow HT502 because local")
    (service / "app.py").write_text(allowed, encoding="utf-8")
    assert fix(service, "--unsafe", "--select", "HT502").stdout == "Nothing to fix.\n"
    assert "HT604" not in fix(service, "--unsafe", "--select", "HT1").stdout


def test_options_exclude_each_other(service: Path) -> None:
    """Two ways of telling are a usage error."""
    assert fix(service, "--diff", "--write").exit_code == 2


def test_a_missing_library_is_named(service: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without LibCST the command says what to install."""
    for name in [one for one in sys.modules if one.startswith(("hushtable.cli.fixing", "libcst"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hushtable.cli.fixing", None)
    run = fix(service)
    assert (run.exit_code, "hushtable[fix]" in run.stderr) == (2, True)


def test_all_files_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When one file cannot be put in its place, those that were are put back."""
    before = {"a.py": b"a = 1\n", "b.py": b"b = 1\n"}
    for path, text in before.items():
        (tmp_path / path).write_bytes(text)
    tree = fixing.read(tmp_path, ScanConfig(jobs=1, cache=False))
    patch = Patch(before, {"a.py": b"a = 2\n", "b.py": b"b = 2\n"})
    replace, done = Path.replace, []

    def failing(self: Path, target: Path) -> Path:
        done.append(target)
        if len(done) == 2:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(UsageError, match="nothing was changed"):
        fixing.write(tree, patch)
    assert {path: (tmp_path / path).read_bytes() for path in before} == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.py", "b.py"]


def test_a_file_that_changed_meanwhile_is_left(tmp_path: Path) -> None:
    """A file that is not what was scanned any more stops the whole patch."""
    (tmp_path / "a.py").write_bytes(b"a = 3\n")
    tree = fixing.read(tmp_path, ScanConfig(jobs=1, cache=False))
    with pytest.raises(UsageError, match="has changed"):
        fixing.write(tree, Patch({"a.py": b"a = 1\n"}, {"a.py": b"a = 2\n"}))
    assert (tmp_path / "a.py").read_bytes() == b"a = 3\n"

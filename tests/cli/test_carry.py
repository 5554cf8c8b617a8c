"""What a result carries of the source and the lock for those who have neither beside them."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import Result

from hushtable.cli import fixed_alone
from hushtable.cli.carry import Carry, carry
from hushtable.cli.outputs import Destination, Format

Run = Callable[..., Result]

SECRET = "Qm7xT2vLp9" + "Kd4wRz8sHb1"
"""Looks like a key, and is none."""

APP = f"""import boto3
from fastapi import FastAPI

API_TOKEN = "{SECRET}"
app = FastAPI(debug=True)  # was {SECRET[::-1]}
users = boto3.resource("dynamodb").Table("users")


@app.get("/users/{{user_id}}")
def read_user(user_id: str):
    return {{"email": users.get_item(Key={{"user_id": user_id}})["Item"]["email"]}}
"""
LOCK = """version = 1
made-from = "scan"
exposures = [
    {route = "GET /users/{user_id}", audience = "anyone", channel = "response", table = "users",
     attributes = ["email"]},
]
""".replace(",\n     attributes", ", attributes")  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a service with a debug switch, a literal and a lock."""
    root = tmp_path_factory.mktemp("service")
    (root / "main.py").write_text(APP, encoding="utf-8")
    (root / "hushtable.lock").write_text(LOCK, encoding="utf-8")
    return root


def read(file: Path) -> dict[str, Any]:
    """Read a result."""
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told


def test_a_page_brings_fixes_and_lock_along(run: Run, service: Path, tmp_path: Path) -> None:
    """With `--diffs`, page and JSON show what each fix changes, and what was agreed; no secret."""
    html, told = tmp_path / "a.html", tmp_path / "a.json"
    done = run("scan", str(service), "--html", str(html), "-o", str(told), "--no-cache", "--diffs")
    assert done.exit_code == 1, done.output
    result = read(told)
    fixes = {one["code"]: one["fix"] for one in result["findings"]}
    assert "+app = FastAPI()" in fixes["HT502"]["diff"]
    assert '-API_TOKEN = "***"' in fixes["HT604"]["diff"]
    assert result["contract"]["agreed"]["lock"] == "hushtable.lock"
    text = html.read_text(encoding="utf-8")
    assert "+app = FastAPI()" in text
    assert f"{service.name}, by scan" in text
    assert SECRET[:8] not in text + told.read_text() + done.output
    assert SECRET[::-1][:8] not in text + told.read_text()
    # Another lock takes the place of the one of the scan, for the result that is shown.
    other = tmp_path / "other.lock"
    other.write_text(LOCK.replace("email", "phone"), encoding="utf-8")
    done = run("report", str(told), "--lock", str(other), "--html", str(html))
    assert done.exit_code == 0, done.output
    assert '"lock":"other.lock"' in html.read_text(encoding="utf-8")


LOCKED = Path("hushtable.lock")
OTHER = Path("a")


@pytest.mark.parametrize(
    ("formats", "diffs", "lock", "expected"),
    [
        (["terminal"], False, None, Carry()),
        (["json"], False, None, Carry(leaving=True, lock=LOCKED)),
        (["json"], True, OTHER, Carry(leaving=True, lock=OTHER, fixes=True)),
        (["html"], False, None, Carry(leaving=True, lock=LOCKED)),
        (["html", "sarif"], True, OTHER, Carry(leaving=True, lock=OTHER, fixes=True)),
    ],
)
def test_only_what_is_shown_is_looked_for(
    service: Path, formats: list[str], *, diffs: bool, lock: Path | None, expected: Carry
) -> None:
    """Fixes are tried when asked for; a lock is read where it can be told of."""
    where = [Destination(Format(one)) for one in formats]
    found = carry(where, service, lock, diffs=diffs)
    beside = LOCKED if found.lock == service / LOCKED else found.lock
    assert replace(found, lock=beside) == expected


def test_differences_that_nothing_holds_are_refused(run: Run, service: Path) -> None:
    """An option that would do nothing is told before anything is scanned."""
    done = run("scan", str(service), "--diffs", "--format", "sarif")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--diffs is for JSON and a page" in done.stderr


def test_fixes_that_take_too_long_are_left_out(
    run: Run, service: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page does not wait for any number of tries: it says that it shows no differences."""
    monkeypatch.setattr(fixed_alone, "SECONDS", -1.0)
    told = tmp_path / "a.json"
    done = run("scan", str(service), "-o", str(told), "--diffs", "--no-cache")
    assert "no differences of fixes are told" in done.stderr
    assert {one["fix"] for one in read(told)["findings"]} == {None}


def test_a_fix_that_fails_hides_no_finding(
    run: Run, service: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of a fix is told without its text, and findings and exit code are as without it."""

    def failing(*_: object, **__: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(fixed_alone, "patch_of", failing)
    html = tmp_path / "a.html"
    done = run("scan", str(service), "--html", str(html), "--no-cache", "--diffs")
    assert (done.exit_code, html.exists()) == (1, True)
    assert "internal error, ValueError" in done.stderr
    assert SECRET not in done.output + html.read_text(encoding="utf-8")


def test_a_page_needs_no_extra_of_a_fix(
    run: Run, service: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where LibCST is missing a page is written; differences are an error before the scan."""
    load = importlib.import_module

    def lacking(name: str) -> ModuleType:
        if name == "hushtable.cli.fixed_alone":
            raise ModuleNotFoundError(name="libcst")
        return load(name)

    monkeypatch.setattr(importlib, "import_module", lacking)
    for number, (given, code) in enumerate((((), 1), (("--diffs",), 2))):
        html = tmp_path / f"{number}.html"
        done = run("scan", str(service), "--html", str(html), "--no-cache", *given)
        assert done.exit_code == code, done.output
        assert ("hushtable[fix]" in done.stderr) is (code == 2)
        assert html.exists() is (code == 1)


def test_a_broken_lock_is_told(run: Run, service: Path, tmp_path: Path) -> None:
    """A lock that is none ends in a usage error before anything is scanned or written."""
    broken = tmp_path / "broken.lock"
    broken.write_text("version = 9", encoding="utf-8")
    told = tmp_path / "a.json"
    done = run("scan", str(service), "-o", str(told), "--lock", str(broken))
    assert (done.exit_code, told.exists()) == (2, False)
    assert "broken.lock" in done.stderr

"""`hushtable report`: results in, a page and a table out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from hushtable.report.document import render
from tests.report.samples import RESULT, told

Run = Callable[..., Result]


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """Write a result, as `--format json` does."""
    path = tmp_path / "result.json"
    path.write_text(render(told(RESULT)), encoding="utf-8")
    return path


def test_a_page_and_a_table_are_written(run: Run, result: Path, tmp_path: Path) -> None:
    """`--html` and `--csv` write both, and say where."""
    html, csv = tmp_path / "a.html", tmp_path / "a.csv"
    done = run("report", str(result), "--html", str(html), "--csv", str(csv))
    assert done.exit_code == 0, done.output
    assert html.read_text().startswith("<!doctype html>")
    assert csv.read_text().startswith("framework,control,")
    assert "a.html" in done.stderr


def test_several_results_are_its_history(run: Run, result: Path, tmp_path: Path) -> None:
    """Results are named by their files, the oldest first."""
    older = tmp_path / "older.json"
    older.write_text(result.read_text())
    html = tmp_path / "a.html"
    assert run("report", str(older), str(result), "--html", str(html)).exit_code == 0
    text = html.read_text()
    assert text.index("older.json") < text.rindex("result.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"version": "2"}', "does not fit the schema"),
        ("[]", "is no result"),
    ],
)
def test_what_is_no_result_is_a_usage_error(
    run: Run, tmp_path: Path, content: str, said: str
) -> None:
    """A file of something else ends in exit code 2, with the file and the reason."""
    broken = tmp_path / "broken.json"
    broken.write_text(content)
    done = run("report", str(broken), "--html", str(tmp_path / "a.html"))
    assert done.exit_code == 2, done.output
    assert "broken.json" in done.stderr
    assert said in done.stderr
    assert not (tmp_path / "a.html").exists()


def test_the_place_is_told_and_not_the_value(run: Run, result: Path, tmp_path: Path) -> None:
    """An error of a result names where it does not fit, and shows nothing of what stands there."""
    document = json.loads(result.read_text())
    document["findings"][0]["severity"] = "hunter2-secret"
    result.write_text(json.dumps(document))
    done = run("report", str(result), "--csv", str(tmp_path / "a.csv"))
    assert done.exit_code == 2
    assert "findings/0/severity" in done.stderr
    assert "hunter2" not in done.output


@pytest.mark.parametrize("given", [(), ("--html", "no/such/folder/a.html")])
def test_it_must_know_where_to(run: Run, result: Path, given: tuple[str, ...]) -> None:
    """Without a place to write to, or with one that cannot be written, it is a usage error."""
    assert run("report", str(result), *given).exit_code == 2

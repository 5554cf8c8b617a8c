"""`hushtable scan --repos`: from a list to one summary, and what is wrong on its command line."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import Result

from hushtable.cli import fleet_scanning
from hushtable.fleet.results import JOURNAL
from hushtable.model.fleet import Order, Outcome
from tests.report.test_sarif import VALIDATOR

Run = Callable[..., Result]

LEAKY = """\
import boto3
from fastapi import FastAPI

app = FastAPI()
users = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    return users.get_item(Key={"user_id": user_id})["Item"]
"""


@pytest.fixture
def services(tmp_path: Path) -> Path:
    """Give a list of a leaky service, a quiet one, a misconfigured one, and a missing one."""
    for name, text in (("leaky", LEAKY), ("quiet", "x = 1\n"), ("wrong", "x = 1\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(text, encoding="utf-8")
    (tmp_path / "leaky" / "hushtable.toml").write_text('ignore = ["HT4"]', encoding="utf-8")
    (tmp_path / "wrong" / "hushtable.toml").write_text("selekt = 1", encoding="utf-8")
    path = tmp_path / "list.txt"
    path.write_text("quiet\nleaky  The leaky one\nwrong\nmissing\n", encoding="utf-8")
    return path


def told(done: Result) -> dict[str, Any]:
    """Read a fleet from standard output, by service."""
    fleet = json.loads(done.stdout)
    schema = resources.files("hushtable.report") / "fleet.schema.json"
    jsonschema.validate(fleet, json.loads(schema.read_text("utf-8")))
    return {one["name"]: one for one in fleet["services"]}


@pytest.mark.usefixtures("services")
def test_a_list_becomes_one_summary(run: Run, tmp_path: Path) -> None:
    """Each service is scanned as `scan` does it, told in every format, and kept to go on from."""
    files = ("fleet.html", "fleet.sarif", "fleet.md", "fleet.txt", "fleet.json")
    done = run("scan", "--repos", "list.txt", *(part for one in files for part in ("-o", one)))
    assert done.exit_code == 1
    assert "4 of 4" in done.stderr
    assert "1 with findings that fail, 2 not examined" in done.stdout
    rows = json.loads((tmp_path / "fleet.json").read_text("utf-8"))["services"]
    assert rows[0]["name"] == "The leaky one"
    assert {one["name"]: one["why"] for one in rows if one["why"]} == {
        "wrong": "hushtable.toml has an unknown key 'selekt' (did you mean 'select'?)",
        "missing": "does not exist",
    }
    alone = json.loads(run("scan", "leaky", "--format", "json").stdout)
    kept = json.loads((tmp_path / "hushtable-fleet" / rows[0]["file"]).read_text("utf-8"))
    assert kept["findings"] == alone["findings"] != []
    assert kept["score"] == rows[0]["score"]

    VALIDATOR.validate(json.loads((tmp_path / "fleet.sarif").read_text("utf-8")))
    page = (tmp_path / "fleet.html").read_text("utf-8")
    link = f"fleet-services/{rows[0]['file'].removesuffix('.json')}.html"
    assert f'href="{link}"' in page
    assert "The leaky one" in (tmp_path / link).read_text("utf-8")

    again = run("scan", "--repos", "list.txt", "--format", "json", "--no-progress")
    assert again.stderr == ""
    states = {name: one["state"] for name, one in told(again).items()}
    assert states == {
        "The leaky one": "unchanged", "quiet": "unchanged", "wrong": "unknown", "missing": "unknown"
    }  # fmt: skip
    assert run("scan", "--repos", "list.txt", "-q", "--fail-on", "critical").exit_code == 3
    journal = (tmp_path / "hushtable-fleet" / JOURNAL).read_text("ascii").splitlines()
    assert len(journal) == 2


@pytest.mark.usefixtures("services")
def test_what_one_service_names_ends_no_run(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A baseline that never ends is not read by the run of all, and its service is ordered."""
    (tmp_path / "quiet" / "hushtable.toml").write_text('baseline = "/dev/zero"', encoding="utf-8")
    ordered: list[Order] = []

    def engine(orders: list[Order], _at_once: int) -> Iterator[Outcome]:
        ordered.extend(orders)
        yield from ()

    monkeypatch.setattr(fleet_scanning.local, "carried_out", engine)
    run("scan", "--repos", "list.txt", "--no-progress")
    assert [bool(one.settings) for one in ordered] == [True, False, False, False]


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a service is begun."""

    def refuse(*_: object) -> None:
        pytest.fail("a service was begun")

    monkeypatch.setattr(fleet_scanning.local, "carried_out", refuse)


@pytest.mark.usefixtures("never", "services")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("leaky", "--repos", "list.txt"), "a PATH is of one service"),
        (("--repos", "list.txt", "--since", "HEAD"), "--since is of one service"),
        (("--repos", "list.txt", "--baseline", "x"), "--baseline is of one service"),
        (("--repos", "list.txt", "--write-baseline"), "--write-baseline is of one service"),
        (("--repos", "list.txt", "--lock", "x"), "--lock is of one service"),
        (("--repos", "none.txt"), "none.txt cannot be read"),
        (("--repos", "bytes"), "bytes is not UTF-8 text"),
        (("--repos", "empty"), "the list names no service"),
        (("--repos", "list.txt", "--format", "junit"), "junit is of one service"),
        (("--repos", "list.txt", "--select", "HT9XX"), "no rule is called 'HT9XX'"),
        (("--repos", "list.txt", "--config", "no.toml"), "no.toml cannot be read"),
        (("--repos", "list.txt", "--engine", "spark://x"), "no engine is called spark://x"),
        (("--repos", "list.txt", "--engine", "dask://"), "no engine is called dask://"),
        (("--repos", "list.txt", "--engine", "dask://host"), "no engine is called dask://host"),
        (("--repos", "list.txt", "--engine", "dask://h:1", "--jobs", "2"), "--jobs is of the"),
        (("--repos", "list.txt", "--results", "bytes"), "cannot write into bytes"),
        (("--fresh",), "--fresh is of --repos"),
        (("--engine", "dask://h:1"), "--engine is of --repos"),
        (("--checkouts", "x"), "--checkouts is of --repos"),
        (("--results", "x"), "--results is of --repos"),
        (("--timeout", "5"), "--timeout is of --repos"),
        (("--memory", "512"), "--memory is of --repos"),
    ],
)
def test_errors_are_one_sentence_before_a_service_is_begun(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """What is wrong is said in one line on standard error, with 2, before anything is scanned."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "empty").write_text("# nothing\n", encoding="utf-8")
    done = run("scan", *arguments)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.usefixtures("never", "services")
@pytest.mark.parametrize(
    ("module", "arguments", "said"),
    [
        ("distributed", ("--engine", "dask://h:1"), "pip install 'hushtable[fleet]'"),
        ("jinja2", ("-o", "fleet.html"), "pip install 'hushtable[report]'"),
    ],
)
def test_a_missing_library_is_told_before(
    run: Run, monkeypatch: pytest.MonkeyPatch, module: str, arguments: tuple[str, ...], said: str
) -> None:
    """What is not installed is told with the extra that brings it, before a service is begun."""
    for name in list(sys.modules):
        if name.startswith(("hushtable.fleet.cluster", "hushtable.report.html", module)):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    done = run("scan", "--repos", "list.txt", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.usefixtures("never")
def test_standard_input_is_a_list(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--repos -` reads the list from standard input, and says what is wrong with it."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"git://x/y\n")))
    assert run("scan", "--repos", "-").exit_code == 2

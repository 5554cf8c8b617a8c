"""`hushtable policy`: it finds a program's tables by name and writes what they need."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import Result

Run = Callable[..., Result]

PLACE = ("--account", "123456789012", "--region", "eu-central-1")
TABLES = """
from typing import Annotated

from hushtable.guard import PartitionKey, Record, Store, Table, View


class {record}(Record, table="{table}"):
    user_id: Annotated[str, PartitionKey]
    email: str
    secret: str


class {record}Out(View[{record}]):
    user_id: str
    email: str


store = Store()
users = Table({record}, store, operations=["get"])
several = [users]
nothing = []
mixed = [users, 3]
many = [Table({record}, store, name=f"users-{{number}}") for number in range(30)]
"""
APP = """
from fastapi import FastAPI

from hushtable.guard import allow_scan
from hushtable.guard.fastapi import protect
from {tables} import users

app = FastAPI()
protect(app, users)
bare = FastAPI()


@app.get("/export")
@allow_scan("books")
async def export() -> None: ...
"""


@pytest.fixture
def program(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> str:
    """Write a program whose modules no other test has, and give what their names begin with."""
    del run
    monkeypatch.setattr(sys, "path", list(sys.path))
    name = f"p{abs(hash(request.node.name))}"
    text = TABLES.format(record="User", table="users")
    (tmp_path / f"{name}_tables.py").write_text(text, encoding="utf-8")
    app = APP.format(tables=f"{name}_tables")
    (tmp_path / f"{name}_app.py").write_text(app, encoding="utf-8")
    return name


def attributes(result: Result) -> list[str]:
    """Give the attributes that the first statement of a printed policy names."""
    assert result.exit_code == 0, result.output
    found: list[str] = json.loads(result.stdout)["Statement"][0]["Condition"][
        "ForAllValues:StringEquals"
    ]["dynamodb:Attributes"]
    return found


@pytest.mark.parametrize(
    "name", ["app:app", "app:users", "tables:users", "tables:several", "tables:store"]
)
def test_tables_are_found_by_name(run: Run, program: str, name: str) -> None:
    """An app that was protected, a Table, a list and a Store lead to the same policy."""
    assert attributes(run("policy", f"{program}_{name}", *PLACE)) == ["email", "user_id"]


def test_notes_are_told_beside_the_policy(run: Run, program: str) -> None:
    """What there is to know is said on standard error, a route that may scan too."""
    result = run("policy", f"{program}_app:app", *PLACE)
    assert "note: /export: scans are allowed there, and no table has scan" in result.stderr
    assert "note" not in result.stdout
    long = run("policy", f"{program}_tables:many", *PLACE)
    assert "a managed policy has 6144 at most" in long.stderr


def test_templates_are_written_to_files(run: Run, program: str, tmp_path: Path) -> None:
    """CloudFormation and Terraform need no account, and go to a file where one is named."""
    for form, told in (
        ("cloudformation", "AWSTemplateFormatVersion"),
        ("terraform", 'resource "aws_dynamodb_table" "users"'),
    ):
        result = run("policy", f"{program}_tables:users", "--format", form, "-o", "made")
        assert result.exit_code == 0, result.output
        assert result.stdout == ""
        assert told in (tmp_path / "made").read_text(encoding="utf-8")


def test_the_region_may_be_that_of_the_environment(
    run: Run, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_REGION stands where no region is given; without either it is asked for."""
    name = f"{program}_tables:users"
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(variable, raising=False)
    asked = run("policy", name, "--account", "123456789012")
    assert (asked.exit_code, "give --account" in asked.stderr) == (2, True)
    assert run("policy", name, "--account", "12", "--region", "eu-central-1").exit_code == 2
    monkeypatch.setenv("AWS_REGION", "cn-north-1")
    told = run("policy", name, "--account", "123456789012").stdout
    assert "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/users" in told


MORE = """
import functools
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI

import {name}_tables
from hushtable.guard import Table
from hushtable.guard.fastapi import protect
from {name}_tables import User, UserOut, several, store, users

by_gate, held, global_, by_class, closed, listed, method, unused = (
    Table(User, store, name=f"{{name}}-table", operations=["get"])
    for name in "by_gate held global by_class closed listed method unused".split()
)
more = Table(User, store, operations=["get", "delete"])


class Repository:
    def __init__(self, table):
        self.table = table

    def find(self):
        return by_class.find(UserOut, "x")


repository = Repository(held)
tables = {{"one": [listed]}}


def gate():
    return by_gate.find(UserOut, "x")


def helper():
    return [_ for _ in (lambda: global_.find(UserOut, "x"),)]


def noted(function):
    @functools.wraps(function)
    def inner():
        return function()
    return inner


class Service:
    def read(self):
        return method.find(UserOut, "x")


def routes(table):
    router = APIRouter()

    @router.get("/closed")
    @noted
    def closed_over():
        return table.find(UserOut, "x")

    @router.get("/more", dependencies=[Depends(gate)])
    def read():
        more.delete("x")
        tables["one"][0].find(UserOut, "x")
        {name}_tables.users.get(UserOut, "x")
        helper()
        return repository.find()

    router.get("/method")(Service().read)
    return router


app = FastAPI()
protect(app, users)
app.include_router(routes(closed), prefix="/v1")
whole = FastAPI()
protect(whole, *store.tables)
whole.include_router(routes(closed), prefix="/v1")
"""


def test_a_table_that_protect_was_not_given_is_named(
    run: Run, program: str, tmp_path: Path
) -> None:
    """Tables that routes come to are named on standard error with exit code 3; others are not."""
    text = MORE.format(name=program)
    (tmp_path / f"{program}_more.py").write_text(text, encoding="utf-8")
    result = run("policy", f"{program}_more:app", *PLACE)
    assert result.exit_code == 3
    lines = [one for one in result.stderr.splitlines() if "a route, and it is not given" in one]
    told = {one.split("'")[1] for one in lines}
    names = ("by_gate", "held", "global", "by_class", "closed", "listed", "method")
    assert told == {f"{one}-table" for one in names}
    assert "name='users') is used by a route, and delete of it is not given" in result.stderr
    assert json.loads(result.stdout)["Statement"]
    assert run("policy", f"{program}_more:whole", *PLACE).exit_code == 0


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("{}_tables", "write MODULE:NAME"),
        (":users", "write MODULE:NAME"),
        ("{}_tables:", "write MODULE:NAME"),
        ("{}_nowhere:app", "there is no module"),
        ("{}_tables.inner:app", "there is no module"),
        ("{}_tables:nope", "has no nope"),
        ("{}_tables:users.nope", "has no users.nope"),
        ("{}_tables:User", "is a ModelMetaclass, and no app"),
        ("{}_tables:nothing", "holds no tables"),
        ("{}_tables:mixed", "something else among them"),
        ("{}_app:bare", "give them to protect(app, ...)"),
    ],
)
def test_what_is_not_found_is_told(run: Run, program: str, name: str, told: str) -> None:
    """A wrong name ends with exit code 2 and a sentence that says what to do."""
    result = run("policy", name.format(program), *PLACE)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "internal error" not in result.stderr


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("raise ValueError('canary')", "it raises ValueError"),
        ("import sys; sys.exit('canary')", "it raises SystemExit"),
        ("import notinstalledanywhere", "it needs notinstalledanywhere"),
        (
            "from hushtable.guard import KeyRing; KeyRing({'k': b'canary'}, 'k')",
            "cannot be imported",
        ),
        ("canary (", "it raises SyntaxError"),
    ],
)
def test_a_program_that_does_not_start_is_told(
    run: Run, program: str, tmp_path: Path, source: str, told: str
) -> None:
    """What a program raises when it is imported is told by its kind, never by its text."""
    (tmp_path / f"{program}_broken.py").write_text(dedent(source), encoding="utf-8")
    result = run("policy", f"{program}_broken:app", *PLACE)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "canary" not in result.output


def test_what_is_not_installed_is_told(tmp_path: Path) -> None:
    """Without the extra the command ends with exit code 2 and how to install it."""
    code = (
        "import sys; sys.modules['msgspec'] = None; "
        "from hushtable.cli.main import app; app(['policy', 'a:b'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "this needs msgspec: pip install 'hushtable[guard]'" in done.stderr

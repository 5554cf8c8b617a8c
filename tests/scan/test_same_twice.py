"""Two scans of one tree say the same, whatever order the interpreter gives its sets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hushtable.model.config import ScanConfig
from hushtable.scan.load import load
from hushtable.scan.playing import Before, perform
from hushtable.scan.source import list_files

ROOT = Path(__file__).parents[2]
RUN = "from hushtable.cli.main import app; app()"
# Each order of a set that could show: names chosen by a client, the seal of a cursor, key names.
SOURCE = """\
import boto3
from fastapi import FastAPI, Request

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{one}")
def read(one: str, two: str, three: str, four: str):
    text = f"{one} = :{two} AND {three} > :{four}"
    found = table.query(
        KeyConditionExpression=text,
        ExclusiveStartKey={"id": one, "at": two, "of": three},
        ProjectionExpression=", ".join([one, two, three]),
    )
    return {"items": found["Items"], "cursor": found.get("LastEvaluatedKey")}
"""


def told(folder: Path, seed: int) -> dict[str, Any]:
    """Scan in a process whose sets have an order of their own; give all but the time."""
    command = [sys.executable, "-c", RUN, "scan", ".", "--no-cache", "--format", "json"]
    path = os.pathsep.join([str(ROOT / "src"), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": path}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    found["coverage"].pop("seconds")
    return found


def test_two_scans_say_the_same(tmp_path: Path) -> None:
    """The order of sets, which differs from run to run, shows in no result."""
    (tmp_path / "app.py").write_text(SOURCE)
    first = told(tmp_path, 1)
    assert first["findings"]
    assert all(told(tmp_path, seed) == first for seed in (2, 3, 4))


MODELS = """\
from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class User(BaseModel):
    name: str = Field(max_length=10)
    tags: list[str] = Field(default_factory=list)


@app.get("/one")
def one() -> User:
    return User(name="a")


@app.get("/two")
def two() -> User:
    return User(name="b")
"""


def steps(folder: Path, numbers: tuple[int, ...]) -> dict[int, tuple[int, int]]:
    """Play jobs in this order; give the steps and calls of each."""
    loaded = load(list_files(folder), ScanConfig())
    found = {}
    for number in numbers:
        calls = perform(loaded, number, Before()).calls
        found[number] = loaded.machine.steps, calls
    return found


def test_what_a_route_costs_does_not_depend_on_the_others(tmp_path: Path) -> None:
    """A route costs the same whether or not another asked before for the models they share."""
    (tmp_path / "app.py").write_text(MODELS)
    assert steps(tmp_path, (0, 1)) == steps(tmp_path, (1, 0))

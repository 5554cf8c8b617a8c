"""Two scans of one tree say the same, whatever order the interpreter gives its sets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

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

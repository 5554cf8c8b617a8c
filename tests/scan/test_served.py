"""Which files the app serves."""

from __future__ import annotations

import pytest

from hushtable.model.service import Channel
from hushtable.testing.scanning import scan_source

HEAD = """
import json
import os
from pathlib import Path

import boto3
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

app = FastAPI()
HERE = Path(__file__).parent
app.mount("/static", StaticFiles(directory="static"), name="static")
app.mount("/out", StaticFiles(directory=HERE / "out"), name="out")
app.mount("/any", StaticFiles(directory=os.environ["PUBLIC"]), name="any")
table = boto3.resource("dynamodb").Table("users")


@app.post("/export/{u}")
def export(u: str):
    item = table.get_item(Key={"id": u})["Item"]
"""
WRITTEN = [
    ('Path("static/a.json").write_text(item["email"])', True),
    ('Path("./static", f"{u}.json").write_text(item["email"])', True),
    ('(HERE / "out" / f"{u}.json").write_text(item["email"])', True),
    ('open(os.path.join("static", u), "w").write(item["email"])', True),
    ('with open(f"static/{u}", "w") as f:\n        json.dump({"email": item["email"]}, f)', True),
    ('Path("statics/a.json").write_text(item["email"])', False),
    ('Path("a/static/a.json").write_text(item["email"])', False),
    ('(HERE / "private" / u).write_text(item["email"])', False),
    ('open(u, "w").write(item["email"])', False),
]


@pytest.mark.parametrize(("statement", "public"), WRITTEN)
def test_a_file_under_a_mounted_folder_is_public(statement: str, public: bool) -> None:  # noqa: FBT001
    """A file under a folder of static files is public; of one elsewhere that is not claimed."""
    facts = scan_source(f"{HEAD}    {statement}\n")
    (flow,) = [one for one in facts.outflows if one.channel is Channel.FILE]
    assert flow.public_file is public

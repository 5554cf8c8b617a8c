"""Texts that a start knows of its settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.prove.exchange import Complaint, Frame
from hushtable.prove.learn.compared import compared
from hushtable.prove.sketch import Setting

SOURCE = """
import os

def connect():
    if os.environ["BACKEND"] == "memory":
        return 1
    elif settings.backend in {"dynamodb", "sql"}:
        return 2
    raise ValueError("no such backend")

def other():
    if os.environ["STAGE"] == "live":
        raise ValueError("not here")
"""


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("made-up", 9, ["dynamodb"]),
        ("dynamodb", 9, ["memory"]),
        ("memory", 9, ["sql"]),
        ("sql", 9, []),
        ("made-up", 13, []),
    ],
)
def test_the_texts_of_the_refusing_function_are_tried_in_turn(
    tmp_path: Path, text: str, line: int, found: list[str]
) -> None:
    """Each constant that the function compares a setting with is tried, DynamoDB's name first."""
    file = tmp_path / "app.py"
    file.write_text(SOURCE)
    refused = Complaint("ValueError", "", (Frame(str(file), line, "connect"),))
    known = {"BACKEND": Setting("BACKEND", text)}
    texts = [one.text for one in compared([refused], known, f"{tmp_path}/")]
    assert texts == found


def test_libraries_are_not_looked_into(tmp_path: Path) -> None:
    """Only functions of the app's own folder tell what a setting may be."""
    file = tmp_path / "app.py"
    file.write_text(SOURCE)
    refused = Complaint("ValueError", "", (Frame(str(file), 9, "connect"),))
    assert compared([refused], {"BACKEND": Setting("BACKEND", "")}, "/elsewhere/") == ()

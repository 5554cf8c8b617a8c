"""The first run compares findings with marks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.finding import Finding
from hushtable.model.place import Place
from hushtable.rules.page import Program, programs
from hushtable.testing.scanning import differences, expect, scan_source
from tests.rules.samples import attribute, rule
from tests.rules.test_judge import SAID, result

(PROGRAM,) = programs("```python x\na = 1  # leaks: email\nb = 2\n```", "x")
(FOUND,) = result(replace(SAID, place=Place("app.py", 1))).findings


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ((FOUND,), []),
        ((), ["app.py:1 is marked and not found"]),
        ((FOUND, FOUND), ["app.py:1 is found twice"]),
        (
            (FOUND, replace(FOUND, place=Place("app.py", 2))),
            ["app.py:2 is found and not marked: it leaves"],
        ),
        (
            (replace(FOUND, attributes=(attribute("users.*"),)),),
            ["app.py:1 is marked with email and found with *"],
        ),
        (
            (replace(FOUND, place=Place("b.py", 1)),),
            ["b.py:1 is found and not marked: it leaves", "app.py:1 is marked and not found"],
        ),
    ],
)
def test_every_difference_is_said(findings: tuple[Finding, ...], said: list[str]) -> None:
    """Missing, extra, doubled and wrongly named findings are each told."""
    assert list(differences(PROGRAM, findings)) == said


def test_a_program_is_scanned_from_text() -> None:
    """A program given as text is scanned as `app.py`, and as files by their paths."""
    text = (
        'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/x")\ndef read():\n    return {}\n'
    )
    (route,) = scan_source(text).routes
    assert (str(route), route.place.path) == ("GET /x", "app.py")
    (route,) = scan_source({"service/main.py": text}).routes
    assert route.place.path == "service/main.py"


def test_expecting_what_is_not_so_raises() -> None:
    """A page whose marks are wrong raises an error that names the example."""
    honest = rule("HT502")
    expect(honest)
    lying = Program("python", "", (("app.py", "x = 1  # leaks:\n"),), PROGRAM.marks, 1)
    pairs = ((lying, honest.text.pairs[0][1]),)
    with pytest.raises(AssertionError, match=r"HT502 leaks 1: app\.py:1 is marked and not found"):
        expect(replace(honest, text=replace(honest.text, pairs=pairs)))

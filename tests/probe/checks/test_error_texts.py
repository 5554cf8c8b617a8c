"""Texts of errors are told by what they are, and never by what they hold."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.probe.checks.error_texts import error_text

SECRET = "maren@shop.example"  # noqa: S105 - what must not be told


@pytest.mark.parametrize(
    ("text", "what", "debug"),
    [
        (f"Traceback (most recent call last):\n  x {SECRET}", "a Python traceback", True),
        ('{"detail": "File \\"/app/x.py\\", line 3"}', "a Python traceback", True),
        ("x\n\tat org.shop.Main.run(Main.java:42)", "a Java stack trace", True),
        ("Error: x\n    at read (/app/index.js:3:14)", "a Node stack trace", True),
        (
            f"An error occurred (ValidationException) when calling the Query operation: {SECRET}",
            "botocore's text of ValidationException from Query",
            False,
        ),
        ("Invalid FilterExpression: Syntax error", "DynamoDB's text about an expression", False),
        (f"Requested resource not found: {SECRET}", "a text of DynamoDB or botocore", False),
        (f"KeyError: '{SECRET}'", "the name of a Python exception", False),
        ("invalid literal for int() with base 10: 'x'", "the text of a Python exception", False),
        ('syntax error at or near "x"', "a text of an SQL database", False),
        ("E11000 duplicate key error", "a text of MongoDB", False),
    ],
)
def test_an_error_is_recognised(text: str, what: str, *, debug: bool) -> None:
    """Each kind of text has its name, which holds nothing of the text but names."""
    found = error_text(text.encode())
    assert found is not None
    assert (found.what, found.debug) == (what, debug)
    assert SECRET not in found.what


@pytest.mark.parametrize(
    "text",
    [
        '{"detail":"Not Found"}',
        '{"detail":[{"type":"int_parsing","msg":"Input should be a valid integer"}]}',
        '{"text":"An error occurred. Please try again."}',
        '{"title":"Type errors in practice"}',
        "Internal Server Error",
        "",
    ],
)
def test_an_ordinary_answer_is_none(text: str) -> None:
    """What frameworks say to a client's mistake tells nothing of the inside."""
    assert error_text(text.encode()) is None


@given(st.binary())
def test_any_body_is_looked_at(body: bytes) -> None:
    """No body ends in an error, and what is told is one of a few words."""
    found = error_text(body)
    assert found is None or len(found.what) < 150


@pytest.mark.parametrize("text", ["\n", "\n at /"])
def test_a_long_body_costs_little(text: str) -> None:
    """A long body of what patterns begin with is looked through in a second or two."""
    began = time.perf_counter()
    error_text((text * 100_000).encode())
    assert time.perf_counter() - began < 3

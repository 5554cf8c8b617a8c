"""What a condition in an app lets through of an input."""

from __future__ import annotations

import ast

import pytest

from hushtable.prove.drive.narrowing import _tested

KNOWN = {"ALLOWED": ("b", "a"), "NUMBERS": [1, 2]}


@pytest.mark.parametrize(
    ("test", "found"),
    [
        ('field not in {"name", "locale"}', [("field", ("locale", "name"))]),
        ('body.sort not in ["at"] or not field', [("sort", ("at",))]),
        ("field not in ALLOWED", [("field", ("a", "b"))]),
        ("field not in NUMBERS", []),
        ("field not in unknown()", []),
        ('field in {"name"}', []),
    ],
)
def test_choices_are_read_from_the_condition(
    test: str, found: list[tuple[str, tuple[str, ...]]]
) -> None:
    """Only what a refusing line stands under, and only texts, are choices."""
    tree = ast.parse(f"if {test}:\n    raise ValueError\nelse:\n    pass\n")
    assert list(_tested(tree, 2, KNOWN)) == found
    assert not list(_tested(tree, 4, KNOWN))

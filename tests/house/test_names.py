"""Names are the domain's."""

import ast
import re

import pytest

from tests.house.tree import sources

EMPTY = frozenset({"manager", "helper", "helpers", "util", "utils", "common", "misc"})


def words(name: str) -> set[str]:
    """Split a name in snake_case or CamelCase into its words, lowered."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    found = {word.lower() for word in parted.split("_") if word}
    # `most_common` is what Python's Counter calls it.
    return found - {"common"} if "most" in found else found


@pytest.mark.parametrize("name", ["TableManager", "HTTPHelper", "query_utils", "common", "_misc"])
def test_an_empty_name_is_noticed(name: str) -> None:
    """A name that says nothing is seen in either style of writing."""
    assert words(name) & EMPTY


@pytest.mark.parametrize("name", ["uncommon_read", "utility", "managed", "Helped", "_most_common"])
def test_a_longer_word_is_no_empty_name(name: str) -> None:
    """Only whole words count."""
    assert not words(name) & EMPTY


def test_no_name_is_empty() -> None:
    """No module, class or function is called Manager, Helper, utils, common or misc."""
    found = []
    for source in sources():
        if any(words(part) & EMPTY for part in source.module.split(".")):
            found.append(source.name)
        named = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        found.extend(
            f"{source.name}:{node.lineno} {node.name}"
            for node in source.walk()
            if isinstance(node, named) and words(node.name) & EMPTY
        )
    assert found == []

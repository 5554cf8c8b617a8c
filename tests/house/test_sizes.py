"""A room you can stand in."""

import re

from hushtable.cli.main import COMMANDS
from tests.house.tree import PACKAGE, functions, sources

MODULE_LINES = 450
RULE_LINES = 220
COMMAND_LINES = 100
FUNCTION_LINES = 60


def test_modules_are_short() -> None:
    """No module is longer than 450 lines."""
    lengths = {source.name: len(source.text.splitlines()) for source in sources()}
    assert {name: n for name, n in lengths.items() if n > MODULE_LINES} == {}


def test_rules_are_short() -> None:
    """No rule, its page included, is longer than 220 lines."""
    lengths = {
        source.name: len(source.text.splitlines())
        for source in sources()
        if re.match(r"ht\d", source.path.name)
    }
    assert {name: n for name, n in lengths.items() if n > RULE_LINES} == {}


def test_commands_are_short() -> None:
    """No command's file, its options and examples included, is longer than 100 lines."""
    lengths = {
        name: len((PACKAGE / "cli" / f"{name}.py").read_text(encoding="utf-8").splitlines())
        for name in COMMANDS
    }
    assert {name: n for name, n in lengths.items() if n > COMMAND_LINES} == {}


def test_functions_are_short() -> None:
    """No function is longer than 60 lines, docstring included."""
    long = {}
    for source in sources():
        for function in functions(source.tree):
            length = (function.end_lineno or function.lineno) - function.lineno + 1
            if length > FUNCTION_LINES:
                long[f"{source.name}:{function.lineno} {function.name}"] = length
    assert long == {}

"""The language of `compose` in the peer's `config.json`: which files must be reported."""

from __future__ import annotations

import re
from collections.abc import Callable

WORDS = re.compile(r"!|&&|\|\||[()]|[^\s!&|()]+")
OPERATORS = frozenset({"!", "&&", "||", "(", ")"})
Truth = Callable[[str], bool]


def files_named(compose: str) -> frozenset[str]:
    """Give the file names an expression speaks of."""
    return frozenset(WORDS.findall(compose)) - OPERATORS


def holds(compose: str, truth: Truth) -> bool:
    """Evaluate a `compose` expression: file names with `!`, `&&`, `||` and parentheses.

    `&&` binds tighter than `||`. Raises `ValueError` for anything else.
    """
    words = WORDS.findall(compose)
    value = either(words, truth)
    if words:
        message = f"unexpected {words[0]!r}"
        raise ValueError(message)
    return value


def either(words: list[str], truth: Truth) -> bool:
    """Take an `||` of terms off the front of `words`, and give its value."""
    value = both(words, truth)
    while words and words[0] == "||":
        words.pop(0)
        value = both(words, truth) or value
    return value


def both(words: list[str], truth: Truth) -> bool:
    """Take an `&&` of terms off the front of `words`, and give its value."""
    value = one(words, truth)
    while words and words[0] == "&&":
        words.pop(0)
        value = one(words, truth) and value
    return value


def one(words: list[str], truth: Truth) -> bool:
    """Take a name, a negation or a parenthesis off the front of `words`, and give its value."""
    word = words.pop(0) if words else ""
    if word == "!":
        return not one(words, truth)
    if word == "(":
        value = either(words, truth)
        if not words or words.pop(0) != ")":
            message = "a parenthesis is not closed"
            raise ValueError(message)
        return value
    if word in {"", ")", "&&", "||"}:
        message = f"a name is missing before {word!r}"
        raise ValueError(message)
    return truth(word)

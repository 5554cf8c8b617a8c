"""Texts by regular expressions."""

import re

from hushtable.prove.store.patterns import fits, literal_start, text_like


def test_a_text_is_the_same_for_one_seed() -> None:
    """One pattern and seed give one text, another seed another."""
    pattern = r"^[A-Z]{8}\d{4}$"
    text_like.cache_clear()
    first = text_like(pattern, 1)
    text_like.cache_clear()
    assert text_like(pattern, 1) == first
    assert re.search(pattern, first)
    assert text_like(pattern, 2) != first


def test_a_pattern_that_python_cannot_read_is_no_error() -> None:
    """A pattern of another dialect fits every text, and none is made for it."""
    assert fits(r"^\p{L}+$", "anything")
    assert not text_like(r"^\p{L}+$", 1)


def test_a_constant_beginning_is_read() -> None:
    """The constant text that a pattern begins with is read, signs that are escaped included."""
    assert literal_start(r"^ORDER\#.*") == "ORDER#"
    assert literal_start(r"^[a-z]+") == ""
    assert literal_start("sk_.+") == "sk_"

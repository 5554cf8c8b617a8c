"""Tests of the list of reserved words."""

import pytest

from hushtable.model.dynamodb.reserved import RESERVED_WORDS, is_reserved


def test_the_list_is_whole() -> None:
    """There are 573 reserved words, all in upper case, from ABORT to ZONE."""
    assert len(RESERVED_WORDS) == 573
    assert all(word.isalpha() and word.isupper() for word in RESERVED_WORDS)
    assert min(RESERVED_WORDS) == "ABORT"
    assert max(RESERVED_WORDS) == "ZONE"


@pytest.mark.parametrize("word", ["name", "Status", "TTL", "data", "owner", "token", "users"])
def test_case_does_not_matter(word: str) -> None:
    """A reserved word is reserved in any case."""
    assert is_reserved(word)


@pytest.mark.parametrize("word", ["email", "id", "pk", "created_at", "names_", "", "user_id"])
def test_other_words_are_free(word: str) -> None:
    """Words outside the list are not reserved, even when they contain one."""
    assert not is_reserved(word)

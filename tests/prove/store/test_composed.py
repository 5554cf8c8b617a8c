"""The forms of composed keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.prove.store.composed import is_known, template_of, template_with
from hushtable.prove.store.guessing import OWNER

IDS = (("hqaaaaaaaaaaaa", OWNER), ("hqbbbbbbbbbbbb", "order"))


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("USER#hqaaaaaaaaaaaa", "USER#{user_id}"),
        ("USER#hqaaaaaaaaaaaa#ORDER#hqbbbbbbbbbbbb", "USER#{user_id}#ORDER#{order}"),
        ("order-hqbbbbbbbbbbbb", "order-{order}"),
        ("PRODUCT#5f0c3c1e-6a0e-4b0e-9d55-0d1c0a6f1a01", "PRODUCT#{product}"),
        ("EVENT#2024-05-01T10:00:00", "EVENT#{event}"),
        ("PROFILE", "PROFILE"),
        ("CONFIG#GLOBAL", "CONFIG#GLOBAL"),
        ("hqaaaaaaaaaaaa", ""),
        ("5f0c3c1e-6a0e-4b0e-9d55-0d1c0a6f1a01", ""),
        ("' OR 1=1", ""),
        ("A{b}", ""),
        ("", ""),
    ],
)
def test_ids_become_placeholders(text: str, template: str) -> None:
    """Known ids and texts made for one item alone become placeholders; constant parts stay."""
    assert template_of(text, IDS) == template


def test_beginnings_are_completed() -> None:
    """A constant beginning is followed by the id of what it names."""
    assert template_with("ORDER#", ()) == "ORDER#{order}"
    assert template_with("USER#hqaaaaaaaaaaaa#ORDER#", IDS) == "USER#{user_id}#ORDER#{order}"
    assert template_with("USER#hqaaaaaaaaaaaa#USERS#", IDS) == "USER#{user_id}#USERS#{user_item}"
    assert template_with("", ()) == ""


def test_one_form_has_many_spellings() -> None:
    """Two forms are one when their placeholders mean the same id."""
    assert is_known("MEMBER#{member}", ["MEMBER#{user_id}"])
    assert not is_known("MEMBER#{order}", ["MEMBER#{user_id}"])


@given(st.text())
def test_any_text_has_a_form_or_none(text: str) -> None:
    """No key value is an error."""
    assert isinstance(template_of(text, IDS), str)
    assert isinstance(template_with(text, IDS), str)

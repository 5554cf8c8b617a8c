"""What is shown of a value is of no use to anybody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.probe.masking import masked, member, named, shortened

CREDENTIAL = Sensitivity(Category.CREDENTIAL)
PERSONAL = Sensitivity(Category.PERSONAL)


def test_a_mask_shows_a_beginning_at_most() -> None:
    """A long value shows two characters, a short one and a credential none."""
    assert masked("maren@shop.example", PERSONAL) == "ma*** (18 characters)"
    assert masked("+4930123456", PERSONAL) == "*4*** (11 characters)"
    assert masked("secret", PERSONAL) == "*** (6 characters)"
    assert masked("a-very-long-credential-indeed", CREDENTIAL) == "*** (29 characters)"
    assert masked(4111111111111111, PERSONAL) == "a number of 16 characters"
    assert (masked(None), masked(value=True)) == ("null", "true")


@given(st.text(min_size=1), st.sampled_from([None, CREDENTIAL, PERSONAL]))
def test_no_three_characters_in_a_row_are_shown(
    value: str, sensitivity: Sensitivity | None
) -> None:
    """Of no value are more than two characters shown, nor more than a quarter."""
    shown = masked(value, sensitivity).partition("***")[0]
    assert len(shown) <= min(2, len(value) // 4)
    if sensitivity is CREDENTIAL:
        assert shown == ""


def test_a_name_that_may_be_a_value_is_not_told() -> None:
    """Members are named by their path; a key of a map that is an e-mail becomes a star."""
    assert member(("items", "[]", "email")) == "$.items[].email"
    assert member(("maren@shop.example", "size")) == "$.*.size"
    assert [named(one) for one in ("user_id", "x2", "4111111111111111", "a b")] == [
        "user_id",
        "x2",
        "*",
        "*",
    ]


def test_a_path_is_shortened_and_masked() -> None:
    """Secrets in a path are masked, quoted or not, and long runs are cut."""
    assert shortened("/x/a%40b?t=tok", frozenset({"a@b", "tok"})) == "/x/***?t=***"
    assert shortened(f"/x/{'a' * 2100}/y") == "/x/aaaaaaaa...(2100 characters)/y"
    assert shortened("/users/u1/card?limit=1") == "/users/u1/card?limit=1"

"""Tests of the wire form."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.dynamodb.limits import NESTING_LEVELS
from hushtable.model.dynamodb.wire import (
    WireError,
    from_wire,
    is_wire,
    item_from_wire,
    item_to_wire,
    to_wire,
)

numbers = st.decimals(
    min_value=Decimal("-1e30"), max_value=Decimal("1e30"), places=4, allow_nan=False
)
scalars = st.none() | st.booleans() | st.text() | st.binary() | numbers
sets = (
    st.sets(st.text(), min_size=1) | st.sets(st.binary(), min_size=1) | st.sets(numbers, min_size=1)
)
plain = st.recursive(
    scalars | sets,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(plain)
def test_a_value_comes_back(value: object) -> None:
    """What is encoded decodes to the same value."""
    assert is_wire(to_wire(value))
    assert from_wire(to_wire(value)) == value


@given(st.dictionaries(st.text(min_size=1), plain, max_size=4))
def test_an_item_comes_back(item: dict[str, object]) -> None:
    """An item decodes to the item that was encoded."""
    assert item_from_wire(item_to_wire(item)) == item


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["S", "N", "L", "M", "SS", "NULL", "x"]), inner)
    ),
    max_leaves=8,
)


@given(anything)
def test_decoding_never_crashes(value: object) -> None:
    """Decoding anything at all gives a value or a WireError."""
    try:
        from_wire(value)
    except WireError:
        return
    assert is_wire(value)


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        {1, "a"},
        set(),
        {True},
        object(),
        {1: "a"},
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+126"),
        Decimal("1E-131"),
        Decimal("1." + "1" * 38),
    ],
)
def test_what_has_no_wire_form_is_refused(value: object) -> None:
    """Floats, mixed and empty sets, other objects and numbers out of range raise WireError."""
    with pytest.raises(WireError):
        to_wire(value)


@pytest.mark.parametrize(
    "value",
    [
        {"S": 1},
        {"N": 1},
        {"N": "abc"},
        {"N": "NaN"},
        {"NULL": False},
        {"SS": []},
        {"X": "a"},
        {"S": "a", "N": "1"},
        {},
        "text",
        None,
        {"L": [{"S": None}]},
    ],
)
def test_malformed_wire_values_are_refused(value: object) -> None:
    """A malformed wire value raises WireError."""
    with pytest.raises(WireError):
        from_wire(value)


def test_the_exact_form() -> None:
    """Each Python type has its DynamoDB type, and numbers travel as text."""
    assert to_wire({"a": [1, "x", None, True, b"\0"]}) == {
        "M": {"a": {"L": [{"N": "1"}, {"S": "x"}, {"NULL": True}, {"BOOL": True}, {"B": b"\0"}]}}
    }
    assert to_wire({"b", "a"}) == {"SS": ["a", "b"]}


def test_the_edges_of_number() -> None:
    """The largest and smallest magnitudes DynamoDB stores are accepted."""
    for text in ("9.9999999999999999999999999999999999999E+125", "1E-130"):
        assert from_wire(to_wire(Decimal(text))) == Decimal(text)


def test_nesting_is_bounded() -> None:
    """Nesting beyond DynamoDB's limit raises WireError in both directions."""
    value: object = "leaf"
    wire: object = {"S": "leaf"}
    for _ in range(NESTING_LEVELS + 1):
        value = [value]
        wire = {"L": [wire]}
    with pytest.raises(WireError):
        to_wire(value)
    with pytest.raises(WireError):
        from_wire(wire)


def test_errors_hold_no_value() -> None:
    """The text of a WireError never holds the value."""
    with pytest.raises(WireError) as caught:
        from_wire({"N": "hunter2-canary"})
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None

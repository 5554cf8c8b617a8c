"""What shows that DynamoDB wrote a JSON value."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given

from hushtable.model.dynamodb.signs import is_typed
from hushtable.model.dynamodb.wire import to_wire
from tests.model.dynamodb.test_wire import plain


def readable(value: object) -> object:
    """Give bytes as JSON carries them."""
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case dict():
            return {name: readable(member) for name, member in value.items()}
        case list():
            return [readable(member) for member in value]
        case _:
            return value


@given(plain)
def test_every_wire_value_is_typed(value: object) -> None:
    """Whatever has a wire form is known as typed once it went through JSON."""
    told = json.loads(json.dumps(readable(to_wire(value))))
    assert is_typed(told)


@pytest.mark.parametrize(
    "value",
    [{}, {"S": 1}, {"N": "ten"}, {"N": 10}, {"BOOL": "true"}, {"NULL": False}, {"M": {"a": 1}},
     {"L": ["a"]}, {"SS": [1]}, {"S": "a", "N": "1"}, {"size": "S"}],
)  # fmt: skip
def test_a_name_alone_is_no_sign(value: dict[str, object]) -> None:
    """A member that is called as a type is typed only with the payload of that type."""
    assert not is_typed(value)

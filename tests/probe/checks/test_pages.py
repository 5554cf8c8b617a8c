"""Cursors: which can be read, and how one is changed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.probe.checks.pages import Cursor, decode, forge, is_key, readable

KEY = {"order_id": "o2", "customer_id": "u1"}
TYPED = {"order_id": {"S": "o2"}, "at": {"N": "3"}}


def encoded(value: object) -> str:
    """Give base64 of JSON, as services hand it out."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    ("answer", "readable_"),
    [
        ({"cursor": encoded(KEY)}, True),
        ({"next": encoded(KEY).rstrip("=")}, True),
        ({"paging": {"nextToken": json.dumps(TYPED)}}, True),
        ({"LastEvaluatedKey": TYPED}, True),
        ({"cursor": encoded({"offset": 20})}, False),
        ({"cursor": "v1.c2VhbGVk.b3BhcXVl"}, False),
        ({"cursor": None}, False),
        ({"cursor": encoded({str(n): "x" for n in range(9)})}, False),
        ({"orders": [{"cursor": 1}]}, False),
        ([], False),
    ],
)
def test_a_raw_key_is_read(answer: Any, readable_: Any) -> None:
    """A key as DynamoDB gives it is read; a sealed one and a position are not."""
    assert (readable(answer) is not None) is readable_


@given(
    st.dictionaries(
        st.text(min_size=1), st.text(min_size=1) | st.integers(), min_size=1, max_size=4
    )
)
def test_a_changed_cursor_is_one_still(key: dict[str, Any]) -> None:
    """A forged cursor differs from the one it is made of, and is read as a key again."""
    if not is_key(key):
        return
    for text in (json.dumps(key), encoded(key)):
        changed = forge(Cursor(("cursor",), text, key))
        assert changed != text
        assert decode(changed) is not None
        assert decode(changed) != key


@given(st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode()))
def test_any_text_is_a_cursor_or_none(text: str) -> None:
    """No text ends in an error."""
    found = decode(text)
    assert found is None or is_key(found)

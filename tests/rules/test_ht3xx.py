"""Expressions and keys: the judgements of HT301 to HT304."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.facts import ExpressionKind, Facts, Operation
from hushtable.model.rule import Confidence, Severity
from tests.rules.samples import OPEN, access, expression, judged, key, only

FILTER, UPDATE = ExpressionKind.FILTER, ExpressionKind.UPDATE


def test_injection() -> None:
    """HT301 names the input and the parameter it reaches, and is critical for a statement."""
    told = only("HT301", Facts(expressions=(expression(FILTER, "{}", client="q"),)))
    assert "a part of the FilterExpression on the table `users`, through `q`" in told.message
    assert "ExpressionAttributeValues" in told.remedy
    statement = expression(ExpressionKind.STATEMENT, "{}", client="q")
    told = only("HT301", Facts(expressions=(statement,)))
    assert told.severity is Severity.CRITICAL
    assert "`?`" in told.remedy


@pytest.mark.parametrize(
    "change",
    [{"client": ""}, {"allow_listed": True}, {"kind": ExpressionKind.NAMES}],
)
def test_no_injection(change: dict[str, object]) -> None:
    """HT301 is quiet about constants, checked names, and names behind placeholders."""
    fields: dict[str, object] = {"kind": UPDATE, "text": "SET {} = :v", "client": "field", **change}
    assert judged("HT301", Facts(expressions=(expression(**fields),))) == []  # type: ignore[arg-type]


def test_an_unvalidated_key() -> None:
    """HT302 speaks of free text inside a larger key only."""
    told = only("HT302", Facts(keys=(key(composed=True),)))
    assert "builds the key `user_id` of the table `users` from `user_id`" in told.message
    assert "Path(pattern=" in told.remedy
    assert (
        "Field(pattern=" in only("HT302", Facts(keys=(key(composed=True, source="body"),))).remedy
    )


@pytest.mark.parametrize(
    "change", [{"composed": False}, {"validated": True}, {"client": ""}, {"source": "header"}]
)
def test_keys_that_are_right(change: dict[str, object]) -> None:
    """HT302 is quiet about validated keys, keys of their own, and keys of the service's making."""
    assert judged("HT302", Facts(keys=(key(**{"composed": True, **change}),))) == []


def test_a_reserved_word() -> None:
    """HT303 says what DynamoDB would say, and which placeholder to write."""
    one = expression(ExpressionKind.PROJECTION, "name, user_id", names=(), values=())
    told = only("HT303", Facts(expressions=(one,)))
    assert told.message.endswith("attribute name is a reserved keyword: name")
    assert '`ExpressionAttributeNames={"#name": "name"}`' in told.remedy


def test_an_undeclared_placeholder() -> None:
    """HT303 says which placeholder to declare, and where."""
    one = expression(UPDATE, "SET nick = :v", names=(), values=(":w",))
    assert "`:v` in ExpressionAttributeValues" in only("HT303", Facts(expressions=(one,))).remedy
    one = expression(UPDATE, "SET #n = :v", names=(), values=(":v",))
    assert "`#n` in ExpressionAttributeNames" in only("HT303", Facts(expressions=(one,))).remedy


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FILTER, None),
        (FILTER, "nick = :v"),
        (FILTER, "{}"),
        (ExpressionKind.STATEMENT, "SELECT name FROM users"),
        (ExpressionKind.NAMES, "#n"),
    ],
)
def test_expressions_that_are_right(kind: ExpressionKind, text: str | None) -> None:
    """HT303 is quiet about what is right, what is not known and what it cannot parse."""
    one = expression(kind, text, names=(), values=(":v",))
    assert judged("HT303", Facts(expressions=(one,))) == []


def test_a_filter_on_a_key() -> None:
    """HT303 knows that a filter may name a key attribute in a Scan and not in a Query."""
    one = expression(FILTER, "nick = :v", values=(":v",), key_attributes=("nick",))
    scan, query = access(Operation.SCAN), access(Operation.QUERY)
    assert judged("HT303", Facts(expressions=(one,), accesses=(scan,))) == []
    told = only("HT303", Facts(expressions=(one,), accesses=(query,)))
    assert "nick" in told.message


def test_names_from_the_client() -> None:
    """HT304 speaks of names that nobody checked."""
    one = expression(UPDATE, "SET {} = {}", client_names="changes")
    told = only("HT304", Facts(expressions=(one,)))
    assert (
        "set attributes of its own choice in the table `users`, through `changes`" in told.message
    )
    assert told.routes == (OPEN,)
    checked = expression(UPDATE, "SET {} = {}", client_names="changes", allow_listed=True)
    assert judged("HT304", Facts(expressions=(checked,))) == []
    read = expression(ExpressionKind.PROJECTION, "{}", client_names="fields")
    assert "choose names in" in only("HT304", Facts(expressions=(read,))).message


def test_confidence_of_an_unregistered_route() -> None:
    """HT301 is less sure of a route that nothing registers."""
    one = expression(FILTER, "{}", client="q", route=replace(OPEN, registered=False))
    assert only("HT301", Facts(expressions=(one,))).confidence is Confidence.MEDIUM

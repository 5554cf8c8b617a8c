"""Shapes are strict, and the quick look never hides one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.guard.shapes import (
    Leak,
    holds_raw_key,
    is_shown,
    leak_in_text,
    may_talk,
    plain_name,
)
from tests.guard.leaky import BCRYPT, CLIENT_ERROR, JWT, KEY_ID

SAID = [
    CLIENT_ERROR,
    "arn:aws-us-gov:dynamodb:us-gov-west-1:1:table/x",
    "botocore.errorfactory.ResourceNotFoundException: x",
    "ProvisionedThroughputExceededException",
    "TransactionCanceledException: x",
    "EndpointConnectionError('x')",
    "NoCredentialsError()",
    "ParamValidationError: x",
    "Requested resource not found: Table: x",
    "The conditional request failed",
    "The provided key element does not match the schema",
    "One or more parameter values were invalid: x",
    "One or more parameter values are not valid. x",
    "Unable to locate credentials",
    'Could not connect to the endpoint URL: "x"',
    "Parameter validation failed:\nx",
    "Invalid KeyConditionExpression: x",
    "Invalid FilterExpression: x",
    "Invalid UpdateExpression: x",
]


@pytest.mark.parametrize("text", SAID)
def test_what_the_store_says_is_known(text: str) -> None:
    """Each text of the store is found, and the quick look at its body lets it be found."""
    assert leak_in_text(text) is Leak.STORE_TEXT
    assert may_talk(json.dumps({"a": text}).encode())


@given(text=st.text(), before=st.text(max_size=5), said=st.sampled_from(SAID))
def test_the_quick_look_hides_nothing(text: str, before: str, said: str) -> None:
    """A body holds a mark of every text in it, in whatever way it is written."""
    for written in (before + " " + said + text, text):
        if leak_in_text(written) is Leak.STORE_TEXT:
            for ascii_only in (True, False):
                body = json.dumps([written], ensure_ascii=ascii_only)
                assert may_talk(body.encode("utf-8", "surrogatepass"))


@given(text=st.text(max_size=80) | st.from_regex(r"\A(eyJ|\{\"|ew)[A-Za-z0-9+/=_\"{}:-]*\Z"))
def test_no_text_is_too_odd(text: str) -> None:
    """Any text gets an answer."""
    assert leak_in_text(text) in {None, *Leak}
    assert holds_raw_key(text) in {True, False}


@pytest.mark.parametrize(
    "text",
    [
        BCRYPT[:-1],
        KEY_ID[:-1],
        KEY_ID + "Q",
        JWT.partition(".")[2],
        "ValidationError",
        "a $2 coffee and a $10 cake",
        "arn:aws:s3:::bucket/key",
        "the resource you requested was not found",
        "{not json at all}",
        '{"offset": 10, "limit": 5}',
    ],
)
def test_what_only_resembles_a_shape_is_none(text: str) -> None:
    """Shortened hashes and key ids, other services' names and prose are ordinary text."""
    assert leak_in_text(text) is None


@pytest.mark.parametrize(
    "value", [None, True, False, "", "***", "•••", "[redacted]", "xxxx", "<hidden>", []]
)
def test_a_masked_or_empty_value_shows_nothing(value: object) -> None:
    """What is masked, empty or a flag shows no credential."""
    assert not is_shown(value)


@pytest.mark.parametrize("value", ["x", "hunter2", 0, 5, ["a"], "xx1"])
def test_any_other_value_shows(value: object) -> None:
    """A value with anything in it shows."""
    assert is_shown(value)


def test_names_are_compared_plain() -> None:
    """Case and what joins words do not matter."""
    names = {"password_hash", "passwordHash", "PASSWORD-HASH", "Password Hash"}
    assert {plain_name(name) for name in names} == {"passwordhash"}

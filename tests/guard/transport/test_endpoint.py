"""Addresses, and what of a request decides them."""

from __future__ import annotations

import json
import re
from typing import Any

import botocore.auth
import pytest
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from hushtable.guard.transport.call import Request
from hushtable.guard.transport.endpoint import (
    endpoint_at,
    is_loopback,
    outline,
    tables_by_arn,
    usual_endpoint,
)

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/notes"
PART = st.text("abz019.-:/@?#[]%_\\ é", max_size=12)
URLS = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP", "ftp", ""]),
    st.sampled_from(["localhost", "DynamoDB.test", "127.0.0.1", "[::1]", "a@b", ""]) | PART,
    st.sampled_from(["", ":80", ":443", ":8000", ":0", ":99999", ":x"]),
    st.sampled_from(["", "/", "/path", "?q", "#f", "//"]) | PART,
)


@given(URLS)
def test_an_endpoint_is_written_as_it_is_signed(url: str) -> None:
    """What is taken for an endpoint has no path, and the host that botocore signs."""
    endpoint = endpoint_at(url, "local")
    if endpoint is None:
        return
    assert endpoint_at(endpoint.url, "local") == endpoint
    assert re.fullmatch(r"https?://[^/?#@]+/", endpoint.url)
    assert endpoint.host == botocore.auth._host_from_url(endpoint.url)
    assert endpoint.host == botocore.auth._host_from_url(url)


@pytest.mark.parametrize(
    "url",
    ["", "localhost:8000", "http://", "http://a/path", "http://a?b", "http://u:p@a", "http://a:x"],
)
def test_what_is_no_plain_endpoint(url: str) -> None:
    """A path, a query, a user or no host at all make no endpoint."""
    assert endpoint_at(url, "local") is None


def test_usual_endpoints_are_those_of_one_partition() -> None:
    """Every region of the partition `aws` has the usual name, and no region of another."""
    session = Session()
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("dynamodb", partition):
            found = usual_endpoint(region)
            assert (found is not None) == (partition == "aws"), region
            assert found is None or found.host == f"dynamodb.{region}.amazonaws.com"
    for odd in ("", "local", "aws-global", "us-east-1\n", "us-east-1.evil.test/", "US-EAST-1"):
        assert usual_endpoint(odd) is None


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["notes", ARN, "value-of-an-item"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "TableName",
                    "RequestItems",
                    "TransactItems",
                    "Get",
                    "Put",
                    "Item",
                    "Keys",
                    "S",
                    ARN,
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(st.sampled_from(["GetItem", "BatchWriteItem", "TransactGetItems"]), JSON)
def test_an_outline_of_any_json(operation: str, body: Any) -> None:
    """Any JSON has an outline."""
    request = Request(operation, json.dumps(body).encode())
    assert isinstance(outline(request), dict)
    assert isinstance(tables_by_arn(request), str)


@pytest.mark.parametrize("body", [b"", b"arn:", b"[" * 100_000 + b"arn:", b"\xff"])
def test_an_outline_of_what_is_no_json(body: bytes) -> None:
    """What is not JSON names no table."""
    assert outline(Request("GetItem", body)) == {}
    assert tables_by_arn(Request("GetItem", body)) == ""


def test_an_outline_holds_no_item() -> None:
    """Of a request, the tables' names are kept and nothing of keys, items or values."""
    put = {"Put": {"TableName": ARN, "Item": {"pk": {"S": "value-of-an-item"}}}}
    batch = {ARN: [{"PutRequest": {"Item": {"pk": {"S": "value-of-an-item"}}}}]}
    key = {"pk": {"S": "value-of-an-item"}}
    for operation, body in (
        (
            "TransactWriteItems",
            {"TransactItems": [put, {"Delete": {"TableName": "b", "Key": key}}]},
        ),
        ("BatchWriteItem", {"RequestItems": batch}),
        ("BatchGetItem", {"RequestItems": {ARN: {"Keys": [key]}}}),
        ("GetItem", {"TableName": ARN, "Key": key, "ProjectionExpression": "#a"}),
    ):
        note = tables_by_arn(Request(operation, json.dumps(body).encode()))
        assert ARN in note
        assert "value-of-an-item" not in note
        assert "#a" not in note


def test_a_value_like_an_arn_is_no_table() -> None:
    """An item that holds an ARN goes where every item of its table goes."""
    body = {"TableName": "notes", "Item": {"pk": {"S": ARN}}}
    assert tables_by_arn(Request("PutItem", json.dumps(body).encode())) == ""


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("http://localhost:8000/", True),
        ("http://127.9.9.9/", True),
        ("http://[::1]:8000/", True),
        ("https://dynamodb.eu-west-1.amazonaws.com/", False),
        ("http://localhost.example.org/", False),
        ("http://10.0.0.1/", False),
        ("no url", False),
    ],
)
def test_an_address_is_on_this_machine(url: str, there: bool) -> None:  # noqa: FBT001 - expected
    """An address is on this machine where its host is, and nowhere else."""
    assert is_loopback(url) is there

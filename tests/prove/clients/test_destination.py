"""A request to DynamoDB is told from others by its host or its target."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.prove.clients.destination import Destination, Headers, without_host

STORE = Destination("http://127.0.0.1:8123", lambda service: f"http://127.0.0.1/{service}")
TARGET = "DynamoDB_20120810.GetItem"
NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)


@pytest.mark.parametrize(
    "host",
    [
        "dynamodb.us-east-1.amazonaws.com",
        "DynamoDB.eu-west-1.amazonaws.com",
        "dynamodb-fips.us-gov-west-1.amazonaws.com",
        "dynamodb.cn-north-1.amazonaws.com.cn",
        "dynamodb.eu-west-1.api.aws",
        "123456789012.ddb.eu-west-1.amazonaws.com",
    ],
)
def test_the_service_is_known_by_its_host(host: str) -> None:
    """Every form of the service's name is known."""
    assert STORE.takes(host, 443, None)


@pytest.mark.parametrize(
    "host",
    [
        "sqs.us-east-1.amazonaws.com",
        "streams.dynamodb.us-east-1.amazonaws.com",
        "dynamodb.us-east-1.amazonaws.com.evil.example",
        "payments.example",
        "",
        None,
    ],
)
def test_other_hosts_are_left(host: str | None) -> None:
    """Other services, and names that only look alike, are left as they are."""
    assert not STORE.takes(host, 443, {"content-type": "application/json"})


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Amz-Target": TARGET},
        {b"x-amz-target": TARGET.encode()},
        [("X-AMZ-TARGET", TARGET)],
        [(b"X-Amz-Target", TARGET.encode())],
    ],
)
def test_the_service_is_known_by_its_target(headers: Headers) -> None:
    """The target header is known however a client holds headers."""
    assert STORE.takes("anywhere.example", 8000, headers)
    assert not STORE.takes("127.0.0.1", 8123, headers)


def test_streams_are_another_service() -> None:
    """What the store does not stand for keeps its own address."""
    assert not STORE.takes(
        "a.example", 443, {"X-Amz-Target": "DynamoDBStreams_20120810.ListStreams"}
    )
    assert STORE.of("dynamodb") == "http://127.0.0.1:8123"
    assert STORE.of("dynamodbstreams") is None
    assert STORE.of("s3") == "http://127.0.0.1/s3"
    assert Destination("http://127.0.0.1:1", lambda _service: "").of("s3") is None


@given(st.lists(st.tuples(NAMES, NAMES)), st.sampled_from(("Host", "host", "HOST")))
def test_only_the_host_is_left_out(headers: list[tuple[str, str]], host: str) -> None:
    """All headers stay in their order, but for the host."""
    kept = [pair for pair in headers if pair[0] != "host"]
    assert without_host([*headers, (host, "dynamodb.us-east-1.amazonaws.com")]) == kept

"""Signatures, beside botocore's own."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from hushtable.guard.transport.endpoint import Endpoint, endpoint_at
from hushtable.guard.transport.keys import Keys
from hushtable.guard.transport.sign import MEDIA_TYPE, TARGET, Signer

WORD = st.text("abcXYZ019/+=", min_size=1, max_size=40)
REGION = st.sampled_from(["us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1", "local"])
URL = st.sampled_from(
    [
        "https://dynamodb.us-east-1.amazonaws.com",
        "https://123456789012.ddb.eu-west-1.amazonaws.com/",
        "http://LOCALHOST:8000",
        "http://127.0.0.1:80/",
        "https://[::1]:8443",
    ]
)
NOW = st.integers(0, 4_000_000_000)
OPERATION = st.sampled_from(["GetItem", "Query", "TransactWriteItems"])
SIGNER = Signer()


def signed_by_botocore(
    keys: Keys, endpoint: Endpoint, operation: str, body: bytes, now: int
) -> dict[str, str]:
    """Give the headers that botocore signs and makes for the same request."""
    headers = {"X-Amz-Target": f"{TARGET}.{operation}", "Content-Type": MEDIA_TYPE}
    request = AWSRequest("POST", endpoint.url, headers=headers, data=body)
    credentials = Credentials(keys.access_key, keys.secret_key, keys.token)
    at = dt.datetime.fromtimestamp(now, dt.UTC)
    auth = botocore.auth.SigV4Auth(credentials, "dynamodb", endpoint.region)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=at):
        auth.add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


@given(
    st.builds(Keys, WORD, WORD, st.none() | WORD | st.just(" a  b ")),
    URL,
    REGION,
    OPERATION,
    st.binary(max_size=200),
    NOW,
)
def test_signatures_are_botocores(  # noqa: PLR0913, PLR0917 -- one for each thing that is signed
    keys: Keys, url: str, region: str, operation: str, body: bytes, now: int
) -> None:
    """Every header that is signed, and the signature, are byte for byte what botocore makes."""
    endpoint = endpoint_at(url, region)
    assert endpoint is not None
    # One signer for all examples: what it keeps from one must not reach the next.
    ours = SIGNER.headers(keys, endpoint, operation, body, now + 0.5)
    theirs = signed_by_botocore(keys, endpoint, operation, body, now)
    assert ours == {name: theirs[name] for name in ours}
    assert set(theirs) == set(ours)


def test_no_secret_is_shown() -> None:
    """A repr of credentials or of a signer holds nothing of them."""
    keys = Keys("access" + "-1", "secret" + "-1", "token" + "-1", "account-1")
    signer = Signer()
    endpoint = endpoint_at("http://127.0.0.1:1", "local")
    assert endpoint is not None
    signer.headers(keys, endpoint, "GetItem", b"{}", 0)
    for shown in (repr(keys), repr(signer)):
        assert "-1" not in shown

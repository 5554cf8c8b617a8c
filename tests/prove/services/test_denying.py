"""Other services that say no."""

from __future__ import annotations

import json

import pytest

from hushtable.prove.canary import Source
from hushtable.prove.services.answering import Request
from hushtable.prove.services.denying import denied
from hushtable.prove.store.mint import Mint


@pytest.mark.parametrize(
    ("service", "target", "path", "media"),
    [
        ("cognito-idp", "AWSCognitoIdentityProviderService.SignUp", "/", "json"),
        ("sesv2", "", "/v2/email/outbound-emails", "json"),
        ("iot-data", "", "/topics/a", "json"),
        ("sns", "", "/", "xml"),
        ("s3", "", "/bucket/key", "xml"),
    ],
)
def test_a_denial_carries_a_canary(service: str, target: str, path: str, media: str) -> None:
    """Each protocol's error has a canary of the service in its message, where clients read it."""
    mint = Mint(3)
    answer = denied(mint, Request(service, "POST", path, target, b"", "us-east-1"))
    assert media in answer.media
    assert answer.status in {400, 403}
    (canary,) = mint.found_in(answer.body.decode())
    assert (canary.source, canary.path[0]) == (Source.SERVICE, service)
    if media == "json":
        assert canary.token in json.loads(answer.body)["message"]

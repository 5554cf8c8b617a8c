"""Endpoints and credentials, beside those of a stock botocore client."""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.credentials import RefreshableCredentials
from botocore.session import Session

from hushtable.guard.errors import RefusedError
from hushtable.guard.transport.call import Request
from hushtable.guard.transport.keys import Keys
from hushtable.guard.transport.session import (
    ResolvedEndpoints,
    SessionKeys,
    configured_region,
    new_session,
)

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/notes"
ELSEWHERE = "arn:aws:dynamodb:us-west-2:123456789012:table/notes"
PLAIN = ("GetItem", {"TableName": "notes", "Key": {"pk": {"S": "a"}}})
REQUESTS: list[tuple[str, dict[str, Any]]] = [
    PLAIN,
    ("ListTables", {}),
    ("GetItem", {"TableName": ARN, "Key": {"pk": {"S": "a"}}}),
    ("Query", {"TableName": ELSEWHERE}),
    ("PutItem", {"TableName": "notes", "Item": {"pk": {"S": ARN}, "b": {"B": "YQ=="}}}),
    ("BatchGetItem", {"RequestItems": {ARN: {"Keys": [{"pk": {"S": "a"}}]}}}),
    ("BatchWriteItem", {"RequestItems": {ARN: [{"DeleteRequest": {"Key": {"pk": {"S": "a"}}}}]}}),
    (
        "TransactGetItems",
        {"TransactItems": [{"Get": {"TableName": ARN, "Key": {"pk": {"S": "a"}}}}]},
    ),
    (
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": ARN, "Item": {"pk": {"S": "a"}}}},
                {"Delete": {"TableName": "other", "Key": {"pk": {"S": "a"}}}},
            ]
        },
    ),
]

SETTINGS: dict[str, dict[str, str]] = {
    "default": {},
    "another region": {"AWS_DEFAULT_REGION": "eu-central-1"},
    "china": {"AWS_DEFAULT_REGION": "cn-north-1"},
    "government": {"AWS_DEFAULT_REGION": "us-gov-west-1"},
    "fips": {"AWS_USE_FIPS_ENDPOINT": "true"},
    "dualstack": {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
    "both": {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
    "account": {"AWS_ACCOUNT_ID": "111122223333"},
    "account disabled": {
        "AWS_ACCOUNT_ID": "111122223333",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    },
    "account required": {
        "AWS_ACCOUNT_ID": "111122223333",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required",
    },
    "url of the service": {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000"},
    "url of all services": {"AWS_ENDPOINT_URL": "http://localhost:4566/"},
    "both urls": {
        "AWS_ENDPOINT_URL": "http://a.test",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://B.test:80",
    },
    "url ignored": {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:8000",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    },
    "url of the profile": {"AWS_PROFILE": "at-url"},
    "url of the profile's services": {"AWS_PROFILE": "at-services"},
    "region of the profile": {"AWS_PROFILE": "elsewhere"},
}

FILE = """
[default]
region = us-east-1
[profile at-url]
region = us-east-1
endpoint_url = http://127.0.0.1:8001
[profile at-services]
region = us-east-1
endpoint_url = http://127.0.0.1:8001
services = ours
[profile elsewhere]
region = eu-west-1
use_dualstack_endpoint = true
[services ours]
dynamodb =
  endpoint_url = http://127.0.0.1:8002
"""


@pytest.fixture(autouse=True)
def _configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Set credentials as variables and profiles in a file, and nothing else."""
    (tmp_path / "config").write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "access")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


class Raw:
    """An empty answer."""

    def stream(self) -> Iterator[bytes]:
        yield b"{}"


def stock(requests: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, str]]:
    """Give the URLs and signing regions to which a stock client sends."""
    seen: list[tuple[str, str]] = []

    def answer(request: Any, **_: object) -> AWSResponse:
        scope = str(request.headers["Authorization"]).partition("Credential=")[2]
        seen.append((request.url, scope.split("/")[2]))
        return AWSResponse(request.url, 200, {}, Raw())

    client = Session().create_client("dynamodb")
    client.meta.events.register("before-send.dynamodb", answer)
    for operation, parameters in requests:
        getattr(client, xform_name(operation))(**parameters)
    return seen


def ours(requests: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, str]]:
    """Give the URLs and signing regions to which the lean transport sends."""
    session = new_session()
    keys = SessionKeys(session)
    keys.load()
    known = keys.current()
    assert known is not None
    endpoints = ResolvedEndpoints(session, configured_region(session) or "")
    found = []
    for operation, parameters in requests:
        request = Request(operation, json.dumps(parameters).encode())
        if endpoints.known(request, known.account_id) is None:
            endpoints.find(request, known.account_id)
        endpoint = endpoints.known(request, known.account_id)
        assert endpoint is not None
        found.append((endpoint.url, endpoint.region))
    return found


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.replace(" ", "-"))
def test_endpoints_are_botocores(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is configured, a request goes where a stock client would send it."""
    for name, value in SETTINGS[setting].items():
        monkeypatch.setenv(name, value)
    assert ours([PLAIN]) == [(url.lower().replace(":80/", "/"), at) for url, at in stock([PLAIN])]


@pytest.mark.parametrize("mode", ["preferred", "disabled"])
def test_tables_named_by_arn(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that names tables by ARN goes where a stock client would send it."""
    monkeypatch.setenv("AWS_ACCOUNT_ID", "111122223333")
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", mode)
    assert ours(REQUESTS) == stock(REQUESTS)


def test_an_endpoint_that_cannot_be_found(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where botocore's rules refuse, there is no endpoint, and the log says the kind alone."""
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "required")
    endpoints = ResolvedEndpoints(new_session(), "us-east-1")
    assert endpoints.general() is None
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("hushtable")]
    assert ours == ["the endpoint could not be resolved: EndpointResolutionError"]


def test_what_is_remembered_has_a_bound() -> None:
    """The endpoints of ever new ARNs are not kept without end."""
    endpoints = ResolvedEndpoints(new_session(), "us-east-1", "http://127.0.0.1:1")
    endpoints._seen = lambda *_: ("http://127.0.0.1:1/", "us-east-1")  # type: ignore[method-assign]
    for number in range(600):
        endpoints.find(
            Request("GetItem", json.dumps({"TableName": f"{ARN}{number}"}).encode()), None
        )
    assert len(endpoints._found) <= 256


def test_a_profile_that_is_not_there() -> None:
    """An unknown profile is refused without naming it."""
    with pytest.raises(RefusedError, match="ProfileNotFound") as refused:
        new_session("no-such-" + "profile")
    assert "no-such" not in str(refused.value)


class Provider:
    """Hands out credentials that last `life` seconds, numbered, or breaks."""

    def __init__(self, life: float) -> None:
        self.life = life
        self.given = 0
        self.broken = False
        self.wait = threading.Event()
        self.wait.set()

    def give(self) -> dict[str, str]:
        self.wait.wait(5)
        if self.broken:
            message = "secret" + "-of-the-provider"
            raise RuntimeError(message)
        self.given += 1
        ends = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.life)
        return {
            "access_key": f"access-{self.given}",
            "secret_key": "secret",
            "token": "token",
            "expiry_time": ends.isoformat(),
        }

    def session(self) -> Session:
        """Give a session whose credentials come from here."""
        session = Session()
        session._credentials = RefreshableCredentials.create_from_metadata(
            self.give(), self.give, "custom"
        )
        return session


def eventually(keys: SessionKeys, access_key: str) -> bool:
    """Wait until these are the credentials."""
    for _ in range(200):
        now = keys.current()
        if now is not None and now.access_key == access_key:
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the expiry on each call."""
    monkeypatch.setattr("hushtable.guard.transport.session._LOOK_EVERY", 0.0)


@pytest.mark.usefixtures("always")
def test_credentials_are_renewed_off_the_way() -> None:
    """Credentials that soon expire go on being used while a thread fetches the next."""
    provider = Provider(life=7200)
    session = provider.session()
    keys = SessionKeys(session)
    assert keys.current() is None
    keys.load()
    session.get_credentials()._expiry_time = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=700)
    provider.wait.clear()
    began = time.monotonic()
    still = keys.current()
    assert time.monotonic() - began < 1
    assert still is not None
    assert still.access_key == "access-1"
    provider.wait.set()
    assert eventually(keys, "access-2")


@pytest.mark.usefixtures("always")
def test_expired_credentials_are_not_used(caplog: pytest.LogCaptureFixture) -> None:
    """Credentials that have expired are not given, and a failing provider says nothing secret."""
    provider = Provider(life=-1)
    keys = SessionKeys(provider.session())
    provider.broken = True
    with caplog.at_level(logging.DEBUG, "hushtable"):
        keys.load()
    assert keys.current() is None
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("hushtable")]
    assert ours == ["credentials could not be loaded: RuntimeError"]
    provider.broken, provider.life = False, 7200
    keys.load()
    assert keys.current() == Keys("access-2", "secret", "token")


def test_refused_credentials_are_fetched_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that the service calls expired are read again from their source, once."""
    keys = SessionKeys(new_session())
    keys.load()
    first = keys.current()
    assert first == Keys("access", "secret")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "rotated")
    keys.load()
    assert keys.current() == first
    keys.load(first)
    assert keys.current() == Keys("rotated", "secret")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "rotated-again")
    keys.load(first)
    assert keys.current() == Keys("rotated", "secret")


def test_given_credentials_are_never_replaced_by_others() -> None:
    """Where the program gave credentials, those of the environment do not take their place."""
    keys = SessionKeys(new_session(keys=Keys("given", "secret")))
    keys.load()
    given = keys.current()
    keys.load(given)
    assert keys.current() == given == Keys("given", "secret")


def test_credentials_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no provider has any, there are none."""
    session = new_session()
    monkeypatch.setattr(session, "get_credentials", lambda: None)
    keys = SessionKeys(session)
    keys.load()
    assert keys.current() is None

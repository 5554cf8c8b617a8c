"""Which transport is chosen, and why."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.session import Session

from hushtable.guard.errors import RefusedError
from hushtable.guard.transport.by_botocore import BotocoreTransport
from hushtable.guard.transport.call import Request
from hushtable.guard.transport.choose import Kind, Settings, choose, transport
from hushtable.guard.transport.environment import is_plain, keys_of, region_of
from hushtable.guard.transport.keys import Keys
from hushtable.guard.transport.lean import LeanTransport
from hushtable.guard.transport.local import LocalTransport
from hushtable.guard.transport.session import (
    ResolvedEndpoints,
    SessionKeys,
    configured_region,
    new_session,
)

ANY = Request("ListTables", b"{}")
BY_ARN = Request(
    "BatchGetItem",
    b'{"RequestItems":{"arn:aws:dynamodb:us-east-1:123456789012:table/x":{"Keys":[]}}}',
)
PLAIN = {
    "AWS_ACCESS_KEY_ID": "access",
    "AWS_SECRET_ACCESS_KEY": "secret-that-is-" + "not-shown",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Have nothing configured, and a home with nothing in it."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.upper().endswith(("_PROXY", "CA_BUNDLE")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def configure(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    """Set environment variables beside the plain ones."""
    for name, value in {**PLAIN, **variables}.items():
        monkeypatch.setenv(name, value)


def test_nothing_configured_is_local(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any configuration it is the embedded DynamoDB, and one warning says so."""
    monkeypatch.setenv("AWS_CA_BUNDLE", "of-the-machine.pem")
    made = transport()
    assert isinstance(made, LocalTransport)
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, "transport: local, because nothing about AWS is configured")
    ]


def test_nothing_configured_and_nothing_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, a missing region is told, and what to install where nothing is said."""
    monkeypatch.setattr("hushtable.guard.transport.choose.find_spec", lambda _: None)
    with pytest.raises(RefusedError, match=r"no AWS region.*'hushtable\[embedded\]'"):
        transport()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "access")
    with pytest.raises(RefusedError, match=r"no AWS region.*give a region$"):
        transport()


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_REGION", "AWS_WEB_IDENTITY_TOKEN_FILE"])
def test_anything_configured_is_not_local(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable about AWS is enough not to work in memory unasked."""
    monkeypatch.setenv(name, "default" if name == "AWS_PROFILE" else "us-east-1")
    with contextlib.suppress(RefusedError):  # not enough is configured, and that is told
        assert choose(Settings()).kind != "local"
    assert choose(Settings(kind="local")).kind == "local"


def test_a_file_is_not_local(home: Path) -> None:
    """A configuration file is enough not to work in memory unasked."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[default]\nregion = eu-west-1\n", encoding="utf-8")
    choice = choose(Settings())
    assert (choice.kind, choice.reason) == ("lean", "all that is configured is known to it")


@pytest.mark.parametrize(
    "settings",
    [Settings(), Settings(region="eu-west-1"), Settings(endpoint="http://127.0.0.1:8000")],
)
def test_plain_variables_need_no_botocore(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where credentials and a region are all there is, it is lean, by what the program knows."""
    configure(monkeypatch)
    with caplog.at_level(logging.INFO):
        made = transport(settings)
    assert isinstance(made, LeanTransport)
    assert caplog.messages == [
        "transport: lean, because credentials and region are given and nothing else is configured"
    ]


def test_the_face_loads_no_transport() -> None:
    """Who imports the guard waits for no HTTP library: a transport is chosen at the first call."""
    look = (
        "import sys, hushtable.guard; "
        "print([n for n in ('botocore', 'httptools', 'pyreqwest') if n in sys.modules])"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", look], env=env, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_botocore_is_not_imported_for_plain_variables() -> None:
    """The first request of a plain service does not wait for botocore to be imported."""
    look = (
        "import sys; from hushtable.guard.transport.choose import transport; transport(); "
        "names = ('botocore', 'httptools', 'ministack', 'pyreqwest', 'uvloop'); "
        "print([n for n in names if n in sys.modules])"
    )
    env = {**os.environ, **PLAIN, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", look], env=env, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "['httptools', 'pyreqwest']"


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"AWS_SESSION_TOKEN": "token"},
        {"AWS_SESSION_TOKEN": ""},
        {"AWS_REGION": "eu-west-1"},
        {"AWS_DEFAULT_REGION": "", "AWS_REGION": "mx-central-1"},
        {"AWS_DEFAULT_REGION": "ap-southeast-7", "AWS_LAMBDA_FUNCTION_NAME": "f"},
        {"AWS_ACCESS_KEY_ID": ""},
        {"AWS_SECRET_ACCESS_KEY": ""},
    ],
)
def test_what_is_plain_is_what_botocore_finds(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read from the environment without botocore is what botocore finds there."""
    configure(monkeypatch, **variables)
    assert is_plain(os.environ, Path.home())
    session = new_session()
    keys = keys_of(os.environ)
    if keys is not None:
        theirs = SessionKeys(session)
        theirs.load()
        assert theirs.current() in {keys, Keys(keys.access_key, keys.secret_key, "")}
    region = region_of(os.environ)
    assert region == configured_region(session)
    assert region is not None
    if keys is not None:
        endpoints = ResolvedEndpoints(session, region)
        made = choose(Settings()).make()
        assert isinstance(made, LeanTransport)
        assert made._endpoints.known(ANY, None) == endpoints.general()


def test_a_table_by_arn_is_looked_up_by_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everything is plain and a table is named by its ARN, botocore's rules are asked."""
    configure(monkeypatch)
    made = choose(Settings()).make()
    assert isinstance(made, LeanTransport)
    endpoints = made._endpoints
    assert endpoints.known(BY_ARN, None) is None
    endpoints.find(BY_ARN, None)
    theirs = ResolvedEndpoints(new_session(), "us-east-1")
    theirs.find(BY_ARN, None)
    assert endpoints.known(BY_ARN, None) == theirs.known(BY_ARN, None) is not None


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"HTTPS_PROXY": "http://127.0.0.1:1"}, "a proxy is configured"),
        ({"https_proxy": "http://127.0.0.1:1"}, "a proxy is configured"),
        ({"AWS_CA_BUNDLE": "bundle.pem"}, "a bundle of certificates is configured"),
        ({"REQUESTS_CA_BUNDLE": "bundle.pem"}, "a bundle of certificates is configured"),
        ({"AWS_RETRY_MODE": "adaptive"}, "a retry mode is configured"),
        ({"AWS_RETRY_MODE": "legacy"}, "a retry mode is configured"),
        ({"AWS_DEFAULTS_MODE": "in-region"}, "a defaults mode is configured"),
        ({"AWS_ENDPOINT_DISCOVERY_ENABLED": "true"}, "endpoint discovery is configured"),
        ({"AWS_DATA_PATH": "models"}, "a folder of service models is configured"),
        ({"AWS_SDK_UA_APP_ID": "app"}, "an application id is configured"),
        ({"AWS_CSM_ENABLED": "true"}, "client-side monitoring is configured"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1/path"}, "the endpoint is not a plain one"),
        ({"AWS_ACCOUNT_ID_ENDPOINT_MODE": "required"}, "the endpoint is not a plain one"),
        ({"AWS_PROFILE": "alive"}, "tcp_keepalive is configured"),
    ],
)
def test_what_lean_does_not_know_selects_botocore(
    variables: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """A setting that the lean transport does not know selects botocore, which is said."""
    configure(monkeypatch, **variables)
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(
        "[profile alive]\ntcp_keepalive = true\n", encoding="utf-8"
    )
    choice = choose(Settings())
    assert (choice.kind, choice.reason) == ("botocore", reason)


@pytest.mark.parametrize(
    "variables",
    [
        {"AWS_RETRY_MODE": "standard"},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000"},
        {"AWS_DEFAULT_REGION": "us-gov-west-1"},
        {"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": "*"},
        {"AWS_ACCOUNT_ID": "111122223333"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:8000", "AWS_CA_BUNDLE": "not-for-http.pem"},
    ],
)
def test_what_lean_knows_stays_lean(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting whose effect botocore tells once leaves the transport lean."""
    configure(monkeypatch, **variables)
    choice = choose(Settings())
    assert (choice.kind, choice.reason) == ("lean", "all that is configured is known to it")
    assert isinstance(choice.make(), LeanTransport)


def test_no_certificates_select_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that has no certificates leaves it to botocore, which brings its own."""
    configure(monkeypatch)
    empty = type("Paths", (), {"cafile": None, "capath": None})
    monkeypatch.setattr("ssl.get_default_verify_paths", lambda: empty)
    choice = choose(Settings())
    assert choice.kind == "botocore"
    assert "certificates" in choice.reason
    assert choose(Settings(endpoint="http://127.0.0.1:1")).kind == "lean"


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (Settings(config=Config(client_cert="cert.pem")), "botocore"),
        (Settings(kind="botocore"), "botocore"),
        (Settings(session=Session()), "lean"),
        (Settings(kind="lean", region="cn-north-1"), "lean"),
        (Settings(keys=Keys("a", "b", account_id="111122223333")), "lean"),
        (Settings(kind="local"), "local"),
    ],
)
def test_what_the_program_says_counts(
    settings: Settings, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Config, a session or an explicit kind is followed."""
    configure(monkeypatch)
    assert choose(settings).kind == kind
    made = choose(settings).make()
    classes = {"local": LocalTransport, "lean": LeanTransport, "botocore": BotocoreTransport}
    assert isinstance(made, classes[kind])
    made.close_now()


def test_given_credentials_and_region_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """With credentials and a region from the program, nothing needs to be configured."""
    made = choose(Settings(keys=Keys("given", "secret"), region="us-east-1")).make()
    assert isinstance(made, LeanTransport)
    assert made._keys.current() == Keys("given", "secret")
    configure(monkeypatch, AWS_USE_FIPS_ENDPOINT="true")
    made = choose(Settings(keys=Keys("given", "secret"))).make()
    assert isinstance(made, LeanTransport)
    assert made._keys.current() == Keys("given", "secret")
    known = made._endpoints.known(ANY, None)
    assert known is not None
    assert known.host == "dynamodb-fips.us-east-1.amazonaws.com"


def test_attempts_are_those_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_MAX_ATTEMPTS holds for the lean transport too."""
    configure(monkeypatch, AWS_MAX_ATTEMPTS="7")
    made = choose(Settings()).make()
    assert isinstance(made, LeanTransport)
    assert made._timing.attempts == 7


def test_wrong_settings_are_refused_in_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that botocore refuses is told by its kind, without its value."""
    configure(monkeypatch)
    with pytest.raises(RefusedError) as refused:
        transport(Settings(kind="botocore", endpoint="no url that-is-not-shown"))
    assert "not-shown" not in str(refused.value)
    assert refused.value.__context__ is None


def test_a_session_is_given_alone() -> None:
    """Credentials beside a session, which has its own, are refused: it is not clear which count."""
    with pytest.raises(RefusedError, match="alone"):
        choose(Settings(session=Session(), keys=Keys("a", "b")))


def test_settings_show_no_secret() -> None:
    """A repr of the settings holds no credential."""
    assert "not-shown" not in repr(Settings(keys=Keys("not-shown", "not-shown", "not-shown")))


@pytest.mark.parametrize("kind", ["lean", "botocore"])
def test_a_transport_tells_whether_it_stays_on_this_machine(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What reaches no further than loopback says so; what goes to AWS does not."""
    configure(monkeypatch)
    for endpoint, there in (("http://127.0.0.1:8000", True), (None, False)):
        made = choose(Settings(kind=kind, endpoint=endpoint)).make()
        assert isinstance(made, LeanTransport | BotocoreTransport)
        assert made.is_local is there
        made.close_now()

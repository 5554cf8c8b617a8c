"""`hushtable probe`: what its options mean, how it ends, and what it never prints."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from typer.testing import Result

from hushtable.cli.asked import identities, known
from hushtable.model.errors import UsageError
from tests.probe.apps import CALLERS, leaky
from tests.report.test_document import VALIDATOR
from tests.report.test_sarif import VALIDATOR as SARIF

Run = Callable[..., Result]
CALLER = next(iter(CALLERS))


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an app on a free port of loopback, in a thread."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [one]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{one.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve the leaky service."""
    with serving(leaky()) as found:
        yield found


def probe(run: Run, url: str, *more: str) -> Result:
    """Run the command quickly, as one identity."""
    return run("probe", url, "--rate", "1000", "--as", f"A=x-token: {CALLER}", *more)


def test_findings_fail_the_run(run: Run, url: str) -> None:
    """A leaky service ends in exit code 1, with its findings and how much was asked."""
    done = probe(run, url)
    assert done.exit_code == 1, done.output
    assert "HT102 secret-in-response" in done.stdout
    assert "5 of 5 operations answered" in done.stdout
    assert CALLER not in done.output


def test_json_and_sarif_are_valid(run: Run, url: str, tmp_path: Path) -> None:
    """The JSON report fits its schema, tells transcripts and risks; SARIF is valid too."""
    probe(run, url, "-o", "a.json", "-o", "a.sarif")
    told = json.loads((tmp_path / "a.json").read_text())
    VALIDATOR.validate(told)
    assert told["asked"]["answered"] == 5
    assert told["risks"]["API3:2023"]["grade"] == "F"
    assert told["risks"]["API7:2023"] == {"score": 100, "grade": "A"}
    proven = [one for one in told["findings"] if one["verdict"] == "proven"]
    assert all(one["transcripts"] and one["line"] == 0 for one in proven)
    log = json.loads((tmp_path / "a.sarif").read_text())
    SARIF.validate(log)
    assert log["runs"][0]["automationDetails"]["id"] == "hushtable/probe/"


def test_two_runs_are_the_same(run: Run, url: str, tmp_path: Path) -> None:
    """The same answers give the same report, but for the seconds it took."""
    told = []
    for name in ("a.json", "b.json"):
        probe(run, url, "-o", name)
        read = json.loads((tmp_path / name).read_text())
        read["asked"]["seconds"] = 0
        told.append(read)
    assert told[0] == told[1]


def test_a_plan_asks_for_the_document_alone(run: Run, url: str) -> None:
    """`--plan` lists what would be asked, and of whom, and ends."""
    done = probe(run, url, "--plan")
    assert done.exit_code == 0
    assert "GET /orders/{order_id}" in done.stdout
    assert "as anyone, A." in done.stdout


def test_an_earlier_report_is_compared_with(run: Run, url: str, tmp_path: Path) -> None:
    """`--against` tells new, gone and unchanged findings."""
    probe(run, url, "-o", "old.json")
    old = json.loads((tmp_path / "old.json").read_text())
    first, *rest = old["findings"]
    old["findings"] = [*rest, first | {"key": "0" * 16}]
    (tmp_path / "old.json").write_text(json.dumps(old))
    done = probe(run, url, "--against", "old.json")
    assert f"1 new, 1 gone, {len(rest)} unchanged since old.json" in done.stdout


def test_a_lock_says_what_is_agreed(run: Run, url: str, tmp_path: Path) -> None:
    """`--lock` says of a finding's members which are agreed to; a broken one is a usage error."""
    line = 'route = "GET /people", audience = "anyone", channel = "response", table = "people"'
    (tmp_path / "agreed.lock").write_text(
        'version = 1\nmade-from = "scan"\n'
        f'exposures = [\n  {{ {line}, attributes = ["phone"] }},\n]\n'
    )
    probe(run, url, "--lock", "agreed.lock", "-o", "l.json")
    findings = json.loads((tmp_path / "l.json").read_text())["findings"]
    (held,) = [one for one in findings if (one["code"], one["path"]) == ("HT103", "GET /people")]
    told = [one for one in held["reasons"] if "agreed.lock" in one]
    assert told[0] == "agreed.lock agrees that `phone` leaves there"
    assert "does not agree that `card_number`" in told[1]
    (tmp_path / "broken.lock").write_text("version = 'x'")
    assert probe(run, url, "--lock", "broken.lock").exit_code == 2


def test_a_context_weighs_in_the_open(run: Run, url: str, tmp_path: Path) -> None:
    """`--context` moves severities, and each moved finding says so."""
    probe(run, url, "--context", "internal", "-o", "c.json")
    findings = json.loads((tmp_path / "c.json").read_text())["findings"]
    moved = [one for one in findings if "internal service" in " ".join(one["reasons"])]
    assert moved
    assert all("counts as low" in one["reasons"][-1] for one in moved if one["severity"] == "low")


def test_nothing_answered_is_exit_code_3(run: Run) -> None:
    """A service that answers nothing was not examined."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    with serving(app) as url:
        done = run("probe", url, "--rate", "1000")
    assert done.exit_code == 3
    assert "nothing was examined" in done.output


def test_a_service_that_is_not_there_is_exit_code_3(run: Run) -> None:
    """What cannot be reached was not examined, by a plan neither, and why is said."""
    for more in ((), ("--plan",)):
        done = run("probe", "http://127.0.0.1:1", "--rate", "1000", *more)
        assert done.exit_code == 3
        assert "the connection was refused" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("http://8.8.8.8",), "--i-own 8.8.8.8"),
        (("http://127.0.0.1:1", "--as", "nonsense-secret"), "--as number 1"),
        (("http://127.0.0.1:1", "--know", "x"), "NAME=VALUE"),
        (("http://127.0.0.1:1", "--select", "HT999"), "HT999"),
        (("http://127.0.0.1:1", "--against", "none.json"), "none.json"),
        (("http://127.0.0.1:1", "--openapi", "none.json"), "none.json"),
        (("http://127.0.0.1:1", "--cert", "none.pem"), "--cert none.pem"),
        (("http://127.0.0.1:1", "--trust", "none.pem"), "--trust none.pem"),
        (("http://127.0.0.1:1", "--proxy", "me:nonsense-secret"), "--proxy"),
        (("http://127.0.0.1:1", "--within", "nan"), "--within"),
    ],
)
def test_what_cannot_be_done_is_exit_code_2(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    """A wrong order is one sentence that repeats no secret."""
    done = run("probe", *arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert "nonsense-secret" not in done.output


def test_identities_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Headers are given by name, repeated for several, with values out of the environment."""
    monkeypatch.setenv("TOKEN_A", "hidden-token")
    found = identities(["A=Authorization: Bearer ${TOKEN_A}", "B=x-user: u2", "A=x-tenant: t1"])
    assert [one.name for one in found] == ["A", "B"]
    assert found[0].headers == (("Authorization", "Bearer hidden-token"), ("x-tenant", "t1"))
    assert "hidden" not in repr(found)
    with pytest.raises(UsageError, match="TOKEN_B"):
        identities(["A=Authorization: ${TOKEN_B}"])
    for wrong in ("A", "A=", "=x: y", "A=x y: z", "A=x: y\r\nz: 1", "anyone=x: y"):
        with pytest.raises(UsageError):
            identities([wrong])


def test_known_values_are_read() -> None:
    """A known value may hold an equals sign, its name may not be missing."""
    assert known(["a=b=c"]) == (("a", "b=c"),)
    for wrong in ("a", "=b", "a="):
        with pytest.raises(UsageError):
            known([wrong])


def test_a_login_is_loaded_from_a_file(run: Run, url: str, tmp_path: Path) -> None:
    """`--login` calls the function of a file for an identity that is named alone."""
    signing = tmp_path / "signing.py"
    signing.write_text(
        f"async def login(name, client):\n    return {{'x-token': {CALLER!r}}}\n", encoding="utf-8"
    )
    done = run("probe", url, "--rate", "1000", "--as", "A", "--login", f"{signing}:login")
    assert done.exit_code == 1, done.output
    assert CALLER not in done.output


@pytest.mark.parametrize(
    ("named", "said"),
    [("signing.py", "FILE.py:FUNCTION"), ("signing.py:other", "no async function"),
     ("missing.py:login", "must be there"), ("broken.py:login", "cannot be loaded")],
)  # fmt: skip
def test_a_login_that_is_none_is_a_usage_error(
    run: Run, url: str, tmp_path: Path, named: str, said: str
) -> None:
    """What `--login` names must be an async function of a file that loads."""
    (tmp_path / "signing.py").write_text("def other(): ...\n", encoding="utf-8")
    (tmp_path / "broken.py").write_text("raise ValueError('token-of-a-4f7d1c9e')\n")
    done = run("probe", url, "--as", "A", "--login", named)
    assert done.exit_code == 2
    assert said in done.output
    assert "token-of-a" not in done.output

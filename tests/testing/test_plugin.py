"""The pytest plugin, as the tests of a service use it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import urllib3

from hushtable.model.facts import Facts
from hushtable.model.proof import Reach, Shows
from hushtable.prove.clients.install import kept_here
from hushtable.testing.canaries import CanaryStore
from hushtable.testing.refusing import HOOKS, ReachedForAwsError
from hushtable.testing.running import Prover
from tests.prove.witnessed import Mint, exchange, get, route, told
from tests.testing.test_proving import Engine

SENDING = (
    (urllib3.HTTPConnectionPool, "urlopen"),
    (httpx.HTTPTransport, "handle_request"),
    (httpx.AsyncHTTPTransport, "handle_async_request"),
)

APP = """
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    return table.get_item(Key={"user_id": user_id})["Item"]


@app.get("/users/{user_id}/plan")
def read_plan(user_id: str):
    return {"plan": table.get_item(Key={"user_id": user_id})["Item"]["plan"]}
"""

TESTS = """
from fastapi.testclient import TestClient


def test_the_plan_shows_no_email(canaries):
    item = {"user_id": canaries.text(), "email": canaries.text() + "@a.example", "plan": 7391462}
    canaries.plant("users", item, key=("user_id",))
    client = TestClient(canaries.app("service"))
    canaries.assert_unseen(item["email"], client.get(f"/users/{item['user_id']}/plan"))
    assert canaries.seen_in(client.get(f"/users/{item['user_id']}/plan")) == ("users.plan",)


def test_the_item_does(canaries):
    item = {"user_id": canaries.text(), "email": canaries.text() + "@a.example", "plan": 7391462}
    canaries.plant("users", item, key=("user_id",))
    client = TestClient(canaries.app("service:app"))
    canaries.assert_unseen(item["email"], client.get(f"/users/{item['user_id']}"))
"""


EARLY = """
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource(
    "dynamodb", region_name="eu-west-1", endpoint_url="https://dynamodb.of-the-company.example",
    aws_access_key_id="real", aws_secret_access_key="real",
).Table("users")
queue = boto3.client(
    "sqs", region_name="eu-west-1", aws_access_key_id="real", aws_secret_access_key="real"
)


@app.get("/users/{user_id}")
async def read_user(user_id: str):
    return table.get_item(Key={"user_id": user_id})["Item"]


@app.post("/jobs")
def add_job():
    return queue.send_message(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/jobs", MessageBody="")
"""

EARLY_TESTS = """
import asyncio

import httpx
import pytest
from early import app
from fastapi.testclient import TestClient


def test_a_client_that_was_there_before(canaries):
    item = {"user_id": canaries.text(), "email": canaries.text()}
    canaries.plant("users", item, key=("user_id",))

    async def ask():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(f"/users/{item['user_id']}")

    assert canaries.seen_in(asyncio.run(ask())) == ("users.email",)


def test_another_service(canaries):
    with pytest.raises(Exception, match="reaches nothing of AWS.*sqs.eu-west-1.amazonaws.com"):
        TestClient(app).post("/jobs")
"""

NATIVE = """
from hushtable.guard.transport.keys import FixedKeys, Keys
from hushtable.guard.transport.lean import LeanTransport

there = LeanTransport(FixedKeys(Keys("a", "b")), None)


def test_it(canaries):
    pass
"""


PROVED = """
import logging

import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"user_id": item["user_id"], "plan": item.get("plan")}


@app.get("/users/{user_id}/whole")
def read_whole(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"hash": item["password_hash"], "plan": item["plan"]}
"""

PROVING = """
import os
from pathlib import Path

import pytest

def test_the_hash_leaves(prove):
    showed = prove("app.main:app", routes=["/whole"], select=["HT102"])
    assert [one.code for one in showed.findings] == ["HT102"]
    with pytest.raises(AssertionError, match="HT102.*\\n  seen in response .*\\n  curl -i"):
        showed.shows_nothing()
    with pytest.raises(AssertionError, match="password_hash"):
        showed.does_not_show("users.password_hash")
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with the plugin, and no other, in a folder."""
    source = os.pathsep.join(path for path in sys.path if path)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "hushtable.testing.plugin", *arguments],
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
    )


def test_canaries_in_the_tests_of_a_service(tmp_path: Path) -> None:
    """A planted value that comes out fails a test, one that does not passes; each store is new."""
    (tmp_path / "service.py").write_text(APP)
    (tmp_path / "test_service.py").write_text(TESTS)
    done = run(tmp_path, "-q", "-p", "xdist", "-n", "2")
    assert "1 failed, 1 passed" in done.stdout
    assert "users.email came out with status 200" in done.stdout


def test_clients_that_were_there_before_end_at_the_store(tmp_path: Path) -> None:
    """A client made before the fixture, for another place, asks the store; AWS is never asked."""
    (tmp_path / "early.py").write_text(EARLY)
    (tmp_path / "test_early.py").write_text(EARLY_TESTS)
    done = run(tmp_path, "-q", "-p", "xdist", "-n", "1")
    assert "2 passed" in done.stdout, done.stdout


def test_a_client_that_cannot_be_led_is_refused(tmp_path: Path) -> None:
    """A client that sends past Python and was made before stops the test, and says what to do."""
    (tmp_path / "test_native.py").write_text(NATIVE)
    done = run(tmp_path, "-q")
    assert "1 error" in done.stdout
    assert "LeanTransport) was made before the fixture `canaries`" in done.stdout


def test_everything_is_as_before_at_the_end() -> None:
    """What leads requests to the store is taken away again when the session ends."""
    before = [id(vars(kind)[name]) for kind, name in SENDING]
    with kept_here("http://127.0.0.1:9", HOOKS):
        assert [id(vars(kind)[name]) for kind, name in SENDING] != before
        with pytest.raises(ReachedForAwsError, match=r"169\.254\.169\.254"):
            urllib3.PoolManager().request("GET", "http://169.254.169.254/latest/meta-data")
    assert [id(vars(kind)[name]) for kind, name in SENDING] == before


def test_the_tests_of_the_readme(tmp_path: Path) -> None:
    """The example of the README runs, and `prove` runs apps by the real engine under xdist."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown, _ = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text(PROVED)
    (tmp_path / "test_whole.py").write_text(PROVING)
    done = run(tmp_path, "-q", "-p", "xdist", "-n", "1")
    assert "1 passed" in done.stdout, done.stdout
    (tmp_path / "app" / "main.py").write_text(PROVED.partition('@app.get("/users/{user_id}/w')[0])
    (tmp_path / "test_whole.py").write_text(shown)
    # There is no lock here: tests/testing/test_running.py has one.
    done = run(tmp_path, "-q", "-k", "not agreed")
    assert "2 passed, 1 deselected" in done.stdout, done.stdout


def test_a_written_test_fails_while_the_exposure_is_there(tmp_path: Path) -> None:
    """The test that a proof brings fails on the leaky app, and passes when it is mended."""
    mint = Mint()
    item = mint.item("users", "A", "user_id", "email", "plan")
    each = exchange(f"/users/{item['user_id']}", item, get("users", {"user_id": "1"}, item))
    _, proofs = told(mint, route(), each, app="service:app")
    (proof,) = [one for one in proofs if one.shows is Shows.ITEM]
    (tmp_path / "test_proof.py").write_text(proof.test)
    (tmp_path / "service.py").write_text(APP)
    done = run(tmp_path, "-q")
    assert "users.undeclared came out" in done.stdout
    assert "1 failed" in done.stdout
    (tmp_path / "service.py").write_text(APP.replace('["Item"]\n\n\n', '["Item"]["plan"]\n\n\n'))
    assert "1 passed" in run(tmp_path, "-q").stdout


def test_the_plugin_imports_nothing_of_hushtable() -> None:
    """Every run of pytest loads the plugin, so it loads no part of the product."""
    code = "import sys, hushtable.testing.plugin; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.startswith("hushtable")}
    assert ours == {"hushtable", "hushtable.testing", "hushtable.testing.plugin"}


def test_an_unknown_value_is_not_called_unseen() -> None:
    """Nothing can be said of a value that was not planted."""
    with CanaryStore() as store, pytest.raises(AssertionError, match="not planted"):
        store.assert_unseen("hqaaaaaaaaaaaa", None)  # type: ignore[arg-type]


def test_prove_tells_what_an_app_showed(tmp_path: Path) -> None:
    """Findings fail a test with the finding, where it was seen and the curl line."""
    showed = Prover(tmp_path, Engine())("app:app", select=("HT101",))
    assert [one.code for one in showed.findings] == ["HT101"]
    with pytest.raises(AssertionError, match=r"HT101 .*whole item"):
        showed.shows_nothing()
    with pytest.raises(AssertionError, match="seen in response"):
        showed.does_not_show("users.*")
    showed.does_not_show("orders.total")


@pytest.mark.parametrize("engine", [Engine(Facts(), (), Reach(routes=2))])
def test_what_was_not_tried_is_not_quiet(tmp_path: Path, engine: Engine) -> None:
    """An app of which no route was reached fails, although nothing was found."""
    with pytest.raises(AssertionError, match="not examined"):
        Prover(tmp_path, engine)("app:app").shows_nothing()


def test_a_quiet_app_passes(tmp_path: Path) -> None:
    """An app that was tried and showed nothing passes."""
    Prover(tmp_path, Engine(Facts(), ()))("app:app").shows_nothing()

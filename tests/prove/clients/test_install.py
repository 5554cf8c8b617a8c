"""Every client's requests end at the store, whatever a program told it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.prove.clients.every_client import CLIENTS

PROGRAM = Path(__file__).with_name("every_client.py")
SOURCE = PROGRAM.parents[3] / "src"
EARLY = (
    "boto3",
    "aioboto3",
    "pynamodb.models",
    "dyntastic",
    "aiodynamo.client",
    "pydynox",
    "hushtable.guard.transport.choose",
    "requests",
    "httpx",
)
ASKING = sorted(set(CLIENTS) - {"boto3 other", "boto3 slow", "httpx elsewhere"})


def run(home: Path, early: tuple[str, ...]) -> dict[str, Any]:
    """Ask with every client in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "hushtable.prove.sandbox.start", "own", PROGRAM.stem, *early],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(SOURCE), str(PROGRAM.parent)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(home),
            "TMPDIR": str(home),
            "AWS_PROFILE": "production",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module", params=[(), EARLY], ids=["imported after", "imported before"])
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Ask with clients that are imported after they were redirected, and before."""
    return run(tmp_path_factory.mktemp("home"), request.param)


def of(said: dict[str, Any], name: str) -> dict[str, Any]:
    """Give what one client got."""
    pytest.importorskip(CLIENTS[name][0])
    found: dict[str, Any] = said["found"][name]
    return found


@pytest.mark.parametrize("name", ASKING)
def test_the_store_answers(said: dict[str, Any], name: str) -> None:
    """A client gets the store's item, whatever address, credentials or proxies it was given."""
    assert of(said, name)["got"] == "hqcanary"


@pytest.mark.parametrize("name", ASKING)
def test_nothing_else_is_asked(said: dict[str, Any], name: str) -> None:
    """A client tries to reach nobody but the store."""
    assert of(said, name)["refused"] == []


def test_another_service_is_named(said: dict[str, Any]) -> None:
    """A service that nothing stands for is refused under its own name."""
    found = of(said, "boto3 other")
    assert found["got"].startswith("EndpointConnectionError")
    assert found["refused"] == ["sqs.us-east-1.amazonaws.com:443"]


def test_somebody_else_is_named(said: dict[str, Any]) -> None:
    """A request to somebody who is no AWS service is refused and named."""
    found = of(said, "httpx elsewhere")
    assert found["got"].startswith("ConnectError")
    assert found["refused"] == ["payments.example:443"]


def test_a_failure_is_not_tried_again(said: dict[str, Any]) -> None:
    """A request that fails is sent once."""
    assert of(said, "boto3 slow")["got"].startswith(("InternalServerError", "ClientError"))
    assert said["failed"] == 1

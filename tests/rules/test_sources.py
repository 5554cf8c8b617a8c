"""What a live service showed is tied to what a scan knows of its source."""

from __future__ import annotations

import httpx
import pytest

from hushtable.model.config import ScanConfig
from hushtable.model.finding import Finding, Result, Verdict
from hushtable.probe.order import Bounds, Order
from hushtable.probe.run import probe
from hushtable.rules.judge import judge
from hushtable.rules.page import programs
from hushtable.rules.sources import tie
from hushtable.testing.probing import loaded
from hushtable.testing.scanning import scan_source

SOURCE = """
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    return table.get_item(Key={"user_id": user_id})["Item"]


@app.get("/health")
def health():
    return {"state": "ready"}
"""
LIVE = """
from fastapi import FastAPI

app = FastAPI()


@app.get("/users/{id}")
def read_user(id: str):
    return {"user_id": id, "email": "maren@shop.example", "phone": "+4930123456"}


@app.get("/elsewhere")
def elsewhere():
    return [{"email": "maren@shop.example"}]
"""


@pytest.fixture(scope="module")
def tied() -> Result:
    """Probe a service and tie it to its source."""
    (program,) = programs(f"```python live probed\n{LIVE}```\n", "live")
    with loaded(program) as app:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        live = judge(
            probe(Order("http://127.0.0.1", bounds=Bounds(rate=10_000.0)), transport=transport),
            ScanConfig(),
            ".",
        )
    facts = scan_source(SOURCE)
    return tie(live, judge(facts, ScanConfig(), "."), facts)


def at(result: Result, code: str, route: str) -> Finding:
    """Give the one finding of a rule at a route."""
    (found,) = [one for one in result.findings if one.code == code and str(one.routes[0]) == route]
    return found


def test_a_suspicion_is_proven(tied: Result) -> None:
    """A finding of both is the scan's, proven, at its line, with its trace and the transcripts."""
    found = at(tied, "HT101", "GET /users/{user_id}")
    assert found.verdict is Verdict.PROVEN
    assert (found.place.path, found.place.line) == ("app.py", 11)
    assert found.trace
    assert found.transcripts
    assert [str(one) for one in found.attributes] == ["users.email", "users.phone"]
    assert "seen from outside: `email` and `phone`" in found.reasons


def test_the_map_names_attributes(tied: Result) -> None:
    """A route in the map has the attributes behind its answer, and its handler."""
    (route,) = [one for one in tied.routes if one.path.startswith("/users/")]
    assert [str(one) for one in route.leaves] == ["users.email", "users.phone"]
    assert route.handler == "app.read_user"


def test_a_member_is_named_by_its_attribute(tied: Result) -> None:
    """What only the probe found stands at the handler, its members named by their table."""
    found = at(tied, "HT103", "GET /users/{user_id}")
    assert (found.place.path, found.function) == ("app.py", "app.read_user")
    assert [str(one) for one in found.attributes] == ["users.email", "users.phone"]


def test_what_the_source_does_not_know_stays(tied: Result) -> None:
    """A finding at an operation that is not in the source is left as it is."""
    found = at(tied, "HT103", "GET /elsewhere")
    assert (found.place.path, found.place.line) == ("GET /elsewhere", 0)
    assert [str(one) for one in found.attributes] == ["answer.email"]

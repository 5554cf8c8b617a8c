"""The leak lab, asked from outside: every leak is found, and nothing else."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import benchmarks.lab
from hushtable.embedded.fixtures import load, read_tables
from hushtable.embedded.server import LoopbackServer
from hushtable.model.config import ScanConfig
from hushtable.model.finding import Result
from hushtable.model.rule import Severity
from hushtable.probe.order import Bounds, Identity, Order
from hushtable.probe.run import probe
from hushtable.rules.judge import judge

IDENTITIES = tuple(Identity(name, (("x-user", user),)) for name, user in (("A", "u1"), ("B", "u2")))


@pytest.fixture(scope="module")
def lab() -> Iterator[Any]:
    """Import the lab's app on an embedded DynamoDB."""
    with LoopbackServer() as server, pytest.MonkeyPatch.context() as patch:
        sample = Path(benchmarks.lab.__file__ or "").with_name("sample.json")
        load(server.emulator, read_tables(sample))
        patch.setenv("LAB_DYNAMODB_ENDPOINT", server.url)
        sys.modules.pop("benchmarks.lab.app", None)
        yield importlib.import_module("benchmarks.lab.app")
        sys.modules.pop("benchmarks.lab.app", None)


@pytest.fixture(scope="module")
def result(lab: Any) -> Result:
    """Probe the lab as nobody and as two of its users."""
    transport = httpx.ASGITransport(app=lab.app, raise_app_exceptions=False)
    order = Order("http://127.0.0.1", identities=IDENTITIES, bounds=Bounds(rate=10_000.0))
    return judge(probe(order, transport=transport), ScanConfig(), "lab")


def test_every_leak_is_found_by_its_rule(lab: Any, result: Result) -> None:
    """Each leaking endpoint has a finding of the rule that it breaks, with a transcript."""
    found = {(str(route), one.name) for one in result.findings for route in one.routes}
    assert set(lab.LEAKS.items()) <= found
    assert all(one.transcripts for one in result.findings)


def test_nothing_is_said_of_the_others(lab: Any, result: Result) -> None:
    """The endpoints that leak nothing have no finding; notes of the whole service have no route."""
    grave = [one for one in result.findings if one.severity is not Severity.NOTE]
    assert {str(route) for one in grave for route in one.routes} == set(lab.LEAKS)
    quiet = [one for one in result.findings if not one.routes]
    assert {one.severity for one in quiet} == {Severity.NOTE}
    assert result.asked is not None
    assert (result.asked.operations, result.asked.answered) == (9, 8)

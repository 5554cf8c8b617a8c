"""A fleet as one SARIF 2.1.0 log: a run for each service, called after it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from hushtable import __version__
from hushtable.report.escape import storable, visible
from hushtable.report.fleet.gathered import Fleet, Row
from hushtable.report.sarif import SCHEMA


def render(fleet: Fleet, read: Callable[[Row], str]) -> str:
    """Give one log; `read` gives the log of one service, as `hushtable scan` wrote it.

    The log is put together run by run: some hundred services have some hundred megabytes of it.
    """
    runs = ",\n".join(json.dumps(run, ensure_ascii=True) for run in _runs(fleet, read))
    head = json.dumps({"$schema": SCHEMA, "version": "2.1.0"})[:-1]
    return f'{head}, "runs": [\n{runs}\n]}}\n'


def _runs(fleet: Fleet, read: Callable[[Row], str]) -> Iterator[dict[str, Any]]:
    for row in fleet.looked_at:
        (run,) = json.loads(read(row))["runs"]
        yield {**run, "automationDetails": _named(row)}
    for row in fleet.not_looked_at:
        yield _missing(row)


def _named(row: Row) -> dict[str, str]:
    """Give what tells runs apart (3.17.3): two services may share a name."""
    name = quote(storable(row.service.name), safe="")
    return {"id": f"hushtable/scan/{name}/{row.service.id}/"}


def _missing(row: Row) -> dict[str, Any]:
    text = storable(visible(f"{row.service.name}: {row.why}"))
    return {
        "tool": {"driver": {"name": "hushtable", "semanticVersion": __version__, "rules": []}},
        "automationDetails": _named(row),
        "invocations": [
            {
                "executionSuccessful": False,
                "toolExecutionNotifications": [{"level": "error", "message": {"text": text}}],
            }
        ],
        "results": [],
    }

"""A fleet as JSON, in the stable shape that `fleet.schema.json` describes.

Keys are only ever added within a version.
"""

from __future__ import annotations

import json
from typing import Any

from hushtable import __version__
from hushtable.model.fleet import State
from hushtable.model.rule import Severity
from hushtable.report.escape import storable
from hushtable.report.fleet.gathered import Fleet, Hit, Row

VERSION = "1"


def render(fleet: Fleet) -> str:
    """Give the fleet as one JSON document, in ASCII, with a line break at the end."""
    return json.dumps(document(fleet), indent=2, ensure_ascii=True) + "\n"


def document(fleet: Fleet) -> dict[str, Any]:
    """Give the fleet as plain dictionaries, lists, strings and numbers."""
    rows = fleet.rows
    return {
        "version": VERSION,
        "hushtable": __version__,
        "seconds": round(fleet.seconds, 3),
        "totals": {
            "services": len(rows),
            **{str(state): sum(row.state is state for row in rows) for state in State},
            "findings": sum(row.findings for row in rows),
            "proven": sum(row.proven for row in rows),
            "severities": {str(severity): fleet.of(severity) for severity in Severity},
            "grades": dict(fleet.grades),
            "rules": [_hit(hit, services=True) for hit in fleet.rules],
        },
        "services": [_row(row) for row in rows],
    }


def _row(row: Row) -> dict[str, Any]:
    one = row.service
    return {
        "id": one.id,
        "name": storable(one.name),
        "source": storable(one.shown),
        "revision": storable(one.revision),
        "folder": storable(one.folder),
        "commit": row.commit,
        "state": str(row.state),
        "why": storable(row.why),
        "ending": str(row.ending),
        "score": row.score,
        "grade": row.grade,
        "findings": row.findings,
        "severities": {str(severity): row.of(severity) for severity in Severity},
        "proven": row.proven,
        "unknown": row.unknown,
        "suppressed": row.suppressed,
        "routes": row.routes,
        "rules": [_hit(hit, services=False) for hit in row.rules],
        "attributes": [
            {"attribute": storable(name), "sensitivity": kind} for name, kind in row.attributes
        ],
        "seconds": round(row.seconds, 3),
        "file": None if row.state is State.UNKNOWN else f"{row.file}.json",
    }


def _hit(hit: Hit, *, services: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "code": hit.code,
        "name": hit.name,
        "severity": str(hit.severity),
        "findings": hit.findings,
    }
    return {**told, "services": hit.services} if services else told

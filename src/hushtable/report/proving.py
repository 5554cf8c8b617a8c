"""What was proven, and how much of the app was tried, in words that several reporters print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hushtable.model.finding import Finding
from hushtable.model.proof import Proof, ProofRequest, Reach
from hushtable.report.wording import count, shortened

_LEARNED_SHOWN = 8
_HOSTS_SHOWN = 5


def seen(proof: Proof) -> str:
    """Say where a canary came out, of whom, to whom: `response $.email, asked by anyone`."""
    parts = [f"{proof.channel} {proof.where}"]
    if proof.encoding:
        parts.append(f"as {proof.encoding}")
    if proof.canary:
        whose = f" of owner {proof.owner}" if proof.owner else ""
        parts.append(f"canary {proof.canary}{whose}")
    if proof.status is not None:
        parts.append(f"status {proof.status}")
    if proof.request.identity:
        parts.append(f"asked by {proof.request.identity}")
    if proof.request.provoked:
        parts.append(f"while {proof.request.provoked}")
    if proof.replayed:
        parts.append(f"again in {proof.reproduced} of {count(proof.replayed, 'replay')}")
    parts.extend(proof.notes)
    return ", ".join(parts)


def more(finding: Finding) -> str:
    """Say how many more proofs there are than the one that is shown."""
    rest = len(finding.proofs) - 1
    return f"and {count(rest, 'more proof')}" if rest > 0 else ""


def reach_line(reach: Reach) -> str:
    """Say how much of the app was tried, in one sentence."""
    parts = [
        f"{reach.reached:,} of {count(reach.routes, 'route')} reached",
        f"{count(reach.requests, 'request')} in {count(reach.runs, 'run')}",
        f"{reach.attributes_seen:,} of {count(reach.attributes_planted, 'attribute')} seen",
    ]
    if reach.replayed or reach.not_reproduced:
        left_out = " and left out" if reach.not_reproduced else ""
        told = f"{reach.not_reproduced:,} of {count(reach.replayed, 'proof')}"
        parts.append(f"{told} not reproduced{left_out}")
    return f"{', '.join(parts)}, in {reach.seconds:.1f} s"


def reach_details(reach: Reach) -> Iterator[tuple[str, str]]:
    """Give what stands under that sentence: what was not reached and why, and what held the app."""
    for one in reach.unreached:
        yield "not reached", f"{one.route}: {one.why}"
    for line in reach.sandbox:
        yield "sandbox", line
    if reach.refused:
        yield "refused", f"connections to {shortened(reach.refused, _HOSTS_SHOWN)}"
    for line in reach.learned[:_LEARNED_SHOWN]:
        yield "supplied", line
    rest = len(reach.learned) - _LEARNED_SHOWN
    if rest > 0:
        yield "supplied", f"and {rest:,} more, all in the JSON report"


def proof_document(proof: Proof) -> dict[str, Any]:
    """Give a proof as plain dictionaries, lists, strings and numbers."""
    return {
        "shows": str(proof.shows),
        "route": proof.route,
        "channel": str(proof.channel),
        "where": proof.where,
        "attributes": [str(attribute) for attribute in proof.attributes],
        "canary": proof.canary,
        "owner": proof.owner,
        "encoding": proof.encoding,
        "status": proof.status,
        "request": _request_document(proof.request),
        "curl": proof.curl,
        "test": proof.test,
        "replayed": proof.replayed,
        "reproduced": proof.reproduced,
        "notes": list(proof.notes),
    }


def _request_document(request: ProofRequest) -> dict[str, Any]:
    document: dict[str, Any] = {
        "method": request.method,
        "path": request.path,
        "headers": [list(header) for header in request.headers],
        "body": request.body,
        "identity": request.identity,
        "provoked": request.provoked,
    }
    if request.before:
        document["before"] = [_request_document(one) for one in request.before]
    return document


def reach_document(reach: Reach) -> dict[str, Any]:
    """Give what was tried as plain dictionaries, lists, strings and numbers."""
    return {
        "routes": reach.routes,
        "reached": reach.reached,
        "unreached": [{"route": one.route, "why": one.why} for one in reach.unreached],
        "tried": [{"route": route, "requests": number} for route, number in reach.tried],
        "attributes_planted": reach.attributes_planted,
        "attributes_seen": reach.attributes_seen,
        "requests": reach.requests,
        "runs": reach.runs,
        "refused": list(reach.refused),
        "sandbox": list(reach.sandbox),
        "learned": list(reach.learned),
        "replayed": reach.replayed,
        "not_reproduced": reach.not_reproduced,
        "seconds": reach.seconds,
    }

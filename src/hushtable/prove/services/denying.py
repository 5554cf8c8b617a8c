"""How other services say no: an error with a canary in its text, in the words of each protocol."""

from __future__ import annotations

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

from hushtable.prove.canary import Source
from hushtable.prove.services.answering import Mint, Request
from hushtable.prove.sketch import Shape

CODE = "AccessDeniedException"
_IN_JSON = frozenset({"iot", "iot-data", "scheduler", "sesv2"})
"""Services that speak JSON and name no target."""

_DENIED = 403
_BAD = 400


@dataclass(frozen=True, slots=True)
class Denial:
    """An answer that denies a request."""

    status: int
    media: str
    body: bytes


def denied(mint: Mint, request: Request) -> Denial:
    """Say that a caller may not do what a request asks for."""
    role = mint.text(Shape(), Source.SERVICE, (request.service, CODE)).planted
    asked = request.operation or request.method
    text = (
        f"User: arn:aws:sts::000000000000:assumed-role/{role} is not authorized to perform: "
        f"{request.service}:{asked}"
    )
    if request.service == "s3":
        body = f"<Error><Code>AccessDenied</Code><Message>{escape(text)}</Message></Error>"
        return Denial(_DENIED, "application/xml", body.encode())
    if request.target or request.service in _IN_JSON:
        told = {"__type": CODE, "message": text}
        return Denial(_BAD, "application/x-amz-json-1.1", json.dumps(told).encode())
    error = f"<Type>Sender</Type><Code>AccessDenied</Code><Message>{escape(text)}</Message>"
    body = f"<ErrorResponse><Error>{error}</Error><RequestId>denied</RequestId></ErrorResponse>"
    return Denial(_DENIED, "text/xml", body.encode())

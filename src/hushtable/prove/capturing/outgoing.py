"""A request to somebody else, taken apart into what of it may be told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hushtable.model.service import Channel
from hushtable.prove.capturing.place import Line
from hushtable.prove.exchange import URL_OF_REQUEST, Said, Sent

_CREDENTIALS = re.compile(r"auth|key|token|secret|cookie|signature|password", re.IGNORECASE)


def told(request: Sent, to: str, line: Line) -> Iterator[Said]:
    """Give the address, headers and body of a request, each as a text that was to leave.

    A header that says who is asking is left out: it is what a credential of that host is for.
    """
    headers = (
        f"{name}: {value}" for name, value in request.headers if not _CREDENTIALS.search(name)
    )
    for part, text in (
        (URL_OF_REQUEST, f"{request.method} {request.url}"),
        ("the headers of a request", "\n".join(headers)),
        ("the body of a request", request.body.decode("utf-8", "replace")),
    ):
        if text:
            where = f"{part} to {to}"
            yield Said(Channel.LOG, text, where, line.file, line.line, line.function, to=to)

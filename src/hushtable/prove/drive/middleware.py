"""What an app's middleware reads of a request's headers to tell who is calling.

No door declares it. Where middleware turned a caller away, the credentials that its source names
are sent: an API key's header, or a bearer token.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hushtable.model.service import ParameterSource
from hushtable.prove.drive.door import Entry, is_credential
from hushtable.prove.drive.reading_source import looked_up

_MOST = 3


def credentials_read(app: Any) -> tuple[Entry, ...]:
    """Give the credentials that an app's own middleware looks up in headers and cookies."""
    read = dict.fromkeys(
        (source, name.lower() if source is ParameterSource.HEADER else name)
        for function in _functions(app)
        for source, name in looked_up(function)
    )
    entries = (Entry(name, source, {"type": "string"}, required=False) for source, name in read)
    return tuple(entry for entry in entries if is_credential(entry))[:_MOST]


def _functions(app: Any) -> Iterator[Any]:
    for one in getattr(app, "user_middleware", ()):
        given = getattr(one, "kwargs", {}).get("dispatch")
        named = (getattr(one, "cls", None), given)
        for holder in (each for each in named if each is not None):
            for name in ("dispatch", "__call__"):
                function = getattr(holder, name, None)
                if hasattr(function, "__code__"):
                    yield function
            if hasattr(holder, "__code__"):
                yield holder

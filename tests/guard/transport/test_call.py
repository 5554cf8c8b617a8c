"""Requests and replies."""

from __future__ import annotations

from hushtable.guard.transport.call import Reply, Request


def test_no_body_is_shown() -> None:
    """A repr of a request or a reply, as a log or a debugger prints it, holds no item."""
    assert repr(Request("PutItem", b"secret")) == "Request(operation='PutItem', safe=True)"
    assert repr(Reply(200, {"a": "b"}, b"secret")) == "Reply(status=200, headers={'a': 'b'})"

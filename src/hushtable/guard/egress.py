"""Looks at every JSON answer of an app that has not moved to Views yet.

    app.add_middleware(Egress, mode="report")

What it finds: members that the route's response model does not declare (an open model, a
`JSONResponse` past the model), DynamoDB's typed JSON, metadata of its answers, raw cursors,
botocore's texts, names and shapes of credentials. Paths and kinds are told to the logger
`hushtable.egress` and to `on_finding`, never a value.

Modes:

- `report`: every byte passes as it is.
- `redact`: members that are undeclared, metadata or credentials are taken out; typed values and
  cursors become null, texts `[redacted]`. Content-Length is set anew, ETag and digests go.
- `block`: the answer is a 500 problem with an id that the log carries. A stream of lines that has
  begun is broken off.

What it does not see: headers; bodies that are not JSON, JSON lines, event streams or plain text;
what is compressed further in (add it before the compressing middleware: the one added last stands
outside), streamed as one document, larger than `body_limit` (of lines: one line) or nested deeper
than `depth`. These are told
as `not-inspected`, and pass, unless `uninspected="block"`. A second member of the same name in
one object hides the first from it, and JSON spread over several `data:` lines of an event is
looked at as text. Starlette answers unhandled errors outside of every
middleware: to see those answers too, wrap the app itself (`app = Egress(app)`). Where a route
declares no model (or `dict`), nothing is undeclared: say what is with `declared`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Literal

from hushtable.guard.egress_answer import Answer, Message, Send
from hushtable.guard.egress_declared import of_names
from hushtable.guard.egress_inspection import Rules
from hushtable.guard.egress_policy import Finding, Mode, Policy, Scope, Settings
from hushtable.guard.errors import DeclarationError
from hushtable.guard.shapes import Leak

__all__ = ["Egress", "Finding", "Leak"]

Receive = Callable[[], Awaitable[Message]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Egress:
    """ASGI middleware. One object serves every request; it keeps what routes declare."""

    def __init__(
        self,
        app: App,
        *,
        mode: Mode = "report",
        declared: Mapping[str, Collection[str]] | None = None,
        allowed: Mapping[str, Collection[str]] | None = None,
        credential_names: Collection[str] = (),
        ignore: Collection[Leak | str] = (),
        on_finding: Callable[[Finding], None] | None = None,
        body_limit: int = 2 * 1024 * 1024,
        depth: int = 64,
        uninspected: Literal["pass", "block"] = "pass",
    ) -> None:
        """Wrap `app`.

        `declared` maps a path template to the names its answers may hold at any depth, and wins
        over the response model; `allowed` to names of credentials that a route shows on purpose
        (`{"/keys": {"api_key"}}`). `ignore` are kinds that are not looked for. `body_limit` is in
        bytes. `uninspected` says what redact and block do with a body they cannot look into.
        """
        if mode not in {"report", "redact", "block"}:
            message = "mode is one of report, redact, block"
            raise DeclarationError(message)
        if uninspected not in {"pass", "block"}:
            message = "uninspected is one of pass, block"
            raise DeclarationError(message)
        try:
            left_out = frozenset(Leak(kind) for kind in ignore)
        except ValueError:
            message = "ignore holds what is no kind of finding"
            raise DeclarationError(message) from None
        self.app = app
        self.policy = Policy(
            Settings(
                mode=mode,
                body_limit=body_limit,
                depth=depth,
                strict=mode != "report" and uninspected == "block",
                declared={path: of_names(names) for path, names in (declared or {}).items()},
                allowed={path: frozenset(names) for path, names in (allowed or {}).items()},
                rules=Rules(credential_names, left_out),
                on_finding=on_finding,
            )
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request through the wrapped app; anything but HTTP passes untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = Answer(self.policy, scope, send)
        try:
            await self.app(scope, receive, answer.send)
        except Exception:
            if answer.replaced:
                # The client has its 500, and the app was stopped by us.
                return
            answer.broken()
            raise
        await answer.end()

"""The guard in a FastAPI app: errors, the caller, pages, and the end of connections.

def current_user(token: Annotated[str, Depends(bearer)]) -> Caller: ...

Principal = Annotated[Caller, Depends(caller_of(current_user))]
app = FastAPI()
protect(app, users, orders)

@app.get("/orders/{order_id}")
async def read_order(order_id: OrderId, me: Principal) -> OrderOut:
    return await orders.get(OrderOut, me.id, order_id)
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.requests import HTTPConnection
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from hushtable.guard.caller import Caller, System, remember, reset
from hushtable.guard.errors import AnswerError, GuardError, RefusedError
from hushtable.guard.route import answering, template
from hushtable.guard.routes import within
from hushtable.guard.store import Store
from hushtable.guard.table import Table

LOG = logging.getLogger("hushtable.guard")
PROBLEM = "application/problem+json"
"""RFC 9457."""
_TABLES = "hushtable_tables"
_SAYS = "__hushtable_says__"
"""What a dependency says of who asks: `caller` or `system`."""
_SYSTEM = "hushtable.system"
"""In the scope of a request whose route means the program itself."""

Limit = Annotated[int, Query(ge=1, le=100, description="Items of a page, at most.")]
"""A page's limit as a query parameter, for tables that allow 100."""
Cursor = Annotated[
    str | None, Query(max_length=4096, description="`next` of the page before, as it was given.")
]
"""A page's cursor as a query parameter."""


def protect(app: FastAPI, *tables: Table[Any]) -> None:
    """Set an app up for its tables.

    The guard's errors are answered as problem+json, with a title, a status and an `error_id` that
    the log carries; nothing of DynamoDB's texts, tables or keys is told. Any other exception is
    answered the same way, as a 500. HTTPException passes unchanged. Who asks is forgotten when a
    request ends. The stores' connections are closed when the app ends.

    `tables` are all that the routes use, since `hushtable policy` and cleaning up go by them: a
    route that uses a Record of which no Table was given is refused with RefusedError, and nothing
    is sent.

    Call it once for an app, before the app starts: raises RefusedError the second time.
    `tables_of(app)` gives the tables back.
    """
    if hasattr(app.state, _TABLES):
        message = "protect is called once for an app, with all of its tables"
        raise RefusedError(message)
    setattr(app.state, _TABLES, tables)
    app.add_middleware(_Forgetting, records=frozenset(one.record for one in tables))
    app.add_exception_handler(AnswerError, _answer)
    app.add_exception_handler(GuardError, _fault)
    app.add_exception_handler(Exception, _fault)
    stores = list({id(one.store): one.store for one in tables}.values())
    app.router.lifespan_context = _closing(app.router.lifespan_context, stores)


def tables_of(app: FastAPI) -> tuple[Table[Any], ...]:
    """Give the tables that an app was set up for; none where it was not."""
    found: tuple[Table[Any], ...] = getattr(app.state, _TABLES, ())
    return found


def caller_of(dependency: Callable[..., Any]) -> Callable[..., Awaitable[Caller]]:
    """Make a dependency that gives the caller and lets the tables know it.

    `dependency` is the service's own: it authenticates, and gives a `Caller` or raises
    HTTPException. What it needs (a security scheme, a header) stays in OpenAPI.
    """

    # A default and not an annotation: FastAPI could not resolve one that names this parameter.
    async def known(
        connection: HTTPConnection,
        caller: Any = Depends(dependency),  # noqa: B008
    ) -> Caller:
        if not isinstance(caller, Caller):
            message = f"what caller_of takes gives a Caller, and no {type(caller).__name__}"
            raise RefusedError(message)
        if _SYSTEM not in connection.scope:
            remember(caller)
        return caller

    setattr(known, _SAYS, "caller")
    return known


def as_system(reason: str) -> Callable[..., Awaitable[System]]:
    """Make a dependency that lets a route's tables answer the program itself, past all owners.

    It stands behind the route's own gate, on routes of administrators. The route sees everything
    then, whatever roles the caller of its gate has. Who is meant never depends on the order in
    which FastAPI resolves things:

    - A handler that takes it as a parameter (`_: Annotated[System, Depends(as_system("why"))]`)
      reads as the program, beside any caller.
    - In `dependencies=` of a route, a router or an app it holds for the callers that are made known
      before it, as by a gate in the same list. Where one is made known behind it, by a router
      further in or by the handler's own parameters, somebody means the caller and somebody the
      program: each request is refused with RefusedError, and nothing is read.
    """
    system = System(reason)

    async def known(connection: HTTPConnection) -> System:
        if not _meant(connection.scope):
            message = "a caller stands behind as_system: let the handler take as_system itself"
            raise RefusedError(message)
        connection.scope[_SYSTEM] = True
        remember(system)
        return system

    setattr(known, _SAYS, "system")
    return known


def _meant(scope: Mapping[str, Any]) -> bool:
    """Tell whether the route that answers means the program itself and no caller."""
    route = answering(scope)
    every = list(getattr(getattr(route, "dependant", None), "dependencies", ()))
    # FastAPI puts those of `dependencies=` first, from the app inward, and then the parameters.
    count = len(getattr(route, "dependencies", ()))
    says = [set(_said(one)) for one in every]
    if any("system" in one for one in says[count:]):
        return True
    last = max((at for at, one in enumerate(says) if "system" in one), default=len(says))
    return last < count and not any("caller" in one for one in says[last + 1 :])


def _said(dependant: Any) -> Iterator[str]:
    """Go through a dependency and all it needs, for what says who asks."""
    said = getattr(dependant.call, _SAYS, "")
    if said:
        yield said
    for one in dependant.dependencies:
        yield from _said(one)


class _Forgetting:
    """Gives each request a caller of its own, none at first, and knows its route."""

    def __init__(self, app: ASGIApp, records: Collection[object]) -> None:
        self.app = app
        self.records = records

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        token = remember(None)
        try:
            with within(scope, self.records):
                await self.app(scope, receive, send)
        finally:
            reset(token)


async def _answer(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, AnswerError):
        return await _fault(request, error)
    LOG.info(
        "%s %s answered %d: %s", request.method, template(request.scope), error.status, error,
        extra={"error_id": error.error_id},
    )  # fmt: skip
    return problem(error.status, error.title, error.error_id, error.retry_after)


async def _fault(request: Request, error: Exception) -> JSONResponse:
    """Answer a 500. The log has the kind of the error, and its text where it is the guard's own."""
    error_id = error.error_id if isinstance(error, GuardError) else uuid.uuid4().hex
    told = str(error) if isinstance(error, GuardError) else type(error).__name__
    LOG.error(
        "%s %s failed: %s: %s", request.method, template(request.scope), type(error).__name__, told,
        extra={"error_id": error_id},
    )  # fmt: skip
    return problem(500, "Internal Server Error", error_id)


def problem(
    status: int, title: str, error_id: str, retry_after: float | None = None
) -> JSONResponse:
    """Make a problem+json answer (RFC 9457)."""
    headers: Mapping[str, str] = (
        {} if retry_after is None else {"Retry-After": str(max(1, round(retry_after)))}
    )
    body = {"type": "about:blank", "title": title, "status": status, "error_id": error_id}
    return JSONResponse(body, status, dict(headers), media_type=PROBLEM)


def _closing(inner: Any, stores: list[Store]) -> Any:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[Any]:
        async with inner(app) as state:
            try:
                yield state
            finally:
                for store in stores:
                    await store.close()

    return lifespan

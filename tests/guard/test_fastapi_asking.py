"""Whom a route answers, its caller or the program itself, never depends on an order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header
from fastapi.testclient import TestClient

from hushtable.guard.caller import Caller, System, current
from hushtable.guard.fastapi import as_system, caller_of, protect

Declare = Callable[[FastAPI], None]


async def known(x_user: Annotated[str, Header()]) -> Caller:
    """Authenticate, as a service would."""
    return Caller(x_user)


GATE = caller_of(known)
OTHER = caller_of(known)
SYSTEM = as_system("export")
Principal = Annotated[Caller, Depends(GATE)]
Program = Annotated[System, Depends(SYSTEM)]


async def gate(me: Principal) -> Caller:
    """Stand for a check of roles."""
    return me


async def administrators(me: Principal, _: Program) -> Caller:
    """Check roles, and say that the program answers."""
    return me


def who() -> str:
    """Name who asks."""
    return type(current()).__name__


def alone(app: FastAPI) -> None:
    """Say as_system and no caller."""

    @app.get("/", dependencies=[Depends(SYSTEM)])
    async def read() -> str:
        return who()


def parameter_first(app: FastAPI) -> None:
    """Take the program before the caller."""

    @app.get("/")
    async def read(_: Program, me: Principal) -> str:  # noqa: ARG001 - a gate
        return who()


def parameter_last(app: FastAPI) -> None:
    """Take the program after the caller."""

    @app.get("/")
    async def read(me: Principal, _: Program) -> str:  # noqa: ARG001 - a gate
        return who()


def parameter_in_a_gate(app: FastAPI) -> None:
    """Take a gate that says the program, beside a caller that is made known anew."""

    @app.get("/")
    async def read(
        _: Annotated[Caller, Depends(administrators)],
        me: Annotated[Caller, Depends(OTHER)],  # noqa: ARG001 - a gate
    ) -> str:
        return who()


def behind_a_gate(app: FastAPI) -> None:
    """Put the program behind a gate, in one list."""

    @app.get("/", dependencies=[Depends(gate), Depends(SYSTEM)])
    async def read() -> str:
        return who()


def behind_the_gate_of_a_router(app: FastAPI) -> None:
    """Put the program on a route, and the gate on its router."""
    router = APIRouter(dependencies=[Depends(gate)])

    @router.get("/", dependencies=[Depends(SYSTEM)])
    async def read() -> str:
        return who()

    app.include_router(router)


def plain_function(app: FastAPI) -> None:
    """Take both in a handler that is no coroutine."""

    @app.get("/")
    def read(_: Program, me: Principal) -> str:  # noqa: ARG001 - a gate
        return who()


@pytest.mark.parametrize(
    "declare",
    [
        alone,
        parameter_first,
        parameter_last,
        parameter_in_a_gate,
        behind_a_gate,
        behind_the_gate_of_a_router,
        plain_function,
    ],
)
def test_a_route_that_says_the_program_means_it(declare: Declare) -> None:
    """as_system holds where the handler takes it, and for every caller that stands before it."""
    assert asked(declare) == (200, "System")


def before_a_gate(app: FastAPI) -> None:
    """Put the program before a gate, in one list."""

    @app.get("/", dependencies=[Depends(SYSTEM), Depends(gate)])
    async def read() -> str:
        return who()


def before_a_parameter(app: FastAPI) -> None:
    """Let the handler take a caller, and the list beside it say the program."""

    @app.get("/", dependencies=[Depends(SYSTEM)])
    async def read(me: Principal) -> str:  # noqa: ARG001 - a gate
        return who()


def before_a_parameter_that_is_known(app: FastAPI) -> None:
    """Let the handler take a caller that a gate before the program made known already."""

    @app.get("/", dependencies=[Depends(gate), Depends(SYSTEM)])
    async def read(me: Principal) -> str:  # noqa: ARG001 - a gate
        return who()


def on_a_router(app: FastAPI) -> None:
    """Say the program on a router, one of whose routes takes a caller."""
    router = APIRouter(dependencies=[Depends(SYSTEM)])

    @router.get("/")
    async def read(me: Principal) -> str:  # noqa: ARG001 - a gate
        return who()

    app.include_router(router)


def where_it_is_included(app: FastAPI) -> None:
    """Say the program where a router is included, one of whose routes has a gate."""
    router = APIRouter()

    @router.get("/", dependencies=[Depends(gate)])
    async def read() -> str:
        return who()

    app.include_router(router, dependencies=[Depends(SYSTEM)])


@pytest.mark.parametrize(
    "declare",
    [
        before_a_gate,
        before_a_parameter,
        before_a_parameter_that_is_known,
        on_a_router,
        where_it_is_included,
    ],
)
def test_a_route_that_says_both_is_refused(declare: Declare) -> None:
    """A caller behind as_system is neither passed over nor put in its place: nothing is read."""
    status, body = asked(declare)
    assert (status, body["title"]) == (500, "Internal Server Error")


def test_a_caller_is_a_caller_where_nobody_says_the_program() -> None:
    """Without as_system a route's tables answer the caller."""

    def declare(app: FastAPI) -> None:
        @app.get("/")
        async def read(me: Principal) -> str:  # noqa: ARG001 - a gate
            return who()

    assert asked(declare) == (200, "Caller")


def test_a_gate_refuses_before_the_program_reads() -> None:
    """A route whose gate refuses does not come as far as as_system."""
    app = FastAPI()
    behind_a_gate(app)
    assert TestClient(app).get("/").status_code == 422


def asked(declare: Declare) -> tuple[int, Any]:
    """Ask the route of an app, twice, so that what one request left behind would show."""
    app = FastAPI()
    protect(app)
    declare(app)
    with TestClient(app, raise_server_exceptions=False) as client:
        answers = [client.get("/", headers={"x-user": "ann"}) for _ in range(2)]
    assert answers[0].status_code == answers[1].status_code
    return answers[0].status_code, answers[0].json()

"""Getting past gates: for real where that can be, else by standing in for a dependency."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware

from hushtable.prove.drive.drive import reached
from hushtable.prove.drive.refusing import refusal_of, roles_wanted
from hushtable.prove.exchange import Complaint, Exchange, Frame
from hushtable.prove.order import IdentityHeaders, ProveOrder
from hushtable.prove.sketch import Setting, Sketch
from tests.prove.conftest import Driven
from tests.prove.fakes import owner_of


def fine(exchanges: list[Exchange]) -> set[str]:
    """Who got a 200 as it should be."""
    usual = [one for one in exchanges if one.asked.purpose == "as it should be"]
    return {one.asked.identity for one in usual if one.answered.status == 200}


@pytest.mark.parametrize(
    ("route", "overridden", "let_in"),
    [
        ("GET /me", ("current_user",), {"A", "B"}),
        ("GET /account", ("account",), {"A", "B"}),
        ("GET /generated", ("generated",), {"A", "B"}),
        ("GET /admin", ("current_user",), {"role:administrator"}),
        ("GET /staff", ("claims",), {"role:clerk"}),
        ("GET /scoped", ("claims",), {"role:orders:read"}),
        ("GET /body-gate", ("current_user",), {"role:administrator"}),
        ("GET /session", (), {"A", "B"}),
        ("GET /cookie", (), {"A", "B"}),
        ("GET /context", ("Context",), {"A", "B"}),
    ],
)
def test_a_gate_is_passed_by_who_may(
    service: Driven, route: str, overridden: tuple[str, ...], let_in: set[str]
) -> None:
    """Only the dependency that refused is stood in for; what stands behind it still decides."""
    exchanges = service.drive(route)
    door = service.door(route)
    assert exchanges[0].asked.identity == "anyone"
    assert service.identities.gated(door)
    assert service.identities.overridden(door) == overridden
    assert fine(exchanges) == let_in
    assert reached(door, exchanges) == (True, "")


def test_a_planted_session_passes_for_real(service: Driven) -> None:
    """A token that the app looks up becomes the planted key, each owner's own."""
    exchanges = service.drive("GET /session")
    tokens = {one.asked.identity: dict(one.asked.headers).get("x-session") for one in exchanges}
    assert tokens["A"] == service.store.keys("A", 0)["sessions"]["token"]
    assert tokens["B"] == service.store.keys("B", 0)["sessions"]["token"]
    assert tokens["anyone"] is None


def test_an_open_door_is_asked_by_anyone_alone(service: Driven) -> None:
    """Where nobody is refused, nobody has to be somebody."""
    exchanges = service.drive("GET /open/{user_id}")
    assert {one.asked.identity for one in exchanges} == {"anyone"}
    assert not service.identities.gated(service.door("GET /open/{user_id}"))


def test_what_is_known_of_one_door_serves_the_next(service: Driven) -> None:
    """A dependency that refused at one door is stood in for at the next, after anyone asked."""
    service.drive("GET /me")
    usual = [one for one in service.drive("GET /orders/{id}") if one.asked.identity == "A"]
    assert usual[0].answered.status == 200


def test_a_limit_of_requests_is_taken_away(service: Driven) -> None:
    """A dependency that counts requests refuses only once."""
    door = service.door("GET /limited")
    for _ in range(3):
        exchanges = service.drive("GET /limited")
    assert exchanges[-1].answered.status == 200
    assert reached(door, exchanges)[0]
    assert service.module.app.dependency_overrides == {}


def test_overrides_of_the_app_itself_stay(service: Driven) -> None:
    """What the app overrides itself is there again after each request."""
    own = {service.module.claims: lambda: {"role": "own", "scopes": []}}
    service.module.app.dependency_overrides.update(own)
    service.drive("GET /me")
    assert service.module.app.dependency_overrides == own


def test_configured_headers_are_used_in_place_of_a_person(service: Driven) -> None:
    """With headers from the configuration nothing is overridden, and a refusal is told."""
    headers = tuple(
        IdentityHeaders(name, (("x-session", service.store.keys(name, 0)["sessions"]["token"]),))
        for name in ("A", "B")
    )
    order = ProveOrder("service:app", "", identities=headers)
    driven = Driven(service.module, order)
    assert fine(driven.drive("GET /session")) == {"A", "B"}
    driven.drive("GET /me")
    assert driven.identities.overridden(driven.door("GET /me")) == ()
    assert "configured headers" in driven.identities.why(driven.door("GET /me"))


def test_declared_roles_are_asked_at_every_shut_door(service: Driven) -> None:
    """A role from the order asks wherever somebody is refused."""
    driven = Driven(service.module, ProveOrder("service:app", "", roles=("auditor",)))
    identities = {one.asked.identity for one in driven.drive("GET /me")}
    assert "role:auditor" in identities
    assert "role:auditor" not in {one.asked.identity for one in driven.drive("GET /open/{user_id}")}


def test_a_key_from_the_settings_is_tried(service: Driven) -> None:
    """A header that must equal a setting gets the setting's text."""
    app = FastAPI()
    module = service.module
    module.app = app  # type: ignore[attr-defined]

    def check(x_api_key: str = module.Header()) -> None:
        if x_api_key != "canary-of-a-setting":
            raise module.HTTPException(403)

    @app.get("/keyed", dependencies=[module.Depends(check)])
    def keyed() -> str:
        return "ok"

    driven = Driven(module)
    driven.store.sketch = Sketch(settings=(Setting("SERVICE_API_KEY", "canary-of-a-setting"),))
    assert fine(driven.drive("GET /keyed")) == {"A", "B"}
    assert driven.identities.overridden(driven.door("GET /keyed")) == ()


def test_a_setting_is_what_the_environment_says(
    service: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a setting that is made elsewhere, what the app itself reads is tried."""
    monkeypatch.setenv("SERVICE_API_KEY", "canary-of-a-setting")
    service.store.sketch = Sketch(settings=(Setting("SERVICE_API_KEY", "{canary}"),))
    assert fine(service.drive("GET /key-in-handler")) == {"A", "B"}


def test_a_key_that_the_handler_compares_is_tried(service: Driven) -> None:
    """Where the handler itself refuses a key, settings are tried too."""
    setting = Setting("SERVICE_API_KEY", "canary-of-a-setting")
    service.store.sketch = Sketch(settings=(setting,))
    assert fine(service.drive("GET /key-in-handler")) == {"A", "B"}


def test_middleware_that_refuses_is_told(service: Driven) -> None:
    """What refuses before any dependency cannot be stood in for: the reason is told."""
    app = FastAPI()
    service.module.app = app  # type: ignore[attr-defined]

    @app.middleware("http")
    async def shut(_request: Request, _call_next: object) -> JSONResponse:
        return JSONResponse({}, 401)

    @app.get("/behind")
    def behind() -> str:
        return "ok"

    driven = Driven(service.module)
    exchanges = driven.drive("GET /behind")
    assert reached(driven.door("GET /behind"), exchanges) == (False, "it answered 401")
    assert "middleware, or" in driven.identities.why(driven.door("GET /behind"))


@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
def test_what_middleware_reads_is_sent(service: Driven, header: str) -> None:
    """Where middleware turns callers away, the header that its source names is sent by owners."""
    app = FastAPI()
    service.module.app = app  # type: ignore[attr-defined]

    if header == "authorization":

        @app.middleware("http")
        async def by_token(request: Request, go_on: Any) -> Any:
            known = request.headers.get("Authorization")
            return await go_on(request) if known else JSONResponse({}, 401)

    else:

        class ByKey(BaseHTTPMiddleware):
            async def dispatch(self, request: Request, call_next: Any) -> Any:
                known = "x-api-key" in request.headers and request.headers["x-api-key"]
                return await call_next(request) if known else JSONResponse({}, 401)

        app.add_middleware(ByKey)

    @app.get("/behind")
    def behind() -> str:
        return "ok"

    driven = Driven(service.module)
    assert fine(driven.drive("GET /behind")) == {"A", "B"}


def test_a_person_has_the_owners_id(service: Driven) -> None:
    """Who stands in for owner A reads owner A's items."""
    exchanges = service.drive("GET /me")
    ids = {one.asked.identity: one.answered.body.decode() for one in exchanges}
    assert owner_of("A") in ids["A"]
    assert owner_of("B") in ids["B"]


def test_the_innermost_dependency_is_to_blame(service: Driven) -> None:
    """Of several dependencies in a traceback the innermost refused; the handler only by itself."""
    door = service.door("GET /admin")
    keepers = {one.name: one for one in door.gatekeepers}
    frames = [
        Frame(file, line + 2, name)
        for keeper in ("admin", "current_user")
        for file, line, name in keepers[keeper].code
    ]
    refused = Exchange(
        service.drive("GET /admin")[0].asked,
        service.drive("GET /admin")[0].answered,
        complaints=(Complaint("HTTPException", "", tuple(frames), status=401),),
    )
    found = refusal_of(door, refused)
    assert found is not None
    assert found.keeper is keepers["current_user"]


def test_roles_are_read_from_what_a_check_compares(service: Driven) -> None:
    """Choices, instance attributes and declared scopes are roles; keys and messages are none."""
    wanted = {}
    for route in ("GET /admin", "GET /staff", "GET /scoped"):
        door = service.door(route)
        for exchange in service.drive(route):
            refusal = refusal_of(door, exchange)
            if refusal is not None and exchange.answered.status == 403:
                wanted[route] = roles_wanted(refusal, door.endpoint)
    assert wanted == {
        "GET /admin": ("administrator",),
        "GET /staff": ("clerk",),
        "GET /scoped": ("orders:read",),
    }


def test_a_key_that_the_handler_looks_up_is_planted(service: Driven) -> None:
    """A handler that breaks off where its caller is unknown gets the planted key."""
    last = service.drive("GET /key-in-query")
    well = {one.asked.identity for one in last if one.answered.status == 200}
    assert well >= {"A", "B"}
    assert any("api_key=session-of-A-" in one.asked.path for one in last)

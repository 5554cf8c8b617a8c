"""The egress finds what must not leave, and keeps quiet about what may."""

import base64
import json
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, PlainSerializer
from starlette.applications import Starlette

from hushtable.guard.egress import Egress, Finding
from hushtable.guard.egress_declared import declared_by
from tests.guard.leaky import (
    ARGON2,
    BCRYPT,
    CLIENT_ERROR,
    JWT,
    KEY_ID,
    PRIVATE_KEY,
    OpenUser,
    Profile,
    Token,
    User,
    ask,
    raw,
    serving,
)

KEY = {"pk": {"S": "user#1"}, "sk": {"N": "5"}}


def found_in(body: Any, **settings: Any) -> list[tuple[str, str]]:
    """Give kind and path of what the egress finds in `body`."""
    found: list[Finding] = []
    answer = ask(serving(body, found=found, **settings), "/")
    assert answer.status_code == 200
    return [(finding.kind.value, finding.path) for finding in found]


def base64_of(value: Any, *, url: bool = False) -> str:
    """Encode a cursor as services do."""
    text = json.dumps(value).encode()
    return (base64.urlsafe_b64encode if url else base64.b64encode)(text).decode()


@pytest.mark.parametrize(
    ("body", "kind", "path"),
    [
        ({"user": {"S": "x"}}, "typed-attribute", "$.user"),
        ({"a": [{"N": "1.5"}]}, "typed-attribute", "$.a[0]"),
        ({"m": {"M": {"a": {"L": [{"BOOL": True}]}}}}, "typed-attribute", "$.m"),
        ({"s": {"SS": ["a", "b"]}}, "typed-attribute", "$.s"),
        ({"ResponseMetadata": {"RequestId": "1"}}, "store-metadata", "$.ResponseMetadata"),
        ({"Items": [], "ScannedCount": 3}, "store-metadata", "$.ScannedCount"),
        ({"x": {"UnprocessedKeys": {}}}, "store-metadata", "$.x.UnprocessedKeys"),
        ({"LastEvaluatedKey": {"id": "1"}}, "raw-cursor", "$.LastEvaluatedKey"),
        ({"last_evaluated_key": KEY}, "raw-cursor", "$.last_evaluated_key"),
        ({"next": base64_of(KEY)}, "raw-cursor", "$.next"),
        ({"next": base64_of(KEY, url=True).rstrip("=")}, "raw-cursor", "$.next"),
        ({"next": base64_of({"id": "u1", "at": 5})}, "raw-cursor", "$.next"),
        ({"next": json.dumps(KEY)}, "raw-cursor", "$.next"),
        ({"detail": CLIENT_ERROR}, "store-text", "$.detail"),
        ({"detail": "Requested resource not found"}, "store-text", "$.detail"),
        (["arn:aws:dynamodb:eu-west-1:1:table/x"], "store-text", "$[0]"),
        ({"e": "botocore.exceptions.ClientError"}, "store-text", "$.e"),
        ({"e": "ConditionalCheckFailedException"}, "store-text", "$.e"),
        ({"note": BCRYPT}, "credential", "$.note"),
        ({"note": "is " + ARGON2}, "credential", "$.note"),
        ({"a": {"b": [KEY_ID]}}, "credential", "$.a.b[0]"),
        ({"pem": PRIVATE_KEY}, "credential", "$.pem"),
        ({"h": "pbkdf2_" + "sha256$600000$salt$hash"}, "credential", "$.h"),
        ({"h": "scrypt:" + "32768:8:1$salt$hash"}, "credential", "$.h"),
        ({"who": JWT}, "token", "$.who"),
        ({"users": [{"password_hash": "x1"}]}, "credential-name", "$.users[0].password_hash"),
        ({"passwordHash": "x1"}, "credential-name", "$.passwordHash"),
        ({"API-Key": 5}, "credential-name", "$.API-Key"),
        ({"secret": {"S": "x"}}, "credential-name", "$.secret"),
        ({"recovery_codes": ["1", "2"]}, "credential-name", "$.recovery_codes"),
    ],
)
def test_a_leak_is_found(body: Any, kind: str, path: str) -> None:
    """Each thing that must not leave is told by its kind and its path."""
    assert found_in(body) == [(kind, path)]


@pytest.mark.parametrize(
    "body",
    [
        {"user_id": "u1", "email": "a@b.example", "tags": ["S", "M"], "size": {"S": 1, "M": 2}},
        {"S": 5},
        {"sizes": {"S": "small", "M": "middle"}},
        {"N": "many"},
        {"Items": [1], "Count": 3},
        {"LastEvaluatedKey": None, "next": "c2VhbGVkIGN1cnNvciB3aXRob3V0IGpzb24"},
        {"next": base64_of({"offset": 20})},
        {"next": base64_of({str(i): "x" for i in range(5)})},
        {"detail": "Not Found", "price": "$200.00", "note": "An error occurred, try again"},
        {"url": f"https://b.example/x?X-Amz-Credential={KEY_ID}%2F20260101&X-Amz-Expires=60"},
        {"access_token": JWT, "token_type": "bearer", "refresh_token": JWT},
        {"password": None, "has_password": True, "secret": "", "api_key": "****"},
        {"credentials": [{"id": "c1", "type": "public-key"}], "secret": {"name": "db"}},
        {"secretary": "Ann", "password_changed_at": "2026-01-01", "keyword": "x"},
        "text",
        [],
        None,
        17,
    ],
)
def test_an_ordinary_answer_is_quiet(body: Any) -> None:
    """Nothing is told of what a service answers on purpose."""
    assert found_in(body) == []


def test_names_can_be_added_allowed_and_left_out() -> None:
    """A service names more credentials, those a route shows on purpose, and kinds to leave out."""
    body = {"badge_no": "1", "api_key": "k1", "who": JWT}
    assert found_in(body, credential_names={"badgeNo"}, allowed={"/": {"api_key", "who"}}) == [
        ("credential-name", "$.badge_no")
    ]
    assert found_in(body, ignore=["credential-name"]) == [("token", "$.who")]


def test_the_same_place_is_told_once_with_its_count() -> None:
    """A list of a thousand leaks is one finding with a count."""
    found: list[Finding] = []
    ask(serving([{"password": "x1"}] * 1000, found=found), "/")
    assert [(f.path, f.count, f.route, f.method) for f in found] == [
        ("$[0].password", 1000, "/", "GET")
    ]


def test_a_key_that_may_be_a_value_is_not_told() -> None:
    """Members whose names do not look like names are told as `*`."""
    found = found_in({"ann@b.example": {"password": "x1"}, "4f9a11": {"password": "x1"}})
    assert found == [("credential-name", "$.*.password")]


def test_too_many_places_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    """What is cut from the list of places is told as a number."""
    body = {f"part_{chr(97 + i)}_{chr(97 + j)}": {"pwd": 5} for i in range(3) for j in range(26)}
    assert len(found_in(body)) == 50
    assert "and 28 more" in caplog.text


def model_app(found: list[Finding], **settings: Any) -> FastAPI:
    """Make an app whose routes have response models, kept and passed by."""
    app = FastAPI()
    item = {"user_id": "u1", "displayName": "A", "profile": {"locale": "de", "ip": 1}, "email": "e"}

    @app.get("/closed", response_model=User)
    def closed() -> Any:
        return {"user_id": "u1", "display": "A", "profile": {"locale": "de"}, "email": "e"}

    @app.get("/bypassed/{user_id}", response_model=User)
    def bypassed(user_id: str) -> Any:
        return JSONResponse(item | {"user_id": user_id})

    @app.get("/listed", response_model=list[User])
    def listed() -> Any:
        return JSONResponse([item, item])

    @app.get("/open", response_model=OpenUser)
    def opened() -> Any:
        return {"user_id": "u1", "email": "e"}

    @app.get("/map", response_model=dict[str, Profile])
    def mapped() -> Any:
        return JSONResponse({"u1": {"locale": "de", "ip": "1"}})

    @app.get("/dict")
    def free() -> dict[str, Any]:
        return {"user_id": "u1", "email": "e"}

    @app.get("/login", response_model=Token)
    def login() -> Any:
        return {"access_token": JWT}

    @app.get("/missing", response_model=User, responses={404: {"model": Profile}})
    def missing() -> Any:
        return JSONResponse({"detail": "x", "locale": "de"}, 404)

    @app.get("/failing", response_model=User)
    def failing() -> Any:
        return JSONResponse({"detail": "x"}, 400)

    app.add_middleware(Egress, on_finding=found.append, **settings)
    return app


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/closed", []),
        ("/bypassed/u1", ["$.profile.ip", "$.email"]),
        ("/listed", ["$[0].profile.ip", "$[0].email"]),
        ("/open", ["$.email"]),
        ("/map", ["$.*.ip"]),
        ("/dict", []),
        ("/login", []),
        ("/missing", ["$.detail"]),
        ("/failing", []),
        ("/nowhere", []),
        ("/openapi.json", []),
    ],
)
def test_what_the_model_does_not_declare_is_found(path: str, expected: list[str]) -> None:
    """Members are held against the response model of the route, however they got out."""
    found: list[Finding] = []
    ask(model_app(found), path)
    assert [finding.path for finding in found] == expected
    assert {finding.kind.value for finding in found} <= {"undeclared"}
    assert "/bypassed/{user_id}" in {f.route for f in found} or "bypassed" not in path


def test_declared_names_win_over_the_model() -> None:
    """`declared` says what a route without a model may show."""
    found: list[Finding] = []
    ask(model_app(found, declared={"/dict": {"user_id"}}), "/dict")
    assert [(f.kind.value, f.path) for f in found] == [("undeclared", "$.email")]


def test_the_route_is_found_through_routers_mounts_and_middlewares() -> None:
    """An included router, a mounted app and a middleware that copies the scope hide no route."""
    found: list[Finding] = []
    router = APIRouter()

    @router.get("/users/{user_id}", response_model=Profile)
    def user(user_id: str) -> Any:
        return JSONResponse({"locale": "de", "user_id": user_id})

    inner = FastAPI()
    inner.include_router(router, prefix="/inner")
    app = FastAPI()
    app.include_router(router, prefix="/v1")
    app.include_router(router, prefix="/v2")
    app.mount("/sub", inner)

    class Copying:
        """Gives the rest of the app another scope."""

        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await self.app(dict(scope), receive, send)

    for path in ("/v1/users/1", "/v2/users/1", "/sub/inner/users/1"):
        plain = Egress(app, on_finding=found.append)
        assert ask(plain, path).status_code == 200
    assert [(f.path, f.route) for f in found] == [
        ("$.user_id", "/v1/users/{user_id}"),
        ("$.user_id", "/v2/users/{user_id}"),
        ("$.user_id", "/sub/inner/users/{user_id}"),
    ]
    found.clear()
    app = FastAPI()
    app.include_router(router, prefix="/v2")
    app.add_middleware(Copying)
    app.add_middleware(Egress, on_finding=found.append)
    ask(app, "/v2/users/1")
    assert [(f.path, f.route) for f in found] == [("$.user_id", "/v2/users/{user_id}")]


def test_a_mounted_app_without_routes_has_its_prefix_once() -> None:
    """What is mounted as plain ASGI is told as the prefix it is mounted at."""
    found: list[Finding] = []
    app = Starlette()
    app.mount("/files", raw(b'{"password":"x1"}'))
    ask(Egress(app, on_finding=found.append), "/files/a/b")
    # Older Starlette names no route here.
    assert [f.route for f in found] in (["/files/{path}"], ["(no route)"])


class Node(BaseModel):
    """A model that holds itself, in three ways."""

    name: str
    next: "Node | None" = None
    kids: list["Node"] = []
    other: "Node | Profile | None" = None


def test_models_that_hold_themselves_are_read() -> None:
    """A recursive model is a shape that holds itself, as deep as the answer goes."""
    app = FastAPI()
    found: list[Finding] = []

    @app.get("/", response_model=Node)
    def node() -> Any:
        inner = {"name": "c", "kids": [{"name": "d", "mail": "e"}]}
        return JSONResponse(
            {"name": "a", "next": {"name": "b", "next": inner}, "other": {"locale": "x", "z": 1}}
        )

    app.add_middleware(Egress, on_finding=found.append)
    ask(app, "/")
    assert [finding.path for finding in found] == ["$.next.next.kids[0].mail", "$.other.z"]


def test_a_model_without_a_schema_is_told() -> None:
    """Where the model cannot be read, that is told, and the rest is still looked for."""

    class Odd:
        """No JSON schema."""

    route = type("Route", (), {"response_model": Odd, "path": "/odd"})()
    found: list[Finding] = []
    inner = serving({"password": "x1"})

    async def routed(scope: Any, receive: Any, send: Any) -> None:
        scope["route"] = route
        await inner(dict(scope), receive, send)

    ask(Egress(routed, on_finding=found.append), "/")
    assert [f.kind.value for f in found] == ["not-inspected", "credential-name"]
    assert "no schema" in found[0].why


def test_a_shape_allows_what_its_type_allows() -> None:
    """Any, dict, tuples, unions and serialisers become shapes that raise no false alarm."""

    class Mixed(BaseModel):
        """Every kind of member."""

        any: Any
        free: dict[str, Any]
        pair: tuple[Profile, int]
        either: Profile | User | list[Profile]
        number: Annotated[int, PlainSerializer(str, return_type=str)]

    route = type("Route", (), {"response_model": Mixed})()
    shape = declared_by(route, 200)
    assert shape is not None
    assert shape.members["any"] is None
    assert shape.members["free"] is not None
    assert shape.members["free"].open
    either = shape.members["either"]
    assert either is not None
    assert set(either.members) == {"locale", "user_id", "displayName", "profile"}
    assert declared_by(object(), 200) is None


@pytest.mark.parametrize(
    ("narrowing", "expected"),
    [
        ({"response_model_exclude": {"display"}}, ["$.displayName"]),
        ({"response_model_include": {"user_id", "display"}}, ["$.profile"]),
        ({"response_model_exclude": {"profile": {"locale"}}}, []),
        ({"response_model_by_alias": False}, ["$.displayName"]),
    ],
)
def test_a_narrowed_model_declares_less(narrowing: dict[str, Any], expected: list[str]) -> None:
    """What a route leaves out of its model is not declared, under the name it has on the wire."""
    app = FastAPI()
    found: list[Finding] = []

    @app.get("/", response_model=User, **narrowing)
    def user() -> Any:
        return JSONResponse({"user_id": "u1", "displayName": "A", "profile": {"locale": "de"}})

    app.add_middleware(Egress, on_finding=found.append)
    ask(app, "/")
    assert [finding.path for finding in found] == expected


def test_plain_text_is_looked_at() -> None:
    """An exception answered as text is found."""
    app = FastAPI()
    found: list[Finding] = []

    @app.get("/")
    def fail() -> PlainTextResponse:
        return PlainTextResponse(CLIENT_ERROR, 500)

    app.add_middleware(Egress, mode="redact", on_finding=found.append)
    answer = ask(app, "/")
    assert answer.text == "[redacted]"
    assert [(f.kind.value, f.path) for f in found] == [("store-text", "$")]


def test_a_compressed_body_is_told_as_not_inspected(caplog: pytest.LogCaptureFixture) -> None:
    """What the egress cannot read is told, once in the log for each route, and passes."""
    app = serving([{"password": "x1"}] * 500)
    found: list[Finding] = []
    app.user_middleware.clear()
    app.add_middleware(GZipMiddleware, minimum_size=10)
    app.add_middleware(Egress, mode="redact", on_finding=found.append)
    for _ in range(2):
        answer = ask(app, "/", headers={"accept-encoding": "gzip"})
        assert len(answer.json()) == 500
    assert [(f.kind.value, f.why) for f in found] == [
        ("not-inspected", "the body is compressed")
    ] * 2
    assert caplog.text.count("compressed") == 1


def test_nothing_told_holds_a_value(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the log nor a finding holds what was found."""
    values = ["canary-value-1", BCRYPT, JWT, CLIENT_ERROR, base64_of(KEY)]
    body = {"password": values[0], "a": values[1:], "next": {"S": "canary-value-2"}}
    found: list[Finding] = []
    ask(serving(body, found=found), "/?key=canary-value-3")
    told = caplog.text + repr(found)
    assert len(found) > 3
    assert not [value for value in [*values, "canary-value"] if value in told]

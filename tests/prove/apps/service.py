"""A small service with every kind of gate and input. Tests give it a store."""

import base64
import json
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import (
    APIRouter,
    Cookie,
    Depends,
    FastAPI,
    File,
    Form,
    Header,
    HTTPException,
    Query,
    Request,
    Security,
    UploadFile,
    WebSocket,
)
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from pydantic import BaseModel, Field, field_validator
from starlette.websockets import WebSocketDisconnect

app = FastAPI()
store: Any = None
bearer = HTTPBearer()
key_header = APIKeyHeader(name="x-api-key")
requests_seen = {"count": 0}


class Role(Enum):
    USER = "user"
    ADMIN = "administrator"


class User(BaseModel):
    id: str
    email: str
    role: Role
    disabled: bool
    scopes: list[str] = []


@dataclass
class Account:
    user_id: str
    tier: Literal["free", "gold"]


def decode(token: str) -> User:
    raise HTTPException(401, "bad token")


async def current_user(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
) -> User:
    return decode(credentials.credentials)


def active_user(user: Annotated[User, Depends(current_user)]) -> User:
    if user.disabled:
        raise HTTPException(403, "disabled")
    return user


def admin(user: Annotated[User, Depends(active_user)]) -> User:
    if user.role is not Role.ADMIN:
        raise HTTPException(403, "administrators only")
    return user


def claims(token: Annotated[str, Depends(key_header)]):
    raise HTTPException(401)


class Allowed:
    def __init__(self, roles):
        self.roles = roles

    def __call__(self, user=Depends(claims)):
        if user["role"] not in self.roles:
            raise HTTPException(403, "no")
        return user


def session(x_session: str = Header()):
    item = store.get("sessions", token=x_session)
    if item is None:
        raise HTTPException(401, "no session")
    return item


def account(x_token: str = Header()) -> Account:
    raise PermissionError("broken verification")


def scoped(scopes: SecurityScopes, user=Depends(claims)):
    for scope in scopes.scopes:
        if scope not in user["scopes"]:
            raise HTTPException(403, "scope")
    return user


async def generated(token: str = Depends(key_header)):
    raise HTTPException(status_code=401)
    yield "nobody"


def limited(request: Request) -> None:
    requests_seen["count"] += 1
    if requests_seen["count"] > 2:
        raise HTTPException(429, "slow down")


class Context:
    def __init__(self, authorization: str = Header()):
        raise HTTPException(401)


@app.get("/context")
def with_context(context: Context = Depends()):
    return {"user": context.user_id, "known": isinstance(context, Context)}


@app.get("/key-in-handler")
def key_in_handler(key: str = Depends(key_header)):
    if key != "canary-of-a-setting":
        raise HTTPException(401)
    return {"ok": True}


@app.get("/key-in-query")
def key_in_query(api_key: str):
    return {"user": store.get("sessions", token=api_key)["user_id"]}


@app.get("/pages")
def pages(cursor: str):
    key = json.loads(base64.urlsafe_b64decode(cursor))
    if set(key) != {"user_id", "order_id"}:
        store.get("orders", order_id="unknown")
        raise HTTPException(400, "no such key")
    store.list("orders", key)
    return []


@app.post("/sorted")
def sort(field: str, labels: dict[str, str], raw: bool = False, checked: bool = True):
    if field not in {"nickname", "locale"}:
        raise HTTPException(400, "unknown field")
    return labels


def by_cookie(request: Request):
    item = store.get("sessions", token=request.cookies.get("session_token", ""))
    if item is None:
        raise HTTPException(401, "no session")
    return item


@app.get("/cookie")
def with_cookie(item=Depends(by_cookie)):
    return {"user": item["user_id"]}


@app.get("/open/{user_id}")
def read_open(user_id: UUID) -> dict[str, Any]:
    found = store.get("users", user_id=str(user_id))
    if found is None:
        raise HTTPException(404)
    return found


@app.get("/me")
async def me(user: Annotated[User, Depends(active_user)]):
    return {"id": user.id, "email": user.email}


@app.get("/admin")
def for_admins(user: Annotated[User, Depends(admin)]):
    return {"role": user.role}


@app.get("/staff", dependencies=[Depends(Allowed(["clerk"]))])
def for_staff():
    return "ok"


@app.get("/session")
def with_session(item=Depends(session)):
    return item


@app.get("/account")
def with_account(who: Account = Depends(account)):
    return {"id": who.user_id, "tier": who.tier}


@app.get("/scoped")
def with_scope(user=Security(scoped, scopes=["orders:read"])):
    return {"sub": user["sub"]}


@app.get("/generated")
def with_generator(name: str = Depends(generated)):
    return {"name": name}


@app.get("/body-gate")
def body_gate(user: Annotated[User, Depends(current_user)]):
    if user.role.value != "administrator":
        raise HTTPException(403, "in the handler")
    return {"ok": True}


@app.get("/limited", dependencies=[Depends(limited)])
def rate_limited():
    return "ok"


router = APIRouter(prefix="/orders")


class Line(BaseModel):
    sku: str = Field(pattern=r"^[A-Z]{3}-[0-9]{4}$")
    quantity: int = Field(ge=1, le=5)


class OrderIn(BaseModel):
    lines: list[Line] = Field(min_length=1)
    note: str | None = None
    kind: Literal["gift", "plain"]
    email: str
    code: str

    @field_validator("code")
    @classmethod
    def right_code(cls, value: str) -> str:
        if not value.isdigit():
            raise ValueError("code must be one of '1234', '5678'")
        return value


@router.get("/{id}")
def read_order(id: str, user: Annotated[User, Depends(current_user)]):
    found = store.get("orders", user_id=user.id, order_id=id)
    if found is None:
        raise HTTPException(404)
    return found


@router.post("", status_code=201)
def place_order(order: OrderIn):
    store.put("orders", {"email": order.email})
    return order


@router.get("")
def list_orders(
    limit: int = 10, cursor: str | None = None, sort_by: str = "created", q: str = Query("")
):
    page = {"items": [1], "next_cursor": "abcdef123456"}
    return {**page, "cursor": cursor, "limit": limit}


app.include_router(router)


@app.get("/products/{product_id}")
def read_product(product_id: str):
    if store.get("shop", PK=f"PRODUCT#{product_id}", SK="META") is None:
        raise HTTPException(404)
    return {"ok": True}


@app.get("/filter")
def by_status(status: Role, day: int = Query(ge=1, le=3), lang: str = Cookie("de")):
    return {"status": status}


@app.post("/form")
def form(name: Annotated[str, Form(max_length=20)], age: Annotated[int, Form()]):
    return {"name": name, "age": age}


@app.post("/upload")
async def upload(file: Annotated[UploadFile, File()], title: Annotated[str, Form()]):
    return {"size": len(await file.read()), "title": title, "name": file.filename}


@app.post("/raw")
async def raw(request: Request):
    body = await request.json()
    more = {"nested": body["first"]}
    return {**more, "second": body[("sec" + "ond")]}


@app.websocket("/talk")
async def talk(socket: WebSocket, token: str | None = None):
    await socket.accept()
    try:
        while True:
            data = await socket.receive_json()
            await socket.send_json({"hello": data["name"]})
    except WebSocketDisconnect:
        return


@app.websocket("/private")
async def private(socket: WebSocket):
    await socket.close(code=1008)


sub = FastAPI(openapi_url=None)


@sub.get("/inner/{number:int}")
def inner(number: int):
    return number


app.mount("/sub", sub)

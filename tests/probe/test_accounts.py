"""Accounts of the probe's own: how they are made, what they write to, and what is told of them."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Form, Header, HTTPException, Request, Response
from fastapi.security import APIKeyHeader
from pydantic import BaseModel

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.probe.masking import member
from hushtable.probe.order import Bounds, Order
from hushtable.probe.person import made_up
from hushtable.probe.plan import plan
from tests.probe.test_run import facts_of, transport

ORDER = Order("http://127.0.0.1", writes=True, bounds=Bounds(rate=10_000.0))


class Registration(BaseModel):
    """Somebody new."""

    username: str
    email: str
    password: str


class Account(BaseModel):
    """Somebody who is known by an address."""

    email: str
    password: str


KEY = APIKeyHeader(name="x-key", auto_error=False)


class Member(BaseModel):
    """What a member sees of one."""

    username: str
    email: str


class Store:
    """Members by name, and who holds which token; who was written to."""

    def __init__(self) -> None:
        """Begin with somebody who is there already."""
        self.members = {
            "maren": {"username": "maren", "email": "maren@shop.example", "password": "x"}
        }
        self.tokens: dict[str, str] = {}
        self.written: list[str] = []

    def token(self, name: str, password: str) -> str:
        """Sign somebody in."""
        if self.members.get(name, {}).get("password") != password:
            raise HTTPException(401, "name or password is wrong")
        token = secrets.token_hex()
        self.tokens[token] = name
        return token

    def name(self, token: str) -> str:
        """Say whose a token is."""
        if token not in self.tokens:
            raise HTTPException(401, "Not signed in")
        return self.tokens[token]


def with_members(store: Store) -> FastAPI:
    """Make a service that registers, and lets anybody who is signed in change any member."""
    app = FastAPI()

    @app.post("/register", status_code=201)
    def register(body: Registration) -> None:
        store.members[body.username] = body.model_dump()

    @app.post("/login")
    def login(username: Annotated[str, Form()], password: Annotated[str, Form()]) -> dict[str, str]:
        return {"access_token": store.token(username, password)}

    @app.get("/members")
    def members() -> list[str]:
        return [*store.members]

    @app.get("/members/{username}")
    def member(username: str, authorization: Annotated[str, Header()] = "") -> Member:
        store.name(authorization.removeprefix("Bearer "))
        return Member.model_validate(store.members[username])

    @app.put("/members/{username}")
    def change(username: str, body: Member, authorization: Annotated[str, Header()] = "") -> None:
        store.name(authorization.removeprefix("Bearer "))
        store.written.append(username)
        store.members[username]["email"] = body.email

    return app


@pytest.fixture(scope="module")
def run() -> tuple[Store, Facts, Facts]:
    """Ask two services of one kind."""
    store = Store()
    return store, facts_of(with_members(store), ORDER), facts_of(with_members(Store()), ORDER)


def test_what_an_account_shows_is_claimed(run: tuple[Store, Facts, Facts]) -> None:
    """That another may write to an account is told with the member that it shows afterwards."""
    (seen,) = [one for one in run[1].observations if one.seen is Seen.WRITTEN]
    assert str(seen.route) == "PUT /members/{username}"
    assert [attribute.name for attribute, _ in seen.fields] == ["email"]
    assert [one.identity for one in seen.transcripts] == ["own account 2"]


def test_nobody_else_is_written_to(run: tuple[Store, Facts, Facts]) -> None:
    """What writes is sent for accounts of its own alone, though others are known by name."""
    store = run[0]
    assert store.written
    assert "maren" not in store.written
    assert store.members["maren"]["email"] == "maren@shop.example"


def test_made_up_names_make_no_difference(run: tuple[Store, Facts, Facts]) -> None:
    """Two runs tell the same, and neither a name nor a password that was made up."""
    store, one, two = run
    assert one.observations == two.observations
    assert one.asked is not None
    assert two.asked is not None
    assert replace(one.asked, seconds=0) == replace(two.asked, seconds=0)
    told = repr((one.observations, one.routes, one.asked))
    own = [name for name in store.members if name != "maren"]
    assert len(own) >= 2
    assert not any(name in told or store.members[name]["password"] in told for name in own)


def by_cookie(store: Store) -> FastAPI:
    """Make a service that signs in by a cookie, and registers under an address."""
    app = FastAPI()

    @app.post("/users", status_code=201)
    def register(body: Account) -> None:
        store.members[body.email] = body.model_dump()

    @app.post("/sign-in")
    def sign_in(body: Account, response: Response) -> None:
        response.set_cookie("sid", store.token(body.email, body.password), httponly=True)

    @app.get("/me")
    def me(request: Request) -> dict[str, str]:
        return {"email": store.name(request.cookies.get("sid", ""))}

    return app


def by_key(store: Store) -> FastAPI:
    """Make a service that gives a key at registration, for a header of its own."""
    app = FastAPI()

    @app.post("/signup")
    def register(body: Registration) -> dict[str, str]:
        store.members[body.username] = body.model_dump()
        return {"token": store.token(body.username, body.password)}

    @app.get("/me")
    def me(token: Annotated[str | None, Depends(KEY)]) -> dict[str, str]:
        return {"username": store.name(token or "")}

    return app


@pytest.mark.parametrize("make", [by_cookie, by_key])
def test_an_account_is_entered(make: Any) -> None:
    """A cookie, and a token in the header that the document names, open what is behind a gate."""
    asked = facts_of(make(Store()), ORDER).asked
    assert asked is not None
    assert [one.route for one in asked.refused] == []


def test_a_limit_on_registering_is_kept() -> None:
    """A service that registers two people and no more is asked once more, and the run goes on."""
    app, store, asked = FastAPI(), Store(), []

    @app.post("/register")
    def register(body: Registration) -> dict[str, str]:
        asked.append(body.username)
        if len(asked) > 2:
            raise HTTPException(429, "later")
        store.members[body.username] = body.model_dump()
        return {"token": store.token(body.username, body.password)}

    @app.get("/me")
    def me(authorization: Annotated[str, Header()] = "") -> dict[str, str]:
        return {"username": store.name(authorization.removeprefix("Bearer ")), "role": "member"}

    facts = facts_of(app, ORDER)
    assert facts.asked is not None
    assert (facts.asked.ended, len(asked)) == ("", 3)
    assert not facts.unknown
    # A second run meets the limit at once, and says what it does not know for it.
    assert "a limit on registering" in str(facts_of(app, ORDER).unknown)


@pytest.mark.parametrize(("door", "status"), [("/register", 500), ("/login", 500), ("/x", 200)])
def test_no_account_is_no_error(door: str, status: int) -> None:
    """Where no account can be had the run goes on, and claims nothing that needs one."""
    app = FastAPI()

    @app.get("/ok")
    def ok() -> dict[str, int]:
        return {"count": 1}

    @app.post(door, status_code=status)
    def refuse(_: Registration) -> None:
        """Let nobody in."""

    facts = facts_of(app, ORDER)
    assert "GET /ok" not in [one.route for one in facts.asked.refused] if facts.asked else False
    assert not {Seen.WRITTEN, Seen.TELLS_WHO, Seen.ELEVATED, Seen.LETS_IN} & {
        one.seen for one in facts.observations
    }


def test_a_person_says_nothing_of_itself() -> None:
    """A made-up person has another name every time, and shows none of it."""
    one, two = made_up(), made_up()
    assert not one.secrets & two.secrets
    assert not any(secret in repr(one) for secret in one.secrets)
    assert one.email.endswith(".example")


def test_a_made_up_name_is_no_member() -> None:
    """A map by name, in which a made-up one stands, is told alike in every run."""
    assert {member(("users", made_up().name, "email")) for _ in range(300)} == {"$.users.*.email"}


def test_a_plan_says_what_it_registers() -> None:
    """A plan with writes names the doors, what accounts are called and that they stay."""
    told = str(plan(ORDER, transport=transport(with_members(Store()))))
    assert "POST /register" in told
    assert "at POST /login, 12 times" in told
    assert "They stay" in told
    assert "registers" not in str(
        plan(replace(ORDER, writes=False), transport=transport(with_members(Store())))
    )

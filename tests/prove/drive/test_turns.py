"""When a door is asked: at first, and at last with what another door made for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

from hushtable.prove.drive.app import AsgiApp
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.drive import Driver, Turn, Watched, drive, made_first, reached
from hushtable.prove.drive.identity import Identities
from hushtable.prove.drive.inputs import Inputs
from hushtable.prove.drive.surface import renewed, surface
from hushtable.prove.exchange import Call, Exchange
from hushtable.prove.order import ProveOrder
from tests.prove.fakes import FakeMint, FakeStore, run

Items = dict[str, dict[str, Any]]


@dataclass
class Memory(FakeStore):
    """A store of accounts that starts empty, and remembers what it is asked."""

    items: Items = field(default_factory=dict)
    kept: Items = field(default_factory=dict)

    def account(self, username: str) -> dict[str, Any] | None:
        """Look for an account, as an app does."""
        key = {"username": {"S": username}}
        self.seen.append(Call("GetItem", {"TableName": "accounts", "Key": key}))
        return self.items.get(username)

    def keep(self, username: str, **more: Any) -> None:
        """Write an account, as an app does."""
        self.put("accounts", {"username": username, **more})
        self.items[username] = {"username": username, **more}

    def restore(self) -> None:
        """Take back what was not adopted."""
        self.items = dict(self.kept)

    def adopt(self) -> None:
        """Let what was written stay."""
        self.kept = dict(self.items)

    def plant(self) -> None:
        """Start again."""
        self.items, self.kept = {}, {}


class Account(BaseModel):
    """Who, and by what."""

    username: str
    password: str


def shop(memory: Memory) -> FastAPI:
    """Make a service that knows nobody until they sign up."""
    app = FastAPI()

    @app.post("/login")
    def login(body: Account) -> dict[str, str]:
        found = memory.account(body.username)
        if found is None or found["sealed"] != body.password[::-1]:
            raise HTTPException(401, "who?")
        return {"hello": body.username}

    @app.post("/register")
    def register(body: Account) -> dict[str, str]:
        memory.keep(body.username, sealed=body.password[::-1])
        return {"username": body.username}

    @app.get("/closed")
    def closed() -> None:
        memory.account("nobody")
        raise HTTPException(404, "nothing")

    return app


Asking = Callable[[str, Turn], list[Exchange]]


@pytest.fixture
def memory() -> Memory:
    """Give an empty store."""
    return Memory()


def driver_of(app: AsgiApp, memory: Memory) -> Driver:
    """Give what drives an app on a store."""
    mint = FakeMint()
    inputs = Inputs(mint, memory)
    watched = Watched(
        calls=memory.drain, restore=memory.restore, adopt=memory.adopt, plant=memory.plant
    )
    identities = Identities(ProveOrder("app:app", "."), mint, memory, inputs)
    return Driver(app, inputs, identities, watched)


def asked(driver: Driver, door: Door, turn: Turn) -> list[Exchange]:
    """Give every exchange at a door in one of its turns."""

    async def whole() -> list[Exchange]:
        return [exchange async for _, exchange in drive(driver, door, turn)]

    return run(whole())


@pytest.fixture
def doors(memory: Memory) -> tuple[Driver, dict[str, Door]]:
    """Give the service's doors, by name, with what drives them."""
    app = shop(memory)
    found = surface(app, Path(__file__).parent)
    return driver_of(app, memory), {str(door.route): door for door in found}


def test_a_door_that_does_not_answer_well_is_asked_no_more_at_first(
    doors: tuple[Driver, dict[str, Door]],
) -> None:
    """Its edges wait until it is known how to open it; alone or at last they are tried."""
    driver, named = doors
    first = asked(driver, named["POST /login"], Turn.FIRST)
    assert {one.asked.purpose for one in first} == {"as it should be"}
    assert reached(named["POST /login"], first)[0] is False
    for turn in (Turn.ONLY, Turn.LAST):
        found = asked(driver, named["GET /closed"], turn)
        assert "GetItem is throttled" in {one.asked.purpose for one in found}


def test_signing_up_opens_what_refused(
    doors: tuple[Driver, dict[str, Door]], memory: Memory
) -> None:
    """At last somebody signs up and then signs in with the same words; edges are tried so, too."""
    driver, named = doors
    login = named["POST /login"]
    asked(driver, login, Turn.FIRST)
    signed_up = asked(driver, named["POST /register"], Turn.FIRST)
    found = asked(driver, login, Turn.LAST)
    assert reached(login, found) == (True, "")
    opened = next(one for one in found if one.answered.status == 200)
    assert opened.asked.body == signed_up[0].asked.body
    assert [one.named for one in opened.asked.before] == ["POST /register"]
    assert opened.asked.label.endswith(f"|after {signed_up[0].asked.door}")
    stranger = next(one for one in found if one.asked.purpose == "credentials that nobody has")
    assert stranger.answered.status == 401
    assert memory.items == memory.kept != {}


def test_a_door_that_makes_nothing_helps_nobody(doors: tuple[Driver, dict[str, Door]]) -> None:
    """Where the other door no longer answers well, nothing is lent."""
    driver, named = doors
    asked(driver, named["POST /register"], Turn.FIRST)
    first = driver.firsts.known[named["POST /register"].index]

    async def never(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 409, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    other = Driver(never, driver.inputs, driver.identities, driver.watched)
    assert run(made_first(other, first)) is None
    assert run(made_first(driver, first)) is not None


def test_files_are_asked_for_once_there_are_some(tmp_path: Path, memory: Memory) -> None:
    """A mount of an empty folder is asked for the file that was written there meanwhile."""
    app = FastAPI()
    app.mount("/files", StaticFiles(directory=tmp_path))
    door = next(one for one in surface(app, tmp_path) if one.files is not None)
    driver = driver_of(app, memory)
    assert reached(door, asked(driver, door, Turn.FIRST))[0] is False
    (tmp_path / "note.txt").write_text("note")
    assert reached(door, asked(driver, renewed(door), Turn.LAST))[0] is True

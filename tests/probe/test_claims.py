"""What is called certain was shown by the answers, and not only likely."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, HTTPException, Response
from pydantic import BaseModel

from hushtable.model.observation import Observation, Seen
from tests.probe.apps import CALLERS
from tests.probe.test_run import ORDER, facts_of

WRITES = replace(ORDER, writes=True)


class Credentials(BaseModel):
    """Who comes."""

    username: str
    password: str


def seen(app: FastAPI, kind: Seen, order: Any = WRITES) -> list[Observation]:
    """Probe an app, and give what was seen of one kind."""
    return [one for one in facts_of(app, order).observations if one.seen is kind]


def with_door(*, cookie: bool, opens: bool) -> FastAPI:
    """Make a service whose sign-in gives something to whoever asks."""
    app = FastAPI()

    @app.post("/login")
    def login(body: Credentials, response: Response) -> dict[str, str]:
        if cookie:
            response.set_cookie("session", f"of-{body.username}")
            return {"error": "wrong"}
        return {"token": f"token-of-{body.username}"}

    @app.get("/me")
    def me(authorization: Annotated[str, Header()] = "") -> dict[str, str]:
        if not opens or not authorization:
            raise HTTPException(401, "Not signed in")
        return {"state": "signed in"}

    return app


@pytest.mark.parametrize(
    ("cookie", "opens", "certain"),
    [(True, False, []), (False, False, [False]), (False, True, [True])],
)
def test_a_token_counts_by_what_it_opens(*, cookie: bool, opens: bool, certain: list[bool]) -> None:
    """A sign-in lets somebody in for certain where its token opens what is refused to nobody."""
    found = seen(with_door(cookie=cookie, opens=opens), Seen.LETS_IN)
    assert [one.certain for one in found] == certain


@pytest.mark.parametrize("kept", [True, False])
def test_what_is_repeated_was_not_kept(*, kept: bool) -> None:
    """A member that nothing declares was taken for certain where it is there afterwards."""
    app = FastAPI()
    settings: dict[str, Any] = {"theme": "dark"}

    @app.get("/settings")
    def read() -> dict[str, Any]:
        return settings

    @app.put("/settings")
    def write(body: dict[str, Any]) -> dict[str, Any]:
        settings.update(body if kept else {})
        return body

    (found,) = seen(app, Seen.ASSIGNED)
    assert found.certain is kept
    assert len(found.transcripts) == 1 + kept


@pytest.mark.parametrize("owner", [True, False])
def test_what_only_one_was_shown_may_be_everybodys(*, owner: bool) -> None:
    """An object without data of people is another's for certain where its answer names them."""
    app = FastAPI()

    def caller(token: str) -> str:
        if token not in CALLERS:
            raise HTTPException(401, "Not signed in")
        return CALLERS[token]

    @app.get("/me")
    def me(x_token: Annotated[str, Header()] = "") -> dict[str, str]:
        return {"user_id": f"user-{caller(x_token)}"}

    @app.get("/posts")
    def posts(x_token: Annotated[str, Header()] = "") -> list[dict[str, str]]:
        return [{"post_id": f"p-{caller(x_token)}"}]

    @app.get("/posts/{post_id}")
    def post(post_id: str, x_token: Annotated[str, Header()] = "") -> dict[str, str]:
        caller(x_token)
        whose = {"user_id": f"user-{post_id[-1]}"} if owner else {}
        return {"post_id": post_id, "state": "sent", **whose}

    (found,) = seen(app, Seen.OTHERS, ORDER)
    assert found.certain is owner


@pytest.mark.parametrize("read", [True, False])
def test_a_cursor_that_is_not_read_is_not_taken(*, read: bool) -> None:
    """That a changed cursor is taken is told where a cursor makes a difference at all."""
    app = FastAPI()

    @app.get("/things")
    def things(cursor: str = "") -> dict[str, Any]:
        key = {"thing_id": "t1"}
        if read and cursor:
            try:
                key = json.loads(base64.urlsafe_b64decode(cursor))
            except ValueError:
                raise HTTPException(400, "no cursor") from None
        return {"things": [], "next": base64.b64encode(json.dumps(key).encode()).decode()}

    (found,) = seen(app, Seen.CURSOR, ORDER)
    assert ("a changed one is taken" in found.details) is read

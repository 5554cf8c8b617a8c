"""Validate the key.

The advice: check a path parameter with a regular expression before it becomes a key, so that
nobody reads items by made-up ids. It is usually written as below.

A pattern says what a key looks like. It does not say whose item it is, so Ann reads Bob's, and all
of it. `re.match` with `$` lets a newline through at the end. And the `except Exception` that most
of these handlers end in catches their own `HTTPException`: the 404 becomes a 500.

With the guard the pattern stands where the key is declared and is matched whole, `Owner` decides
whose item it is, and somebody else's looks like a missing one.
"""

import re
from typing import Any

from fastapi import FastAPI, HTTPException
from ground import Ground, Me, Step, User, ask, names

from hushtable.guard import View
from hushtable.guard.fastapi import protect

TITLE = "Validate the key"
USER_ID = re.compile(r"^[a-z]{1,20}$")


def as_written(table: Any) -> FastAPI:
    """Check the id, then read."""
    app = FastAPI()

    @app.get("/users/{user_id}")
    def read_user(user_id: str, me: Me):
        try:
            if not USER_ID.match(user_id):
                raise HTTPException(400, "Invalid user id")
            item = table.get_item(Key={"user_id": user_id}).get("Item")
            if not item:
                raise HTTPException(404, "User not found")
            return item
        except Exception as error:
            raise HTTPException(500, str(error))

    return app


class UserOut(View[User]):
    """What a user sees of themselves."""

    user_id: str
    email: str


UserId = User.key.user_id


def on_guard(ground: Ground) -> FastAPI:
    """Let the Record say what a key is and whose the item is."""
    app = FastAPI()
    protect(app, ground.users)

    @app.get("/users/{user_id}")
    async def read_user(user_id: UserId, me: Me) -> UserOut:
        return await ground.users.get(UserOut, user_id)

    return app


def show(ground: Ground) -> list[Step]:
    """Ask both."""
    naive, guarded = as_written(ground.table), on_guard(ground)
    other, mine = ask(naive, "/users/bob"), ask(guarded, "/users/ann")
    refused = ask(guarded, "/users/bob")
    missing, gone = ask(naive, "/users/nobody"), ask(guarded, "/users/nobody")
    newline, whole = ask(naive, "/users/ann%0A"), ask(guarded, "/users/ann%0A")
    return [
        Step(
            "ann asks for /users/bob, an id that the pattern allows",
            f"{other.status_code}, with {', '.join(names(other.json()))}",
            "a pattern says what a key looks like, and not whose item it is",
            f"{refused.status_code}; for /users/ann {mine.status_code}, "
            f"with {', '.join(names(mine.json()))}",
            other.status_code == 200
            and "password_hash" in other.json()
            and refused.status_code == 404
            and mine.json() == {"user_id": "ann", "email": "ann@example.org"},
        ),
        Step(
            "ann asks for /users/nobody",
            f"{missing.status_code}, detail: {missing.json()['detail']}",
            "`except Exception` catches the HTTPException that was meant as a 404",
            f"{gone.status_code}",
            missing.status_code == 500
            and missing.json()["detail"].startswith("404")
            and gone.status_code == 404,
        ),
        Step(
            "ann asks for /users/ann%0A, with a newline behind the id",
            f"the pattern lets it through to DynamoDB ({missing.json()['detail'][:3]} from the read)",
            "`$` matches before a newline at the end; only fullmatch or \\Z does not",
            f"{whole.status_code}: the key has not its form",
            newline.json()["detail"] == missing.json()["detail"]
            and bool(USER_ID.match("ann\n"))
            and whole.status_code == 422,
        ),
    ]

"""Declare a response model.

The advice: put `response_model=UserOut` on the route, and FastAPI drops the rest. It is usually
written as below.

FastAPI filters what a handler returns, except a Response, which passes as it is: the one line that
adds a header or a status code takes the model away. A model with `profile: dict` filters nothing
inside of it, and a model that was copied from the item shows what it copied. In all cases the whole item was read, and lies in the process for a log to find.

With the guard the View is what is read. What it does not declare was never asked for, so there is
nothing to pass by the model, and a map of undeclared keys is refused where the View is declared.
"""

from typing import Annotated, Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from ground import Ground, Me, Step, User, ask, names
from pydantic import BaseModel

from hushtable.guard import At, DeclarationError, View
from hushtable.guard.fastapi import protect

TITLE = "Declare a response model"


class UserModel(BaseModel):
    """A response model."""

    user_id: str
    email: str
    profile: dict


class CopiedModel(BaseModel):
    """A response model made by copying the fields of the item."""

    user_id: str
    email: str
    status: str
    password_hash: str


def as_written(table: Any) -> FastAPI:
    """Return the item, and let the model filter it."""
    app = FastAPI()

    @app.get("/users/{user_id}", response_model=UserModel)
    def read_user(user_id: str, me: Me):
        return table.get_item(Key={"user_id": user_id})["Item"]

    @app.get("/cached/{user_id}", response_model=UserModel)
    def read_cached(user_id: str, me: Me):
        item = table.get_item(Key={"user_id": user_id})["Item"]
        return JSONResponse(item, headers={"Cache-Control": "private, max-age=60"})

    @app.get("/copied/{user_id}", response_model=CopiedModel)
    def read_copied(user_id: str, me: Me):
        return table.get_item(Key={"user_id": user_id})["Item"]

    return app


class UserOut(View[User]):
    """What a user sees of themselves."""

    user_id: str
    email: str
    locale: Annotated[str, At("profile.locale")]


def on_guard(ground: Ground) -> FastAPI:
    """Do the same with a View."""
    app = FastAPI()
    protect(app, ground.users)

    @app.get("/users/{user_id}")
    async def read_user(user_id: str, me: Me) -> UserOut:
        return await ground.users.get(UserOut, user_id)

    @app.get("/cached/{user_id}", response_model=UserOut)
    async def read_cached(user_id: str, me: Me):
        user = await ground.users.get(UserOut, user_id)
        return JSONResponse(user.model_dump(), headers={"Cache-Control": "private, max-age=60"})

    return app


def declare_a_credential() -> str:
    """Put a credential into a View; give the guard's error."""
    try:

        class Leaky(View[User]):
            password_hash: str

    except DeclarationError as error:
        return str(error)
    return "it was let through"


def show(ground: Ground) -> list[Step]:
    """Ask both."""
    naive, guarded = as_written(ground.table), on_guard(ground)
    cached, kept = ask(naive, "/cached/ann").json(), ask(guarded, "/cached/ann").json()
    modelled, viewed = ask(naive, "/users/ann").json(), ask(guarded, "/users/ann").json()
    copied, refused = ask(naive, "/copied/ann").json(), declare_a_credential()
    return [
        Step(
            "a handler with a response model returns JSONResponse(item), to set a header",
            f"with {', '.join(names(cached))}",
            "FastAPI sends a Response as it is; response_model documents it and filters nothing",
            f"with {', '.join(names(kept))}: there is nothing else to send",
            "password_hash" in cached and names(kept) == ["email", "locale", "user_id"],
        ),
        Step(
            "a response model with `profile: dict`",
            f"with {', '.join(names(modelled))}",
            "a dict takes every key, so the birthday comes along with the locale",
            f"with {', '.join(names(viewed))}: one leaf of the map, and that leaf alone is read",
            "birthday" in names(modelled) and names(viewed) == ["email", "locale", "user_id"],
        ),
        Step(
            "a response model that was made by copying the item's fields",
            f"with {', '.join(names(copied))}",
            "nothing in a model says which attributes are credentials",
            f"refused at import: {refused}",
            "password_hash" in copied and "credential" in refused,
        ),
    ]

"""Project.

The advice: give a ProjectionExpression, so that only what is needed is read. It is usually written
as below, with the attributes' names as a text.

`status` is a reserved word, and DynamoDB refuses the expression. The handler's `except Exception`
then tells the client DynamoDB's own words. A name of a map projects the whole map. And an update
that gives back what is there now cannot be projected at all.

With the guard the expression comes from the View: each name behind an alias, of a map the leaves
that the View declares. `projection(UserOut)` gives the same to plain boto3 code.
"""

from typing import Annotated, Any

from botocore.exceptions import ParamValidationError
from fastapi import FastAPI, HTTPException
from ground import Ground, Me, Step, User, ask, names

from hushtable.guard import At, Caller, View, projection, view_of
from hushtable.guard.fastapi import protect

TITLE = "Project"


def as_written(table: Any) -> FastAPI:
    """Read some attributes, by their names."""
    app = FastAPI()

    @app.get("/users/{user_id}")
    def read_user(user_id: str, me: Me):
        try:
            answer = table.get_item(
                Key={"user_id": user_id}, ProjectionExpression="user_id,email,status"
            )
            return answer["Item"]
        except Exception as error:
            raise HTTPException(500, str(error))

    @app.get("/locale/{user_id}")
    def read_locale(user_id: str, me: Me):
        return table.get_item(Key={"user_id": user_id}, ProjectionExpression="profile")["Item"]

    return app


class UserOut(View[User]):
    """What a user sees of themselves."""

    user_id: str
    email: str
    status: str
    locale: Annotated[str, At("profile.locale")]


def on_guard(ground: Ground) -> FastAPI:
    """Do the same with a View."""
    app = FastAPI()
    protect(app, ground.users)

    @app.get("/users/{user_id}")
    async def read_user(user_id: str, me: Me) -> UserOut:
        return await ground.users.get(UserOut, user_id)

    @app.get("/boto3/{user_id}")
    def read_with_boto3(user_id: str, me: Me) -> UserOut:
        answer = ground.table.get_item(Key={"user_id": user_id}, **projection(UserOut))
        return view_of(UserOut, answer["Item"])

    return app


def project_an_update(table: Any) -> tuple[str, list[str]]:
    """Update, and ask for some attributes of what is there now: botocore's error, and what comes."""
    key = {"Key": {"user_id": "ann"}, "UpdateExpression": "SET email = email"}
    try:
        table.update_item(**key, ReturnValues="ALL_NEW", ProjectionExpression="email")
        said = "it was let through"
    except ParamValidationError as error:
        said = str(error).splitlines()[1].partition(", must be")[0]
    return said, names(table.update_item(**key, ReturnValues="ALL_NEW")["Attributes"])


def show(ground: Ground) -> list[Step]:
    """Ask both."""
    naive, guarded = as_written(ground.table), on_guard(ground)
    failed, found = ask(naive, "/users/ann"), ask(guarded, "/users/ann")
    plain = ask(guarded, "/boto3/ann")
    whole = ask(naive, "/locale/ann").json()
    said, given = project_an_update(ground.table)
    changed = ground.users.update_and_get(
        UserOut, "ann", values={"email": "ann@example.org"}, by=Caller("ann")
    ).now()
    return [
        Step(
            'ProjectionExpression="user_id,email,status"',
            f"{failed.status_code}, detail: {failed.json()['detail']}",
            "`status` is a reserved word, and the client is told so in DynamoDB's own words",
            f"{found.status_code}, with {', '.join(names(found.json()))}; "
            f"the same for boto3 with **projection(UserOut)",
            failed.status_code == 500
            and "reserved keyword: status" in failed.json()["detail"]
            and found.status_code == 200
            and plain.json() == found.json(),
        ),
        Step(
            'ProjectionExpression="profile", for the locale',
            f"with {', '.join(names(whole))}",
            "the name of a map projects the map",
            'At("profile.locale") asks for that leaf alone',
            "birthday" in names(whole) and "birthday" not in names(found.json()),
        ),
        Step(
            "an update that gives back the address as it is now, with a projection",
            f"{said}; without one, with {', '.join(given)}",
            "UpdateItem takes no projection: ALL_NEW is the whole item",
            f"update_and_get, with {', '.join(names(changed.model_dump()))}; "
            "the rest is skipped undecoded",
            "ProjectionExpression" in said
            and "password_hash" in given
            and names(changed.model_dump()) == ["email", "locale", "status", "user_id"],
        ),
    ]

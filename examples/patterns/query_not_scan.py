"""Query instead of Scan.

The advice: replace a Scan by a Query on an index, so that no more is read than is needed. It is
usually written as below.

A Query reads less of the table. It shows no less of an item, and of as many people as the index
has under that key. As text, `status = :status` is refused, since `status` is a reserved word. And
without a loop over LastEvaluatedKey the rest of the list is missing, and nobody is told.

With the guard a query of an owned Record asks for its owner, or names why it does not. The View is
what comes out, and a `Page` says that there is more.
"""

from typing import Any

from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError
from fastapi import FastAPI
from ground import Ground, Me, Step, User, ask, names

from hushtable.guard import Page, System, View
from hushtable.guard.fastapi import Cursor, Limit, protect

TITLE = "Query instead of Scan"


def as_written(table: Any) -> FastAPI:
    """Query an index by what the client asks for."""
    app = FastAPI()

    @app.get("/users/by-status/{status}")
    def read_users(status: str, me: Me, limit: int = 20):
        return table.query(
            IndexName="status-index", KeyConditionExpression=Key("status").eq(status), Limit=limit
        )["Items"]

    return app


def as_text(table: Any) -> str:
    """Write the condition as text; give DynamoDB's error."""
    try:
        table.query(
            IndexName="status-index",
            KeyConditionExpression="status = :status",
            ExpressionAttributeValues={":status": "active"},
        )
    except ClientError as error:
        return error.response["Error"]["Message"]
    return "it was let through"


class UserRow(View[User]):
    """A user in a list."""

    user_id: str


def on_guard(ground: Ground) -> FastAPI:
    """Query by the index, with a View and pages; with and without a reason to see everybody."""
    app = FastAPI()
    protect(app, ground.users)

    @app.get("/users/by-status/{status}")
    async def read_users(
        status: str, me: Me, limit: Limit = 20, cursor: Cursor = None
    ) -> Page[UserRow]:
        return await ground.users.query(
            UserRow,
            index="status-index",
            status=status,
            limit=limit,
            cursor=cursor,
            by=System("members see who is a member"),
        )

    @app.get("/careless/{status}")
    async def read_carelessly(status: str, me: Me) -> Page[UserRow]:
        return await ground.users.query(UserRow, index="status-index", status=status)

    return app


def show(ground: Ground) -> list[Step]:
    """Ask both."""
    naive, guarded = as_written(ground.table), on_guard(ground)
    found = ask(naive, "/users/by-status/active").json()
    rows = ask(guarded, "/users/by-status/active").json()
    careless = ask(guarded, "/careless/active")
    short = ask(naive, "/users/by-status/active?limit=2").json()
    page = ask(guarded, "/users/by-status/active?limit=2").json()
    query = f"limit=2&cursor={page['next']}"
    rest = ask(guarded, f"/users/by-status/active?{query}").json()
    said = as_text(ground.table)
    return [
        Step(
            "ann asks for everybody who is active",
            f"{len(found)} people, with {', '.join(names(found))}",
            "a Query is a cheaper read; it hides nothing of what it reads",
            f"without a reason {careless.status_code}; with one {len(rows['items'])} people, "
            f"with {', '.join(names(rows['items']))}",
            len(found) == 3
            and "password_hash" in names(found)
            and careless.status_code == 500
            and names(rows["items"]) == ["user_id"],
        ),
        Step(
            "a list of two out of three",
            f"{len(short)} people, and no word of the third",
            "LastEvaluatedKey is dropped with the answer around the items",
            f"{len(page['items'])} people and a cursor, which gives {len(rest['items'])} more",
            len(short) == 2 and len(page["items"]) == 2 and len(rest["items"]) == 1,
        ),
        Step(
            'KeyConditionExpression="status = :status"',
            said,
            "`status` is one of 573 reserved words, and stands for itself only behind an alias",
            "every name is aliased, reserved or not",
            "reserved keyword: status" in said,
        ),
    ]

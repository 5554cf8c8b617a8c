"""Filter what may be seen.

The advice: put a FilterExpression on the read, so that a caller gets only what they may see. It is
usually written as below.

DynamoDB filters after it has read and after it has counted to Limit. So a page may be empty while
there is more, and the key where it stopped, which is handed to the client as a cursor, is the key
of an item that the filter hid. Naming a key in a filter is refused by DynamoDB. And what passes
the filter comes out whole.

With the guard, access is `Owner` and roles; `where=` chooses among what the caller may see anyway.
A key in a filter is refused before a request is made, and cursors are sealed.
"""

from typing import Any

from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError
from fastapi import FastAPI
from ground import Ground, Me, Step, User, ask, names

from hushtable.guard import Caller, Page, RefusedError, View, allow_scan
from hushtable.guard.fastapi import Cursor, Limit, protect

TITLE = "Filter what may be seen"


def as_written(table: Any) -> FastAPI:
    """Scan, and filter by the caller."""
    app = FastAPI()

    @app.get("/mine")
    def read_mine(me: Me, limit: int = 20):
        page = table.scan(FilterExpression=Attr("email").eq(f"{me.id}@example.org"), Limit=limit)
        return {"items": page["Items"], "next": page.get("LastEvaluatedKey")}

    return app


def filter_by_key(table: Any, user_id: str) -> str:
    """Filter a query by its key, as a second lock on the door; give DynamoDB's error."""
    try:
        table.query(
            KeyConditionExpression=Key("user_id").eq(user_id),
            FilterExpression=Attr("user_id").eq("ann"),
        )
    except ClientError as error:
        return error.response["Error"]["Message"]
    return "it was let through"


class UserRow(View[User]):
    """A user in a list."""

    user_id: str
    email: str


def on_guard(ground: Ground) -> FastAPI:
    """Let the Record's owner decide."""
    app = FastAPI()
    protect(app, ground.users)

    @app.get("/mine")
    @allow_scan("a small table, and a demonstration")
    async def read_mine(me: Me, limit: Limit = 20, cursor: Cursor = None) -> Page[UserRow]:
        return await ground.users.scan_page(
            UserRow, reason="demonstration", limit=limit, cursor=cursor
        )

    return app


def show(ground: Ground) -> list[Step]:
    """Ask both."""
    naive, guarded = as_written(ground.table), on_guard(ground)
    empty, start = None, ""
    for limit in (1, 2):  # the order of a scan is the table's own
        found = ask(naive, f"/mine?limit={limit}").json()
        start = (found["next"] or {}).get("user_id", "")
        if start and start != "ann":
            empty = found
            break
    everything = ask(naive, "/mine").json()
    sealed = ask(guarded, "/mine?limit=1").json()
    own = ask(guarded, "/mine").json()
    said = filter_by_key(ground.table, "ann")
    try:
        where = User.at.user_id == "ann"
        ground.users.query(UserRow, user_id="ann", where=where, by=Caller("ann")).now()
        refused = ""
    except RefusedError as error:
        refused = str(error)
    return [
        Step(
            "ann asks for her items, a page of one or two, filtered by her address",
            f"of her items {len(empty['items'])}, and a cursor that names {start}" if empty else "no cursor",
            "the filter works after the read and after Limit: the page ends at a hidden item",
            f"{len(own['items'])} item, hers; the cursor is a sealed text",
            empty is not None
            and isinstance(sealed["next"], str)
            and "bob" not in sealed["next"]
            and [one["user_id"] for one in own["items"]] == ["ann"],
        ),
        Step(
            "the same, a page of 20",
            f"with {', '.join(names(everything['items']))}",
            "a filter drops items; of those that pass, everything comes out",
            f"with {', '.join(names(own['items']))}",
            "password_hash" in names(everything) and names(own["items"]) == ["email", "user_id"],
        ),
        Step(
            "a query that filters by its own key, to be sure",
            said,
            "a key belongs into the key condition; DynamoDB takes it nowhere else",
            f"refused before it is sent: {refused}",
            "user_id" in said and "filter cannot name" in refused,
        ),
    ]

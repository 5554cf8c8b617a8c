"""The extra `guard`: a View on a FastAPI app, its projection, encryption, passwords and a store."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Annotated

from fastapi import Depends, FastAPI

from hushtable.guard import (
    Caller,
    Credential,
    Encrypted,
    GuardError,
    KeyRing,
    LocalCipher,
    NotFoundError,
    Owner,
    PartitionKey,
    Personal,
    Record,
    Store,
    Table,
    View,
    asking,
    projection,
)
from hushtable.guard.creating import create_tables
from hushtable.guard.fastapi import caller_of, protect
from hushtable.guard.hashed import Passwords
from hushtable.guard.limits import RateLimit


class User(Record, table="users"):
    """What is stored."""

    user_id: Annotated[str, PartitionKey(pattern=r"[a-z0-9]{1,32}"), Owner]
    status: str
    national_id: Annotated[str, Personal, Encrypted]
    password_hash: Annotated[str, Credential]


class UserOut(View[User]):
    """What is shown."""

    user_id: str
    status: str
    national_id: str


def signed_in() -> Caller:
    """Stand in for a service's own authentication."""
    return Caller("maren")


ring = KeyRing({"k1": os.urandom(32)})
users = Table(User, Store(keys=ring, cipher=LocalCipher(ring)))
app = FastAPI()
protect(app, users)
UserId = User.key.user_id


@app.get("/users/{user_id}")
async def read_user(
    user_id: UserId,  # type: ignore[valid-type]
    _me: Annotated[Caller, Depends(caller_of(signed_in))],
) -> UserOut:
    """Read one."""
    return await users.get(UserOut, user_id)


shown = app.openapi()["components"]["schemas"]["UserOut"]["properties"]
if set(shown) != {"user_id", "status", "national_id"}:
    sys.exit(f"the app documents {sorted(shown)}")
names = projection(UserOut)["ExpressionAttributeNames"]
if "password_hash" in names.values() or "status" not in names.values():
    sys.exit("the projection is another")
RateLimit("5/minute")
Passwords()

maren = User(user_id="maren", status="active", national_id="ID-1", password_hash="x")  # noqa: S106 - none
if importlib.util.find_spec("ministack") is None:
    try:
        create_tables(users).now()
    except GuardError as error:
        if "hushtable[embedded]" not in str(error):
            sys.exit(f"without a store it says: {error}")
    else:
        sys.exit("a store answered that is not installed")
else:
    create_tables(users).now()
    with asking(Caller("maren")):
        users.put(maren).now()
        if users.get(UserOut, "maren").now().national_id != "ID-1":
            sys.exit("the item did not come back")
    try:
        users.get(UserOut, "maren", by=Caller("jonas")).now()
    except NotFoundError:
        pass
    else:
        sys.exit("somebody else's item was shown")

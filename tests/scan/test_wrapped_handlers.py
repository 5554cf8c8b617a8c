"""Handlers behind decorators: FastAPI takes the signature that `functools.wraps` leads to."""

from __future__ import annotations

from hushtable.model.service import Channel
from hushtable.testing.scanning import scan_source

HEAD = """
from functools import wraps

import boto3
from fastapi import Depends, FastAPI
from pydantic import BaseModel

app = FastAPI()


class UserOut(BaseModel):
    email: str


def timed(name):
    def decorator(handler):
        @wraps(handler)
        async def wrapper(*args, **kwargs):
            result = await handler(*args, **kwargs)
            return result

        return wrapper

    return decorator


def users():
    return boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
@timed("users")
"""


def test_a_decorated_handler_is_given_its_own_parameters() -> None:
    """A handler behind `*args, **kwargs` gets its path parameters and dependencies."""
    facts = scan_source(
        f"{HEAD}async def read_user(user_id: str, table=Depends(users)):\n"
        '    return table.get_item(Key={"id": user_id})["Item"]\n'
    )
    (route,) = facts.routes
    assert [one.name for one in route.parameters] == ["user_id"]
    assert [str(one) for one in route.leaves] == ["users.*"]
    assert route.handler.endswith("read_user")


def test_what_a_decorator_hands_on_leaves_where_the_handler_returns_it() -> None:
    """The place of an answer is the handler's `return`, not the decorator's."""
    source = (
        f"{HEAD}async def read_user(user_id: str, full: bool, table=Depends(users)):\n"
        '    item = table.get_item(Key={"id": user_id})["Item"]\n'
        "    if full:\n"
        "        return item\n"
        '    return {"email": item["email"]}\n'
    )
    flows = [one for one in scan_source(source).outflows if one.channel is Channel.RESPONSE]
    lines = source.splitlines()
    assert sorted(lines[one.place.line - 1].strip() for one in flows) == [
        "return item",
        'return {"email": item["email"]}',
    ]


def test_the_return_annotation_of_a_decorated_handler_filters() -> None:
    """A decorated handler's return annotation is its response model."""
    facts = scan_source(
        f"{HEAD}async def read_user(user_id: str, table=Depends(users)) -> UserOut:\n"
        '    return table.get_item(Key={"id": user_id})["Item"]\n'
    )
    (route,) = facts.routes
    assert [str(one) for one in route.leaves] == ["users.email"]

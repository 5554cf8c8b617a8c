"""Connections to DynamoDB: the boto3 resource and client, and an aioboto3 session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import aioboto3
import boto3

from app.settings import get_settings


def connection() -> dict[str, Any]:
    """Collect the arguments that every kind of client takes."""
    settings = get_settings()
    return {"region_name": settings.region, "endpoint_url": settings.dynamodb_endpoint}


@lru_cache
def get_resource() -> Any:
    """Return the boto3 resource, made once."""
    return boto3.resource("dynamodb", **connection())


@lru_cache
def get_client() -> Any:
    """Return the low-level boto3 client, made once."""
    return boto3.client("dynamodb", **connection())


def users_table() -> Any:
    """Return the table of people who may sign in."""
    return get_resource().Table(get_settings().users_table)


def sessions_table() -> Any:
    """Return the table of who is signed in."""
    return get_resource().Table(get_settings().sessions_table)


def orders_table() -> Any:
    """Return the table of orders."""
    return get_resource().Table(get_settings().orders_table)


@asynccontextmanager
async def async_users_table() -> AsyncIterator[Any]:
    """Open the users table for code that runs on the event loop."""
    session = aioboto3.Session()
    async with session.resource("dynamodb", **connection()) as resource:
        yield await resource.Table(get_settings().users_table)

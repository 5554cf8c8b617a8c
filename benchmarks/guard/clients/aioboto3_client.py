"""aioboto3: the boto3 client for coroutines, in the versions it pins."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import aioboto3

from benchmarks.guard.clients import asked
from benchmarks.guard.clients.aiobotocore_client import given


async def calls(url: str, stack: AsyncExitStack) -> dict[str, Any]:
    """Give the calls."""
    making = aioboto3.Session().client("dynamodb", endpoint_url=url, region_name=asked.REGION)
    return given(await stack.enter_async_context(making))

"""The extra `mcp`: a client starts the server, and asks for its tools and a rule."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import mcp

command = str(Path(sys.executable).with_name("hushtable"))
how = mcp.StdioServerParameters(
    command=command, args=["mcp", "--root", "service"], env={**os.environ}
)


async def ask() -> None:
    """List the tools and call two."""
    async with mcp.Client(how) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        if names != {"scan", "explain", "fix", "rules"}:
            sys.exit(f"the tools are {sorted(names)}")
        told = await client.call_tool("scan", {})
        if told.is_error or "HT102" not in str(told.content):
            sys.exit("scan tells of no finding")
        changed = await client.call_tool("fix", {"unsafe": True})
        if changed.is_error:
            sys.exit("fix does not answer")


asyncio.run(ask())

"""What a run of prove costs when an app is large: 1,000 routes over tables of 200 attributes.

    python -m benchmarks.proving_scale [routes] [attributes]

Prints seconds, requests, and the largest resident memory of the parent and of a child.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hushtable.model.event import silent
from hushtable.prove.order import ProveOrder
from hushtable.prove.run import prove

TABLES = 5
_HEAD = """
import boto3
from fastapi import FastAPI

app = FastAPI(openapi_url=None)
db = boto3.resource("dynamodb")
"""


def app(routes: int, attributes: int) -> str:
    """Write an app: every second route returns the whole item, the others one attribute."""
    return "".join((_HEAD, *_routes(routes, attributes)))


def _routes(routes: int, attributes: int) -> Iterator[str]:
    for number in range(routes):
        read = f"db.Table('table{number % TABLES}').get_item(Key={{'id': id}})['Item']"
        names = [f"'a{nth}'" for nth in range(attributes)]
        given = f"{{name: item[name] for name in ({', '.join(names)})}}"
        shown = given if number < TABLES else "item" if number % 2 else "{'one': item['a1']}"
        yield (
            f"\n\n@app.get('/r{number}/{{id}}')\ndef read{number}(id: str):\n"
            f"    item = {read}\n    return {shown}\n"
        )


def measure(routes: int, attributes: int, *, replays: int = 0, seconds: float = 3600) -> str:
    """Run the app and say what it took."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "large.py").write_text(app(routes, attributes), encoding="utf-8")
        began = time.monotonic()
        order = ProveOrder("large:app", folder, seconds=seconds, replays=replays, seed=3)
        proven = prove(order, None, silent)
    taken = time.monotonic() - began
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF)
    reach = proven.reach
    return (
        f"{routes} routes, {attributes} attributes: {reach.reached} reached, "
        f"{reach.requests} requests, {len(proven.proofs)} proofs, {taken:.0f} s, "
        f"child {child.ru_utime + child.ru_stime:.0f} CPU s, {child.ru_maxrss // 1024} MB at most, "
        f"parent {own.ru_maxrss // 1024} MB at most, not examined: {len(proven.unknown)}"
    )


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    print(measure(*(given or [1000, 200])))

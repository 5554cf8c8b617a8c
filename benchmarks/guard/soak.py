"""Many operations of the guard in one process, watched for growth of memory and time.

Run as a program (`python -m benchmarks.guard.soak URL OPERATIONS SECONDS CORE`); prints one line
of JSON for each twentieth: CPU of an operation, resident size, and the objects of the Python heap.
Of ten operations seven are gets, one is of an item that is missing, and two are pages.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time

from benchmarks.guard.canned import KEY, PAGE
from benchmarks.guard.clients.guard_table import OrderOut, tables
from benchmarks.guard.driver import status
from benchmarks.guard.server import pin, run
from hushtable.guard import NotFoundError

_PARTS = 20
_TOGETHER = 16


async def soak(url: str, operations: int, seconds: float) -> None:
    """Run until the count or the time is up."""
    table, _ = tables(url)

    async def some(count: int) -> None:
        for number in range(count):
            if number % 10 < 7:  # noqa: PLR2004 - as the docstring says
                await table.get(OrderOut, *KEY)
            elif number % 10 == 7:  # noqa: PLR2004 - the same
                try:
                    await table.get(OrderOut, KEY[0], "missing")
                except NotFoundError:
                    continue
            else:
                (await table.query(OrderOut, user_id=KEY[0], limit=PAGE)).json_bytes()

    each = operations // _PARTS // _TOGETHER
    until = time.monotonic() + seconds
    for _ in range(_PARTS):
        if time.monotonic() > until:
            break
        cpu = time.process_time()
        await asyncio.gather(*(some(each) for _ in range(_TOGETHER)))
        spent = (time.process_time() - cpu) / (each * _TOGETHER)
        gc.collect()
        line = {"cpu": spent, "bytes": status("VmRSS"), "objects": len(gc.get_objects())}
        print(json.dumps({**line, "operations": each * _TOGETHER}), flush=True)
    await table.store.close()


if __name__ == "__main__":
    pin(int(sys.argv[4]))
    run(soak(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))

"""`python -m benchmarks.faults`: what becomes of a read and a write at each fault, as a table.

Runs the cases of the tests against their canned server on loopback, over both transports, and
prints what came of each and how often the request arrived. Nothing is asserted here: the tests in
`tests/guard/transport/test_faults.py` and `tests/guard/test_kms.py` do.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from hushtable.guard.errors import GuardError
from hushtable.guard.kms import KmsCipher
from hushtable.guard.transport.call import Request
from tests.guard.test_kms import HERE, LASTING, PASSING, VALUE, FakeKms
from tests.guard.transport import test_faults as faults
from tests.guard.transport.canned import Canned, canned_server

READ = Request("GetItem", faults.GET)
WRITE = Request("PutItem", b'{"TableName":"notes","Item":{}}', safe=False)


def became(server: Canned, make: faults.Make, script: str, request: Request) -> str:
    """Send one request, and say what came of it and how often it arrived: `right 2x`."""
    server.tell(*script.split())
    ended = faults.outcome(lambda: faults.now(make(server), request))
    return f"{ended} {len(server.seen)}x"


def wire(console: Console) -> None:
    """Print the faults of the wire."""
    table = Table("the server", "read, lean", "read, botocore", "write, lean", "write, botocore")
    scripts = dict.fromkeys(case.script for case in (*faults.READS, *faults.WRITES))
    with canned_server() as server:
        for script in (*scripts, "trickle", "expired"):
            cells = [
                became(server, make, script, request)
                for request in (READ, WRITE)
                for make in (faults.lean, faults.by_botocore)
            ]
            table.add_row(script, *cells)
    console.print(table)


def kms(console: Console) -> None:
    """Print the faults of KMS."""
    table = Table("KMS", "a value to be read", "a value to be written")
    for failure in (*PASSING, *LASTING):
        answer: Any = getattr(failure, "response", {})
        code = str(answer.get("Error", {}).get("Code", type(failure).__name__))
        store = FakeKms()
        data = KmsCipher("key", store).encrypt(VALUE, HERE)
        store.failure = failure
        cipher = KmsCipher("key", store)
        read = told(lambda c=cipher, d=data: c.decrypt(d, HERE))
        write = told(lambda c=cipher: c.encrypt(VALUE, HERE))
        table.add_row(code.partition("-")[0], read, write)
    console.print(table)


def told(work: Callable[[], object]) -> str:
    """Do something, and name the error it ends with."""
    try:
        work()
    except GuardError as error:
        return type(error).__name__
    return "right"


def main() -> None:
    """Print both."""
    console = Console()
    # Waits between tries are full jitter: none is as right as any, and quicker.
    held, random.random = random.random, lambda: 0.0
    try:
        wire(console)
        kms(console)
    finally:
        random.random = held


if __name__ == "__main__":
    main()

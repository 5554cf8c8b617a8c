"""The engine of many machines: a Dask cluster carries out the orders.

Dask gives the orders of a worker that is gone to another one. A service whose workers are gone
each time is given up after the cluster's `allowed-failures`. Whoever carries an order out, its
outcome is given once. TLS and the like are Dask's own configuration.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, cast

from distributed import Client, Future, KilledWorker, Security, as_completed
from distributed.comm.core import connect

from hushtable import __version__
from hushtable.fleet.job import examined, unknown
from hushtable.model.errors import UsageError
from hushtable.model.fleet import Order, Outcome

CONNECTING = 20.0
"""Seconds in which a scheduler must answer."""
DESERTED = 60.0
"""Seconds without a worker after which what is left is given up."""
_ASKED = 5.0
"""Seconds between two looks at whether there is a worker."""
_PAUSE = 0.05
_PACKAGE = "hushtable"
_GONE = "each worker that began it was gone before its end"
_DESERTED = "the cluster has no worker left"


def carried_out(orders: Sequence[Order], address: str) -> Generator[Outcome, None, None]:
    """Carry out orders on the cluster of the scheduler at `HOST:PORT`.

    Raises UsageError when no scheduler answers, or a worker has another hushtable than this one.
    """
    with _connected(address) as client:
        _check(client)
        blamed = []
        deserted = False
        for order, found in _together(client, orders):
            if found is None:
                blamed.append(order)
            else:
                deserted = deserted or found.why == _DESERTED
                yield found
        # What merely waited beside a service that ends its worker was blamed along with it.
        for order in blamed:
            if deserted:
                yield unknown(order.service, _DESERTED)
                continue
            for _, found in _together(client, [order]):
                told = found or unknown(order.service, _GONE)
                deserted = told.why == _DESERTED
                yield told


def _connected(address: str) -> Client:
    """Connect to a scheduler, which may just be starting. Raises UsageError."""
    try:
        # A client that nobody answered is torn down for a long time, and not in silence.
        asyncio.run(_asked(address))
        return Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError, OverflowError) as error:
        text = f"no Dask scheduler answers at {address}"
        raise UsageError(text) from error


async def _asked(address: str) -> None:
    """Shake hands with whoever listens. Raises OSError where nobody of Dask does."""
    comm = await connect(address, CONNECTING, **Security().get_connection_args("client"))
    await comm.close()


def _together(client: Client, orders: Sequence[Order]) -> Iterator[tuple[Order, Outcome | None]]:
    """Carry out orders at once, and give each outcome; None where workers were gone each time."""
    futures: dict[Any, Order] = {}
    for order in orders:
        # A key of its own for every run: an earlier outcome is never taken for this one.
        key = f"hushtable-{order.service.id}-{time.time_ns()}"
        futures[client.submit(examined, order, key=key, pure=False)] = order
    try:
        for future in _ended(client, list(futures)):
            order = futures.pop(future)
            yield order, _outcome(future, order)
        for order in futures.values():
            yield order, unknown(order.service, _DESERTED)
    finally:
        client.cancel(list(futures))


def _check(client: Client) -> None:
    """Raise UsageError when a worker that is there has another hushtable, or none."""
    ours = _installed()
    if ours is None:
        return
    found = client.run(version, _PACKAGE, on_error="return")
    for worker, theirs in sorted(found.items()):
        if isinstance(theirs, PackageNotFoundError):
            text = f"the worker {worker} has no hushtable; install {ours} there"
            raise UsageError(text)
        if theirs != ours:
            text = f"the worker {worker} has hushtable {theirs}, here is {ours}"
            raise UsageError(text)


def _installed() -> str | None:
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return None


def _ended(client: Client, futures: list[Future[Any]]) -> Iterator[Future[Any]]:
    """Give each future when it has ended; no more when there is no worker for a long time."""
    ending = as_completed(futures, client.loop, raise_errors=False)
    asked = peopled = time.monotonic()
    while not ending.is_empty():
        yield from ending.next_batch(block=False)
        time.sleep(_PAUSE)
        now = time.monotonic()
        if now - asked < _ASKED:
            continue
        asked = now
        if client.status == "running" and client.nthreads():
            peopled = now
        elif now - peopled > DESERTED:
            return


def _outcome(future: Future[Any], order: Order) -> Outcome | None:
    """Give the outcome that a future holds; None where workers were gone before they had one."""
    if future.status == "finished":
        found = cast("Outcome", future.result())
        if found.version == __version__:
            return found
        why = f"a worker with hushtable {found.version} looked at it, here is {__version__}"
        return unknown(order.service, why)
    if future.status == "error":
        error = future.exception()
        if isinstance(error, KilledWorker):
            return None
        return unknown(order.service, f"the worker failed, {type(error).__name__}")
    return unknown(order.service, "the cluster was lost")

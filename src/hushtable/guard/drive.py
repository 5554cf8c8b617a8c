"""Runs the steps of an operation, from a coroutine or from plain code.

An operation is a generator: it gives requests and pauses, gets replies, and returns its result. It
knows no socket and no event loop, so one text serves both ways of calling it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hushtable.guard.cipher import Cipher, Context, Read
from hushtable.guard.errors import GuardError
from hushtable.guard.transport.call import Request, Transport

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before the next request, in seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Prepare:
    """Get the keys for encrypted values, which may have to be asked for over the network."""

    cipher: Cipher
    writes: tuple[Context, ...] = ()
    reads: tuple[Read, ...] = field(default=(), repr=False)


Steps = Generator[Request | Pause | Prepare, Any, T]
"""The steps of an operation: a Request is answered by a Reply, a Prepare by a Prepared."""


async def drive(transport: Transport, steps: Steps[T]) -> T:
    """Run the steps from a coroutine. What goes wrong on the way is raised where they wait."""
    try:
        step = next(steps)
        while True:
            answer: Any = None
            try:
                match step:
                    case Request():
                        answer = await transport.send(step)
                    case Pause(seconds):
                        await asyncio.sleep(seconds)
                    case Prepare(cipher, writes, reads):
                        answer = await cipher.prepare_async(writes=writes, reads=reads)
            except GuardError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        found: T = done.value
        return found


def drive_now(transport: Transport, steps: Steps[T]) -> T:
    """Run the steps from plain code. What goes wrong on the way is raised where they wait."""
    try:
        step = next(steps)
        while True:
            answer: Any = None
            try:
                match step:
                    case Request():
                        answer = transport.send_now(step)
                    case Pause(seconds):
                        time.sleep(seconds)
                    case Prepare(cipher, writes, reads):
                        answer = cipher.prepare(writes=writes, reads=reads)
            except GuardError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        found: T = done.value
        return found

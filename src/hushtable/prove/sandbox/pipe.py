"""The child's side: what it was told, and how it tells, one JSON line each."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from typing import Annotated, BinaryIO

from pydantic import Field, TypeAdapter, ValidationError

from hushtable.model.errors import HushtableError
from hushtable.prove.order import ChildOrder
from hushtable.prove.sandbox.namespace import stay_with_parent
from hushtable.prove.told import Told

_ORDER = TypeAdapter(ChildOrder)
_TOLD: TypeAdapter[Told] = TypeAdapter(Annotated[Told, Field(discriminator="kind")])


class UnreadableError(HushtableError):
    """A line of the pipe is not what is told on it. It holds nothing of the line."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A child that knows what to do and whom to tell."""

    order: ChildOrder
    teller: Teller


class Teller:
    """Tells the parent. Any thread may; a line is written whole."""

    def __init__(self, fd: int) -> None:
        """Write to a pipe, and keep it from programs that are started."""
        os.set_inheritable(fd, False)  # noqa: FBT003 -- the function takes no names
        self._fd = fd
        self._lock = threading.Lock()

    def tell(self, told: Told) -> None:
        """Write one line. Raises BrokenPipeError where nobody listens any more."""
        line = memoryview(_TOLD.dump_json(told) + b"\n")
        with self._lock:
            while line:
                line = line[os.write(self._fd, line) :]


def begin(arguments: list[str]) -> Begun:
    """Read the order from standard input, and open the pipe that the arguments name.

    The arguments are those that `run_child` gives: the pipe's number and the parent's process.
    """
    fd, parent = int(arguments[0]), int(arguments[1])
    stay_with_parent(parent)
    order = order_of(sys.stdin.buffer)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 -- a device, for its number
        os.dup2(nothing.fileno(), sys.stdin.fileno())
    return Begun(order, Teller(fd))


def order_of(stdin: BinaryIO) -> ChildOrder:
    """Read what a child is told to do."""
    return _ORDER.validate_json(stdin.read())


def order_text(order: ChildOrder) -> bytes:
    """Write what a child is told to do."""
    return _ORDER.dump_json(order)


def told_of(line: bytes) -> Told:
    """Read one line of a child. Raises UnreadableError."""
    try:
        return _TOLD.validate_json(line)
    except ValidationError:
        message = "a line of the child could not be read"
        raise UnreadableError(message) from None

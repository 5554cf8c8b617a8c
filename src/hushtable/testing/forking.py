"""One process that has imported what is slow to import, and a fork of it for each program."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext

from hushtable.model.errors import HushtableError

PRELOAD = (
    "boto3.dynamodb.conditions",
    "fastapi.security",
    "pydantic",
    # FastAPI imports it with the first route that has a model.
    "pydantic.v1",
    "hushtable.embedded.emulator",
    "hushtable.embedded.server",
)
"""What every child of a proof imports, and what takes the longest of its start."""


class ForkedError(HushtableError):
    """A fork ended without an answer, or gave none in time."""


class Forked:
    """Calls `run(text)` in a fork of a process that has imported `preload`.

    `run` is a function of a module. It may end its process, confine it or never return: the next
    call has a fresh one.
    """

    def __init__(
        self,
        run: Callable[[str], str],
        preload: Sequence[str] = PRELOAD,
        *,
        seconds: float = 60.0,
    ) -> None:
        """Prepare. The process that is forked starts with the first call."""
        self._run = run
        self._seconds = seconds
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))

    def __call__(self, text: str) -> str:
        """Give what `run` gives. Raises ForkedError when it ends without, or takes too long."""
        receiver, sender = self._context.Pipe(duplex=False)
        child = self._context.Process(target=_answer, args=(self._run, text, sender), daemon=True)
        child.start()
        sender.close()
        try:
            if not receiver.poll(self._seconds):
                message = f"no answer for {self._seconds:.0f} s"
                raise ForkedError(message)
            return receiver.recv_bytes().decode()
        except EOFError as error:
            child.join(1)
            message = f"the fork ended with exit code {child.exitcode}"
            raise ForkedError(message) from error
        finally:
            receiver.close()
            if child.is_alive():
                child.kill()
            child.join()


def _answer(run: Callable[[str], str], text: str, sender: Connection) -> None:
    sender.send_bytes(run(text).encode())
    sender.close()

"""The local transport: the embedded DynamoDB, in this process.

Import it by name where it is wanted: it needs the extra `embedded`.
"""

from __future__ import annotations

from hushtable.embedded.emulator import Emulator
from hushtable.guard.transport.call import Reply, Request


class LocalTransport:
    """Answers from an `Emulator`, without a socket. Safe to share between tasks and threads.

    The emulator computes and never waits, so a coroutine may call it as it is. What it answers
    with a 500 would be the same the second time, so nothing is sent again.
    """

    is_local = True
    """It reaches no further than this process."""

    def __init__(self, emulator: Emulator | None = None) -> None:
        """Answer from `emulator`, or from an empty one of its own."""
        self.emulator = emulator or Emulator()

    async def send(self, request: Request) -> Reply:
        """Answer a coroutine."""
        return self.send_now(request)

    def send_now(self, request: Request) -> Reply:
        """Answer plain code."""
        answer = self.emulator.handle(request.operation, request.body)
        return Reply(answer.status, answer.headers, answer.body)

    async def close(self) -> None:
        """Do nothing: the tables stay, so that the transport may be used again."""

    def close_now(self) -> None:
        """Do nothing: the tables stay, so that the transport may be used again."""

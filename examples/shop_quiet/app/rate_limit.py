"""A limit on how often one client may call a route."""

import threading
import time
from collections import deque

from fastapi import HTTPException, Request, status

MOST_CLIENTS = 10_000
"""How many clients are remembered before counting starts afresh, to bound memory."""


class RateLimit:
    """A dependency that lets a client through `times` per `seconds`, counted per process."""

    def __init__(self, times: int, seconds: float) -> None:
        self.times = times
        self.seconds = seconds
        self._calls: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> None:
        """Count this call. Raises 429 when there were too many."""
        client = request.client.host if request.client else ""
        now = time.monotonic()
        with self._lock:
            if len(self._calls) > MOST_CLIENTS:
                self._calls.clear()
            calls = self._calls.setdefault(client, deque(maxlen=self.times))
            if len(calls) == self.times and now - calls[0] < self.seconds:
                raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS, "Too many requests")
            calls.append(now)

"""Everything that leaves an app beside its answers, between one drain and the next."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from hushtable.prove.capturing.files import Files
from hushtable.prove.capturing.logs import Logs
from hushtable.prove.capturing.outgoing import told
from hushtable.prove.capturing.place import Places
from hushtable.prove.capturing.streams import Streams
from hushtable.prove.exchange import Said, Sent

MOST_RECORDS = 20_000
"""Log records that are kept between two drains."""


class Capture:
    """Hears logs, standard streams and files while it is entered.

    `folder` is the app's: a line of it is where something was said, however deep in libraries it
    was written. It is to be entered before the app is imported.
    """

    def __init__(self, folder: Path) -> None:
        """Prepare, without changing anything yet."""
        self._lock = threading.Lock()
        self._said: list[Said] = []
        places = self._places = Places(folder)
        homes = (tempfile.gettempdir(), os.environ.get("HOME", ""))
        self._logs = Logs(self._keep, places)
        self._streams = Streams(places, self._logs.told)
        self._files = Files(places, tuple(Path(home) for home in homes if home), folder)

    def __enter__(self) -> Self:
        """Hear from now on."""
        self._streams.start()
        self._logs.start()
        self._files.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put everything back."""
        self._files.stop()
        self._logs.stop()
        self._streams.stop()

    def drain(self) -> tuple[Said, ...]:
        """Give everything that was said since the last drain."""
        with self._lock:
            said, self._said = self._said, []
        return (*said, *self._streams.drain(), *self._files.drain())

    def sent(self, request: Sent, to: str) -> None:
        """Keep a request that the app wants to send to a host."""
        for said in told(request, to, self._places.now()):
            self._keep(said)

    def _keep(self, said: Said) -> None:
        with self._lock:
            if len(self._said) < MOST_RECORDS:
                self._said.append(said)

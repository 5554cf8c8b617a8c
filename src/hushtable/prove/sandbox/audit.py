"""One audit hook for whoever wants to see what the interpreter does.

An audit hook cannot be removed, and is called for every event of the process. So there is one, it
looks the event up and does nothing more for those that nobody waits for.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Watcher = Callable[[tuple[Any, ...]], None]
"""Is given an event's arguments. What it raises, the audited call raises."""

_WATCHERS: dict[str, tuple[Watcher, ...]] = {}
_HOOKED: list[bool] = []


def watch(watchers: Mapping[str, Watcher]) -> None:
    """Call these from now on, each for its event."""
    for event, watcher in watchers.items():
        _WATCHERS[event] = (*_WATCHERS.get(event, ()), watcher)
    if not _HOOKED:
        _HOOKED.append(True)
        sys.addaudithook(_hook)


def ignore(watchers: Mapping[str, Watcher]) -> None:
    """Call these no longer."""
    for event, watcher in watchers.items():
        _WATCHERS[event] = tuple(one for one in _WATCHERS.get(event, ()) if one != watcher)


@contextlib.contextmanager
def watching(watchers: Mapping[str, Watcher]) -> Iterator[None]:
    """Call these within a block."""
    watch(watchers)
    try:
        yield
    finally:
        ignore(watchers)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    for watcher in _WATCHERS.get(event, ()):
        watcher(arguments)

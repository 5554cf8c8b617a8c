"""What botocore reads of a service, read once for all sessions.

A program may make a session and a client for each request. Each would read the same files of its
own, some megabytes of JSON: that is most of the time of such a request.
"""

from __future__ import annotations

import threading
from typing import Any

from hushtable.prove.clients.destination import Destination
from hushtable.prove.clients.wrapping import wrap

_READING = (
    "load_data_with_path",
    "load_service_model",
    "list_available_services",
    "list_api_versions",
)


def loaders(module: Any, _where: Destination) -> None:
    """Have the loaders of `botocore.loaders` share what they read."""
    known: dict[tuple[object, ...], Any] = {}
    for name in _READING:
        wrap(module.Loader, name, _once(name, known, threading.Lock()))


def _once(name: str, known: dict[tuple[object, ...], Any], lock: threading.Lock) -> Any:
    def read(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        # A session adds folders to its loader later, and boto3 adds its own again each time.
        folders = tuple(dict.fromkeys(instance.search_paths))
        key = (name, type(instance), folders, args, *sorted(kwargs.items()))
        with lock:
            if key in known:
                return known[key]
        found = wrapped(*args, **kwargs)
        with lock:
            return known.setdefault(key, found)

    return read

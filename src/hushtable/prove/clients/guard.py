"""hushtable's own guard: it chooses among three transports, one of which has a store of its own.

It is known here by name alone: proving imports no other engine.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

from hushtable.prove.clients.destination import (
    ATTEMPTS,
    CONNECT_SECONDS,
    READ_SECONDS,
    Destination,
)
from hushtable.prove.clients.wrapping import wrap
from hushtable.prove.sandbox.environment import ACCESS_KEY, REGION, SECRET_KEY

MODULE = "hushtable.guard.transport.choose"


def transports(module: Any, where: Destination) -> None:
    """Have every transport that is chosen lead here."""
    keys = import_module(f"{MODULE.rpartition('.')[0]}.keys")

    def choose(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
        settings = args[0] if args else kwargs["settings"]
        timing = module.Timing(
            connect=CONNECT_SECONDS, attempt=READ_SECONDS, total=READ_SECONDS, attempts=ATTEMPTS
        )
        ours = replace(
            settings,
            region=settings.region or REGION,
            endpoint=where.store_url,
            keys=keys.Keys(ACCESS_KEY, SECRET_KEY),
            profile=None,
            session=None,
            timing=timing,
            kind=None if settings.kind == "local" else settings.kind,
        )
        return wrapped(ours)

    wrap(module, "choose", choose)

"""aiodynamo: its client takes an address, and signs and retries by itself."""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from typing import Any

from hushtable.prove.clients.destination import Destination
from hushtable.prove.clients.wrapping import wrap
from hushtable.prove.sandbox.environment import ACCESS_KEY, REGION, SECRET_KEY


def clients(module: Any, where: Destination) -> None:
    """Have every client of `aiodynamo.client` end here."""

    def make(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
        asked = signature(wrapped).bind(*args, **kwargs)
        held = import_module("aiodynamo.credentials")
        models = import_module("aiodynamo.models")
        asked.arguments |= {
            "endpoint": module.URL(where.store_url),
            "credentials": held.StaticCredentials(held.Key(ACCESS_KEY, SECRET_KEY)),
            "region": asked.arguments.get("region") or REGION,
            "throttle_config": models.StaticDelayRetry(time_limit_secs=0, delay=0),
        }
        wrapped(*asked.args, **asked.kwargs)

    wrap(module.Client, "__init__", make)

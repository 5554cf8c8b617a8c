"""pydynox: its requests are made in Rust, so only what its client is given can be chosen."""

from __future__ import annotations

from inspect import signature
from typing import Any

from hushtable.prove.clients.destination import (
    ATTEMPTS,
    CONNECT_SECONDS,
    READ_SECONDS,
    Destination,
)
from hushtable.prove.clients.wrapping import wrap
from hushtable.prove.sandbox.environment import ACCESS_KEY, REGION, SECRET_KEY

_NOBODY = {
    "access_key": ACCESS_KEY,
    "secret_key": SECRET_KEY,
    "session_token": None,
    "profile": None,
    "role_arn": None,
    "role_session_name": None,
    "external_id": None,
    "proxy_url": None,
    "connect_timeout": CONNECT_SECONDS,
    "read_timeout": READ_SECONDS,
    "max_retries": ATTEMPTS,
}


def clients(module: Any, where: Destination) -> None:
    """Have every client of `pydynox.client` end here."""
    wrap(module.DynamoDBClient, "__init__", _making(lambda: where.store_url))


def objects(module: Any, where: Destination) -> None:
    """Have the S3 client that `pydynox.attributes.s3` makes end at ours."""
    wrap(module, "S3Operations", _making(lambda: where.of("s3")))


def _making(address: Any) -> Any:
    def make(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
        try:
            known = signature(wrapped)
        except (TypeError, ValueError):
            return wrapped(*args, **{**kwargs, "endpoint_url": address()})
        asked = known.bind(*args, **kwargs)
        ours = {name: value for name, value in _NOBODY.items() if name in known.parameters}
        asked.arguments |= {**ours, "endpoint_url": address()}
        asked.arguments["region"] = asked.arguments.get("region") or REGION
        return wrapped(*asked.args, **asked.kwargs)

    return make

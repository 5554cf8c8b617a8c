"""botocore, and all that stands on it: boto3, PynamoDB, dyntastic; aiobotocore and aioboto3.

Every client of theirs is made by one method. There the address, the credentials and the
configuration that a program chose are replaced by ours, whatever was chosen and when.
"""

from __future__ import annotations

from importlib import import_module
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


def creators(module: Any, where: Destination) -> None:
    """Have every client that `botocore.client` makes end here."""
    wrap(module.ClientCreator, "create_client", _creating(where))


def aio_creators(module: Any, where: Destination) -> None:
    """Have every client that `aiobotocore.client` makes end here."""
    wrap(module.AioClientCreator, "create_client", _creating(where))


def sessions(module: Any, _where: Destination) -> None:
    """Have no session of `botocore.session` look for credentials or miss a profile."""

    def credentials(_wrapped: Any, instance: Any, _args: Any, _kwargs: Any) -> Any:
        if instance._credentials is None:  # noqa: SLF001 -- what an app gave itself stays
            kind = import_module("botocore.credentials").Credentials
            instance._credentials = kind(ACCESS_KEY, SECRET_KEY)  # noqa: SLF001
        return instance._credentials  # noqa: SLF001

    def scoped(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
        try:
            return wrapped(*args, **kwargs)
        except import_module("botocore.exceptions").ProfileNotFound:
            return {}

    wrap(module.Session, "get_credentials", credentials)
    wrap(module.Session, "get_scoped_config", scoped)


def aio_sessions(module: Any, _where: Destination) -> None:
    """Have no session of `aiobotocore.session` look for credentials."""

    async def credentials(_wrapped: Any, instance: Any, _args: Any, _kwargs: Any) -> Any:
        if instance._credentials is None:  # noqa: SLF001 -- what an app gave itself stays
            kind = import_module("aiobotocore.credentials").AioCredentials
            instance._credentials = kind(ACCESS_KEY, SECRET_KEY)  # noqa: SLF001
        return instance._credentials  # noqa: SLF001

    wrap(module.AioSession, "get_credentials", credentials)


def _creating(where: Destination) -> Any:
    def create(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
        asked = signature(wrapped).bind(*args, **kwargs)
        asked.apply_defaults()
        given = asked.arguments
        service = given["service_name"]
        address = where.of(service)
        given["region_name"] = given["region_name"] or REGION
        given["client_config"] = _config(given["client_config"], ours=address is not None)
        if address is None:
            # Nothing stands for this service. Its own address is refused, and so named.
            given["endpoint_url"] = None
        else:
            given["endpoint_url"] = address
            secure = given["is_secure"] = address.startswith("https:")
            # Reading the certificates of the world takes longer than a request on loopback.
            given["verify"] = None if secure else False
        unsigned = given["client_config"].signature_version
        if given["credentials"] is None and not _is_unsigned(unsigned):
            given["credentials"] = import_module("botocore.credentials").Credentials(
                ACCESS_KEY, SECRET_KEY
            )
        return wrapped(*asked.args, **asked.kwargs)

    return create


def _is_unsigned(version: Any) -> bool:
    return version is not None and version is import_module("botocore").UNSIGNED


def _config(asked: Any, *, ours: bool) -> Any:
    """Lay what we need over an app's own configuration: no way elsewhere, and no waiting."""
    kind = import_module("botocore.config").Config
    options = {
        "retries": {"total_max_attempts": ATTEMPTS, "mode": "standard"},
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": READ_SECONDS,
        "proxies": {},
        "use_dualstack_endpoint": False,
        "use_fips_endpoint": False,
        "endpoint_discovery_enabled": False,
        "inject_host_prefix": False,
        "client_cert": None,
        "s3": {**(getattr(asked, "s3", None) or {}), **_S3},
        "account_id_endpoint_mode": "disabled",
        "ignore_configured_endpoint_urls": not ours,
    }
    # Each release of botocore knows some more.
    known = {name: value for name, value in options.items() if name in kind.OPTION_DEFAULTS}
    laid = kind(**known)
    return laid if asked is None else asked.merge(laid)


_S3 = {
    "addressing_style": "path",
    "use_accelerate_endpoint": False,
    "use_dualstack_endpoint": False,
    "us_east_1_regional_endpoint": "regional",
}

"""What the lean transport takes from botocore: credentials, endpoints, and what is configured.

botocore's own providers and its own endpoint rules, asked once and remembered; nothing of it is
on the way of a call.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.session import Session
from botocore.utils import get_environ_proxies

from hushtable.guard.errors import RefusedError
from hushtable.guard.transport.call import Request
from hushtable.guard.transport.endpoint import Endpoint, endpoint_at, outline, tables_by_arn
from hushtable.guard.transport.keys import Keys

_LOG = logging.getLogger("hushtable.guard")

_LOOK_EVERY = 5.0
"""Seconds between looks at how long the credentials last: one look costs more than a signature."""

_REMEMBERED = 256
"""Endpoints that are kept; past that all are forgotten, since tables by ARN are few."""

_ANY = Request("ListTables", b"{}")
"""A request that names no table."""


def new_session(profile: str | None = None, keys: Keys | None = None) -> Session:
    """Start a botocore session of our own. Raises RefusedError where there is no such profile."""
    session = Session(profile=profile)
    if keys is not None:
        account = (keys.account_id,) if keys.account_id else ()
        session.set_credentials(keys.access_key, keys.secret_key, keys.token, *account)
    try:
        session.get_scoped_config()
    except BotoCoreError as broken:
        kind = type(broken).__name__
    else:
        return session
    message = f"the AWS configuration cannot be read: {kind}"
    raise RefusedError(message)


def configured_region(session: Session) -> str | None:
    """Give the region of a session, which is botocore's, else that of AWS_REGION."""
    region: str | None = session.get_config_variable("region") or os.environ.get("AWS_REGION")
    return region


def attempts_configured(session: Session) -> int | None:
    """Give how often a session tries, where that is configured."""
    attempts: int | None = session.get_config_variable("max_attempts")
    return attempts


def is_proxied(url: str) -> bool:
    """Tell whether botocore would reach `url` through a proxy."""
    return bool(get_environ_proxies(url))


def brings_certificates(session: Session) -> bool:
    """Tell whether a bundle of certificates is configured to trust servers by."""
    bundle = session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
    return bool(bundle)


def beyond_lean(session: Session) -> str | None:
    """Name a setting that the lean transport does not know; None where there is none."""
    variable = session.get_config_variable
    scoped: Mapping[str, Any] = session.get_scoped_config()
    mode = os.environ.get("AWS_RETRY_MODE") or scoped.get("retry_mode")
    found = {
        "a retry mode": mode not in {None, "standard"},
        "a defaults mode": variable("defaults_mode") not in {None, "legacy"},
        "tcp_keepalive": str(scoped.get("tcp_keepalive", "false")).lower() == "true",
        "client-side monitoring": variable("csm_enabled"),
        "endpoint discovery": str(variable("endpoint_discovery_enabled")).lower() == "true",
        "a folder of service models": variable("data_path"),
        "an API version": variable("api_versions"),
        "an application id": variable("user_agent_appid"),
        "an authentication scheme": variable("auth_scheme_preference"),
        "a set of signing regions": variable("sigv4a_signing_region_set"),
    }
    return next((name for name, present in found.items() if present), None)


class SessionKeys:
    """Credentials from botocore's own providers, renewed before they expire, in a thread."""

    def __init__(self, session: Session) -> None:
        """Ask nothing yet."""
        self._session = session
        self._lock = threading.Lock()
        self._source: Any = None
        self._keys: Keys | None = None
        self._look_at = 0.0
        self._renewing = threading.Lock()

    def current(self) -> Keys | None:
        """Give what is valid now, and start renewing what soon will not be."""
        keys = self._keys
        if keys is None or time.monotonic() < self._look_at:
            return keys
        self._look_at = time.monotonic() + _LOOK_EVERY
        renewal_is_due = getattr(self._source, "refresh_needed", None)
        if renewal_is_due is None or not renewal_is_due():
            return keys
        if renewal_is_due(refresh_in=0):
            self._keys = None
            return None
        if self._renewing.acquire(blocking=False):
            threading.Thread(target=self._renew, daemon=True).start()
        return keys

    def load(self, refused: Keys | None = None) -> None:
        """Fetch credentials. Where the service refused the last, from the providers anew."""
        with self._lock:
            if self._keys is not None and self._keys != refused:
                return  # another task or thread has just fetched them
            try:
                if self._source is None:
                    self._source = self._session.get_credentials()
                elif refused is not None and getattr(self._source, "method", "") != "explicit":
                    provider = self._session.get_component("credential_provider")
                    self._source = provider.load_credentials() or self._source
                self._keys = _frozen(self._source)
            except Exception as broken:  # noqa: BLE001 -- providers run programs and speak HTTP
                self._keys = None
                _LOG.warning("credentials could not be loaded: %s", type(broken).__name__)

    def _renew(self) -> None:
        source = self._source
        try:
            keys = _frozen(source)
            with self._lock:
                if self._source is source:
                    self._keys = keys
        except Exception as broken:  # noqa: BLE001 -- providers run programs and speak HTTP
            _LOG.warning("credentials could not be renewed: %s", type(broken).__name__)
        finally:
            self._renewing.release()


def _frozen(source: Any) -> Keys | None:
    if source is None:
        return None
    frozen = source.get_frozen_credentials()
    if not frozen.access_key or not frozen.secret_key:
        return None
    account_id: str | None = getattr(frozen, "account_id", None)
    return Keys(frozen.access_key, frozen.secret_key, frozen.token, account_id)


class ResolvedEndpoints:
    """Endpoints by botocore's own rules: region, FIPS, dualstack, account, ARN, configured URL."""

    def __init__(self, session: Session, region: str, url: str | None = None) -> None:
        """Resolve in `region`, or send to `url` where one is given."""
        self._session = session
        self._region = region
        self._url = url
        self._lock = threading.Lock()
        self._found: dict[tuple[str | None, str], Endpoint] = {}

    def known(self, request: Request, account_id: str | None) -> Endpoint | None:
        """Give what was found for this account and these tables."""
        return self._found.get((account_id, tables_by_arn(request)))

    def find(self, request: Request, account_id: str | None) -> None:
        """Let botocore make such a request, and see where it would have gone."""
        with self._lock:
            if self.known(request, account_id) is not None:
                return  # another task or thread has just found it
            try:
                url, region = self._seen(request, account_id)
            except Exception as broken:  # noqa: BLE001 -- rules and settings fail in many ways
                _LOG.warning("the endpoint could not be resolved: %s", type(broken).__name__)
                return
            endpoint = endpoint_at(url, region)
            if endpoint is None:
                return
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[account_id, tables_by_arn(request)] = endpoint

    def general(self) -> Endpoint | None:
        """Find the endpoint for requests that name no table, by no account in particular."""
        self.find(_ANY, None)
        return self.known(_ANY, None)

    def _seen(self, request: Request, account_id: str | None) -> tuple[str, str]:
        """Give the URL and the signing region of such a request. Nothing is sent."""
        seen: list[tuple[str, str]] = []

        def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
            signed = request.headers["Authorization"]
            scope = signed if isinstance(signed, str) else signed.decode()
            seen.append((request.url, scope.partition("Credential=")[2].split("/")[2]))
            return AWSResponse(request.url, 200, {}, _Nothing())

        account = {"aws_account_id": account_id} if account_id else {}
        client = self._session.create_client(
            "dynamodb",
            region_name=self._region,
            endpoint_url=self._url,
            # Only the place is wanted: no secret is needed to find it.
            aws_access_key_id="nobody",
            aws_secret_access_key="nothing",  # noqa: S106 -- not a secret
            config=Config(parameter_validation=False),
            **account,
        )
        client.meta.events.register("before-send.dynamodb", answer)
        asked = request if tables_by_arn(request) else _ANY
        getattr(client, xform_name(asked.operation))(**outline(asked))
        return seen[0]


class _Nothing:
    """An empty answer, as botocore reads one."""

    def stream(self) -> Iterator[bytes]:
        """Give the body."""
        yield b"{}"

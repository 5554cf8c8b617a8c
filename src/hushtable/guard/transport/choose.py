"""Which transport a service gets: local, lean or botocore, and why.

What is not needed is not imported: botocore where a setting asks for it, the emulator where
nothing is configured, pyreqwest and httptools for the lean transport.
"""

from __future__ import annotations

import logging
import os
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Literal

from hushtable.guard.errors import RefusedError
from hushtable.guard.transport.call import Request, Transport
from hushtable.guard.transport.endpoint import (
    Endpoint,
    Endpoints,
    FixedEndpoint,
    endpoint_at,
    tables_by_arn,
    usual_endpoint,
)
from hushtable.guard.transport.environment import is_empty, is_plain, keys_of, region_of
from hushtable.guard.transport.keys import FixedKeys, Keys, KeySource
from hushtable.guard.transport.retry import Timing

_LOG = logging.getLogger("hushtable.guard")
_HERE = __name__.rpartition(".")[0]

Kind = Literal["local", "lean", "botocore"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a program says about its DynamoDB. What it leaves out is found as botocore finds it.

    `session` is a botocore Session, which brings its own credentials; `config` is a botocore
    Config, which always selects botocore. `kind` insists on one transport.
    """

    region: str | None = None
    endpoint: str | None = None
    keys: Keys | None = None
    profile: str | None = None
    session: Any = None
    config: Any = None
    timing: Timing | None = None
    kind: Kind | None = None

    def says_nothing(self) -> bool:
        """Tell whether the place and the credentials are all left to the environment."""
        return not (
            self.region
            or self.endpoint
            or self.keys
            or self.profile
            or self.session is not None
            or self.config is not None
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """A transport, and why it is this one."""

    kind: Kind
    reason: str
    make: Callable[[], Transport]


def transport(settings: Settings | None = None) -> Transport:
    """Make the transport that fits. Raises RefusedError where the configuration cannot be used.

    Without any AWS configuration it is the embedded DynamoDB, if that is installed, and a warning
    says so.
    """
    choice = choose(settings or Settings())
    level = logging.WARNING if choice.kind == "local" else logging.INFO
    _LOG.log(level, "transport: %s, because %s", choice.kind, choice.reason)
    return choice.make()


def choose(settings: Settings) -> Choice:
    """Choose a transport, without making it."""
    if settings.session is not None and (settings.keys or settings.profile):
        message = "a session has credentials of its own: give it alone"
        raise RefusedError(message)
    home = _home()
    if settings.kind == "local" or (
        settings.kind is None
        and settings.says_nothing()
        and is_empty(os.environ, home)
        and find_spec("ministack") is not None
    ):
        reason = "it was asked for" if settings.kind else "nothing about AWS is configured"
        return Choice("local", reason, _part("local:LocalTransport"))
    simple = settings.session is None and settings.config is None and not settings.profile
    if settings.kind != "botocore" and simple and is_plain(os.environ, home):
        plain = _plain(settings)
        if plain is not None:
            return plain
    return _by_session(settings)


def _plain(settings: Settings) -> Choice | None:
    """Choose lean without asking botocore, where botocore could find nothing else."""
    keys = settings.keys or keys_of(os.environ)
    region = settings.region or region_of(os.environ)
    if keys is None or not region or keys.account_id:
        return None
    if settings.endpoint:
        endpoint = endpoint_at(settings.endpoint, region)
    else:
        endpoint = usual_endpoint(region)
    if endpoint is None or not _trusts_anybody(endpoint.url):
        return None
    endpoints: Endpoints = FixedEndpoint(endpoint)
    if not settings.endpoint:
        endpoints = _UsualEndpoints(endpoint)
    reason = "credentials and region are given and nothing else is configured"
    return Choice("lean", reason, _lean(FixedKeys(keys), endpoints, settings.timing))


def _by_session(settings: Settings) -> Choice:
    """Ask botocore what is configured, and choose lean where lean knows all of it."""
    known = import_module(f"{_HERE}.session")
    session = settings.session
    if session is None:
        session = known.new_session(settings.profile, settings.keys)
    region = settings.region or known.configured_region(session)
    if not region:
        message = "no AWS region is configured: set AWS_DEFAULT_REGION, or give a region"
        if settings.says_nothing() and is_empty(os.environ, _home()):
            message += "; for tables in this process, pip install 'hushtable[embedded]'"
        raise RefusedError(message)
    if settings.kind == "botocore" or settings.config is not None:
        reason = "it was asked for" if settings.kind else "a botocore Config is given"
        return Choice("botocore", reason, _botocore(settings, session, region))
    endpoints = known.ResolvedEndpoints(session, region, settings.endpoint)
    beyond = _beyond_lean(known, session, endpoints)
    if beyond is not None and settings.kind is None:
        return Choice("botocore", beyond, _botocore(settings, session, region))
    keys: KeySource = FixedKeys(settings.keys) if settings.keys else known.SessionKeys(session)
    timing = settings.timing
    attempts: int | None = known.attempts_configured(session)
    if timing is None and attempts is not None:
        timing = replace(Timing(), attempts=attempts)
    reason = "it was asked for" if settings.kind else "all that is configured is known to it"
    return Choice("lean", reason, _lean(keys, endpoints, timing))


def _beyond_lean(known: Any, session: Any, endpoints: Any) -> str | None:
    """Say what the lean transport does not know of what is configured; None where it knows all."""
    beyond: str | None = known.beyond_lean(session)
    if beyond is not None:
        return f"{beyond} is configured"
    general: Endpoint | None = endpoints.general()
    if general is None:
        return "the endpoint is not a plain one"
    if known.is_proxied(general.url):
        return "a proxy is configured"
    if general.url.startswith("https:") and known.brings_certificates(session):
        return "a bundle of certificates is configured"
    if not _trusts_anybody(general.url):
        return "this system has no certificates to trust a server by"
    return None


class _UsualEndpoints:
    """The usual endpoint; botocore is asked only for tables named by ARN."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._resolved: Endpoints | None = None

    def known(self, request: Request, account_id: str | None) -> Endpoint | None:
        if not tables_by_arn(request):
            return self._endpoint
        return self._resolved.known(request, account_id) if self._resolved else None

    def find(self, request: Request, account_id: str | None) -> None:
        if self._resolved is None:
            known = import_module(f"{_HERE}.session")
            self._resolved = known.ResolvedEndpoints(known.new_session(), self._endpoint.region)
        self._resolved.find(request, account_id)


def _botocore(settings: Settings, session: Any, region: str) -> Callable[[], Transport]:
    return lambda: _part("by_botocore:BotocoreTransport")(
        session,
        region=region,
        endpoint=settings.endpoint,
        config=settings.config,
        timing=settings.timing,
    )


def _lean(keys: KeySource, endpoints: Endpoints, timing: Timing | None) -> Callable[[], Transport]:
    return lambda: _part("lean:LeanTransport")(keys, endpoints, timing)


def _part(name: str) -> Callable[..., Transport]:
    """Give a class of a transport that is imported when it is called for."""

    def make(*args: object, **kwargs: object) -> Transport:
        made: Transport = resolve_name(f"{_HERE}.{name}")(*args, **kwargs)
        return made

    return make


def _home() -> Path:
    """Give the home directory; where there is none, what botocore takes for it."""
    try:
        return Path("~").expanduser()
    except RuntimeError:
        return Path("~")


def _trusts_anybody(url: str) -> bool:
    """Tell whether the system has certificates to check a server by; botocore brings its own."""
    if url.startswith("http:") or sys.platform != "linux":
        return True
    paths = ssl.get_default_verify_paths()
    folder = Path(paths.capath) if paths.capath else None
    return paths.cafile is not None or (folder is not None and any(folder.glob("*.0")))

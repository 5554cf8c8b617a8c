"""What holds for a whole service: cookies, origins, headers, documents, tools."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from hushtable.model.observation import Observation, Seen
from hushtable.model.sensitivity_names import classify
from hushtable.model.service import ANYONE, ParameterSource
from hushtable.probe.accounts import SESSION_COOKIE
from hushtable.probe.ask import Request
from hushtable.probe.checks.transport import transport
from hushtable.probe.openapi import Operation
from hushtable.probe.sensitive import SENSITIVE
from hushtable.probe.session import Exchange, Session, excerpt, told

ORIGIN = "https://hushtable.invalid"
"""An origin that no service can mean: the name is reserved (RFC 6761, 6.4)."""

_VERSIONED = re.compile(r"(?P<name>[A-Za-z][\w.+-]{0,40})[/ ](?P<version>v?\d+(?:\.\d+)+)")
_TELLING = ("server", "x-powered-by", "x-aspnet-version", "x-runtime", "via")
_PAGES = re.compile(r"swagger-ui|redoc|rapidoc|scalar|graphiql", re.IGNORECASE)
_DOCS = ("/docs", "/redoc", "/swagger", "/swagger-ui/index.html", "/api-docs")
_SETTINGS = re.compile(r"\"(?:HOME|HOSTNAME|PATH|PWD|PYTHONPATH|VIRTUAL_ENV)\"\s*:\s*\"")
"""What every process has in its environment, as JSON."""

_TOOLS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("/metrics", re.compile(r"^# (?:HELP|TYPE) \w+", re.MULTILINE), "metrics for Prometheus"),
    ("/.env", re.compile(r"^(?:export )?[A-Z][A-Z0-9_]{2,}=", re.MULTILINE), "a file of settings"),
    ("/.git/config", re.compile(r"^\[core\]", re.MULTILINE), "a git repository"),
    ("/debug", _SETTINGS, "the settings of the process"),
    ("/env", _SETTINGS, "the settings of the process"),
    ("/actuator/env", re.compile(r"\"(?:propertySources|activeProfiles)\""), "Spring's settings"),
    ("/debug/pprof/", re.compile(r"/debug/pprof/"), "Go's profiler"),
    ("/debug/vars", re.compile(r"\"memstats\""), "Go's variables"),
    ("/console", re.compile(r"Werkzeug|EVALEX"), "the Werkzeug console"),
    ("/server-status", re.compile(r"Apache Server Status"), "Apache's status"),
    ("/phpinfo.php", re.compile(r"<title>phpinfo\(\)</title>"), "PHP's settings"),
    ("/__debug__/", re.compile(r"djDebug|debug[-_]toolbar", re.IGNORECASE), "a debug toolbar"),
    ("/graphql", re.compile(r"graphiql|graphql-playground", re.IGNORECASE), "a GraphQL console"),
)
"""Each with a text that only the tool itself has, so that a page for every path is none. Nothing
that costs the service to give, as a dump of its memory does."""

_ROOT = Operation("GET", "/", described=False)


async def service(session: Session) -> AsyncIterator[Observation]:
    """Ask for the root and a few well-known places, and look at every answer so far."""
    root = await session.ask(_ROOT, Request("GET", session.target.base or "/"))
    answers = sorted([root, *session.exchanges], key=lambda one: one.audience != ANYONE)
    async for seen in transport(session, root):
        yield seen
    for seen in (*_cookies(session, answers), *_versions(session, answers)):
        yield seen
    for seen in _headers(session, answers):
        yield seen
    async for seen in _origins(session, root):
        yield seen
    async for seen in _documents(session):
        yield seen
    async for seen in _tools(session):
        yield seen


def _cookies(session: Session, answers: list[Exchange]) -> Iterator[Observation]:
    done: set[str] = set()
    for exchange in answers:
        for key, value in exchange.answer.headers:
            name, _, rest = value.partition("=")
            if key != "set-cookie" or name in done or not SESSION_COOKIE.search(name):
                continue
            done.add(name)
            flags = {part.strip().partition("=")[0].lower() for part in rest.split(";")[1:]}
            wanted = ["HttpOnly", "SameSite"]
            # On loopback a browser keeps Secure cookies over HTTP, but servers rarely send them.
            wanted += ["Secure"] if session.target.scheme == "https" else []
            missing = tuple(flag for flag in wanted if flag.lower() not in flags)
            if missing:
                shown = f"the cookie `{_name(name)}` comes without {', '.join(missing)}"
                yield session.whole(Seen.COOKIE, exchange, (_name(name), *missing), shown)


def _name(text: str) -> str:
    return text if re.fullmatch(r"[\w.-]{1,40}", text) else "*"


def _versions(session: Session, answers: list[Exchange]) -> Iterator[Observation]:
    done: set[str] = set()
    for exchange in answers:
        for header in _TELLING:
            found = _VERSIONED.search(exchange.answer.header(header))
            if found is None or header in done:
                continue
            done.add(header)
            told_of = f"{found['name']} {found['version']}"
            shown = f"{header}: {told_of}"
            yield session.whole(Seen.VERSION, exchange, (header, told_of), shown)


def _headers(session: Session, answers: list[Exchange]) -> Iterator[Observation]:
    """Say once which headers are missing from a page, and which from data."""
    done: set[str] = set()
    for exchange in answers:
        answer = exchange.answer
        kind = answer.header("content-type").partition(";")[0].strip()
        if not answer.ok or not answer.body or kind in done:
            continue
        missing = []
        if answer.header("x-content-type-options").lower() != "nosniff":
            missing.append("X-Content-Type-Options: nosniff")
        if kind == "text/html" and not _framed(exchange):
            missing.append("Content-Security-Policy: frame-ancestors")
        if missing and kind in {"text/html", "application/json"}:
            done.add(kind)
            what = "a page" if kind == "text/html" else "data"
            shown = f"{what} comes without {', '.join(missing)}"
            yield session.whole(Seen.NO_HEADER, exchange, (shown,), shown)


def _framed(exchange: Exchange) -> bool:
    policy = exchange.answer.header("content-security-policy")
    return "frame-ancestors" in policy or bool(exchange.answer.header("x-frame-options"))


async def _origins(session: Session, root: Exchange) -> AsyncIterator[Observation]:
    """Ask with an Origin of nobody, and look whether credentials are allowed to it."""
    good = [one for one in session.exchanges if one.answer.ok]
    signed_in = [one for one in good if one.audience != ANYONE]
    for exchange in [*signed_in[:1], *good[:1], root][:2]:
        request = replace(exchange.request, headers=(("origin", ORIGIN),))
        asked = await session.ask(exchange.operation, request, dict(exchange.values))
        allowed = asked.answer.header("access-control-allow-origin")
        credentials = asked.answer.header("access-control-allow-credentials").lower() == "true"
        if allowed in {ORIGIN, "null"} and credentials:
            shown = "any origin is allowed, with credentials"
            yield session.whole(Seen.ORIGIN, asked, ("any origin", "credentials"), shown)
            return


async def _documents(session: Session) -> AsyncIterator[Observation]:
    places = [f"{session.target.base}{place}" for place in _DOCS]
    for place in places:
        operation = Operation("GET", place, described=False)
        exchange = await session.ask(operation, Request("GET", place))
        body = exchange.answer.body.decode("utf-8", "replace")
        if exchange.answer.ok and _PAGES.search(body):
            yield session.whole(Seen.DOCS, exchange, (place,), "a page that tells every operation")
            return


async def _tools(session: Session) -> AsyncIterator[Observation]:
    for place, sign, what in _TOOLS:
        operation = Operation("GET", place, described=False)
        exchange = await session.ask(operation, Request("GET", place))
        body = exchange.answer.body[:200_000].decode("utf-8", "replace")
        if exchange.answer.ok and sign.search(body):
            secret = [one for one in exchange.fields if one.sensitivity.category in SENSITIVE]
            shown = (
                session.transcript(exchange, "; ".join(filter(None, (what, excerpt(secret))))),
            )
            fields = told(secret)
            yield session.observe(
                Seen.TOOL,
                exchange,
                route=None,
                fields=fields,
                details=(place, what),
                transcripts=shown,
            )


def cached(session: Session) -> Iterator[Observation]:
    """Say which sensitive answers to a signed-in caller a cache may keep."""
    # What anyone gets is no secret of the caller's; that it is given is said elsewhere.
    done = {
        str(one.operation) for one in session.exchanges if one.audience == ANYONE and one.answer.ok
    }
    for exchange in session.exchanges:
        operation = exchange.operation
        if exchange.audience == ANYONE or not exchange.answer.ok or str(operation) in done:
            continue
        # No cache keeps the answer to a write unless it is told to (RFC 9110, 9.2.3).
        if not operation.reads:
            continue
        fields = [one for one in exchange.fields if one.sensitivity.category in SENSITIVE]
        rule = exchange.answer.header("cache-control").lower()
        if fields and "no-store" not in rule and "private" not in rule:
            done.add(str(operation))
            shown = f"cache-control: {'absent' if not rule else 'allows it'}"
            transcripts = (session.transcript(exchange, shown),)
            yield session.observe(
                Seen.CACHED, exchange, fields=told(fields), transcripts=transcripts
            )


def in_urls(session: Session) -> Iterator[Observation]:
    """Say which operations take a credential in the path or query, by their document."""
    for operation in session.description.operations:
        for one in operation.of(ParameterSource.QUERY):
            said = classify(one.name)
            if said.kind in {"token", "password", "api-key", "secret", "session"}:
                yield Observation(
                    Seen.IN_URL,
                    operation.route,
                    details=(one.name,),
                    certain=False,
                    near=session.target.near,
                )

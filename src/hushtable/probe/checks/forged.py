"""Tokens that nobody signed: whether a service takes one, and whether its own are guessed easily.

A JSON Web Token that a caller holds is changed in its signature alone, so that it stays that
caller's own whatever the service makes of it (RFC 7519, RFC 8725).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from hushtable.model.observation import Observation, Seen
from hushtable.model.service import ANYONE
from hushtable.probe.accounts import looked
from hushtable.probe.ask import REFUSES_NOBODY, Request
from hushtable.probe.checks.weak_keys import keys
from hushtable.probe.order import Identity
from hushtable.probe.session import Exchange, Session

_TOKEN = re.compile(r"(eyJ[\w-]+)\.(eyJ[\w-]+)\.([\w-]+)")
_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


async def forged(session: Session) -> AsyncIterator[Observation]:
    """Ask with the token of the first caller, changed in its signature, then without one."""
    seen = list(session.exchanges)
    for account in session.accounts[:1]:
        seen += await looked(session, account)
    own = (account.identity for account in session.accounts[:1])
    for identity in (*session.identities, *own):
        token = _token(identity)
        guarded = next(_guarded(seen, identity), None)
        if token is None or guarded is None:
            continue
        key = _weak(token)
        if key is not None:
            yield _said(session, guarded, "a token signed with a key that anyone would try")
        async for one in _taken(session, guarded, token):
            yield one
        return


def _token(identity: Identity) -> re.Match[str] | None:
    return next(filter(None, (_TOKEN.search(value) for _, value in identity.headers)), None)


def _guarded(seen: list[Exchange], identity: Identity) -> Iterator[Exchange]:
    """Give answers to a caller at operations that refuse nobody at all."""
    refused = {
        str(one.operation)
        for one in seen
        if one.audience == ANYONE and one.answer.status in REFUSES_NOBODY
    }
    for one in seen:
        same = one.identity == identity and one.request.method == "GET"
        if same and one.answer.ok and str(one.operation) in refused:
            yield one


async def _taken(
    session: Session, guarded: Exchange, token: re.Match[str]
) -> AsyncIterator[Observation]:
    head, claims, signature = token.groups()
    middle = len(signature) // 2
    other = "A" if signature[middle] != "A" else "B"
    changed = f"{signature[:middle]}{other}{signature[middle + 1 :]}"
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    forgeries = (
        (f"{head}.{claims}.{changed}", "a token whose signature was changed"),
        (f"{none.decode().rstrip('=')}.{claims}.", "a token without a signature"),
    )
    for text, what in forgeries:
        sent = replace(
            guarded.identity,
            headers=tuple(
                (name, value.replace(token[0], text)) for name, value in guarded.identity.headers
            ),
        )
        request = Request("GET", guarded.request.path, sent)
        answer = await session.ask(guarded.operation, request, dict(guarded.values))
        if answer.answer.ok:
            yield _said(session, answer, what)
            return


def _said(session: Session, exchange: Exchange, what: str) -> Observation:
    transcripts = (session.transcript(exchange, what),)
    return session.observe(
        Seen.FORGED, exchange, audience=ANYONE, details=(what,), transcripts=transcripts
    )


def _weak(token: re.Match[str]) -> str | None:
    """Give the key that a token was signed with, if it is one of those that anyone would try."""
    head, claims, signature = token.groups()
    try:
        used = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        wanted = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except ValueError:
        return None
    made = _HASHES.get(str(used.get("alg"))) if isinstance(used, dict) else None
    if made is None:
        return None
    signed = f"{head}.{claims}".encode()
    found = (key for key in keys() if hmac.digest(key.encode(), signed, made) == wanted)
    return next(found, None)

"""Whether wrong secrets were limited, as the answers to them tell.

A limit that an app keeps is told by a status of its own, by another text, or by the right secret
that is no longer taken. Where any of these is seen, nothing is said to be without one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from hushtable.model.proof import Shows
from hushtable.model.service import Channel
from hushtable.prove.exchange import Answered, Exchange
from hushtable.prove.witness.seen import Shown, answered_well

_LIMITS = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.LOCKED, HTTPStatus.FORBIDDEN})
_WRONG = frozenset({
    HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND,
})  # fmt: skip
"""How an app says that a secret is wrong."""
_COUNTED = re.compile(rb"\S*\d\S*")
"""Words that may differ from answer to answer: ids, moments, and how many attempts are left."""
_WAIT = "retry-after"
NOT_AFTERWARDS = "no right secret was known: an account that is locked without a word was not seen"


def limited(tried: Sequence[Exchange]) -> bool:
    """Whether a limit was seen: an attempt was refused as none before it."""
    if not tried:
        return False
    first = tried[0].answered
    return any(_is_limit(one.answered, first) for one in tried[1:]) or first.status in {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.LOCKED,
    }


def unlimited(tried: Sequence[Exchange], wanted: int, *, reached: bool) -> Shown | None:
    """Show that so many wrong secrets were all answered alike, and none refused for their number.

    `tried` are the attempts, and then the right secret where the door was `reached` with one. What
    is behind a door that nobody was let through counts only where the app looked for something.
    """
    wrong, after = tried[:wanted], tried[wanted:]
    if len(wrong) < wanted or limited(tried):
        return None
    first = wrong[0].answered
    if first.status not in _WRONG or any(_said(one.answered) != _said(first) for one in wrong):
        return None
    if reached:
        if not after or not answered_well(after[0]):
            return None
    elif not all(one.calls or one.services for one in wrong):
        return None
    told = f"{wanted} attempts, none refused"
    unknown = () if reached else (NOT_AFTERWARDS,)
    return Shown(Shows.UNLIMITED, Channel.RESPONSE, told, 0, times=wanted, notes=unknown)


def _is_limit(answered: Answered, first: Answered) -> bool:
    if answered.status in _LIMITS and answered.status != first.status:
        return True
    return _waits(answered) and not _waits(first)


def _waits(answered: Answered) -> bool:
    return any(name.lower() == _WAIT for name, _ in answered.headers)


def _said(answered: Answered) -> tuple[int, str, bytes]:
    return answered.status, answered.raised, _COUNTED.sub(b"", answered.body)

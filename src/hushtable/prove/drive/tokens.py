"""Signed tokens for a door whose app checks them: what each place for a credential takes.

A token is tried where the app complains of one in the words of a library for tokens, or asks for
the keys of an identity provider. Each check that was seen says more of what it wants; where it
still says no, the place is given up, and the dependency that refused is stood in for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hushtable.prove.canary import Canary, Source
from hushtable.prove.drive.binding import vocabulary
from hushtable.prove.drive.needed import MintLike
from hushtable.prove.drive.sending import Slot
from hushtable.prove.exchange import Exchange
from hushtable.prove.services.issuer import Issuer
from hushtable.prove.sketch import Shape

MAX_TRIES = 4
MAX_CLAIMS = 8
INSIDE = "*"
"""Stands in the path of the canary that is within a token: it counts where a token came out."""

_COMPLAINTS = vocabulary(
    "DecodeError InvalidTokenError InvalidSignatureError ExpiredSignatureError BadSignatureError "
    "InvalidAudienceError InvalidIssuerError InvalidIssuedAtError ImmatureSignatureError "
    "InvalidKeyError InvalidAlgorithmError MissingRequiredClaimError MissingClaimError "
    "InvalidClaimError ExpiredTokenError PyJWKClientError PyJWKClientConnectionError PyJWKSetError "
    "PyJWKError JWTError JWTClaimsError JWSError JWSSignatureError JWKError JWEError "
    "InvalidSubjectError InvalidJTIError UnsupportedAlgorithmError"
)
_CLAIM = re.compile(
    r"""missing\s+["']?([\w:]+)["']?\s+claim|["']([\w:]+)["']\s+claim""", re.IGNORECASE
)
CLAIMS = (
    "sub", "email", "name", "username", "preferred_username",
    "cognito:username", "exp", "iat", "auth_time", "jti", "role", "roles", "groups",
    "cognito:groups",
)  # fmt: skip


@dataclass(slots=True)
class _Place:
    """What is known of one place for a token."""

    tries: int = 0
    seen: int = 0
    given_up: bool = False


class Tokens:
    """The signed tokens of a run. It grows while the app is driven."""

    def __init__(self, mint: MintLike, issuer: Issuer | None) -> None:
        """Know nothing. Without an issuer nothing is signed."""
        self._mint = mint
        self._issuer = issuer
        self._places: dict[Slot, _Place] = {}
        self._more: dict[str, None] = {}
        self._asked = 0

    def takes(self, slot: Slot) -> bool:
        """Whether a token is shown at a place."""
        place = self._places.get(slot)
        return place is not None and not place.given_up

    def of(self, slot: Slot, value: Callable[[str], Any]) -> tuple[str, Canary] | None:
        """Give a token for a place, and the canary in it. `value` gives somebody's claims."""
        if self._issuer is None or not self.takes(slot):
            return None
        canary = self._mint.text(Shape(), Source.IDENTITY, (slot[0].value, slot[1], INSIDE))
        self._places[slot].seen = self._issuer.seen
        claims = {name: value(name) for name in (*CLAIMS, *self._more)}
        claims["email_verified"] = True
        # The thumbprint of a certificate that no check looks at: it stands near the beginning, so
        # that a token that was cut short is known too.
        text = self._issuer.token(claims, {"typ": "JWT", "x5t": canary.planted})
        return (text, canary) if text else None

    def learn(self, slots: Iterable[Slot], exchange: Exchange) -> bool:
        """Take from a refusal whether a token, or another one, is worth a try."""
        if self._issuer is None:
            return False
        speaks = any(one.kind in _COMPLAINTS for one in exchange.complaints)
        asked, self._asked = self._issuer.seen != self._asked, self._issuer.seen
        missing = self._missing(exchange)
        news = False
        for slot in slots:
            place = self._places.get(slot)
            if place is None:
                if speaks or asked:
                    self._places[slot] = _Place()
                    news = True
            elif not place.given_up and (speaks or asked or missing):
                place.tries += 1
                wiser = missing or self._issuer.seen != place.seen
                place.given_up = not wiser or place.tries >= MAX_TRIES
                news = news or not place.given_up
        return news

    def _missing(self, exchange: Exchange) -> bool:
        """Note the claims that the app missed."""
        known = len(self._more)
        for complaint in exchange.complaints:
            named = [one for pair in _CLAIM.findall(complaint.text) for one in pair if one]
            details: Mapping[str, str] = dict(complaint.details)
            if complaint.kind == "KeyError" and self._places:
                named.append(details.get("key", ""))
            for name in named:
                if name and name not in CLAIMS and len(self._more) < MAX_CLAIMS:
                    self._more[name] = None
        return len(self._more) > known

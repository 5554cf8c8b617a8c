"""What a route is for, read from its path and its handler's name: entrance, probe, callback."""

from __future__ import annotations

import re
from itertools import pairwise

from hushtable.model.service import ParameterSource, Route

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PARAMETER = re.compile(r"\{[^}]*\}")
_PREFIX = re.compile(r"api|rest|v\d+")

_ENTRANCE = re.compile(
    r"""authenticate|authorize|log-?in|logon|oauth2?|sign-?in|sign-?up|sign-?out|sso
    |verify-email|confirm-email|forgot-password|reset-password|password-reset""",
    re.VERBOSE,
)
_PERHAPS_ENTRANCE = re.compile(r"logout|otp|refresh|register|registration|token|verify|confirm")
_IDENTITY = re.compile(r"(?:auth|authentication|identity|users?|accounts?|sessions?|members?|me)")
_ENTRANCE_HANDLER = re.compile(r"authenticate|log-?in|sign-?in|sign-?up")
_PROBE = re.compile(
    r"""docs|favicon-?(?:ico)?|health|health-?check|healthz|heartbeat|info|live|livez|liveness
    |metrics|openapi|openapi-json|ping|ready|readiness|readyz|redoc|robots-txt|root|status|static
    |assets|version""",
    re.VERBOSE,
)
_CALLBACK = re.compile(r"callbacks?|hooks?|redirect|unsubscribe|webhooks?")
_CATALOGUE = re.compile(
    r"catalog|catalogue|categories|faq|holidays|menu|news|prices|products?|public|published"
)
_ANSWERS_A_CHALLENGE = re.compile(
    r"""2fa|log-?in|logon|mfa|otp|sign-?in|sign-?up|register|token|reset-password|password-reset
    |forgot-password|verify|verify-email|verify-code|confirm-email|change-password""",
    re.VERBOSE,
)
_CAPABILITY = re.compile(r"(?:^|_)(?:token|signature|sig|secret)$")
_GUESSED = frozenset({"password", "passcode", "otp", "pin"})


def words(text: str) -> tuple[str, ...]:
    """Split a name or a path into lower-case words: `resetPassword` -> `reset`, `password`."""
    return tuple(word.lower() for word in _WORD.findall(text))


def is_entrance(route: Route) -> bool:
    """Whether the route is itself where callers identify themselves: login, sign-up, refresh.

    A word that other routes use as well, such as `refresh`, counts only beside a word of identity
    (`/auth/refresh`) or alone (`/token`).
    """
    if _means(route, _ENTRANCE) or _handled_as_entrance(route):
        return True
    if not _means(route, _PERHAPS_ENTRANCE):
        return False
    return len(_segments(route)) == 1 or _means(route, _IDENTITY)


def is_probe(route: Route) -> bool:
    """Whether the route tells only that the service is there: health, docs, the root, files."""
    return not _fixed(route.path).strip("/") or _means(route, _PROBE)


def is_catalogue(route: Route) -> bool:
    """Whether the route shows what a service offers to everyone: products, prices, news."""
    return route.method in {"GET", "HEAD"} and _means(route, _CATALOGUE)


def is_public_by_design(route: Route) -> bool:
    """Whether callers cannot sign in here on purpose: webhooks, redirects, capability links."""
    return (
        _means(route, _CALLBACK)
        or is_catalogue(route)
        or any(
            one.source is ParameterSource.PATH and _CAPABILITY.search(one.name.lower())
            for one in route.parameters
        )
    )


def takes_a_guess(route: Route) -> bool:
    """Whether a caller can try passwords or codes here, one request after the other."""
    if route.method not in {"POST", "PUT", "PATCH"}:
        return False
    return (
        _means(route, _ANSWERS_A_CHALLENGE)
        or _handled_as_entrance(route)
        or any(_GUESSED.intersection(words(one.name)) for one in route.parameters)
    )


def _means(route: Route, vocabulary: re.Pattern[str]) -> bool:
    return any(_any(part, vocabulary) for part in _segments(route))


def _any(text: str, vocabulary: re.Pattern[str]) -> bool:
    """Match a segment as one word, or two neighbouring words of it joined by a hyphen.

    `tokens` is not `token`, and `health_data` is not `health`; `user_reset_password` holds
    `reset-password`.
    """
    parts = words(text)
    pairs = (f"{a}-{b}" for a, b in pairwise(parts))
    return any(vocabulary.fullmatch(term) for term in ("".join(parts), *pairs))


def _segments(route: Route) -> tuple[str, ...]:
    """Give the fixed segments of the path, without `api` and version prefixes."""
    parts = (part for part in _fixed(route.path).split("/") if part)
    return tuple(part for part in parts if not _PREFIX.fullmatch(part.lower()))


def _fixed(path: str) -> str:
    return _PARAMETER.sub("", path)


def _handled_as_entrance(route: Route) -> bool:
    """Whether a handler's name begins or ends with it, as in `login_user` and `do_sign_in`."""
    name = route.handler.rpartition(".")[2]
    parts = words(name)
    ends = (name, *parts[:1], *parts[-1:], "-".join(parts[:2]), "-".join(parts[-2:]))
    return route.method != "GET" and any(_any(end, _ENTRANCE_HANDLER) for end in ends)

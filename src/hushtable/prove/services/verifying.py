"""How an app checks a token: what it tells the library that does it is noted, and goes on as told.

From this a token can be made that passes for real: the algorithm, the audience, the issuer, and the
secret where the one who checks could sign as well. What was noted stays in this process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from inspect import signature
from typing import Any

import wrapt

from hushtable.prove.services.issuer import Wanted

_CHECKS = (
    ("jwt.api_jwt", "PyJWT.decode_complete"),
    ("jose.jwt", "decode"),
    ("authlib.jose.rfc7519.jwt", "JsonWebToken.decode"),
    ("joserfc.jwt", "decode"),
)
"""Module and function of each library that checks tokens."""

_UNVERIFIED = "verify_signature"


def listen(note: Callable[[Wanted], None]) -> None:
    """Have every check noted from now on, whichever library makes it."""
    for module, name in _CHECKS:
        wrapt.register_post_import_hook(partial(_wrap, name, partial(_checked, note)), module)


def _wrap(name: str, check: Any, module: Any) -> None:
    # Another release may have another name for it.
    with contextlib.suppress(AttributeError):
        wrapt.wrap_function_wrapper(module, name, check)


def _checked(
    note: Callable[[Wanted], None], wrapped: Any, _instance: Any, args: Any, kwargs: Any
) -> Any:
    with contextlib.suppress(TypeError, ValueError):
        given = signature(wrapped).bind(*args, **kwargs)
        told = _wanted(given.arguments)
        if told is not None:
            note(told)
    return wrapped(*args, **kwargs)


def _wanted(given: Mapping[str, Any]) -> Wanted | None:
    options = given.get("options")
    options = options if isinstance(options, Mapping) else {}
    if options.get(_UNVERIFIED) is False:
        # It only looks into a token; nothing is wanted of it yet.
        return None
    claims = given.get("claims_options")
    claims = claims if isinstance(claims, Mapping) else {}
    key = given.get("key")
    algorithms = given.get("algorithms")
    named = (algorithms,) if isinstance(algorithms, str) else tuple(map(str, algorithms or ()))
    return Wanted(
        algorithms=named,
        audience=_first(given.get("audience", _of(claims, "aud"))),
        issuer=_first(given.get("issuer", _of(claims, "iss"))),
        secret=key if isinstance(key, str | bytes) else "",
    )


def _of(claims: Mapping[str, Any], name: str) -> Any:
    told = claims.get(name)
    if not isinstance(told, Mapping):
        return None
    return told.get("value", told.get("values"))


def _first(value: Any) -> str | None:
    """Give the only text, or the first of several."""
    if value is None or isinstance(value, str):
        return value
    texts = [one for one in value if isinstance(one, str)] if isinstance(value, Iterable) else []
    return texts[0] if texts else None

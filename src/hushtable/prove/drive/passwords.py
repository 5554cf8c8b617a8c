"""Password libraries: a planted hash is that of whatever password an owner gives.

A canary is no real hash, and to plant a real one would hide that it left. So the check of one
against a made-up password says yes, as it would for a user who knows theirs; any other check is
the library's own. It is the same with a planted digest and the digest of a made-up code. Who asks
with another's keys knows none of their secrets. Which check said so is kept: what was seen of that
request rests on it. Where wrong passwords are tried, the check of a planted hash says no, as that
of a real one would, and does not fail because it is none.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import wrapt

from hushtable.prove.canary import Source
from hushtable.prove.store.mint import Mint

_Given = tuple[Any, ...]

_Says = Callable[[bool], Any]


def _pair(right: bool) -> tuple[bool, None]:  # noqa: FBT001 - what a check says
    return right, None


def _argon2(right: bool) -> bool:  # noqa: FBT001 - as above
    if not right:
        # It is loaded, since its function was called.
        raise sys.modules["argon2.exceptions"].VerifyMismatchError
    return True


_CHECKS: tuple[tuple[str, str, int, int, _Says], ...] = (
    ("bcrypt", "checkpw", 0, 1, bool),
    ("passlib.context", "CryptContext.verify", 0, 1, bool),
    ("passlib.context", "CryptContext.verify_and_update", 0, 1, _pair),
    ("passlib.utils.handlers", "GenericHandler.verify", 0, 1, bool),
    ("argon2._password_hasher", "PasswordHasher.verify", 1, 0, _argon2),
    ("pwdlib", "PasswordHash.verify", 0, 1, bool),
    ("pwdlib", "PasswordHash.verify_and_update", 0, 1, _pair),
    ("werkzeug.security", "check_password_hash", 1, 0, bool),
)
"""Module, function, where its password and its hash stand, and how it says yes or no."""


_COMPARES = ("hmac", "secrets")
"""Modules with a `compare_digest`."""

_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}
"""What a digest was made by, by its length in hexadecimal digits."""


@dataclass(slots=True)
class Checks:
    """What is said of planted hashes. `own` is false while somebody asks with another's keys.

    `wrong` is true while wrong passwords are given: no planted hash fits them.
    """

    mint: Mint
    own: bool = True
    wrong: bool = False
    _said: dict[str, None] = field(default_factory=dict)

    def drain(self) -> tuple[str, ...]:
        """Name the checks that said yes to a planted hash since this was last asked."""
        names = tuple(self._said)
        self._said.clear()
        return names

    def say(self, name: str) -> None:
        """Keep that a check said yes."""
        self._said[name] = None


def accept(mint: Mint) -> Checks:
    """Have planted hashes fit made-up passwords from now on, in every library that is known."""
    checks = Checks(mint)
    for module, name, password, hashed, says in _CHECKS:
        public = f"{module.partition('.')[0]}.{name}"
        check = partial(_checked, checks, public, password, hashed, says)
        wrapt.register_post_import_hook(partial(_wrap, name, check), module)
    for module in _COMPARES:
        compare = partial(_compared, checks, f"{module}.compare_digest")
        wrapt.register_post_import_hook(partial(_wrap, "compare_digest", compare), module)
    return checks


def _wrap(name: str, check: Any, module: Any) -> None:
    # Another release may have another name for it.
    with contextlib.suppress(AttributeError):
        wrapt.wrap_function_wrapper(module, name, check)


def _checked(  # noqa: PLR0913, PLR0917 - what is bound here, and what wrapt gives
    checks: Checks,
    public: str,
    password: int,
    hashed: int,
    says: _Says,
    wrapped: Callable[..., Any],
    _instance: Any,
    args: _Given,
    kwargs: dict[str, Any],
) -> Any:
    texts = [_text(one) for one in (*args, *kwargs.values())]
    if (checks.own or checks.wrong) and len(texts) > max(password, hashed):
        # Keywords are rare, and stand in the order of the parameters.
        given, kept = checks.mint.lookup(texts[password]), checks.mint.lookup(texts[hashed])
        planted = kept is not None and kept.source is Source.ITEM
        if planted and checks.wrong:
            return says(False)  # noqa: FBT003 - no
        if planted and given is not None and given.source is Source.INPUT:
            checks.say(public)
            return says(True)  # noqa: FBT003 - yes
    return wrapped(*args, **kwargs)


def _compared(
    checks: Checks,
    public: str,
    wrapped: Callable[..., bool],
    _instance: Any,
    args: _Given,
    kwargs: dict[str, Any],
) -> bool:
    if wrapped(*args, **kwargs):
        return True
    one, other = (_text(value) for value in args)
    mint = checks.mint
    own = checks.own and not checks.wrong
    if own and (_is_digest(mint, one, other) or _is_digest(mint, other, one)):
        checks.say(public)
        return True
    return False


def _is_digest(mint: Mint, kept: str, given: str) -> bool:
    """Whether a planted text is compared with the digest of a made-up one."""
    planted, made_by = mint.lookup(kept), _DIGESTS.get(len(given))
    if planted is None or planted.source is not Source.ITEM or made_by is None:
        return False
    if planted.planted != kept:
        return False
    inputs = (mint.of(token) for token in mint.tokens())
    return any(
        hashlib.new(made_by, one.planted.encode(), usedforsecurity=False).hexdigest() == given
        for one in inputs
        if one is not None and one.source is Source.INPUT
    )


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

"""Password libraries: a planted hash is that of whatever password an owner gives.

A canary is no real hash, and to plant a real one would hide that it left. So the check of one
against a made-up password says yes, as it would for a user who knows theirs; any other check is
the library's own. Which check said so is kept: what was seen of that request rests on it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any

import wrapt

from hushtable.prove.canary import Source
from hushtable.prove.store.mint import Mint

_Given = tuple[Any, ...]

_CHECKS: tuple[tuple[str, str, int, int, Callable[[], Any]], ...] = (
    ("bcrypt", "checkpw", 0, 1, lambda: True),
    ("passlib.context", "CryptContext.verify", 0, 1, lambda: True),
    ("passlib.context", "CryptContext.verify_and_update", 0, 1, lambda: (True, None)),
    ("passlib.utils.handlers", "GenericHandler.verify", 0, 1, lambda: True),
    ("argon2._password_hasher", "PasswordHasher.verify", 1, 0, lambda: True),
    ("pwdlib", "PasswordHash.verify", 0, 1, lambda: True),
    ("pwdlib", "PasswordHash.verify_and_update", 0, 1, lambda: (True, None)),
    ("werkzeug.security", "check_password_hash", 1, 0, lambda: True),
)
"""Module, function, where its password and its hash stand, and what it gives for a right one."""


def accept(mint: Mint) -> Callable[[], tuple[str, ...]]:
    """Have planted hashes fit made-up passwords from now on, in every library that is known.

    What is given names the checks that said yes to one since it was last called.
    """
    said: dict[str, None] = {}

    def drain() -> tuple[str, ...]:
        names = tuple(said)
        said.clear()
        return names

    for module, name, password, hashed, right in _CHECKS:
        check = partial(_checked, mint, password, hashed, _telling(module, name, right, said))
        wrapt.register_post_import_hook(partial(_wrap, name, check), module)
    return drain


def _telling(
    module: str, name: str, right: Callable[[], Any], said: dict[str, None]
) -> Callable[[], Any]:
    public = f"{module.partition('.')[0]}.{name}"

    def told() -> Any:
        said[public] = None
        return right()

    return told


def _wrap(name: str, check: Any, module: Any) -> None:
    # Another release may have another name for it.
    with contextlib.suppress(AttributeError):
        wrapt.wrap_function_wrapper(module, name, check)


def _checked(  # noqa: PLR0913, PLR0917 - what is bound here, and what wrapt gives
    mint: Mint,
    password: int,
    hashed: int,
    right: Callable[[], Any],
    wrapped: Callable[..., Any],
    _instance: Any,
    args: _Given,
    kwargs: dict[str, Any],
) -> Any:
    texts = [_text(one) for one in (*args, *kwargs.values())]
    if len(texts) > max(password, hashed):
        # Keywords are rare, and stand in the order of the parameters.
        given, kept = mint.lookup(texts[password]), mint.lookup(texts[hashed])
        planted = kept is not None and kept.source is Source.ITEM
        if planted and given is not None and given.source is Source.INPUT:
            return right()
    return wrapped(*args, **kwargs)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

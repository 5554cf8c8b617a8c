"""Signs identities in before anything else is asked, by a function of the user's own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace

import httpx

from hushtable.model.errors import UsageError
from hushtable.probe.order import Identity, Order

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[ -~\t]*")


async def signed_in(order: Order, client: httpx.AsyncClient) -> tuple[Identity, ...]:
    """Give the identities of an order, those without headers with what its login gives them.

    Raises UsageError where it gives none in time. The message names the identity and the kind of
    the failure: the text of an exception may hold what was sent.
    """
    return tuple([await _signed_in(one, order, client) for one in order.identities])


async def _signed_in(identity: Identity, order: Order, client: httpx.AsyncClient) -> Identity:
    if identity.headers:
        return identity
    if order.login is None:
        text = f"nothing says how {identity.name} signs in: give a header, or --login"
        raise UsageError(text)
    try:
        async with asyncio.timeout(order.bounds.within):
            given = await order.login(identity.name, client)
    except Exception as error:  # noqa: BLE001 - whatever the user's own function raises
        text = f"the login of {identity.name} ended with {type(error).__name__}"
        raise UsageError(text) from None
    if not isinstance(given, Mapping) or not given or not all(map(_is_header, given.items())):
        text = f"the login of {identity.name} gave no headers: a mapping of names to texts"
        raise UsageError(text)
    return replace(identity, headers=tuple(given.items()))


def _is_header(pair: tuple[object, object]) -> bool:
    match pair:
        case (str() as name, str() as value):
            return bool(_NAME.fullmatch(name) and _VALUE.fullmatch(value))
        case _:
            return False

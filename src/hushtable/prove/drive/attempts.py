"""Wrong passwords and codes, one after the other, by one caller from one address.

What an app writes meanwhile stays, since it may count attempts there; what stands in for its own
dependencies does not, since one of them may count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hushtable.model.service import ParameterSource
from hushtable.prove.drive.asgi import another_address
from hushtable.prove.drive.binding import vocabulary, words
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.drive import Driver, made_first
from hushtable.prove.drive.firsts import Lent, is_credential
from hushtable.prove.drive.identity import ANYONE
from hushtable.prove.drive.plan import best_of
from hushtable.prove.drive.room import Room, Step, fine
from hushtable.prove.drive.sending import Filled, Slot
from hushtable.prove.exchange import Asked, Exchange

ATTEMPTS = 30
"""More than a limit for people allows in a minute."""
WRONG = "with a wrong secret"
RIGHT = "with the right secret, after wrong ones"
_TAKEN = frozenset({"POST", "PUT", "PATCH"})
_BODY = frozenset({ParameterSource.BODY, ParameterSource.FORM})
_GUESSED = vocabulary("password passcode otp pin code")
_NO_GUESS = vocabulary("country zip postal area currency language status error")
_TELLING = 2
"""The last characters of a text, in which the attempts differ."""


def takes_a_secret(door: Door) -> bool:
    """Whether the body of a door declares a password or a code."""
    schema = door.body.schema if door.body is not None else {}
    return door.route.method in _TAKEN and any(
        map(_is_guessed, (*_named(schema), *(one.name for one in door.route.parameters)))
    )


async def attempts(
    driver: Driver, door: Door, usual: Sequence[Exchange], only: frozenset[str]
) -> tuple[Exchange, ...]:
    """Give wrong secrets until one is refused otherwise than the first, then the right one.

    `usual` are the exchanges of the door. `only` are the labels that a replay asks for. Nothing is
    asked where something stands in for a dependency of the door: it may be what counts.
    """
    name, last = best_of(usual, gated=driver.identities.gated(door))
    if name != ANYONE and driver.identities.overridden(door):
        return ()
    found: list[Exchange] = []
    try:
        lent = await _made(driver, door)
        room = Room(door, driver.inputs, driver.identities, *([] if lent is None else [lent]))
        right = room.fill(name)
        guesses = wrong(right, secrets_of(right), room.lent.secrets)
        asked = [room.asked(name, WRONG, one) for one in guesses]
        if not asked or (only and asked[0].label not in only):
            return ()
        address = another_address()
        for one in asked:
            step = Step(one, address=address, wrong=True)
            found.append(await driver.exchange(door, step, keep=True))
            if found[-1].answered.status != found[0].answered.status:
                return tuple(found)
        if last is not None and fine(last):
            request: Asked = room.asked(name, RIGHT, right)
            step = Step(request, address=address)
            found.append(await driver.exchange(door, step, keep=True))
    finally:
        driver.inputs.lend(door, None)
        driver.watched.plant()
    return tuple(found)


async def _made(driver: Driver, door: Door) -> Lent | None:
    """Have the app make what a right request of this door needs, and forget what was there."""
    chain = driver.firsts.chains.get(door.index, ())
    lent = await made_first(driver, chain[-1]) if chain else None
    if lent is None:
        driver.watched.plant()
    driver.inputs.lend(door, lent)
    return lent


def secrets_of(filled: Filled) -> tuple[Slot, ...]:
    """Give the fields of a body that hold a password or a code."""
    body = filled.body if isinstance(filled.body, Mapping) else {}
    return tuple(
        (ParameterSource.BODY, name)
        for name, value in body.items()
        if _is_guessed(name) and isinstance(value, str | int) and not isinstance(value, bool)
    )


def wrong(right: Filled, slots: Sequence[Slot], made: Sequence[str]) -> tuple[Filled, ...]:
    """Give the same inputs with other secrets of the same form, each time others.

    Of a secret that the app `made` nothing stays but its length. Empty where there are not enough.
    """
    if not slots or not isinstance(right.body, Mapping):
        return ()
    found = []
    for number in range(1, ATTEMPTS + 1):
        filled = right
        for slot in slots:
            other = _other(right.body[slot[1]], number, made)
            if other is None:
                return ()
            filled = filled.having(slot, other)
        found.append(filled)
    return tuple(found)


def _other(value: Any, number: int, made: Sequence[str]) -> str | int | None:
    """Give a value like this one and unlike it; None where so few are like it."""
    text = str(value)
    if text.isdecimal():
        # A code that is one of these by chance is left out for one that is not.
        other = number if number != int(text) else number + ATTEMPTS
        if len(text) < _TELLING or len(str(other)) > len(text):
            return None
        return other + 10 ** (len(text) - 1) if isinstance(value, int) else f"{other:0{len(text)}}"
    if len(text) <= _TELLING:
        return None
    head = "x" * (len(text) - _TELLING) if text in made else text[:-_TELLING]
    other_text = f"{head}{number:02}"
    return other_text if other_text != text else f"{head}{number + ATTEMPTS:02}"


def _is_guessed(name: str) -> bool:
    parts = words(name)
    if parts and parts[-1] == "code" and _NO_GUESS & set(parts):
        return False
    return bool(_GUESSED & set(parts[-1:])) or is_credential(name)


def _named(schema: Mapping[str, Any]) -> list[str]:
    """Name the fields of a body, those of models that it refers to too."""
    names = list(schema.get("properties", {}))
    for part in schema.get("$defs", {}).values():
        names += part.get("properties", {})
    return names

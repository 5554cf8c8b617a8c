"""A door with what is known of its inputs and its gate, and the steps of a plan."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from hushtable.prove.drive.asgi import ACCEPTED
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.firsts import Lent
from hushtable.prove.drive.identity import Identities, owner_of
from hushtable.prove.drive.inputs import Inputs
from hushtable.prove.drive.refusing import refused
from hushtable.prove.drive.sending import Filled, asked
from hushtable.prove.exchange import Asked, Exchange

USUAL = "as it should be"
FAILED = 400
_NOTHING_LENT = Lent({}, ())


@dataclass(frozen=True, slots=True)
class Step:
    """One request to send, and what the store does meanwhile.

    `fault` is an error's code, raised for `operations` (every one where empty). `page` caps the
    items of a page, so that a list has a next one. `crowd` is a table, and how many items it holds
    beside the planted ones. `services` are other services that refuse. `address` is the caller's,
    where it must be the same for several requests: what counts them is then left as it is.
    `wrong` says that its secrets are nobody's: no planted hash fits them.
    """

    asked: Asked
    fault: str = ""
    operations: tuple[str, ...] = ()
    page: int | None = None
    crowd: tuple[str, int] | None = None
    services: tuple[str, ...] = ()
    address: str = ""
    wrong: bool = False


Plan = Generator[Step, Exchange, None]


@dataclass(frozen=True, slots=True)
class Room:
    """A door, and what is known of its inputs and its gate."""

    door: Door
    inputs: Inputs
    identities: Identities
    lent: Lent = _NOTHING_LENT
    """What the app made first, for the requests of this door."""

    def asked(self, name: str, purpose: str, filled: Filled, **more: Any) -> Asked:
        """Write a request of somebody's, with their credentials."""
        caller = self.identities.caller(name, self.door)
        for slot, value in caller.attached.values.items():
            filled = filled.having(slot, value)
        more.setdefault("keys_of", owner_of(name))
        canaries = (*more.pop("canaries", ()), *caller.attached.canaries)
        return asked(
            self.door, filled, identity=name, purpose=purpose, headers=caller.headers,
            canaries=canaries, before=self.lent.before, hidden=self.lent.secrets, **more,
        )  # fmt: skip

    def fill(self, name: str, **more: Any) -> Filled:
        """Give values for what the door declares, with somebody's own keys."""
        more.setdefault("owner", owner_of(name))
        return self.inputs.fill(self.door, caller=name, **more)


def fine(exchange: Exchange) -> bool:
    """Whether an answer is that of a request that went well."""
    answered = exchange.answered
    if answered.raised or refused(exchange):
        return False
    if exchange.asked.method == "WEBSOCKET":
        return answered.status == ACCEPTED
    return answered.status < FAILED

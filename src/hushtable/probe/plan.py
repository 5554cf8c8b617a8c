"""What a run would send, told before it is sent: only the description of the service is read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx

from hushtable.probe.accounts import entering, registering
from hushtable.probe.ask import Asker, client
from hushtable.probe.checks.signing_in import ATTEMPTS
from hushtable.probe.finding_out import describe
from hushtable.probe.openapi import Operation
from hushtable.probe.order import Order
from hushtable.probe.person import DOMAIN, NAMED
from hushtable.probe.session import Session
from hushtable.probe.target import target

_READS = (
    "Reads with GET and HEAD: as each caller, with values that it learns and with odd ones, and "
    "a few well-known paths."
)
_WRITES = (
    "Writes too: POST, PUT and PATCH with made-up bodies. Try it on data that you can throw away."
)
_MARKED = {
    False: "What is marked needs --writes, or is left alone: it ends something.",
    True: "What is marked is left alone: it ends something.",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to ask and what. `asked` are (operation, whether it is sent without more options)."""

    origin: str
    document: str
    identities: tuple[str, ...]
    asked: tuple[tuple[str, bool], ...]
    rate: float
    within: float
    writes: bool = False
    registers: str = ""
    enters: str = ""

    def __str__(self) -> str:
        """Give the plan as lines for a person."""
        callers = ", ".join(self.identities)
        head = [
            f"Asks {self.origin}, described by {self.document or 'nothing'}, as {callers}.",
            f"At most {self.rate:g} requests a second, for at most {self.within:g} s.",
            _READS,
            *([_WRITES, self._accounts()] if self.writes else []),
            _MARKED[self.writes],
        ]
        lines = [f"  {name}" if sent else f"  {name}  (not sent)" for name, sent in self.asked]
        return "\n".join([*head, *lines]) + "\n"

    def _accounts(self) -> str:
        """Say which accounts it makes, and what is tried on them."""
        if not self.registers:
            return "Registers no account: no operation says that it takes one."
        door = (
            f" Guesses the password of one at {self.enters}, {ATTEMPTS} times."
            if self.enters
            else ""
        )
        return (
            f"Registers accounts by {self.registers}, two and a few more, called `{NAMED}` and six "
            f"digits, at {DOMAIN}. They stay: DELETE is never sent.{door}"
        )


def plan(order: Order, *, transport: httpx.AsyncBaseTransport | None = None) -> Plan:
    """Read the description and say what would be asked. Raises UsageError as a run would."""
    return asyncio.run(_plan(order, transport))


async def _plan(order: Order, transport: httpx.AsyncBaseTransport | None) -> Plan:
    checked = target(order.url, order.consented)
    async with client(order, checked, transport) as opened:
        asker = Asker(opened, checked, order)
        asker.begin()
        session = Session(asker, checked, order.identities)
        description, document = await describe(session, order)
    session.description = description
    registers = registering(session)
    enters = entering(session)
    return Plan(
        origin=checked.origin,
        document=document,
        identities=tuple(one.name for one in session.everybody),
        asked=tuple((str(one), _is_sent(one, order)) for one in description.operations),
        rate=order.bounds.rate,
        within=order.bounds.within,
        writes=order.writes,
        registers=str(registers or ""),
        enters=str(enters or ""),
    )


def _is_sent(operation: Operation, order: Order) -> bool:
    return not operation.left_alone and (
        operation.method == "GET" or (order.writes and not operation.reads)
    )

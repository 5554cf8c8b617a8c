"""What a run would send, told before it is sent: only the description of the service is read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx

from hushtable.probe.ask import Asker, client
from hushtable.probe.finding_out import describe
from hushtable.probe.openapi import Operation
from hushtable.probe.order import Order
from hushtable.probe.session import Session
from hushtable.probe.target import target

_SENDS = {
    False: "Reads with GET, HEAD and OPTIONS; what is marked needs --writes, or is left alone.",
    True: (
        "Writes too: made-up bodies, as accounts that it registers where it can, and which stay. "
        "What is marked is left alone: it ends something."
    ),
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

    def __str__(self) -> str:
        """Give the plan as lines for a person."""
        callers = ", ".join(self.identities)
        head = [
            f"Asks {self.origin}, described by {self.document or 'nothing'}, as {callers}.",
            f"At most {self.rate:g} requests a second, for at most {self.within:g} s.",
            _SENDS[self.writes],
        ]
        lines = [f"  {name}" if sent else f"  {name}  (not sent)" for name, sent in self.asked]
        return "\n".join([*head, *lines]) + "\n"


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
    return Plan(
        origin=checked.origin,
        document=document,
        identities=tuple(one.name for one in session.everybody),
        asked=tuple((str(one), _is_sent(one, order)) for one in description.operations),
        rate=order.bounds.rate,
        within=order.bounds.within,
        writes=order.writes,
    )


def _is_sent(operation: Operation, order: Order) -> bool:
    if operation.changes or operation.method == "DELETE":
        return False
    return operation.reads or order.writes

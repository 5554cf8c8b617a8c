"""What one exchange teaches of the store: from the app's complaints, and from its requests."""

from __future__ import annotations

from hushtable.prove.exchange import Exchange
from hushtable.prove.lessons import taught
from hushtable.prove.mint import Mint
from hushtable.prove.requested import asked_of
from hushtable.prove.settings import needs
from hushtable.prove.sketch import Sketch

__all__ = ["learn", "needs"]


def learn(sketch: Sketch, exchange: Exchange, mint: Mint) -> Sketch:
    """Learn from an exchange. The same object comes back when nothing in it is new.

    An exchange in which the store failed on purpose teaches nothing.
    """
    if exchange.asked.fault or any(call.provoked for call in exchange.calls):
        return sketch
    found = sketch
    for complaint in exchange.complaints:
        found = taught(found, complaint, mint)
    found = asked_of(found, exchange, mint)
    return sketch if found == sketch else found

"""What one exchange teaches of the store: from the app's complaints, and from its requests."""

from __future__ import annotations

from hushtable.prove.exchange import Complaint, Exchange
from hushtable.prove.learn.asking import kinds_at_hand
from hushtable.prove.learn.lessons import taught
from hushtable.prove.learn.pages import sorted_by
from hushtable.prove.learn.requested import asked_of
from hushtable.prove.learn.settings import asks_environment, needs
from hushtable.prove.sketch import Sketch
from hushtable.prove.store.kinds import as_kinds
from hushtable.prove.store.mint import Mint

__all__ = ["learn", "needs"]


def learn(sketch: Sketch, exchange: Exchange, mint: Mint, route: str = "") -> Sketch:
    """Learn from an exchange. The same object comes back when nothing in it is new.

    `route` (`GET /users/{id}`) is whose exchange it is: what scan knows of a route's reads is true
    of the kinds of items that it asks for. An exchange in which the store failed on purpose
    teaches nothing.
    """
    if exchange.asked.fault or any(call.provoked for call in exchange.calls):
        return sketch
    found = sketch
    for complaint in exchange.complaints:
        if asks_environment(complaint):
            # A setting that is missing is no attribute of the item that was at hand.
            continue
        found = _from_complaint(found, complaint, exchange, mint)
    found = sorted_by(found, exchange)
    found = asked_of(found, exchange, mint, route)
    return sketch if found == sketch else found


def _from_complaint(sketch: Sketch, complaint: Complaint, exchange: Exchange, mint: Mint) -> Sketch:
    """Learn from a complaint of the kinds of items that it is about."""
    kinds = kinds_at_hand(sketch, complaint, exchange, mint)
    return as_kinds(sketch, kinds, lambda known: taught(known, complaint, mint), claimed=True)

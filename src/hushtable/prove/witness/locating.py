"""Which attribute a canary left as, where one value stands in several tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hushtable.model.service import Attribute
from hushtable.prove.canary import Canary
from hushtable.prove.exchange import Call, Exchange
from hushtable.prove.witness.written import table_name, texts

_NO_ITEM: Mapping[str, Any] = {}


class Located:
    """Looks into what the store answered, to tell `orders.user_id` from `users.user_id`.

    One owner's id is planted wherever an attribute refers to that owner, so its token alone does
    not say which table it was read from.
    """

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        """Take a route's exchanges; each is looked into when it is asked for."""
        self._exchanges = exchanges
        self._known: dict[int, tuple[tuple[Attribute, str], ...]] = {}

    def attribute(self, canary: Canary, index: int) -> Attribute:
        """Give the attribute it was read as in this exchange, else the one it was planted as."""
        planted = Attribute(canary.table, canary.path)
        if index not in self._known:
            self._known[index] = tuple(_read(self._exchanges[index]))
        here = [attribute for attribute, text in self._known[index] if canary.token in text]
        if not here or planted in here:
            return planted
        return here[0]


def _read(exchange: Exchange) -> Iterator[tuple[Attribute, str]]:
    for call in exchange.calls:
        for table, item in items(call):
            for name, wire in item.items():
                for path, text in texts(wire, (name,)):
                    yield Attribute(table, path), text.decode("utf-8", "replace").lower()


def items(call: Call) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give every item in an answer of the store, with its table."""
    answer, table = call.answer, table_name(call.request)
    for one in (answer.get("Item"), answer.get("Attributes")):
        if one:
            yield table, one
    for one in answer.get("Items", ()):
        yield table, one
    for name, found in (answer.get("Responses") or {}).items() if _by_table(answer) else ():
        yield from ((name, one) for one in found)
    if isinstance(answer.get("Responses"), list):
        asked = call.request.get("TransactItems", ())
        for one, got in zip(asked, answer["Responses"], strict=False):
            item = got.get("Item") or _NO_ITEM
            if item:
                yield table_name(one.get("Get", _NO_ITEM)), item


def _by_table(answer: Mapping[str, Any]) -> bool:
    return isinstance(answer.get("Responses"), dict)

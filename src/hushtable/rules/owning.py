"""Whose an item is: the words that speak of people, and a caller's own id compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from hushtable.model.edit import CannotFix, Order
from hushtable.model.facts import Facts, KeyUse
from hushtable.model.finding import Finding
from hushtable.model.place import Place
from hushtable.model.service import Route
from hushtable.rules.purpose import words
from hushtable.rules.routes import key

_OPERATORS = frozenset({"admin", "administration", "backoffice", "operator", "staff", "superuser"})
_OPERATING = _OPERATORS | {"administrator", "moderator", "root", "superadmin", "support"}
_IDENTITY = frozenset({"email", "id", "ids", "number", "phone", "sub", "uid", "uuid"})
_PEOPLE = frozenset(
    {"account", "address", "booking", "card", "cart", "customer", "employee", "invoice", "member",
     "message", "order", "patient", "payment", "profile", "reservation", "subscription", "tenant",
     "ticket", "transaction", "user", "username", "wallet"}
)  # fmt: skip
_OWNERS = frozenset(
    {"account", "customer", "email", "employee", "member", "owner", "patient", "sub", "uid",
     "user", "username"}
)  # fmt: skip
OTHERS = "callers get 404 for what is another's"


def for_operators(route: Route) -> bool:
    """Whether a route is for callers who look after everybody's rows: by its roles or its name."""
    if route.gate.roles and all(_OPERATING.intersection(words(one)) for one in route.gate.roles):
        return True
    named = {*words(route.path), *words(route.place.path.replace("/", "_"))}
    return not _OPERATORS.isdisjoint(named)


def identifies(use: KeyUse) -> bool:
    """Whether a list is asked for by somebody's id, rather than by a state or a search word."""
    return not (_IDENTITY | _PEOPLE).isdisjoint((*words(use.attribute), *words(use.client)))


def speaks_of_people(use: KeyUse) -> bool:
    """Whether the table, the key or what fills it is called after people or what they have."""
    named = {*words(use.table), *words(use.attribute), *words(use.client)}
    return any(word in _PEOPLE or word.removesuffix("s") in _PEOPLE for word in named)


def own_alone(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Compare the id of a person that a caller sends with the caller's own, before each read."""
    own = _callers_own(facts)
    chosen = [one for one in _keys_at(finding, facts) if one.client and one.route is not None]
    named = [
        one
        for one in chosen
        if (one.table, one.attribute) in own or not _OWNERS.isdisjoint(words(one.client))
    ]
    if not named:
        reason = "nothing in the program says to whom the item belongs"
        raise CannotFix(reason)
    orders = []
    for one in {(one.client, one.route.place): one for one in named if one.route}.values():
        if one.route is not None:
            also = own.get((one.table, one.attribute)) or tuple(dict.fromkeys(chain(*own.values())))
            orders.append(
                Order("owner", one.route.place, (one.attribute,), also=also, word=one.client,
                      unsafe=OTHERS)
            )  # fmt: skip
    yield replace(orders[0], along=tuple(orders[1:]))


def _keys_at(finding: Finding, facts: Facts) -> tuple[KeyUse, ...]:
    """Give the key values at the line of a finding, as each of its routes gives them."""
    where = (finding.place.path, finding.place.line)
    routes = {key(route) for route in finding.routes}
    return tuple(
        one
        for one in facts.keys
        if (one.place.path, one.place.line) == where
        and (one.route is None or key(one.route) in routes)
    )


def _callers_own(facts: Facts) -> dict[tuple[str, str], tuple[Place, ...]]:
    """Give the (table, attribute) that some route fills with its caller's id, and those routes."""
    found: dict[tuple[str, str], dict[Place, None]] = {}
    for use in facts.keys:
        if use.owner_checked == "key" and not use.client and use.route is not None:
            found.setdefault((use.table, use.attribute), {})[use.route.place] = None
    return {name: tuple(places) for name, places in found.items()}

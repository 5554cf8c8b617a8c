"""How findings say things: who does it, which attributes, who gets it."""

from __future__ import annotations

from collections.abc import Iterable

from hushtable.model.facts import Carried, Outflow
from hushtable.model.service import ANYONE, OWNER, SIGNED_IN, Attribute, ModelState, Route

_SHOWN = 5


def actor(route: Route | None, function: str = "") -> str:
    """Who does it: `GET /users/{id}`, a function outside any route, or "this code"."""
    if route is not None:
        return str(route)
    return f"`{function.rpartition('.')[2]}`" if function else "this code"


def audience(route: Route | None) -> str:
    """Who gets the answer, as the end of a sentence; empty outside any route."""
    if route is None:
        return ""
    match route.audience:
        case who if who == ANYONE:
            return " to anyone"
        case who if who == SIGNED_IN:
            return " to every signed-in caller"
        case who if who == OWNER:
            return " to its owner"
        case who:
            return f" to {who.removeprefix('role:')}"


def listed(names: Iterable[object]) -> str:
    """Names in backticks, joined as in a sentence; a long list is cut and counted."""
    quoted = [f"`{name}`" for name in dict.fromkeys(str(name) for name in names)]
    if len(quoted) > _SHOWN:
        return f"{', '.join(quoted[: _SHOWN - 1])} and {len(quoted) - _SHOWN + 1} more"
    if len(quoted) > 1:
        return f"{', '.join(quoted[:-1])} and {quoted[-1]}"
    return quoted[0] if quoted else ""


def table(name: str) -> str:
    """Name a table in a sentence: "the table `users`", or "a table" when it is not known."""
    return f"the table `{name}`" if name else "a table"


def path(attribute: Attribute) -> str:
    """Give the attribute without its table: `email`, `profile.*`."""
    return ".".join(attribute.path)


def label(carried: Carried) -> str:
    """Name what is carried: the attribute with its table, or what is known of it."""
    if carried.attribute is None:
        return carried.detail or str(carried.cargo)
    return str(carried.attribute) if carried.attribute.table else path(carried.attribute)


def labels(carried: Iterable[Carried]) -> str:
    """Name several carried things, as in a sentence."""
    return listed(sorted({label(one) for one in carried}))


def whole(carried: Carried) -> str:
    """Name a whole item, with what a deny-list took away."""
    name = carried.attribute.table if carried.attribute else ""
    of_table = f" of {table(name)}" if name else ""
    if carried.detail:
        return f"everything that the index `{carried.detail}`{of_table} holds"
    if carried.minus:
        return f"every attribute{of_table} except {listed(sorted(carried.minus))}"
    return f"the whole item{of_table}"


def past(flow: Outflow) -> str:
    """Say what the response model did not do to an answer."""
    name = f" `{flow.model_name}`" if flow.model_name else ""
    match flow.model:
        case ModelState.BYPASSED:
            return f"; the response model{name} is bypassed"
        case ModelState.OPEN:
            return f"; the response model{name} lets every attribute through"
        case _:
            return ""

"""What the rules order to be changed, out of what the facts know of each finding."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.dynamodb.reserved import is_reserved
from hushtable.model.edit import CannotFix, Order
from hushtable.model.facts import Cargo, Carried, Facts, Form, Outflow
from hushtable.model.finding import Finding
from hushtable.model.place import Place
from hushtable.model.sensitivity_names import classify, split_words
from hushtable.model.service import GateKind, ModelState, ParameterSource, Route
from hushtable.rules.known import (
    accesses_at,
    at_place,
    kept_whole,
    parts_of,
    shown_names,
    whole_tables,
)
from hushtable.rules.leaving import is_sensitive
from hushtable.rules.reading import READS
from hushtable.rules.remedy import model_name
from hushtable.rules.routes import key

NARROWS = "the answer holds fewer attributes than before"
FEWER = "a list that was longer ends after one page"
UNUSUAL = "ids of more than 100 letters, digits, - and _, or of others, get 422"
PATTERN = 'pattern=r"^[A-Za-z0-9_-]{1,100}$"'
MAIL = r'pattern=r"^[^#\s]{1,100}$"'
_ITEMS = frozenset({Form.ITEM, Form.ITEMS})
_WORD = re.compile(r"[A-Z]\w*")
LEFT_OUT = "the map is left out: nothing says which of its parts the client needs"
READS_LESS = "code that the scan does not see may use more of the item"


def closed_model(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Let what leaves whole leave through a closed model of the names that may be shown."""
    routes = finding.routes
    for route in routes:
        if route.model.place is not None and "extra" in route.model.why:
            yield Order("closed", route.model.place, unsafe=NARROWS)
    yield from _parts(finding, facts)
    answers = [one for one in at_place(finding, facts) if one.form in _ITEMS]
    if not answers or len(routes) != 1:
        answers = [
            one
            for one in facts.outflows
            if one.form in _ITEMS and key(one.route) in {key(route) for route in routes}
        ]
    forms = {one.form for one in answers}
    if len(forms) != 1 or not routes:
        reason = "the answer is more than an item or a list of items"
        raise CannotFix(reason)
    table, names = _shown(answers, facts, routes)
    if not names:
        reason = "nothing in the program says which attributes the client needs"
        raise CannotFix(reason)
    bare = tuple(one.place for one in answers if one.model is ModelState.BYPASSED)
    places = tuple(dict.fromkeys(route.place for route in routes))
    yield Order(
        "response_model",
        places[0],
        names=names,
        also=tuple(dict.fromkeys(bare)),
        word=model_name(table),
        many=forms == {Form.ITEMS},
        unsafe=NARROWS,
    )


def _parts(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Name the attributes of what stands whole under a name of the answer."""
    for answer in at_place(finding, facts):
        tables = whole_tables([answer])
        if len(tables) != 1 or not answer.parts:
            continue
        _, names = _shown([answer], facts, finding.routes)
        orders = [
            Order("parts", answer.place, names=names, word=word, many=form is Form.ITEMS,
                  unsafe=NARROWS)
            for word, form in answer.parts
        ]  # fmt: skip
        if names:
            yield replace(orders[0], along=tuple(orders[1:]))


def _shown(
    answers: list[Outflow], facts: Facts, routes: tuple[Route, ...]
) -> tuple[str, tuple[str, ...]]:
    """Give the table of what leaves and the names to show, those the code made itself last."""
    tables = whole_tables(answers)
    table = tables[0] if tables else ""
    if not table:
        table = next((c.attribute.table for one in answers for c in one.carried if c.attribute), "")
    if len(tables) > 1:
        reason = "items of several tables leave together"
        raise CannotFix(reason)
    carried = [c for one in answers for c in one.carried]
    if carried and all(c.cargo is not Cargo.ITEM for c in carried):
        return table, _own(answers, carried, table)
    names = dict.fromkeys(shown_names(facts, table, routes))
    beside = _beside(facts, table, routes)
    if beside & names.keys():
        names = {name: None for name in names if name in beside}
    fixed = {
        c.attribute.path[0]
        for one in answers
        for c in one.carried
        if c.cargo is Cargo.ATTRIBUTE and c.attribute is not None
    }
    detailed = any(c.detail for one in answers for c in one.carried if c.cargo is Cargo.ITEM)
    if detailed and fixed:
        names = {name: None for name in names if name in fixed}
    minus = {n for one in answers for c in one.carried for n in c.minus}
    own = {n for one in answers for n in one.named}
    return table, tuple(name for name in names if name not in minus - own)


def _own(answers: list[Outflow], carried: list[Carried], table: str) -> tuple[str, ...]:
    """Give the names that the code put into an answer itself, without what is sensitive."""
    gone = {
        c.attribute.name for c in carried if c.attribute is not None and is_sensitive(c.sensitivity)
    }
    names = sorted({name for one in answers for name in one.named})
    return tuple(n for n in names if n not in gone and not is_sensitive(classify(n, table=table)))


def _beside(facts: Facts, table: str, routes: tuple[Route, ...]) -> frozenset[str]:
    """Give the names that the list beside an item's route, or the other way round, shows closed."""
    stems = {_stem(route.path) for route in routes}
    mine = {key(route) for route in routes}
    return frozenset(
        attribute.path[0]
        for route in facts.routes
        if route.model.state is ModelState.CLOSED
        and _stem(route.path) in stems
        and key(route) not in mine
        for attribute in route.leaves
        if attribute.table == table and not attribute.open
    )


def _stem(path: str) -> str:
    """Give a path without what names one item at its end: `/users` of `/users/{user_id}`."""
    head, _, tail = path.rstrip("/").rpartition("/")
    return head if tail.startswith("{") else path.rstrip("/")


def without(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Leave a finding's attributes out of the answer; a whole item gets a closed model."""
    answers = at_place(finding, facts)
    if any(c.cargo is Cargo.ITEM for one in answers for c in one.carried) and any(
        one.model is not ModelState.CLOSED for one in answers
    ):
        yield from closed_model(finding, facts)
        return
    names = tuple(sorted({attribute.name for attribute in finding.attributes}))
    yield from _dropped(finding, facts, names)
    yield from _excluded(finding, answers)
    if any(route.model.state is not ModelState.CLOSED for route in finding.routes):
        yield from closed_model(finding, facts)


def _dropped(finding: Finding, facts: Facts, names: tuple[str, ...]) -> Iterator[Order]:
    """Leave names out of what is put together on the way, and out of the response model."""
    route = finding.routes[0] if finding.routes else None
    model = route.model if route is not None else None
    mine = {key(one) for one in finding.routes}
    shared = model is not None and any(
        other.model.name == model.name and other.model.place == model.place
        for other in facts.routes
        if key(other) not in mine
    )
    way = [step.place for one in at_place(finding, facts) for c in one.carried for step in c.trace]
    # The route's own place comes first: the decorator is found by it.
    also = (*(one.place for one in finding.routes), *dict.fromkeys(way))
    yield Order(
        "drop_field",
        finding.place,
        names=(model.place.path,) if model is not None and model.place is not None else (),
        drop=names,
        also=also,
        word=model.name if model is not None else "",
        many=shared,
        unsafe=NARROWS,
    )


def _excluded(finding: Finding, answers: tuple[Outflow, ...]) -> Iterator[Order]:
    """Dump the objects of a model that are returned without the fields that hold it."""
    gone = {_plain(attribute.path[0]) for attribute in finding.attributes if attribute.path}
    for answer in answers:
        fields = tuple(name for name in answer.named if _plain(name) in gone)
        if fields and answer.form in {Form.MODEL, Form.MODELS}:
            many = answer.form is Form.MODELS
            yield Order("excluded", answer.place, drop=fields, many=many, unsafe=NARROWS)


def _plain(name: str) -> str:
    """Give a name without case and signs: a model may call `phone_no` `phoneNo`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def projected(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Read what the code uses of an item, for every route that makes the call."""
    where = (finding.place.path, finding.place.line)
    calls = accesses_at(finding, facts)
    if kept_whole(facts, where):
        reason = "the item is used whole by other code"
        raise CannotFix(reason)
    names = {path for one in calls for path in one.used}
    if not names or "*" in names:
        reason = "which attributes the code uses is not known"
        raise CannotFix(reason)
    yield Order(
        "projection",
        calls[0].place,
        names=paths(names),
        word=calls[0].library,
        unsafe=READS_LESS,
    )


def paths(names: set[str]) -> tuple[str, ...]:
    """Give paths that do not overlap: of a map and its part, the map."""
    cut = {name.partition(".[]")[0].partition("[")[0] for name in names}
    return tuple(
        sorted(
            name for name in cut if name and not any(name.startswith(f"{other}.") for other in cut)
        )
    )


def same_gate(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Put the gate that most routes have before the route, those of its file first."""
    if any(hole.place == finding.place for hole in facts.holes) or not finding.routes:
        reason = "how the gate should refuse is for its author to say"
        raise CannotFix(reason)
    route = finding.routes[0]
    gates = [
        one
        for one in facts.routes
        if one.gate.kind in {GateKind.SECURITY, GateKind.DEPENDENCY}
        and one.gate.name
        and not one.gate.fails_open
    ]
    near = [one for one in gates if one.place.path == route.place.path] or gates
    if not near:
        reason = "the app has no gate of its own that could be put before the route"
        raise CannotFix(reason)
    (name, _), *_ = Counter(one.gate.name for one in near).most_common(1)
    same = [one for one in near if one.gate.name == name]
    unsafe = "callers who are not signed in get 401 or 403 from now on"
    gate = same[0].gate
    if gate.kind is GateKind.DEPENDENCY and gate.place is not None:
        yield Order("gate", route.place, also=(gate.place,), word=name, unsafe=unsafe)
    also = tuple(dict.fromkeys(one.place for one in same))
    yield Order("gate", route.place, also=also, unsafe=unsafe)


def constrained(
    routes: tuple[Route, ...], name: str, constraint: str, unsafe: str
) -> Iterator[Order]:
    """Constrain a parameter of these routes where the request is read."""
    readers = {ParameterSource.PATH: "Path", ParameterSource.QUERY: "Query"}
    sources = {one.source for route in routes for one in route.parameters if one.name == name}
    if len(sources) != 1 or not sources <= readers.keys():
        reason = f"`{name}` is not read from a path or a query by one name"
        raise CannotFix(reason)
    places = tuple(dict.fromkeys(_head(route, name) for route in routes))
    yield Order(
        "parameter",
        places[0],
        names=(readers[sources.pop()], *constraint.split(" ")),
        also=places[1:],
        word=name,
        unsafe=unsafe,
    )


def patterned(uses: list[tuple[str, Route | None]]) -> Iterator[Order]:
    """Give each parameter and field that becomes a part of a key a pattern, all of them together.

    `uses` are the names that a client fills, each with its route.
    """
    orders: list[Order] = []
    for name in dict.fromkeys(name for name, _ in uses):
        pattern = MAIL if "mail" in name.lower() else PATTERN
        routes = tuple(
            {key(one): one for word, one in uses if word == name and one is not None}.values()
        )
        given = [one for one in routes if any(each.name == name for each in one.parameters)]
        if given:
            orders += constrained(tuple(given), name, pattern, UNUSUAL)
        models = {
            word
            for one in routes
            if one not in given
            for each in one.parameters
            if each.source in {ParameterSource.BODY, ParameterSource.FORM}
            for word in _WORD.findall(each.annotation)
        }
        if models:
            place = routes[0].place
            names = tuple(sorted(models))
            orders.append(Order("field", place, names, drop=(pattern,), word=name, unsafe=UNUSUAL))
    if not orders:
        reason = "where the request is read is not known"
        raise CannotFix(reason)
    yield replace(orders[0], along=tuple(orders[1:]))


def _head(route: Route, name: str) -> Place:
    """Give where the function that takes a parameter begins."""
    found = next((one.place for one in route.parameters if one.name == name), None)
    return found or route.place


def capped(routes: tuple[Route, ...]) -> Iterator[Order]:
    """Cap the one number of a query that nothing bounds."""
    numbers = {
        one.name
        for route in routes
        for one in route.parameters
        if one.source is ParameterSource.QUERY and "int" in one.annotation and not one.bounded
    }
    if len(numbers) != 1:
        reason = "which parameter is the limit cannot be told"
        raise CannotFix(reason)
    unsafe = "a client that asks for more than 100 gets 422"
    yield from constrained(routes, numbers.pop(), "ge=1 le=100", unsafe)


def keyed(facts: Facts, table: str) -> Iterator[tuple[str, str]]:
    """Give (index, key) of the defined indexes of a table; the table's own key has no index."""
    for definition in facts.tables:
        if definition.name == table:
            yield from ((name, keys[0]) for name, keys, _ in definition.indexes if keys)
            if definition.keys:
                yield "", definition.keys[0]


_POWER = frozenset(
    {"access", "active", "admin", "amount", "approved", "balance", "cost", "created", "credit",
     "credits", "disabled", "enabled", "expires", "flags", "group", "groups", "id", "is", "level",
     "limit", "locked", "owner", "paid", "permission", "permissions", "plan", "price", "quota",
     "rank", "role", "roles", "scope", "scopes", "state", "status", "subscription", "tenant",
     "tier", "total", "type", "updated", "verified", "version"}
)  # fmt: skip
"""Words of attributes that a service sets itself: a client that may write them gains by it."""


def allowed(finding: Finding, facts: Facts, table: str, client: str) -> Iterator[Order]:
    """Check a name that a client chooses against the names that may be shown of a table."""
    keys = {use.attribute for use in facts.keys if use.table == table}
    # Where the name is not constant, the scan calls what is written after its value.
    guessed = {
        value.lstrip(":")
        for one in facts.expressions
        if one.place == finding.place
        for value in one.values or ()
    }
    known = set(shown_names(facts, table, finding.routes)) - keys - guessed
    writes = any(one.operation not in READS for one in accesses_at(finding, facts))
    if writes:
        known = {name for name in known if _POWER.isdisjoint(split_words(name))}
    if any(one.place == finding.place and one.client for one in facts.expressions):
        # The name stands bare in the text, where DynamoDB takes no reserved word.
        known = {name for name in known if not is_reserved(name)}
    names = tuple(sorted(known))
    for route in finding.routes:
        for one in route.parameters:
            if one.name == client:
                yield Order(
                    "allow_list",
                    one.place or route.place,
                    names=names,
                    word=client,
                    many="dict" in one.annotation.lower(),
                    unsafe="names that the program does not mention elsewhere get 400",
                )


def closed(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Close an open response model: its `extra`, its maps without a shape, or all of it."""
    route = finding.routes[0]
    model = route.model
    if model.place is not None and "extra" in model.why:
        yield Order("closed", model.place, unsafe=NARROWS)
    for name in model.open_fields:
        yield from _shape(finding, facts, name, model.place)
    if not model.open_fields:
        yield from closed_model(finding, facts)


def shaped(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Name the parts of an open map, in the model it goes through or in the answer."""
    for route in finding.routes:
        for name in route.model.open_fields:
            yield from _shape(finding, facts, name, route.model.place)
    for attribute in finding.attributes:
        yield from _shape(finding, facts, attribute.name, finding.place)


def _shape(finding: Finding, facts: Facts, name: str, place: Place | None) -> Iterator[Order]:
    """Name the parts of a map; where nothing tells them, leave the map out."""
    for attribute in finding.attributes:
        if attribute.name == name and place is not None:
            parts = parts_of(facts, attribute.table, name)
            if parts:
                yield Order("nested_model", place, names=parts, word=name, unsafe=NARROWS)
            for order in _dropped(finding, facts, (name,)):
                yield replace(order, unsafe=LEFT_OUT)

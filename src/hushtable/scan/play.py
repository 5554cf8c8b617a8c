"""Plays one entry: a request through middleware and dependencies to its answer, or a start."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from hushtable.model.facts import Form, UrlSecret
from hushtable.model.place import Place
from hushtable.model.sensitivity import Category
from hushtable.model.service import (
    Attribute,
    Channel,
    ModelState,
    Pagination,
    ParameterSource,
    ResponseModel,
    Route,
)
from hushtable.scan.accesses import accesses, expression, key_uses, read
from hushtable.scan.annotations import ANYTHING, origin_name
from hushtable.scan.answers import body_of, is_response
from hushtable.scan.bounds import pagination_of
from hushtable.scan.entries import Entry
from hushtable.scan.forms import form_of, names_of, objects, parts_of
from hushtable.scan.frame import Frame, Machine, OutOfBudget, Stopped
from hushtable.scan.gates import audience_of, gate_of, run_middleware
from hushtable.scan.leaving import leaving
from hushtable.scan.notes import Notes
from hushtable.scan.observe import Observed, Observer
from hushtable.scan.requests import Request, bind_request, run_dependency, signed
from hushtable.scan.response_model import describe, filter_response
from hushtable.scan.shown import LISTS, Shape, told_once, under_list
from hushtable.scan.values import (
    MISSING,
    NONE,
    UNKNOWN,
    Bound,
    Class,
    Function,
    Opaque,
    Partial,
    options,
)


def play_route(m: Machine, entry: Entry, observer: Observer) -> Observed:
    """Play one request to a route; give the facts."""
    notes: Notes = m.observer.notes
    notes.begin()
    m.steps, m.limit, m.current = 0, m.share, entry
    m.stores["app"] = entry.app.value if entry.app is not None else UNKNOWN
    request = Request(entry.method, entry.path)
    function = handler_function(entry.route.handler)
    module = function.module if function is not None else m.program.no_frame.module
    frame = Frame(module, {})
    mark = m.journal.mark()
    lists: set[int] = set()
    m.stores[LISTS] = lists
    model = ResponseModel()
    try:
        run_middleware(m, request, entry, frame)
        for dependency in entry.dependencies:
            run_dependency(m, request, dependency, frame)
        arguments = bind_request(m, request, entry.route.handler, frame)
        model = _model(m, entry, function)
        if function is not None:
            notes.watched[id(function)] = []
            notes.watched[id(signed(function))] = []
        _answer(m, entry, function, arguments, frame, lists)
    except OutOfBudget:
        pass
    finally:
        notes.phase = ""
        m.tries, m.conditions, m.stack, m.collectors = 0, [], [], []
        m.journal.undo(mark)
    return _observed(m, entry, request, observer, model, function, lists)


def handler_function(handler: Any) -> Function | None:
    """Give the function of the program behind a handler."""
    match handler:
        case Function():
            return handler
        case Bound(function=inner) | Partial(function=inner):
            return handler_function(inner)
        case Class():
            return None
    return None


def _model(m: Machine, entry: Entry, function: Function | None) -> ResponseModel:
    annotation = annotation_of(m, entry, function)
    if annotation is None:
        return ResponseModel()
    model = describe(m, annotation)
    return model if model.place is not None else replace(model, place=entry.route.place)


def annotation_of(m: Machine, entry: Entry, function: Function | None) -> Any:
    """Give the type an answer is filtered through: `response_model`, else the annotation."""
    given = entry.route.response_model
    if given is not MISSING:
        return None if given == NONE or _anything(given) else given
    if function is None:
        return None
    function = signed(function)
    if isinstance(function.node, ast.Lambda) or function.node.returns is None:
        return None
    node: ast.expr = function.node.returns
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return None
    try:
        value = m.evaluate(m, node, Frame(function.module, {}, parent=function.closure))
    except Stopped:
        return None
    if value == NONE or isinstance(value, Opaque):
        return None
    names = [getattr(o, "name", "") for o in options(value)]
    if any("starlette.responses" in str(n) for n in names) or _anything(value):
        return None
    return value


def _anything(annotation: Any) -> bool:
    """Whether a type declares nothing: FastAPI filters an answer of `Any` as one without a type."""
    return all(origin_name(option) in ANYTHING for option in options(annotation))


def _answer(
    m: Machine,
    entry: Entry,
    function: Function | None,
    arguments: dict[str, Any],
    frame: Frame,
    lists: set[int],
) -> None:
    """Call the handler and follow each of its answers out."""
    notes: Notes = m.observer.notes
    try:
        value = m.call(m, entry.route.handler, [], arguments, ast.Constant(None), frame)
    except Stopped:
        return
    if function is None:
        ways, within, name = [], [], ""
    else:
        inner = signed(function)
        ways, name = _returns(notes, function), inner.name
        within = _returns(notes, inner) if inner is not function else []
    annotation = annotation_of(m, entry, function)
    for one, where in ways or [(value, entry.route.place)]:
        for option in options(one):
            # What a decorator hands on as it is leaves where the handler returns it.
            place = next((at for held, at in within if option in options(held)), where)
            _leave(m, entry, option, place, name, annotation, lists)


def _returns(notes: Notes, function: Function) -> list[tuple[Any, Place]]:
    return [(w.value, w.place) for w in notes.watched.get(id(function), ()) if w.kind == "return"]


def _leave(
    m: Machine, entry: Entry, value: Any, place: Place, name: str, annotation: Any, lists: set[int]
) -> None:
    notes: Notes = m.observer.notes
    model = describe(m, annotation) if annotation is not None else ResponseModel()
    if is_response(value):
        shown, via, state = body_of(value), value.native.rpartition(".")[2], ModelState.BYPASSED
    else:
        filtered = filter_response(
            m, value, annotation, include=entry.route.include, exclude=entry.route.exclude
        )
        shown, via, state = filtered.value, "return", filtered.model.state
    leaves = leaving(m, shown)
    pairs = told_once([(leaf.label, leaf.open) for leaf in leaves if not leaf.covered])
    under_list(shown, lists)
    closed = state is ModelState.CLOSED
    form = form_of(shown)
    named = tuple(sorted(names_of(shown)))
    parts = parts_of(shown) if form is Form.OTHER else ()
    if annotation is None and not is_response(value):
        form = objects(m, value) or form
    shape = Shape(pairs, state, model.name, closed, form, named, parts)
    notes.left(m, Channel.RESPONSE, shown, place, via, name, shape=shape)


def _observed(
    m: Machine,
    entry: Entry,
    request: Request,
    observer: Observer,
    model: ResponseModel,
    function: Function | None,
    lists: set[int],
) -> Observed:
    notes: Notes = m.observer.notes
    gate, audience, holes = gate_of(m, request, entry)
    handler = signed(function).name if function is not None else ""
    bare = Route(
        entry.method,
        entry.path,
        entry.route.place,
        handler,
        entry.app.name if entry.app else "",
        tuple(dict.fromkeys(request.parameters)),
        model,
        gate,
        audience,
        registered=entry.registered,
        writes=any(not r.reads for r in notes.records),
        scans=any(r.operation == "scan" for r in notes.records),
        rate_limited=notes.limited or _limited(m, function),
    )
    found = Observed()
    # The channels that a record reaches are noted while outflows are made.
    found.outflows = observer.outflows(notes, bare, reachable=entry.registered)
    leaves = {
        one.attribute
        for flow in found.outflows
        if flow.channel is Channel.RESPONSE
        for one in flow.carried
        if one.attribute is not None and one.cargo in {"attribute", "item", "map"}
    }
    route = replace(
        bare,
        audience=audience_of(audience, notes.records),
        pagination=_pagination(notes, lists),
        reads=tuple(dict.fromkeys(r.table for r in notes.records if r.reads)),
        leaves=tuple(sorted(_by_map(leaves))),
    )
    found.routes = [route]
    found.outflows = [replace(flow, route=route) for flow in found.outflows]
    found.accesses = accesses(notes, route, lists)
    found.reads = [read(record) for record in notes.records]
    found.expressions = [expression(raw, route, notes.listed) for raw in notes.expressions]
    found.keys = [k for record in notes.records for k in key_uses(record, notes, route)]
    found.holes = [replace(hole, route=route) for hole in holes]
    found.swallows = [replace(one, route=route) for one in notes.swallows]
    found.urls = [
        *_url_secrets(observer, route),
        *(replace(one, route=route) for one in _sent(notes, observer)),
    ]
    return found


def _by_map(leaves: set[Attribute]) -> set[Attribute]:
    """Show a map of fixed shape by its own name when several of its parts leave."""
    parts: dict[tuple[str, str], int] = {}
    for one in leaves:
        if len(one.path) > 1 and not one.open:
            parts[one.table, one.path[0]] = parts.get((one.table, one.path[0]), 0) + 1
    return {
        Attribute(one.table, one.path[:1])
        if not one.open and parts.get((one.table, one.path[0]), 0) > 1
        else one
        for one in leaves
    }


def _pagination(notes: Notes, lists: set[int]) -> Pagination:
    shown = [record for record in notes.records if id(record) in lists]
    found = pagination_of(shown)
    if found is Pagination.NONE:
        wide = pagination_of(notes.records)
        return wide if wide is Pagination.CLIENT else found
    return found


def _limited(m: Machine, function: Function | None) -> bool:
    marked = m.stores.get("rate limited", ())
    return function is not None and any(id(f.node) in marked for f in (function, signed(function)))


ONE_TIME = ("reset", "verify", "confirm", "invit", "activate", "magic", "unsubscribe", "ping")


def _sent(notes: Notes, observer: Observer) -> list[UrlSecret]:
    """Give the credentials in the URLs of requests that the program sends."""
    return [
        one
        for one in dict.fromkeys(notes.urls)
        if observer.sensitivity(one.name).category is Category.CREDENTIAL
    ]


def _url_secrets(observer: Observer, route: Route) -> list[UrlSecret]:
    found = []
    for parameter in route.parameters:
        if parameter.source in {ParameterSource.PATH, ParameterSource.QUERY}:
            sensitivity = observer.sensitivity(parameter.name)
            if sensitivity.category is Category.CREDENTIAL:
                one_time = any(word in route.path.lower() for word in ONE_TIME)
                found.append(
                    UrlSecret(
                        parameter.place or route.place,
                        parameter.name,
                        str(parameter.source),
                        route,
                        one_time=one_time,
                    )
                )
    return found


def play_plain(m: Machine, observer: Observer, run: Any) -> Observed:
    """Play something that is no route: a start, a script, a function nothing calls."""
    notes: Notes = m.observer.notes
    notes.begin()
    m.steps, m.limit, m.current = 0, m.share // 4, None
    mark = m.journal.mark()
    found = Observed()
    try:
        run()
    except (Stopped, OutOfBudget):
        pass
    finally:
        m.tries, m.conditions, m.stack, m.collectors = 0, [], [], []
    found.outflows = observer.outflows(notes, None, reachable=False)
    found.accesses = accesses(notes, None, set())
    found.reads = [read(record) for record in notes.records]
    found.expressions = [expression(raw, None, notes.listed) for raw in notes.expressions]
    found.keys = []
    found.swallows = list(notes.swallows)
    found.urls = _sent(notes, observer)
    m.journal.undo(mark)
    return found

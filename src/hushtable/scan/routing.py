"""FastAPI apps and routers as the program builds them: routes, prefixes, mounts, middleware."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hushtable.model.facts import DebugSwitch
from hushtable.model.place import Place
from hushtable.scan.frame import Call, Machine
from hushtable.scan.served import serve
from hushtable.scan.values import (
    ELTS,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Class,
    Const,
    Function,
    Instance,
    Opaque,
    Partial,
    Seq,
    options,
)

APP = "fastapi.FastAPI"
ROUTER = "fastapi.APIRouter"
VERBS = ("get", "post", "put", "delete", "patch", "options", "head", "trace")


@dataclass(eq=False, slots=True)
class RouteEntry:
    """A route as its decorator or `add_api_route` made it, without the prefixes around it."""

    methods: tuple[str, ...]
    path: str
    place: Place
    handler: Any
    dependencies: tuple[Any, ...] = ()
    response_model: Any = MISSING
    include: Any = None
    exclude: Any = None
    response_class: Any = None
    websocket: bool = False


@dataclass(eq=False, slots=True)
class Inclusion:
    """A router inside another, with the prefix and dependencies it is included with."""

    router: RouterEntry
    prefix: str
    dependencies: tuple[Any, ...]
    mount: bool = False


@dataclass(eq=False, slots=True)
class RouterEntry:
    """An app or a router."""

    app: bool
    place: Place
    name: str = ""
    prefix: str = ""
    dependencies: tuple[Any, ...] = ()
    routes: list[RouteEntry] = field(default_factory=list)
    included: list[Inclusion] = field(default_factory=list)
    middleware: list[tuple[Any, dict[str, Any], Place]] = field(default_factory=list)
    handlers: list[tuple[Any, Any, Place]] = field(default_factory=list)
    startup: list[Any] = field(default_factory=list)
    response_class: Any = None
    value: Any = None
    """The app or router object itself."""


def text_of(value: Any) -> str:
    """Give a path or prefix as text: of several possible ones the first that is known.

    What a setting replaces keeps its default, as a service runs that nobody configured.
    """
    for option in options(value) if value is not None else ():
        if isinstance(option, Const) and isinstance(option.value, str):
            return option.value
        if isinstance(option, Opaque) and option.parts is not None:
            return "".join(part or "" for part in option.parts)
    return ""


def sequence_of(value: Any) -> tuple[Any, ...]:
    """Give the elements of a list argument."""
    found: list[Any] = []
    for option in options(value) if value is not None else ():
        if isinstance(option, Seq):
            found += option.slots[ELTS]
            if REST in option.slots:
                found.append(option.slots[REST])
    return tuple(found)


def entry_of(value: Any) -> RouterEntry | None:
    """Give the entry of an app or router value."""
    for option in options(value):
        if isinstance(option, Instance) and isinstance(option.extra, RouterEntry):
            return option.extra
    return None


def _entries(m: Machine) -> list[RouterEntry]:
    found: list[RouterEntry] = m.stores.setdefault("routers", [])
    return found


def _make(m: Machine, call: Call, *, app: bool) -> Instance:
    made = (
        call.receiver
        if isinstance(call.receiver, Instance)
        else Instance(native=APP if app else ROUTER)
    )
    place = m.place(call.node, call.frame)
    entry = RouterEntry(
        app=app,
        place=place,
        name=call.frame.module.name,
        prefix=text_of(call.kwargs.get("prefix")),
        dependencies=sequence_of(call.kwargs.get("dependencies")),
        response_class=call.kwargs.get("default_response_class"),
    )
    made.extra, entry.value = entry, made
    _entries(m).append(entry)
    lifespan = call.kwargs.get("lifespan")
    if lifespan is not None and lifespan != NONE:
        entry.startup.append(lifespan)
    for one in sequence_of(call.kwargs.get("middleware")):
        if isinstance(one, Instance) and one.native == "starlette.middleware.Middleware":
            entry.middleware.append(one.extra)
    handlers = call.kwargs.get("exception_handlers")
    for key, handler in getattr(handlers, "slots", {}).items():
        entry.handlers.append((Const(key), handler, place))
    debug = call.kwargs.get("debug")
    if app and debug is not None:
        known = {option.value for option in options(debug) if isinstance(option, Const)}
        if known == {True}:
            switch = DebugSwitch(place, "FastAPI(debug=True)", entry.name)
            m.observer.notes.debug.append(switch)
        elif isinstance(debug, Opaque) and "True" in (debug.parts or ()):
            m.observer.notes.debug.append(
                DebugSwitch(
                    place, "FastAPI(debug=...) that defaults to True", entry.name, conditional=True
                )
            )
    return made


def _app(m: Machine, call: Call) -> Any:
    return _make(m, call, app=True)


def _router(m: Machine, call: Call) -> Any:
    return _make(m, call, app=False)


def _methods(call: Call, verb: str) -> tuple[str, ...]:
    listed = [
        str(one.value).upper()
        for one in sequence_of(call.kwargs.get("methods"))
        if isinstance(one, Const)
    ]
    if listed:
        return tuple(dict.fromkeys(listed))
    return ("GET",) if verb in {"api_route", "route", "add_api_route"} else (verb.upper(),)


def _decorator(m: Machine, call: Call) -> Any:
    """`@router.get(...)`: a decorator that adds a route."""
    verb = call.name.rpartition(".")[2]
    entry = entry_of(call.receiver)
    if entry is None:
        return UNKNOWN
    path = text_of(call.argument(0, "path", default=NONE))
    kwargs = call.kwargs
    route = RouteEntry(
        _methods(call, verb) if verb != "websocket" else ("WEBSOCKET",),
        path,
        m.place(call.node, call.frame),
        None,
        sequence_of(kwargs.get("dependencies")),
        kwargs.get("response_model", MISSING),
        kwargs.get("response_model_include"),
        kwargs.get("response_model_exclude"),
        kwargs.get("response_class") or entry.response_class,
        websocket=verb == "websocket",
    )
    return Instance(native="fastapi.decorator", extra=(entry, route))


def _decorated(m: Machine, call: Call) -> Any:
    entry, route = call.receiver.extra
    function = call.argument(0, default=UNKNOWN)
    add(entry, route, function)
    del m
    return function


def add(entry: RouterEntry, route: RouteEntry, handler: Any) -> None:
    """Add a route once, however often its decorator is seen."""
    for known in entry.routes:
        if known.place == route.place and known.path == route.path:
            return
    entry.routes.append(
        RouteEntry(
            route.methods,
            route.path,
            route.place,
            handler,
            route.dependencies,
            route.response_model,
            route.include,
            route.exclude,
            route.response_class,
            route.websocket,
        )
    )


def _add_route(m: Machine, call: Call) -> Any:
    decorator = _decorator(m, call)
    if isinstance(decorator, Instance):
        entry, route = decorator.extra
        add(entry, route, call.argument(1, "endpoint", default=UNKNOWN))
    return NONE


def _include(m: Machine, call: Call) -> Any:
    entry = entry_of(call.receiver)
    inner = entry_of(call.argument(0, "router", default=UNKNOWN))
    if entry is None or inner is None or inner is entry:
        return NONE
    prefix = text_of(call.kwargs.get("prefix") or call.argument(1))
    added = Inclusion(inner, prefix, sequence_of(call.kwargs.get("dependencies")))
    if not any(k.router is inner and k.prefix == prefix for k in entry.included):
        entry.included.append(added)
    del m
    return NONE


def _mount(m: Machine, call: Call) -> Any:
    entry = entry_of(call.receiver)
    path = text_of(call.argument(0, "path", default=NONE))
    app = call.argument(1, "app", default=UNKNOWN)
    inner = entry_of(app)
    if entry is not None and inner is not None and inner is not entry:
        entry.included.append(Inclusion(inner, path, (), mount=True))
    if entry is not None and isinstance(app, Instance) and app.native.endswith("StaticFiles"):
        serve(m, app.slots.get("directory", UNKNOWN))
    return NONE


def _middleware_call(m: Machine, call: Call) -> Any:
    entry = entry_of(call.receiver)
    if entry is not None:
        cls = call.argument(0, "middleware_class", default=UNKNOWN)
        entry.middleware.append((cls, dict(call.kwargs), m.place(call.node, call.frame)))
    return NONE


def _middleware_decorator(m: Machine, call: Call) -> Any:
    return Instance(
        native="fastapi.middleware_decorator",
        extra=(entry_of(call.receiver), m.place(call.node, call.frame)),
    )


def _middleware_decorated(_m: Machine, call: Call) -> Any:
    entry, place = call.receiver.extra
    function = call.argument(0, default=UNKNOWN)
    if entry is not None:
        entry.middleware.append((function, {}, place))
    return function


def _handler_decorator(m: Machine, call: Call) -> Any:
    kind = call.argument(0, "exc_class_or_status_code", default=UNKNOWN)
    return Instance(
        native="fastapi.handler_decorator",
        extra=(entry_of(call.receiver), kind, m.place(call.node, call.frame)),
    )


def _handler_decorated(_m: Machine, call: Call) -> Any:
    entry, kind, place = call.receiver.extra
    function = call.argument(0, default=UNKNOWN)
    if entry is not None:
        entry.handlers.append((kind, function, place))
    return function


def _add_handler(m: Machine, call: Call) -> Any:
    entry = entry_of(call.receiver)
    if entry is not None:
        entry.handlers.append(
            (
                call.argument(0, "exc_class_or_status_code", default=UNKNOWN),
                call.argument(1, "handler", default=UNKNOWN),
                m.place(call.node, call.frame),
            )
        )
    return NONE


def _on_event(_m: Machine, call: Call) -> Any:
    if call.argument(0, "event_type") == Const("shutdown"):
        return Instance(native="fastapi.event_decorator")
    return Instance(native="fastapi.event_decorator", extra=entry_of(call.receiver))


def _on_event_decorated(_m: Machine, call: Call) -> Any:
    function = call.argument(0, default=UNKNOWN)
    if call.receiver.extra is not None:
        call.receiver.extra.startup.append(function)
    return function


def _add_event(_m: Machine, call: Call) -> Any:
    entry = entry_of(call.receiver)
    if entry is not None and call.argument(0, "event_type") != Const("shutdown"):
        entry.startup.append(call.argument(1, "func", default=UNKNOWN))
    return NONE


def _static(_m: Machine, call: Call) -> Any:
    return Instance(
        native=call.name, slots={"directory": call.argument(0, "directory", default=UNKNOWN)}
    )


def _middleware_entry(m: Machine, call: Call) -> Any:
    cls = call.argument(0, "cls", default=UNKNOWN)
    return Instance(
        native="starlette.middleware.Middleware",
        extra=(cls, dict(call.kwargs), m.place(call.node, call.frame)),
    )


def _state(_m: Machine, owner: Any) -> Any:
    """`app.state`: one object that lives as long as the app."""
    if not isinstance(owner, Instance):
        return UNKNOWN
    known = owner.slots.get("state")
    if known is None:
        known = owner.slots["state"] = Instance(native="starlette.datastructures.State")
    return known


def _nothing(_m: Machine, _call: Call) -> Any:
    return NONE


def _mangum(_m: Machine, call: Call) -> Any:
    return Instance(native="mangum.Mangum", extra=call.argument(0, "app", default=UNKNOWN))


def class_view(_m: Machine, call: Call) -> Any:
    """`@cbv(router)`: the class's decorated methods are handlers."""
    return Instance(native="fastapi.class_view", extra=entry_of(call.argument(0, default=UNKNOWN)))


def _class_viewed(_m: Machine, call: Call) -> Any:
    cls = call.argument(0, default=UNKNOWN)
    entry = call.receiver.extra
    if isinstance(cls, Class) and entry is not None:
        for route in entry.routes:
            if isinstance(route.handler, Function) and route.handler.owner is cls:
                route.handler = Partial(route.handler, (Instance(cls),))
    return cls


NATIVES: dict[str, Any] = {
    APP: _app,
    ROUTER: _router,
    f"{APP}.__init__": _app,
    f"{ROUTER}.__init__": _router,
    **{
        f"{owner}.{name}": _decorator
        for owner in (APP, ROUTER)
        for name in (*VERBS, "api_route", "route", "websocket", "websocket_route")
    },
    **{
        f"{owner}.{name}": handler
        for owner in (APP, ROUTER)
        for name, handler in {
            "add_api_route": _add_route,
            "add_route": _add_route,
            "add_api_websocket_route": _nothing,
            "include_router": _include,
            "mount": _mount,
            "add_middleware": _middleware_call,
            "middleware": _middleware_decorator,
            "exception_handler": _handler_decorator,
            "add_exception_handler": _add_handler,
            "on_event": _on_event,
            "add_event_handler": _add_event,
            "openapi": _nothing,
            "setup": _nothing,
        }.items()
    },
    "fastapi.decorator.__call__": _decorated,
    "fastapi.middleware_decorator.__call__": _middleware_decorated,
    "fastapi.handler_decorator.__call__": _handler_decorated,
    "fastapi.event_decorator.__call__": _on_event_decorated,
    "starlette.staticfiles.StaticFiles": _static,
    "starlette.middleware.Middleware": _middleware_entry,
    "mangum.Mangum": _mangum,
    "uvicorn.run": _nothing,
    "fastapi.openapi.utils.get_openapi": lambda _m, _c: Opaque(hint="dict"),
    "fastapi_utils.cbv.cbv": class_view,
    "fastapi_restful.cbv.cbv": class_view,
    "fastapi.class_view.__call__": _class_viewed,
}
ATTRIBUTES: dict[str, Any] = {f"{APP}.state": _state, f"{ROUTER}.state": _state}

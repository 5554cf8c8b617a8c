"""The doors of an app: every route that a request can reach, with the objects behind it.

FastAPI's attributes have moved between 0.115 and today: routes of included routers are made when
they are asked for in later ones. What is read here is there in all of them.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from fastapi import FastAPI, params, routing
from fastapi.security.base import SecurityBase
from pydantic import BaseModel, TypeAdapter
from pydantic.errors import PydanticUserError
from starlette.responses import Response
from starlette.routing import Host, Mount, WebSocketRoute

from hushtable.model.place import Place
from hushtable.model.service import Parameter, ParameterSource, ResponseModel, Route
from hushtable.prove.drive.answer_model import answer_model, bypassed, place_of
from hushtable.prove.drive.app import AsgiApp
from hushtable.prove.drive.asgi import WEBSOCKET
from hushtable.prove.drive.door import (
    Body,
    Door,
    Entry,
    Gatekeeper,
    Schema,
    code_of,
    functions_of,
    is_credential,
)
from hushtable.prove.drive.reading_source import looked_up

UNKNOWN = Place("", 0)
CONVERTORS: dict[str, Schema] = {
    "IntegerConvertor": {"type": "integer", "minimum": 0},
    "FloatConvertor": {"type": "number", "minimum": 0},
    "UUIDConvertor": {"type": "string", "format": "uuid"},
}
WRAPPERS = 20
MAX_FILES = 100
JSON, FORM, MULTIPART, RAW = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/octet-stream",
)
# Plain text that nothing narrows is not validated; numbers, dates and choices are.
NARROWING = ("enum", "const", "format", "pattern")
BOUNDING = ("enum", "const", "maximum", "exclusiveMaximum", "maxLength", "maxItems")


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where the walk through apps in apps is: prefix of the path, and whose overrides count."""

    folder: Path
    prefix: str = ""
    provider: Any = None
    host: str = ""


def surface(app: AsgiApp, folder: Path) -> tuple[Door, ...]:
    """Give every door of an app and of the apps mounted in it, in the app's order."""
    core = _core_of(app)
    doors = _doors_of(core, _Walk(folder, provider=core, host=_host_of(core)))
    return tuple(replace(door, index=number) for number, door in enumerate(doors))


def _core_of(app: Any) -> Any:
    """Find the app that has routes, below the middleware that was put around it by hand."""
    for _ in range(WRAPPERS):
        if hasattr(app, "routes"):
            return app
        inner = next(
            (value for name in ("app", "asgi_app", "other_asgi_app", "_app", "wrapped")
             if (value := getattr(app, name, None)) is not None),
            None,
        )  # fmt: skip
        if inner is None:
            return app
        app = inner
    return app


def _host_of(app: Any) -> str:
    """Give the name that the app's middleware lets through, empty where any will do."""
    for middleware in getattr(app, "user_middleware", ()):
        hosts = getattr(middleware, "kwargs", {}).get("allowed_hosts") or ()
        if hosts and "*" not in hosts:
            return str(hosts[0]).replace("*.", "www.", 1)
    return ""


def _doors_of(app: Any, walk: _Walk) -> Iterator[Door]:
    routes = list(getattr(app, "routes", ()))
    effective = getattr(routing, "iter_route_contexts", None)
    for one in effective(routes) if effective is not None else routes:
        yield from _doors_at(one, walk)
    router = getattr(app, "router", app)
    for group in getattr(router, "_low_priority_routes", ()):
        for route in getattr(group, "routes", ()):
            yield _plain(walk, "GET", getattr(route, "path", "/"), None)


def _doors_at(one: Any, walk: _Walk) -> Iterator[Door]:
    # A context stands for a route where its router is included; it gives the route's attributes.
    kind = getattr(one, "original_route", one)
    path = getattr(one, "path", None) or ""
    match kind:
        case Mount() | Host():
            yield from _mounted(one, walk, path)
        case WebSocketRoute():
            yield _door(one, walk, WEBSOCKET, path)
        case _ if getattr(one, "endpoint", None) is not None:
            methods = set(getattr(one, "methods", None) or ())
            if "GET" in methods:
                # Starlette adds it to every GET.
                methods.discard("HEAD")
            for method in sorted(methods) or ["GET"]:
                yield _door(one, walk, method, path)
        case _:
            return


def _mounted(one: Any, walk: _Walk, path: str) -> Iterator[Door]:
    inner = _core_of(getattr(one, "app", None))
    prefix = walk.prefix + path.rstrip("/")
    if not hasattr(inner, "routes"):
        yield _plain(replace(walk, prefix=prefix), "GET", _first_file(inner), inner)
        return
    provider = inner if isinstance(inner, FastAPI) else walk.provider
    yield from _doors_of(inner, replace(walk, prefix=prefix, provider=provider))


def _first_file(behind: Any) -> str:
    """Give a path that a mount of files answers: its first file."""
    folder = getattr(behind, "directory", None)
    if folder is None:
        return "/"
    files = (one for one in sorted(Path(folder).glob("**/*"))[:MAX_FILES] if one.is_file())
    first = next(files, None)
    return f"/{first.relative_to(folder).as_posix()}" if first is not None else "/"


def _plain(walk: _Walk, method: str, path: str, behind: Any) -> Door:
    name = type(behind).__name__ if behind is not None else "files"
    return Door(
        Route(method, f"{walk.prefix}/" if behind is not None else path, UNKNOWN, name),
        0,
        walk.prefix + path,
        host=walk.host,
        provider=walk.provider,
        files=behind,
        documents=True,
    )


def renewed(door: Door) -> Door:
    """Give a door to files as it is now: the app may have written the first one meanwhile."""
    if door.files is None:
        return door
    return replace(door, template=door.route.path.rstrip("/") + _first_file(door.files))


def _door(one: Any, walk: _Walk, method: str, path: str) -> Door:
    endpoint = one.endpoint
    place = place_of(endpoint, walk.folder) or UNKNOWN
    dependant = getattr(one, "dependant", None)
    template = walk.prefix + (getattr(one, "path_format", None) or path)
    gatekeepers = tuple(_gatekeepers(dependant))
    entries = (*_entries(one, dependant), *_unspoken(gatekeepers))
    entries = tuple({(entry.name, entry.source): entry for entry in reversed(entries)}.values())[
        ::-1
    ]
    body = _body(one)
    opaque = dependant is None or _takes_request(dependant)
    # What an app adds itself (openapi.json, docs) has a handler inside of FastAPI.
    own = dependant is None and str(getattr(endpoint, "__module__", "")).startswith("fastapi.")
    route = Route(
        method,
        walk.prefix + path,
        place,
        _name_of(endpoint),
        parameters=tuple(_parameters(entries, body)),
        model=_model(one, walk.folder),
    )
    return Door(
        route,
        0,
        template,
        endpoint=endpoint,
        entries=entries,
        body=body,
        gatekeepers=gatekeepers,
        provider=getattr(one, "dependency_overrides_provider", None) or walk.provider,
        host=walk.host,
        opaque=opaque and not own,
        documents=own,
    )


def _name_of(endpoint: Any) -> str:
    plain = inspect.unwrap(endpoint)
    name = getattr(plain, "__qualname__", type(plain).__qualname__)
    return f"{getattr(plain, '__module__', '')}.{name}".lstrip(".")


def _flat(dependant: Any) -> Iterator[Any]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _flat(inner)


def _takes_request(dependant: Any) -> bool:
    names = ("request_param_name", "http_connection_param_name", "websocket_param_name")
    own = [one for one in _flat(dependant) if not isinstance(one.call, SecurityBase)]
    return any(getattr(one, name, None) for one in own for name in names)


def _gatekeepers(dependant: Any, depth: int = 1) -> Iterator[Gatekeeper]:
    for inner in getattr(dependant, "dependencies", ()):
        call = inner.call
        if call is None:
            continue
        plain = inspect.unwrap(call)
        scopes = getattr(inner, "own_oauth_scopes", None) or getattr(inner, "security_scopes", None)
        yield Gatekeeper(
            call,
            getattr(plain, "__name__", type(plain).__name__),
            depth,
            code_of(call),
            plain if isinstance(plain, SecurityBase) else None,
            tuple(one.call for one in _flat(inner) if one.call not in {None, call}),
            _given(call) or _taken(dependant.call, inner.name),
            inner.name or "",
            tuple(scopes or ()),
            any(is_credential(entry) for entry in _declared(inner)) or _has_scheme(inner),
        )
        yield from _gatekeepers(inner, depth + 1)


def _unspoken(gatekeepers: Iterable[Gatekeeper]) -> Iterator[Entry]:
    """Give the credentials that dependencies take out of the request themselves."""
    for keeper in gatekeepers:
        if keeper.scheme is None:
            for function in functions_of(keeper.call):
                for source, name in looked_up(function):
                    entry = Entry(name, source, {"type": "string"}, required=False)
                    if is_credential(entry):
                        yield entry


def _has_scheme(dependant: Any) -> bool:
    return any(isinstance(inspect.unwrap(one.call), SecurityBase) for one in _flat(dependant))


def _given(call: Any) -> Any:
    """Give the return annotation of a dependency; a class gives itself."""
    if inspect.isclass(call):
        return call
    for function in functions_of(call):
        with contextlib.suppress(NameError, TypeError, AttributeError):
            return get_type_hints(function).get("return")
    return None


def _taken(handler: Any, parameter: str | None) -> Any:
    """Give the annotation of the parameter that a dependency fills."""
    for function in functions_of(handler) if parameter and handler is not None else ():
        with contextlib.suppress(NameError, TypeError, AttributeError):
            return get_type_hints(function).get(str(parameter))
    return None


def _entries(one: Any, dependant: Any) -> Iterator[Entry]:
    seen: set[tuple[str, ParameterSource]] = set()
    for entry in _declared(dependant) if dependant is not None else ():
        if (entry.name, entry.source) not in seen:
            seen.add((entry.name, entry.source))
            yield entry
    for name, convertor in (getattr(one, "param_convertors", None) or {}).items():
        if (name, ParameterSource.PATH) not in seen:
            schema = CONVERTORS.get(type(convertor).__name__, {"type": "string"})
            yield Entry(name, ParameterSource.PATH, schema)


def _declared(dependant: Any) -> Iterator[Entry]:
    for one in _flat(dependant):
        for source, fields in (
            (ParameterSource.PATH, one.path_params),
            (ParameterSource.QUERY, one.query_params),
            (ParameterSource.HEADER, one.header_params),
            (ParameterSource.COOKIE, one.cookie_params),
        ):
            for model_field in fields:
                yield from _entries_of(model_field, source, alone=len(fields) == 1)


def _entries_of(model_field: Any, source: ParameterSource, *, alone: bool) -> Iterator[Entry]:
    info = model_field.field_info
    schema = schema_of(info.annotation, info.metadata)
    cls = _model_class(info.annotation)
    if alone and cls is not None:
        # A model of parameters: each of its fields is one.
        definitions = {"$defs": schema["$defs"]} if "$defs" in schema else {}
        root = resolved(schema, schema)
        for name, inner in root.get("properties", {}).items():
            known = name.replace("_", "-") if source is ParameterSource.HEADER else name
            yield Entry(known, source, {**inner, **definitions}, name in root.get("required", ()))
        return
    yield Entry(model_field.alias, source, schema, bool(info.is_required()))


def _model_class(annotation: Any) -> type[BaseModel] | None:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation
    return None


def schema_of(annotation: Any, metadata: Iterable[Any] = ()) -> dict[str, Any]:
    """Give the JSON schema of what may be sent for a type; empty where there is none."""
    metadata = tuple(metadata)
    try:
        whole = Annotated[(annotation, *metadata)] if metadata else annotation
        adapter: TypeAdapter[Any] = TypeAdapter(whole)  # type: ignore[arg-type]
        return adapter.json_schema(by_alias=True, mode="validation")
    # A type without a schema is asked by trial instead.
    except (PydanticUserError, TypeError, NameError, AttributeError, ValueError, KeyError):
        return {}


def resolved(schema: Schema, root: Schema) -> Schema:
    """Follow a schema's `$ref` to what it stands for."""
    for _ in range(WRAPPERS):
        name = schema.get("$ref")
        if not isinstance(name, str):
            break
        target = root.get("$defs", {}).get(name.rpartition("/")[2], {})
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def _body(one: Any) -> Body | None:
    model_field = getattr(one, "body_field", None)
    if model_field is None:
        return None
    info = model_field.field_info
    schema = schema_of(info.annotation, info.metadata)
    match info:
        case params.File():
            media = MULTIPART
        case params.Form():
            media = MULTIPART if _has_file(schema, schema) else FORM
        case _:
            media = str(getattr(info, "media_type", JSON) or JSON)
            root = resolved(schema, schema)
            if media == JSON and root.get("format") == "binary":
                media = RAW
    return Body(media, schema, bool(info.is_required()))


def _has_file(schema: Schema, root: Schema) -> bool:
    schema = resolved(schema, root)
    if schema.get("format") == "binary" or "contentMediaType" in schema:
        return True
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    if "items" in schema:
        inner.append(schema["items"])
    return any(_has_file(part, root) for part in inner)


def _model(one: Any, folder: Path) -> ResponseModel:
    annotation = getattr(one, "response_model", None)
    if annotation is not None:
        return answer_model(annotation, folder)
    try:
        returned = inspect.signature(one.endpoint, eval_str=True).return_annotation
    except (NameError, TypeError, ValueError, AttributeError):
        return ResponseModel()
    if inspect.isclass(returned) and issubclass(returned, Response):
        return bypassed(returned)
    return ResponseModel()


def _parameters(entries: Iterable[Entry], body: Body | None) -> Iterator[Parameter]:
    for entry in entries:
        yield _parameter(entry.name, entry.source, entry.schema, entry.schema)
    if body is None:
        return
    source = {FORM: ParameterSource.FORM, MULTIPART: ParameterSource.FORM}.get(
        body.media, ParameterSource.BODY
    )
    root = resolved(body.schema, body.schema)
    for name, inner in root.get("properties", {}).items():
        schema = resolved(inner, body.schema)
        file = schema.get("format") == "binary" or "contentMediaType" in schema
        yield _parameter(name, ParameterSource.FILE if file else source, schema, body.schema)


def _parameter(name: str, source: ParameterSource, schema: Schema, root: Schema) -> Parameter:
    found = resolved(schema, root)
    options = [resolved(one, root) for one in found.get("anyOf", (found,))]
    options = [one for one in options if one.get("type") != "null"] or [found]
    return Parameter(
        name,
        source,
        _type_text(options),
        validated=all(_narrow(one) for one in options),
        bounded=all(any(key in one for key in BOUNDING) for one in options),
    )


def _narrow(schema: Schema) -> bool:
    plain = schema.get("type") in {"integer", "number", "boolean"}
    return plain or any(key in schema for key in NARROWING)


def _type_text(options: Iterable[Schema]) -> str:
    return " | ".join(str(one.get("title") if "enum" in one else one.get("type", "Any"))
                      for one in options)  # fmt: skip

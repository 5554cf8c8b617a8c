"""What a request gives a handler: parameters, bodies, dependencies, the request itself."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.place import Place
from hushtable.model.service import GateKind, Parameter, ParameterSource
from hushtable.scan.fields import is_model
from hushtable.scan.frame import Call, Frame, Machine, Stopped
from hushtable.scan.identity import identified
from hushtable.scan.labels import Kind, Label, Labels
from hushtable.scan.lookup import native_bases
from hushtable.scan.operators import pick
from hushtable.scan.schema import schema_of
from hushtable.scan.settings import SET
from hushtable.scan.typed import of_schema
from hushtable.scan.values import (
    ELTS,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Function,
    Generic,
    Instance,
    Native,
    Opaque,
    Partial,
    Seq,
)

SOURCES = {
    "fastapi.Query": ParameterSource.QUERY,
    "fastapi.Path": ParameterSource.PATH,
    "fastapi.Header": ParameterSource.HEADER,
    "fastapi.Cookie": ParameterSource.COOKIE,
    "fastapi.Body": ParameterSource.BODY,
    "fastapi.Form": ParameterSource.FORM,
    "fastapi.File": ParameterSource.FILE,
}
DEPENDS = frozenset({"fastapi.Depends", "fastapi.Security"})
REQUEST = frozenset({"starlette.requests.Request", "starlette.requests.HTTPConnection"})
SOCKET = "starlette.websockets.WebSocket"
SECURITY = "fastapi.security."
FORMS = frozenset(
    {
        "fastapi.security.OAuth2PasswordRequestForm",
        "fastapi.security.OAuth2PasswordRequestFormStrict",
    }
)
BOUNDS = ("le", "lt")
PATTERNS = ("pattern", "regex", "enum")
SIMPLE = frozenset(
    {"int", "float", "bool", "UUID", "UUID4", "datetime", "date", "Decimal", "PositiveInt", "UUID1"}
)


@dataclass(slots=True)
class Seen:
    """A gate met while a request is put together."""

    kind: GateKind
    name: str
    place: Place | None


@dataclass(slots=True)
class Request:
    """One request to a route, as the interpreter plays it."""

    method: str
    path: str
    parameters: list[Parameter] = field(default_factory=list)
    gates: list[Seen] = field(default_factory=list)
    cached: dict[int, Any] = field(default_factory=dict)
    fails_open: list[tuple[str, Place]] = field(default_factory=list)
    state: Instance | None = None

    def value(self, native: str = "starlette.requests.Request") -> Instance:
        """Give the request object, or the socket that it opened."""
        if self.state is None:
            self.state = Instance(
                native="starlette.datastructures.State",
                slots={REST: Opaque(frozenset({Label(Kind.CALLER, name="request.state")}))},
            )
        return Instance(native=native, extra=self, slots={"state": self.state})


def from_client(name: str, source: str, *path: str) -> Opaque:
    """Make an unknown value that the client sends."""
    return Opaque(frozenset({Label(Kind.INPUT, name=name, source=source, path=path)}))


def bind_request(m: Machine, request: Request, function: Any, frame: Frame) -> dict[str, Any]:
    """Give the arguments a handler or dependency is called with."""
    target, given = _unwrapped(m, function)
    if target is None:
        return {}
    target = signed(target)
    spec = target.node.args
    positional = [*spec.posonlyargs, *spec.args][given:]
    defaults = target.defaults
    first = len([*spec.posonlyargs, *spec.args]) - len(defaults) - given
    found: dict[str, Any] = {}
    for index, parameter in enumerate(positional):
        default = defaults[index - first] if index >= first and index - first >= 0 else MISSING
        found[parameter.arg] = _parameter(m, request, target, parameter, default, frame)
    for index, parameter in enumerate(spec.kwonlyargs):
        default = target.kw_defaults[index] if index < len(target.kw_defaults) else None
        found[parameter.arg] = _parameter(
            m, request, target, parameter, MISSING if default is None else default, frame
        )
    return found


def signed(function: Function) -> Function:
    """Give the function whose signature counts: FastAPI looks through `functools.wraps`."""
    seen = {id(function)}
    while isinstance(inner := function.slots.get("__wrapped__"), Function):
        if id(inner) in seen:
            break
        seen.add(id(inner))
        function = inner
    return function


def _unwrapped(m: Machine, function: Any) -> tuple[Function | None, int]:
    """Give the function behind a callable, and how many arguments it already has."""
    match function:
        case Function():
            return function, 0
        case Bound(function=Function() as inner):
            return inner, 1
        case Partial(function=inner, args=args):
            target, given = _unwrapped(m, inner)
            return target, given + len(args)
        case Class():
            from_class = m.get_attribute(m, function, "__init__")
            return (from_class, 1) if isinstance(from_class, Function) else (None, 0)
        case Instance(cls=Class()):
            method = m.get_attribute(m, function, "__call__")
            return _unwrapped(m, method) if isinstance(method, Bound) else (None, 0)
    return None, 0


def _parameter(
    m: Machine, request: Request, function: Function, parameter: ast.arg, default: Any, frame: Frame
) -> Any:
    annotation, marker = _annotation(m, function, parameter)
    if isinstance(default, Instance) and (default.native in SOURCES or default.native in DEPENDS):
        marker = default
    if isinstance(marker, Instance) and marker.native in DEPENDS:
        dependency = marker.slots.get("dependency", NONE)
        if dependency == NONE:
            dependency = annotation
        return run_dependency(m, request, dependency, frame)
    if isinstance(annotation, Native):
        if annotation.name in REQUEST:
            return request.value()
        if annotation.name == SOCKET:
            return request.value(SOCKET)
        if annotation.name.endswith(("BackgroundTasks", "SecurityScopes")):
            return Instance(native=annotation.name)
        if annotation.name == "starlette.responses.Response":
            return Instance(native="starlette.responses.Response")
    if isinstance(annotation, Instance) and annotation.native.startswith("fastapi.Depends"):
        return run_dependency(m, request, annotation.slots.get("dependency", NONE), frame)
    return _input(m, request, function, parameter, marker, annotation, default)


def _annotation(m: Machine, function: Function, parameter: ast.arg) -> tuple[Any, Any]:
    """Give the type of a parameter and the marker inside its Annotated."""
    if parameter.annotation is None:
        return None, None
    scope = Frame(function.module, {}, parent=function.closure, owner=function.owner)
    node = parameter.annotation
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return None, None
    try:
        value = m.evaluate(m, node, scope)
    except Stopped:
        return None, None
    marker = None
    while isinstance(value, Generic) and getattr(value.origin, "name", "") == "typing.Annotated":
        for one in value.arguments[1:]:
            if isinstance(one, Instance):
                marker = one
        value = value.arguments[0]
    return value, marker


def _input(
    m: Machine,
    request: Request,
    function: Function,
    parameter: ast.arg,
    marker: Any,
    annotation: Any,
    default: Any,
) -> Any:
    name = parameter.arg
    source = _source(m, request, name, marker, annotation)
    capped = validated = False
    if isinstance(marker, Instance):
        capped = any(marker.slots.get(one, NONE) != NONE for one in BOUNDS)
        validated = any(marker.slots.get(one, NONE) != NONE for one in PATTERNS)
    text = ast.unparse(parameter.annotation) if parameter.annotation is not None else ""
    validated = validated or any(word in SIMPLE for word in _words(text)) or "Literal" in text
    capped = capped or "bool" in _words(text) or ("conint" in text and "le=" in text)
    if isinstance(annotation, Class) and annotation.cache.get("enum"):
        validated = capped = True
    request.parameters.append(
        Parameter(
            name, source, text, validated, capped, Place(function.module.path, parameter.lineno)
        )
    )
    alias = marker.slots.get("alias") if isinstance(marker, Instance) else None
    shown = alias.value if isinstance(alias, Const) and isinstance(alias.value, str) else name
    label = Label(
        Kind.INPUT,
        name=shown,
        source=str(source),
        validated=validated,
        capped=capped,
        place=Place(function.module.path, parameter.lineno),
    )
    made = m.observer.models.of_annotation(
        m, parameter.annotation, function, frozenset({label}), name
    )
    if made is None or made == UNKNOWN:
        made = Opaque(frozenset({label}))
    optional = default == NONE or (
        isinstance(marker, Instance) and marker.slots.get("default") == NONE
    )
    return pick([made, NONE]) if optional and source is not ParameterSource.BODY else made


def _words(text: str) -> list[str]:
    return (
        text.replace("[", " ")
        .replace("]", " ")
        .replace("|", " ")
        .replace(",", " ")
        .replace(".", " ")
        .split()
    )


def _source(
    m: Machine, request: Request, name: str, marker: Any, annotation: Any
) -> ParameterSource:
    if f"{{{name}}}" in request.path or f"{{{name}:" in request.path:
        return ParameterSource.PATH
    if isinstance(marker, Instance) and marker.native in SOURCES:
        return SOURCES[marker.native]
    if isinstance(annotation, Native) and annotation.name.endswith("UploadFile"):
        return ParameterSource.FILE
    if _is_body(m, annotation):
        return ParameterSource.BODY
    return ParameterSource.QUERY


def _is_body(m: Machine, annotation: Any) -> bool:
    match annotation:
        case Class():
            return not annotation.cache.get("enum")
        case Native(name=name):
            return name in {"builtins.dict", "typing.Dict", "typing.Any", "builtins.list"}
        case Generic(origin=origin, arguments=arguments):
            if getattr(origin, "name", "") in {"typing.Optional", "typing.Union"}:
                return any(_is_body(m, one) for one in arguments)
            named = getattr(origin, "name", "")
            return named in {"builtins.dict", "typing.Dict"} or (
                named in {"builtins.list", "typing.List"}
                and any(_is_body(m, one) for one in arguments)
            )
    return False


# dependencies ------------------------------------------------------------------------------


def run_dependency(m: Machine, request: Request, dependency: Any, frame: Frame) -> Any:
    """Run a dependency once per request; note whether it refuses callers."""
    if isinstance(dependency, Instance) and dependency.native in DEPENDS:
        dependency = dependency.slots.get("dependency", NONE)
    known = request.cached.get(id(dependency))
    if known is not None:
        return known
    notes = m.observer.notes
    before, unresolved = len(notes.denials), sum(m.counters.unresolved.values())
    gates_before, taught_before = len(request.gates), len(notes.taught_gates)
    phase, notes.phase = notes.phase, notes.phase or "dependency"
    value = _run(m, request, dependency, frame)
    notes.phase = phase
    name, place = _name(m, dependency)
    denied = notes.denials[before:]
    taught = notes.taught_gates[taught_before:]
    if denied or taught:
        where = denied[0].place if denied else taught[0].place
        request.gates.append(Seen(GateKind.DEPENDENCY, name, place or where))
    elif (
        _sounds_like_a_gate(name)
        and not _is_form(dependency)
        and (place is None or sum(m.counters.unresolved.values()) > unresolved)
    ):
        request.gates.append(Seen(GateKind.DEPENDENCY, name, place))
    if len(request.gates) > gates_before and not _is_scheme(dependency):
        value = identified(value, name)
    request.cached[id(dependency)] = value
    return value


GATE_WORDS = (
    "auth", "current_user", "verify", "require", "permission", "logged_in", "api_key", "token",
    "jwt", "admin", "principal", "protected", "login_required", "credential", "identity",
)  # fmt: skip


def _sounds_like_a_gate(name: str) -> bool:
    return any(word in name.lower() for word in GATE_WORDS)


def _is_form(dependency: Any) -> bool:
    """Whether it reads the form that somebody logs in with: it refuses nobody."""
    return isinstance(dependency, Native) and dependency.name in FORMS


def _is_scheme(dependency: Any) -> bool:
    return isinstance(dependency, Instance) and dependency.native.startswith(SECURITY)


def _name(m: Machine, dependency: Any) -> tuple[str, Place | None]:
    target, _ = _unwrapped(m, dependency)
    match dependency:
        case Native(name=name):
            return name, None
        case Instance(native=native) if native:
            return native.rpartition(".")[2], None
        case Opaque(of=of):
            return of, None
        case Class(name=name, node=node, module=module):
            return name, Place(module.path, node.lineno)
        case Instance(cls=Class() as cls):
            return cls.name, Place(cls.module.path, cls.node.lineno)
    if target is not None:
        return target.name.rpartition(".")[2], Place(target.module.path, target.node.lineno)
    return "", None


def _run(m: Machine, request: Request, dependency: Any, frame: Frame) -> Any:
    if isinstance(dependency, Instance) and not dependency.cls:
        return _scheme(m, request, dependency)
    if isinstance(dependency, Class) and any(
        base.startswith(SECURITY) for base in native_bases(dependency)
    ):
        return _scheme(m, request, Instance(native=f"{SECURITY}HTTPBearer"))
    if isinstance(dependency, Native) and dependency.name in FORMS:
        return Opaque(frozenset({Label(Kind.INPUT, name="form", source="form")}))
    if isinstance(dependency, Class) and is_model(dependency):
        return _from_fields(m, request, dependency)
    arguments = bind_request(m, request, dependency, frame)
    target, _ = _unwrapped(m, dependency)
    notes = m.observer.notes
    before = len(notes.denials)
    if target is not None:
        notes.watched[id(target)] = []
    try:
        value = m.call(m, dependency, [], arguments, ast.Constant(None), frame)
    except Stopped:
        return UNKNOWN
    if target is not None and len(notes.denials) > before:
        _note_open(m, request, target)
    if isinstance(value, Seq) and value.kind == "iterator" and target is not None:
        known = value.slots[ELTS]
        return known[0] if known else value.slots.get(REST, UNKNOWN)
    return value


def _from_fields(m: Machine, request: Request, cls: Class) -> Any:
    """A model or dataclass as a dependency: its fields are query parameters."""
    schema = schema_of(m, cls)
    if schema is None:
        return UNKNOWN
    label = Label(Kind.INPUT, name=cls.name, source="query")
    for name, field_ in schema.fields.items():
        in_path = f"{{{name}}}" in request.path
        source = ParameterSource.PATH if in_path else ParameterSource.QUERY
        request.parameters.append(
            Parameter(
                name, source, "", field_.constrained, place=Place(cls.module.path, cls.node.lineno)
            )
        )
    return of_schema(m, schema, frozenset({label}))


def depends_on_settings(conditions: Labels) -> bool:
    """Whether settings alone decide, and their defaults do not keep the way shut."""
    return bool(conditions) and all(
        label.kind is Kind.SETTING and label.hint != SET for label in conditions
    )


def _note_open(m: Machine, request: Request, target: Function) -> None:
    """A way out that depends on settings alone lets every caller through."""
    for way in m.observer.notes.watched.get(id(target), ()):
        if depends_on_settings(way.conditions):
            request.fails_open.append((target.name.rpartition(".")[2], way.place))


def _scheme(m: Machine, request: Request, scheme: Instance) -> Any:
    """A security scheme: refuses requests without a credential unless told not to."""
    base = scheme.native
    if not base and scheme.cls is not None:
        base = next((b for b in native_bases(scheme.cls) if b.startswith(SECURITY)), "")
    if base == "rate.limit" or "limit" in base.lower():
        m.observer.notes.limited = True
        return UNKNOWN
    if base.startswith(SECURITY):
        auto = scheme.slots.get("auto_error", Const(value=True))
        if auto != Const(value=False):
            request.gates.append(Seen(GateKind.SECURITY, base.rpartition(".")[2], None))
        name = "credentials"
        return Opaque(frozenset({Label(Kind.INPUT, name=name, source="header")}))
    made = Call(
        f"{base}.__call__", scheme, [request.value()], {}, ast.Constant(None), m.program.no_frame
    )
    return m.observer.native_call(m, made)


# the request object and parameter markers ----------------------------------------------------

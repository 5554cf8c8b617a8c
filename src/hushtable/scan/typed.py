"""Values of which only the annotation is known: request inputs, and the services of a program."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from hushtable.scan.annotations import (
    KINDS,
    MAPPINGS,
    SEQUENCES,
    class_of,
    element_type,
    function_frame,
    is_optional,
    members,
    metadata,
    origin_name,
    resolve,
    strip,
    tuple_types,
    value_type,
)
from hushtable.scan.declaring import is_constrained
from hushtable.scan.enums import unknown_member
from hushtable.scan.fields import SECRETS, Schema, kind_of
from hushtable.scan.fitting import affordable, secret
from hushtable.scan.frame import Call, Frame, Machine, OutOfBudget, Stopped
from hushtable.scan.heap import Journal
from hushtable.scan.iterate import element_of
from hushtable.scan.labels import Kind, Labels
from hushtable.scan.lookup import class_attribute, mro, native_base
from hushtable.scan.operators import pick
from hushtable.scan.schema import schema_of
from hushtable.scan.values import (
    MINUS,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Class,
    Dict,
    Function,
    Instance,
    Opaque,
    Value,
    mapping,
    sequence,
)

MAX_LEVELS = 4
SERVICE_STEPS = 30_000
TYPED = "typed"
"""`Opaque.of` of a value whose annotation was already asked."""
HINTS = {
    "builtins.str": "str",
    "builtins.int": "int",
    "builtins.float": "float",
    "builtins.bool": "bool",
    "builtins.bytes": "bytes",
    "pydantic.EmailStr": "str",
    "pydantic.StrictStr": "str",
    "pydantic.StrictInt": "int",
    "pydantic.PositiveInt": "int",
    "pydantic.NonNegativeInt": "int",
    "pydantic.conint": "int",
    "pydantic.constr": "str",
}
VALIDATED = frozenset({
    "builtins.int", "builtins.float", "builtins.bool", "decimal.Decimal", "uuid.UUID",
    "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta",
    "typing.Literal", "pydantic.EmailStr", "pydantic.StrictInt", "pydantic.StrictBool",
    "pydantic.PositiveInt", "pydantic.NonNegativeInt", "pydantic.NegativeInt",
    "pydantic.NonPositiveInt", "pydantic.PositiveFloat", "pydantic.conint", "pydantic.confloat",
    "pydantic.UUID1", "pydantic.UUID3", "pydantic.UUID4", "pydantic.UUID5", "pydantic.PastDate",
    "pydantic.FutureDate", "pydantic.AwareDatetime", "pydantic.NaiveDatetime",
    "ipaddress.IPv4Address", "ipaddress.IPv6Address",
})  # fmt: skip


def of_annotation(
    m: Machine, annotation: ast.expr | None, function: Function, labels: Labels, name: str
) -> Value:
    """Give the value of a parameter as its annotation describes it."""
    del name
    if annotation is None:
        return Opaque(labels)
    value: Value = of_type(m, _resolved(m, annotation, function), labels)
    return value


def _resolved(m: Machine, annotation: ast.expr, function: Function) -> Value:
    """Resolve an annotation once: the program's types do not change while it is read."""
    kept = m.stores.setdefault("annotations", {})
    found = kept.get(id(annotation))
    if found is None or found[0] is not annotation:
        # Who asks first must not pay for all who ask later.
        steps = m.steps
        try:
            with m.apart():
                resolved = resolve(m, annotation, function_frame(function))
        finally:
            m.steps = steps
        found = kept[id(annotation)] = (annotation, UNKNOWN if resolved is None else resolved)
    value: Value = found[1]
    return value


def of_type(m: Machine, type_: Value | None, labels: Labels, level: int = 0) -> Any:
    """Give a value of a type that carries labels, models with a label for each field."""
    if type_ is None:
        return Opaque(labels)
    if is_validated(type_):
        labels = frozenset(
            replace(one, validated=True) if one.kind is Kind.INPUT else one for one in labels
        )
    candidates = [one for one in members(type_) if one != NONE]
    found = [_of_one(m, one, labels, level) for one in candidates]
    value = pick(found) if found else NONE
    if is_optional(type_) and not isinstance(value, Opaque):
        return pick([value, NONE])
    return value


def _of_one(m: Machine, type_: Value, labels: Labels, level: int) -> Any:
    cls = class_of(type_)
    if cls is not None:
        return _of_class(m, type_, cls, labels, level)
    name = origin_name(type_)
    if name in SECRETS:
        return secret(Opaque(labels, "str"), name)
    if name in SEQUENCES:
        return _of_sequence(m, type_, name, labels, level)
    if name in MAPPINGS and labels:
        inner = value_type(type_)
        if inner is not None and class_of(strip(inner)) is not None and level < MAX_LEVELS:
            return Dict({REST: of_type(m, inner, element_of(Opaque(labels)).labels, level + 1)})
        return Dict({REST: Opaque(labels)})
    handler = m.natives.get(f"{name}.__annotated__")
    if handler is not None:
        call = Call(name, None, [Opaque(labels)], {}, ast.Constant(None), m.program.no_frame)
        return handler(m, call)
    return Opaque(labels, HINTS.get(name, ""), of="" if labels else TYPED)


def _of_sequence(m: Machine, type_: Value, name: str, labels: Labels, level: int) -> Any:
    element = element_of(Opaque(labels)).labels
    if level >= MAX_LEVELS:
        return Opaque(labels)
    fixed = tuple_types(type_)
    if fixed is not None:
        return sequence([of_type(m, one, element, level + 1) for one in fixed], "tuple")
    inner = of_type(m, element_type(type_), element, level + 1)
    return sequence((), KINDS.get(name, "list"), inner)


def _of_class(m: Machine, type_: Value, cls: Class, labels: Labels, level: int) -> Any:
    if cls.cache.get("enum"):
        return unknown_member(cls, Opaque(labels, "str"))
    schema = schema_of(m, type_)
    if schema is not None:
        return of_schema(m, schema, labels, level)
    if not labels:
        service = service_of_class(m, cls)
        if service is not None:
            return service
    return Opaque(labels, of="" if labels else TYPED)


def of_schema(m: Machine, schema: Schema, labels: Labels, level: int = 0) -> Any:
    """Give an object of a class with fields, each with the labels one step down."""
    if level >= MAX_LEVELS or not affordable(m, level):
        return Opaque(labels)
    slots: dict[Any, Any] = {}
    for field in schema.fields.values():
        inner = frozenset(label.child(field.name) for label in labels)
        if field.constrained:
            inner = frozenset(
                replace(one, validated=True) if one.kind is Kind.INPUT else one for one in inner
            )
        slots[field.name] = of_type(m, field.type, inner, level + 1)
    if schema.extra == "allow" and labels:
        slots[REST] = Opaque(labels)
        slots[MINUS] = frozenset(schema.fields)
    if schema.kind == "typeddict":
        return mapping(slots)
    made = Instance(schema.cls, slots=slots)
    # Which of its fields a client sets is the client's choice.
    made.extra = None if labels else frozenset(schema.fields)
    return made


def is_validated(type_: Value) -> bool:
    """Whether a type excludes free text: numbers, UUIDs, dates, enums, literals, patterns."""
    if is_constrained(type_, []):
        return True
    found = [one for one in members(type_) if one != NONE]
    return bool(found) and all(_validated_one(one) for one in found)


def _validated_one(type_: Value) -> bool:
    cls = class_of(type_)
    if cls is not None:
        return bool(cls.cache.get("enum"))
    if origin_name(type_) in SEQUENCES:
        inner = element_type(type_)
        return inner is not None and is_validated(inner)
    return origin_name(type_) in VALIDATED


# services ----------------------------------------------------------------------------------


def service_of(m: Machine, annotation: ast.expr, function: Function) -> Any:
    """Give the one object that stands for a service class of the program; None for other types."""
    type_ = _resolved(m, annotation, function)
    for one in metadata(type_):
        if isinstance(one, Instance) and one.native.startswith("fastapi."):
            return None
    candidates = [one for one in members(type_) if one != NONE]
    if len(candidates) != 1:
        return None
    cls = class_of(candidates[0])
    if cls is not None:
        return service_of_class(m, cls)
    handler = m.natives.get(f"{origin_name(candidates[0])}.__annotated__")
    if handler is None:
        return None
    made = Call(origin_name(candidates[0]), None, [], {}, annotation, m.program.no_frame)
    return handler(m, made)


def service_of_class(m: Machine, cls: Class) -> Instance | None:
    """Make, once, an object of a plain class by calling it with what its annotations say."""
    if kind_of(cls) in {"pydantic", "typeddict", "namedtuple"} or cls.cache.get("enum"):
        return None
    if _holds_data(cls):
        return None
    target = _concrete(m, cls)
    kept = m.typed.get(id(target))
    if kept is not None:
        return kept if isinstance(kept, Instance) else None
    m.typed[id(target)] = MISSING
    made = _made_apart(m, target)
    # A class in the making answers itself: it is not asked again inside its own constructor.
    m.typed[id(target)] = made if isinstance(made, Instance) else Instance(target)
    found: Instance = m.typed[id(target)]
    return found


def _holds_data(cls: Class) -> bool:
    base = native_base(cls)
    return base in {"builtins.dict", "builtins.list", "builtins.str", "builtins.int"} or (
        base.endswith(("Exception", "Error"))
    )


def _made_apart(m: Machine, cls: Class) -> Any:
    """Call a class outside of whatever runs now: undoing a branch must not empty the object."""
    kept = (m.journal, m.stack, m.conditions, m.tries, m.collectors, m.steps, m.limit)
    m.journal, m.stack, m.conditions, m.tries, m.collectors = Journal(), [], [], 0, []
    # The first entry that needs the object must not pay for it, nor be the one that it tells of.
    m.steps, m.limit = 0, SERVICE_STEPS
    notes = m.observer.notes
    m.observer.notes = None if notes is None else notes.fresh()
    frame = Frame(cls.module, {})
    try:
        with m.apart():
            return m.call(m, cls, [], {}, cls.node, frame)
    except (Stopped, OutOfBudget):
        return None
    finally:
        m.journal, m.stack, m.conditions, m.tries, m.collectors, m.steps, m.limit = kept
        m.observer.notes = notes


def _concrete(m: Machine, cls: Class) -> Class:
    """Give the only class that implements an interface, when there is exactly one."""
    if not is_interface(cls):
        return cls
    found = [
        one
        for one in m.stores.get("classes", ())
        if one is not cls and cls in mro(one) and not is_interface(one)
    ]
    if not found:
        found = _by_shape(m, cls)
    return found[0] if len(found) == 1 else cls


def is_interface(cls: Class) -> bool:
    """Whether a class only says what others must do: a Protocol, or one with abstract methods."""
    for base in cls.bases:
        if origin_name(base) == "typing.Protocol":
            return True
    names = {name for one in mro(cls) for name in one.slots if isinstance(name, str)}
    return any(_is_abstract(class_attribute(cls, name)) for name in names)


def _is_abstract(held: Any) -> bool:
    if not isinstance(held, Function) or isinstance(held.node, ast.Lambda):
        return False
    return any(
        ast.unparse(one).rpartition(".")[2].startswith("abstract")
        for one in held.node.decorator_list
    )


def _by_shape(m: Machine, cls: Class) -> list[Class]:
    """Give the classes that have every method of a Protocol."""
    if not any(origin_name(base) == "typing.Protocol" for base in cls.bases):
        return []
    wanted = [
        name
        for name, held in cls.slots.items()
        if isinstance(held, Function) and not name.startswith("__")
    ]
    if not wanted:
        return []
    return [
        one
        for one in m.stores.get("classes", ())
        if one is not cls
        and not is_interface(one)
        and all(isinstance(class_attribute(one, name), Function) for name in wanted)
    ]

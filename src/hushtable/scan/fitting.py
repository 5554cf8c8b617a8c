"""Building objects of classes with fields from data: what validation keeps, and under which name.

A field takes from the data what stands under its alias or its name; what an open item holds
under that name is the item's attribute. A class that forbids or ignores extra keys drops the
rest; one that allows them keeps it open.
"""

from __future__ import annotations

from typing import Any

from hushtable.scan.annotations import (
    MAPPINGS,
    SEQUENCES,
    class_of,
    element_type,
    members,
    origin_name,
    strip,
    tuple_types,
    value_type,
)
from hushtable.scan.enums import member_of
from hushtable.scan.fields import SECRETS, Field, Schema, is_model, kind_of
from hushtable.scan.frame import Machine
from hushtable.scan.iterate import element_of
from hushtable.scan.labels import Kind
from hushtable.scan.lookup import class_attribute, mro
from hushtable.scan.operators import pick
from hushtable.scan.schema import schema_of
from hushtable.scan.validating import (
    MODE_AFTER,
    MODE_BEFORE,
    annotated_validators,
    applies,
    converted,
    mode_of,
    run_quietly,
    validators,
)
from hushtable.scan.values import (
    ELTS,
    MINUS,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Bound,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Opaque,
    Rest,
    Seq,
    Value,
    mapping,
    sequence,
)

MAX_LEVELS = 6
MAX_OPENED = 200


def under(data: Value, names: tuple[str, ...]) -> Any:
    """Give what data holds under the first of these names; MISSING when it holds none."""
    match data:
        case Choice(options=choices):
            found = [under(one, names) for one in choices if one != NONE]
            kept = [one for one in found if one is not MISSING]
            return pick(kept) if kept else MISSING
        case Dict(slots=slots) | Instance(slots=slots):
            for name in names:
                if name in slots:
                    return slots[name]
            rest = slots.get(REST, MISSING)
            free = [name for name in names if name not in slots.get(MINUS, ())]
            if rest is MISSING or not free:
                return MISSING
            return inside(rest, free[0])
        case Opaque():
            return inside(data, names[0])
    return MISSING


def inside(rest: Value, name: str) -> Any:
    """Give what the open part of a map holds under a name.

    A whole item that went through a call nothing is known of still has its names.
    """
    if isinstance(rest, Choice):
        return pick([inside(one, name) for one in rest.options])
    if not isinstance(rest, Opaque):
        return rest
    if not rest.deep:
        return rest.child(name)
    labels = frozenset(
        one.child(name) if one.kind is Kind.ATTRIBUTE and not one.path else one
        for one in rest.labels
        if one.path or name not in one.minus
    )
    return Opaque(labels, deep=True)


def names_of(field: Field) -> tuple[str, ...]:
    """Give the names a field is read from, best first."""
    if not field.aliases:
        return (field.name,)
    return (*field.aliases, field.name) if field.name not in field.aliases else field.aliases


def affordable(m: Machine, level: int) -> bool:
    """Count the objects made for one outermost object; False when they are too many.

    Models that hold each other in many ways would otherwise be opened without end.
    """
    made = 0 if level == 0 else m.stores.get("opened", 0)
    m.stores["opened"] = made + 1
    if made == MAX_OPENED:
        m.counters.bounds += 1
    return bool(made < MAX_OPENED)


def build(m: Machine, schema: Schema, data: Value, level: int = 0) -> Instance:
    """Make an object of a model's class from a map, an object or something unknown."""
    made = Instance(schema.cls)
    if level == 0:
        affordable(m, level)
    fill(m, made, schema, data, level)
    after = [f for f, info in validators(schema.cls) if mode_of(info) == "model-after"]
    for function in after:
        run_quietly(m, Bound(function, made), [])
    hook = class_attribute(schema.cls, "model_post_init")
    if isinstance(hook, Function):
        run_quietly(m, Bound(hook, made), [UNKNOWN])
    return made


def fill(m: Machine, made: Instance, schema: Schema, data: Value, level: int = 0) -> None:
    """Give a fresh object its fields."""
    root = schema.root
    if root is not None:
        held = data
        if isinstance(data, Dict) and root.name in data.slots:
            held = data.slots[root.name]
        made.slots[root.name] = fit(m, root.type, held, level + 1)
        return
    for function, info in validators(schema.cls):
        if mode_of(info) == "model-before":
            changed = run_quietly(m, Bound(function, schema.cls), [data])
            if isinstance(changed, Dict):
                data = changed
    given = set()
    for field in schema.fields.values():
        held = _of_data(m, data, names_of(field))
        if held is MISSING:
            made.slots[field.name] = default_of(m, field)
            continue
        given.add(field.name)
        made.slots[field.name] = validated(m, schema, field, held, level)
    for name, field in schema.private.items():
        made.slots[name] = default_of(m, field)
    if schema.extra == "allow":
        _keep_rest(made, schema, data)
    made.extra = frozenset(given)


def _of_data(m: Machine, data: Value, names: tuple[str, ...]) -> Any:
    found = under(data, names)
    if found is MISSING and isinstance(data, Instance) and data.cls is not None:
        for name in names:
            if class_attribute(data.cls, name) is not MISSING:
                return m.get_attribute(m, data, name)
    return found


def _keep_rest(made: Instance, schema: Schema, data: Value) -> None:
    taken = {name for field in schema.fields.values() for name in names_of(field)}
    match data:
        case Dict(slots=slots):
            for key, held in slots.items():
                if not isinstance(key, Rest) and key not in taken:
                    made.slots[key] = held
            if REST in slots:
                made.slots[REST] = slots[REST]
                made.slots[MINUS] = slots.get(MINUS, frozenset()) | taken
        case Opaque(labels=labels) if labels:
            made.slots[REST] = data
            made.slots[MINUS] = frozenset(taken)


def default_of(m: Machine, field: Field) -> Any:
    """Give the value of a field that nothing was given for."""
    if field.factory is not None:
        made = run_quietly(m, field.factory, [])
        return UNKNOWN if made is None else made
    if field.default is MISSING:
        return UNKNOWN
    return fresh(field.default)


def fresh(value: Any) -> Any:
    """Copy a container, so that objects do not share a default."""
    match value:
        case Dict(slots=slots):
            return Dict({k: v if isinstance(k, Rest) else fresh(v) for k, v in slots.items()})
        case Seq(slots=slots, kind=kind):
            return Seq(dict(slots), kind)
    return value


def validated(m: Machine, schema: Schema, field: Field, held: Any, level: int) -> Any:
    """Run a field's validators around its conversion."""
    hooks = [
        (function, mode_of(info))
        for function, info in validators(schema.cls)
        if applies(info, field.name)
    ]
    for function, mode in hooks:
        if mode == MODE_BEFORE:
            held = converted(m, Bound(function, schema.cls), held)
    for function, mode in annotated_validators(field.type):
        if mode == MODE_BEFORE:
            held = converted(m, function, held)
    held = fit(m, field.type, held, level + 1)
    for function, mode in annotated_validators(field.type):
        if mode == MODE_AFTER:
            held = converted(m, function, held)
    for function, mode in hooks:
        if mode == MODE_AFTER:
            held = converted(m, Bound(function, schema.cls), held)
    return held


# types -------------------------------------------------------------------------------------


def structured(type_: Value | None, level: int = 0) -> bool:
    """Whether a type has a model, an enum or a secret somewhere inside."""
    if type_ is None or level > MAX_LEVELS:
        return False
    for one in members(type_):
        cls = class_of(one)
        if cls is not None and (kind_of(cls) or cls.cache.get("enum")):
            return True
        if origin_name(one) in SECRETS:
            return True
        inner = one.arguments if hasattr(one, "arguments") else ()
        if any(structured(argument, level + 1) for argument in inner):
            return True
    return False


def fit(m: Machine, type_: Value | None, value: Any, level: int = 0) -> Any:
    """Convert a value to a declared type, as validation does."""
    if type_ is None or level > MAX_LEVELS:
        return value
    if isinstance(value, Choice):
        return pick([fit(m, type_, one, level) for one in value.options])
    if value == NONE:
        return value
    candidates = [one for one in members(type_) if one != NONE]
    if len(candidates) == 1:
        return _fit_one(m, strip(candidates[0]), value, level)
    return _fit_union(m, candidates, value, level)


def _fit_union(m: Machine, candidates: list[Value], value: Any, level: int) -> Any:
    if isinstance(value, Const):
        return value
    if isinstance(value, Instance) and value.cls is not None:
        for one in candidates:
            cls = class_of(one)
            if cls is not None and cls in mro(value.cls):
                return value
    shaped = [one for one in candidates if structured(one)]
    if not shaped or (isinstance(value, Opaque) and len(shaped) < len(candidates)):
        return value
    return pick([_fit_one(m, strip(one), value, level) for one in shaped])


def _fit_one(m: Machine, type_: Value, value: Any, level: int) -> Any:
    cls = class_of(type_)
    if cls is not None:
        return _fit_class(m, type_, cls, value, level)
    name = origin_name(type_)
    if name in SECRETS:
        return value if isinstance(value, Instance) else secret(value, name)
    if name in SEQUENCES:
        return _fit_sequence(m, type_, value, level)
    if name in MAPPINGS:
        inner = value_type(type_)
        if isinstance(value, Dict) and structured(inner):
            slots = {
                key: held
                if isinstance(key, Rest) and key is not REST
                else fit(m, inner, held, level + 1)
                for key, held in value.slots.items()
            }
            return Dict(slots)
        if isinstance(value, Opaque) and not value.deep and any(x.path for x in value.labels):
            # The type says that the attribute is a map, of which nothing more is known.
            return Dict({REST: value})
        return value
    if name in SCALARS and isinstance(value, Opaque) and not value.hint and not value.deep:
        return Opaque(value.labels, SCALARS[name], value.parts, value.of)
    return value


SCALARS = {
    "builtins.str": "str",
    "builtins.int": "int",
    "builtins.float": "float",
    "builtins.bool": "bool",
    "builtins.bytes": "bytes",
    "pydantic.EmailStr": "str",
    "pydantic.HttpUrl": "str",
    "pydantic.StrictStr": "str",
    "pydantic.StrictInt": "int",
    "pydantic.StrictBool": "bool",
    "pydantic.PositiveInt": "int",
    "pydantic.NonNegativeInt": "int",
}


def secret(value: Any, name: str = "pydantic.SecretStr") -> Any:
    """Wrap a value so that only `get_secret_value()` gives it out."""
    # `extra` is not part of what an object carries: text made of it is masked.
    return Instance(native=name, extra=value)


def _fit_class(m: Machine, type_: Value, cls: Class, value: Any, level: int) -> Any:
    if cls.cache.get("enum"):
        return value if isinstance(value, Instance) else member_of(cls, value)
    if not is_model(type_):
        return value
    if isinstance(value, Instance) and value.cls is not None and cls in mro(value.cls):
        return value
    schema = schema_of(m, type_)
    if schema is None or (isinstance(value, Const | Seq) and schema.root is None):
        return value
    if schema.kind == "typeddict":
        return typed_mapping(m, schema, value, level)
    if schema.kind in {"dataclass", "attrs", "namedtuple"} and isinstance(value, Instance):
        return value
    return build(m, schema, value, level) if affordable(m, max(level, 1)) else value


def typed_mapping(m: Machine, schema: Schema, value: Any, level: int) -> Any:
    """Keep the declared keys of a map, as validation against a TypedDict does."""
    kept: dict[Any, Any] = {}
    for field in schema.fields.values():
        held = under(value, (field.name,))
        if held is not MISSING:
            kept[field.name] = fit(m, field.type, held, level + 1)
    return mapping(kept)


def _fit_sequence(m: Machine, type_: Value, value: Any, level: int) -> Any:
    fixed = tuple_types(type_)
    inner = element_type(type_)
    if not structured(type_):
        return value
    match value:
        case Seq(slots=slots, kind=kind):
            known = slots[ELTS]
            if fixed is not None and len(fixed) == len(known):
                fitted = [fit(m, t, v, level + 1) for t, v in zip(fixed, known, strict=True)]
            else:
                fitted = [fit(m, inner, one, level + 1) for one in known]
            rest = slots.get(REST)
            other = None if rest is None else fit(m, inner, rest, level + 1)
            return sequence(fitted, "list" if kind == "iterator" else kind, other)
        case Opaque(labels=labels) if labels:
            return sequence((), rest=fit(m, inner, element_of(value), level + 1))
    return value

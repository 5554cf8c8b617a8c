"""Calling a class with fields: arguments to fields, defaults, and the hooks that run after."""

from __future__ import annotations

from typing import Any

from hushtable.scan.call import initialise
from hushtable.scan.enums import member_of
from hushtable.scan.fields import Field, Schema
from hushtable.scan.fitting import build, default_of, fill, fit, under
from hushtable.scan.frame import Call, Machine
from hushtable.scan.labels import NOTHING
from hushtable.scan.lookup import DATA, class_attribute
from hushtable.scan.settings import make_settings
from hushtable.scan.typed import of_type
from hushtable.scan.validating import run_quietly
from hushtable.scan.values import (
    ELTS,
    MISSING,
    REST,
    UNKNOWN,
    Bound,
    Class,
    Dict,
    Function,
    Instance,
    Opaque,
    Rest,
    Seq,
    Value,
    deep_labels,
    mapping,
    sequence,
)


def given(schema: Schema, call: Call) -> Dict:
    """Give the call's arguments as a map from field names; open when some are not known."""
    slots: dict[Any, Any] = {}
    positional = [name for name, f in schema.fields.items() if f.init and not f.keyword_only]
    slots.update(zip(positional, call.args, strict=False))
    slots |= call.kwargs
    match call.extra:
        case Dict(slots=extra):
            slots |= {key: held for key, held in extra.items() if key not in slots}
        case None:
            pass
        case other:
            slots[REST] = Opaque(deep_labels(other), deep=True)
    return Dict(slots)


def construct_model(m: Machine, schema: Schema, call: Call) -> Value:
    """Make a pydantic model or settings object from its arguments."""
    own = class_attribute(schema.cls, "__init__")
    if isinstance(own, Function):
        made = Instance(schema.cls)
        for field in schema.fields.values():
            if not field.required:
                made.slots[field.name] = default_of(m, field)
        initialise(m, made, schema.cls, call)
        return made
    if schema.kind == "settings":
        return make_settings(m, schema, given(schema, call))
    if schema.root is not None and call.args:
        return build(m, schema, call.args[0])
    return build(m, schema, given(schema, call))


def construct_record(m: Machine, schema: Schema, call: Call) -> Value:
    """Make a dataclass, attrs object or tuple with names."""
    data = given(schema, call)
    if schema.kind == "typeddict":
        return _typed_dict(call, data)
    made = Instance(schema.cls)
    for field in schema.fields.values():
        held = under(data, (field.name, *field.aliases)) if field.init else MISSING
        if held is MISSING and field.init and field.name.startswith("_"):
            held = under(data, (field.name.lstrip("_"),))  # attrs drops the underscore
        if field.kept or field.default is not MISSING:
            made.slots[field.name] = (
                _absent(m, field) if held is MISSING else _typed(m, schema, field, held)
            )
    if schema.kind == "namedtuple":
        made.slots[DATA] = sequence([made.slots[name] for name in schema.fields], "tuple")
        return made
    _after_init(m, schema, made, data)
    return made


def _absent(m: Machine, field: Field) -> Any:
    """Give a field its default; without one, what its annotation says (a service's own needs)."""
    return of_type(m, field.type, NOTHING) if field.required else default_of(m, field)


def _typed(m: Machine, schema: Schema, field: Field, held: Any) -> Any:
    """Convert what a pydantic dataclass is given; the others keep it as it is."""
    return fit(m, field.type, held) if schema.cls.cache.get("converts") else held


def _after_init(m: Machine, schema: Schema, made: Instance, data: Dict) -> None:
    hook = class_attribute(schema.cls, "__post_init__")
    if not isinstance(hook, Function):
        hook = class_attribute(schema.cls, "__attrs_post_init__")
    if not isinstance(hook, Function):
        return
    handed = [
        data.slots.get(field.name, UNKNOWN if field.required else field.default)
        for field in schema.fields.values()
        if not field.kept
    ]
    run_quietly(m, Bound(hook, made), handed)


def _typed_dict(call: Call, data: Dict) -> Dict:
    made = mapping({})
    if call.args and isinstance(call.args[0], Dict):
        made.slots |= call.args[0].slots
    made.slots |= {
        key: held for key, held in data.slots.items() if isinstance(key, Rest) or key in call.kwargs
    }
    return made


def construct_enum(cls: Class, call: Call) -> Value:
    """Look a member up by its value."""
    member: Value = member_of(cls, call.argument(0, "value", default=UNKNOWN))
    return member


def construct_exception(m: Machine, cls: Class, call: Call) -> Instance:
    """Make an exception: `args` are what it was called with, whatever its `__init__` does."""
    made = Instance(cls)
    rest = None if call.extra is None else Opaque(deep_labels(call.extra), deep=True)
    made.slots["args"] = sequence(call.args, "tuple", rest)
    initialise(m, made, cls, call)
    return made


CONTAINERS = {
    "builtins.dict": "dict",
    "collections.UserDict": "dict",
    "collections.OrderedDict": "dict",
    "collections.defaultdict": "dict",
    "typing.Dict": "dict",
    "builtins.list": "list",
    "collections.UserList": "list",
    "typing.List": "list",
    "builtins.set": "set",
    "builtins.tuple": "tuple",
}


def construct_container(m: Machine, cls: Class, base: str, call: Call) -> Instance:
    """Make an object of a subclass of dict or list, with what it holds beside its attributes."""
    made = Instance(cls)
    kind = CONTAINERS[base]
    made.slots[DATA] = mapping({}) if kind == "dict" else sequence((), kind)
    if base.startswith("collections.User"):
        made.slots["data"] = made.slots[DATA]
    initialise(m, made, cls, call)
    return made


def fill_container(m: Machine, made: Instance, base: str, call: Call) -> None:
    """Run `dict.__init__` or `list.__init__` on an object of a subclass."""
    held = made.slots.get(DATA)
    maker = m.natives.get(f"builtins.{CONTAINERS[base]}")
    if maker is None or held is None:
        return
    args, kwargs = call.args, call.kwargs
    name = f"builtins.{CONTAINERS[base]}"
    inner = Call(name, None, args, kwargs, call.node, call.frame, call.extra)
    content = maker(m, inner)
    if isinstance(content, Dict | Seq) and isinstance(held, Dict | Seq):
        for key, value in content.slots.items():
            m.journal.set(held.slots, key, value)


def fill_model(m: Machine, made: Instance, schema: Schema, call: Call) -> None:
    """Run `BaseModel.__init__` on an object whose class has an `__init__` of its own."""
    fresh = Instance(schema.cls)
    if schema.kind == "settings":
        fresh = make_settings(m, schema, given(schema, call))
    else:
        fill(m, fresh, schema, given(schema, call))
    for key, value in fresh.slots.items():
        m.journal.set(made.slots, key, value)
    made.extra = fresh.extra


def elements_of(value: Any) -> tuple[Any, ...]:
    """Give the known elements of a sequence."""
    return tuple(value.slots[ELTS]) if isinstance(value, Seq) else ()

"""The calls and decorators that make classes with fields, and what works on their objects."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from hushtable.scan.annotations import type_variable
from hushtable.scan.constructing import elements_of
from hushtable.scan.dumping import PLAIN, dump
from hushtable.scan.fields import FIELD, kind_of
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.lookup import DATA, class_attribute
from hushtable.scan.members import promote
from hushtable.scan.operators import BOOLEAN, pick
from hushtable.scan.schema import schema_of
from hushtable.scan.values import (
    FALSE,
    NONE,
    REST,
    TRUE,
    UNKNOWN,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Generic,
    Instance,
    Native,
    Opaque,
    Partial,
    Seq,
    choice,
    deep_labels,
    mapping,
    sequence,
)

NAMED_TUPLE = frozenset({"_asdict", "_replace", "__iter__", "index", "count"})

# decorators --------------------------------------------------------------------------------


def _record(kind: str) -> Handler:
    """Make the handler of a class decorator, with and without arguments."""

    def decorate(m: Machine, call: Call) -> Any:
        cls = call.argument(0, "cls", "maybe_cls")
        if not isinstance(cls, Class):
            return Partial(Native(call.name), (), tuple(call.kwargs.items()))
        cls.cache["dataclass"] = kind
        cls.cache["options"] = call.kwargs
        cls.cache.pop("schema", None)
        schema = schema_of(m, cls)
        if schema is not None:
            cls.cache["fields"] = tuple(n for n, f in schema.fields.items() if f.init)
        return cls

    return decorate


def _converting(m: Machine, call: Call) -> Any:
    made = _record("dataclass")(m, call)
    if isinstance(made, Class):
        made.cache["converts"] = True
    return made


def _field(_m: Machine, call: Call) -> Any:
    """`Field(...)`, `field(...)`, `attr.ib(...)`: what is said of a field."""
    slots: dict[Any, Any] = dict(call.kwargs)
    if call.args:
        slots["default"] = call.args[0]
    return Instance(native=FIELD, slots=slots)


def _factory(m: Machine, call: Call) -> Any:
    """`attr.Factory(list)` as a default: what it makes, each object's own copy."""
    return m.invoke(call.argument(0, "factory", default=UNKNOWN), [], call)


def _private(_m: Machine, call: Call) -> Any:
    return Instance(native=FIELD, slots={**call.kwargs, "private": TRUE})


def _named(native: str, *names: str) -> Handler:
    """Make an object of a library that only keeps its arguments by name."""

    def make(_m: Machine, call: Call) -> Any:
        slots: dict[Any, Any] = dict(zip(names, call.args, strict=False)) | call.kwargs
        return Instance(native=native, slots=slots)

    return make


def _choices(_m: Machine, call: Call) -> Any:
    return Instance(native="pydantic.AliasChoices", slots={"choices": sequence(call.args, "tuple")})


def _settings(_m: Machine, call: Call) -> Any:
    return mapping(dict(call.kwargs))


def _validator(default: str, *, model: bool = False) -> Handler:
    """Make the handler of `@field_validator("a", mode=...)`, `@model_validator(mode=...)`."""

    def decorate(m: Machine, call: Call) -> Any:
        if call.args and isinstance(call.args[0], Function):
            return _marked(m, call.args[0], default, sequence((), "tuple"))
        mode = call.kwargs.get("mode", Const(default))
        text = str(mode.value) if isinstance(mode, Const) else default
        if call.kwargs.get("pre") == TRUE:
            text = "before"
        if model:
            text = "model-before" if text == "before" else "model-after"
            if text == "model-after" and call.name.endswith("root_validator"):
                text = "none"
        info = Instance(native="validator", slots={
            "mode": Const(text), "fields": sequence(call.args, "tuple"),
        })
        return Partial(Native("pydantic.validates"), (info,))

    return decorate


def _marked(_m: Machine, function: Function, mode: str, fields: Seq) -> Function:
    info = Instance(native="validator", slots={"mode": Const(mode), "fields": fields})
    function.slots["validates"] = info
    function.kind = function.kind or ("" if mode == "model-after" else "class")
    return function


def _validates(_m: Machine, call: Call) -> Any:
    info, function = call.args[0], call.argument(1)
    if isinstance(function, Function) and isinstance(info, Instance):
        function.slots["validates"] = info
        if info.slots["mode"] != Const("model-after") and not function.kind:
            function.kind = "class"
    return UNKNOWN if function is None else function


def _serializer(_m: Machine, call: Call) -> Any:
    return Partial(Native("pydantic.serializes"), (sequence(call.args, "tuple"),))


def _serializes(_m: Machine, call: Call) -> Any:
    function = call.argument(1)
    if isinstance(function, Function):
        function.slots["serializes"] = call.args[0]
    return UNKNOWN if function is None else function


def _computed(_m: Machine, call: Call) -> Any:
    function = call.argument(0)
    if isinstance(function, Function):
        function.slots["computed"] = TRUE
        function.kind = "property"
        return function
    if function is None:
        return Native("pydantic.computed_field")
    return function


# functional forms --------------------------------------------------------------------------


def made_class(call: Call, name: str, base: str, types: Mapping[str, Any]) -> Class:
    """Make the class that a call such as `namedtuple("P", "x y")` gives."""
    node = ast.ClassDef(name=name, bases=[], keywords=[], body=[ast.Pass()], decorator_list=[])
    ast.copy_location(node, call.node)
    made = Class(node, call.frame.module, name, (Native(base),))
    made.cache["declared"] = tuple(types)
    made.cache["types"] = dict(types)
    made.cache["fields"] = tuple(types)
    return made


def _text(value: Any, default: str) -> str:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else default


def _namedtuple(_m: Machine, call: Call) -> Any:
    """`namedtuple("P", "x y")`, `NamedTuple("P", [("x", int)])`."""
    listed = call.argument(1, "field_names", "fields")
    types: dict[str, Any] = {}
    match listed:
        case Const(value=str() as text):
            types = dict.fromkeys(text.replace(",", " ").split())
        case Seq():
            for one in elements_of(listed):
                match one:
                    case Const(value=str() as name):
                        types[name] = None
                    case Seq():
                        pair = elements_of(one)
                        if len(pair) == 2 and isinstance(pair[0], Const):  # noqa: PLR2004 - a pair
                            types[str(pair[0].value)] = pair[1]
    made = made_class(call, _text(call.argument(0), "tuple"), "typing.NamedTuple", types)
    defaults = elements_of(call.kwargs.get("defaults"))
    if defaults:
        made.slots.update(zip(list(types)[-len(defaults) :], defaults, strict=False))
    return made


def _typeddict(_m: Machine, call: Call) -> Any:
    listed = call.argument(1, "fields")
    types = {} if not isinstance(listed, Dict) else {
        str(key): held for key, held in listed.slots.items() if isinstance(key, str)
    }
    return made_class(call, _text(call.argument(0), "dict"), "typing.TypedDict", types)


def _create_model(m: Machine, call: Call) -> Any:
    """`create_model("M", __base__=Base, name=(str, ...))`."""
    types: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    for name, spec in call.kwargs.items():
        if name.startswith("__"):
            continue
        pair = elements_of(spec)
        types[name] = pair[0] if pair else spec
        if len(pair) > 1 and pair[1] != Const(...):
            defaults[name] = pair[1]
    made = made_class(call, _text(call.argument(0), "Model"), "pydantic.BaseModel", types)
    base = call.kwargs.get("__base__")
    if isinstance(base, Class | Generic):
        made.bases = (base,)
    made.slots.update(defaults)
    del m
    return made


def _make_dataclass(m: Machine, call: Call) -> Any:
    listed = call.argument(1, "fields")
    types: dict[str, Any] = {}
    for one in elements_of(listed):
        pair = elements_of(one) or (one,)
        if isinstance(pair[0], Const):
            types[str(pair[0].value)] = pair[1] if len(pair) > 1 else None
    made = made_class(call, _text(call.argument(0), "Record"), "builtins.object", types)
    made.cache["dataclass"] = "dataclass"
    del m
    return made


# functions on objects ----------------------------------------------------------------------


def _each(value: Any, use: Callable[[Any], Any]) -> Any:
    if isinstance(value, Choice):
        return pick([use(one) for one in value.options if one != NONE])
    return use(value)


def _asdict(m: Machine, call: Call) -> Any:
    """`dataclasses.asdict`, `attr.asdict`: nested records become maps too."""

    def use(value: Any) -> Any:
        match value:
            case Instance():
                return _deep(m, value)
            case Opaque() if value.labels and not value.deep:
                return promote(value)
        return value

    return _each(call.argument(0, "obj", "inst", default=UNKNOWN), use)


def _deep(m: Machine, value: Any) -> Any:
    match value:
        case Instance() if value.cls is not None and kind_of(value.cls) in {"dataclass", "attrs"}:
            made = dump(m, value, PLAIN)
            return _deep(m, made) if isinstance(made, Dict) else made
        case Seq(slots=slots, kind=kind):
            rest = slots.get(REST)
            known = [_deep(m, one) for one in elements_of(value)]
            return sequence(known, kind, None if rest is None else _deep(m, rest))
        case Dict(slots=slots):
            return Dict({k: v if not isinstance(k, str) else _deep(m, v) for k, v in slots.items()})
        case Choice(options=found):
            return choice([_deep(m, one) for one in found])
    return value


def _astuple(m: Machine, call: Call) -> Any:
    made = _asdict(m, call)
    if isinstance(made, Dict):
        return sequence([v for k, v in made.slots.items() if isinstance(k, str)], "tuple")
    return made


def _replace(_m: Machine, call: Call) -> Any:
    """`dataclasses.replace`, `attr.evolve`: a changed copy."""

    def use(value: Any) -> Any:
        if not isinstance(value, Instance):
            return value
        slots = dict(value.slots)
        slots |= call.kwargs
        if DATA in slots and value.cls is not None:
            names = [name for name in slots if isinstance(name, str) and name != DATA]
            slots[DATA] = sequence([slots[name] for name in names], "tuple")
        return Instance(value.cls, value.native, slots, value.extra)

    owner = call.receiver if call.receiver is not None else call.argument(0, default=UNKNOWN)
    return _each(owner, use)


def _fields(m: Machine, call: Call) -> Any:
    value = call.argument(0, default=UNKNOWN)
    cls = value.cls if isinstance(value, Instance) else value
    schema = schema_of(m, cls) if isinstance(cls, Class) else None
    if schema is None:
        return sequence((), "tuple", Opaque(of="field"))
    return sequence(
        [Instance(native="dataclasses.Field", slots={"name": Const(name)})
         for name in schema.fields], "tuple",
    )


def _is_record(_m: Machine, call: Call) -> Any:
    value = call.argument(0, default=UNKNOWN)
    if isinstance(value, Opaque | Choice):
        return BOOLEAN
    cls = value.cls if isinstance(value, Instance) else value
    return TRUE if isinstance(cls, Class) and kind_of(cls) in {"dataclass", "attrs"} else FALSE


def _tuple_asdict(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if not isinstance(owner, Instance) or owner.cls is None:
        return Opaque(deep_labels(owner), deep=True)
    schema = schema_of(m, owner.cls)
    names = () if schema is None else schema.fields
    return mapping({name: owner.slots[name] for name in names if name in owner.slots})


def _tuple_iter(_m: Machine, call: Call) -> Any:
    held = call.receiver.slots.get(DATA) if isinstance(call.receiver, Instance) else None
    return sequence(elements_of(held), "tuple")


def _tuple_make(m: Machine, call: Call) -> Any:
    return m.call(m, call.receiver, list(elements_of(call.argument(0))), {}, call.node, call.frame)


def named_tuple_class(m: Machine, cls: Class, name: str) -> Any:
    """Read `_fields` and `_make` of a tuple class with names."""
    if name == "_make":
        return Native("namedtuple._make", cls)
    schema = schema_of(m, cls)
    return sequence([Const(one) for one in (schema.fields if schema else ())], "tuple")


def by_protocol(m: Machine, value: Instance) -> Dict | None:
    """Open an object that has `keys` and `__getitem__`."""
    if value.cls is None or not isinstance(class_attribute(value.cls, "keys"), Function):
        return None
    node = value.cls.node
    method = m.get_attribute(m, value, "keys")
    names = m.call(m, method, [], {}, node, m.program.no_frame)
    getter = m.get_attribute(m, value, "__getitem__")
    if not isinstance(names, Seq | Dict):
        return None
    known = elements_of(names) if isinstance(names, Seq) else [
        Const(key) for key in names.slots if isinstance(key, str)
    ]
    return mapping({
        one.value: m.call(m, getter, [one], {}, node, m.program.no_frame)
        for one in known if isinstance(one, Const)
    })


# typing ------------------------------------------------------------------------------------


def _type_variable(_m: Machine, call: Call) -> Any:
    return type_variable(_text(call.argument(0, "name"), "T"))


def _second(_m: Machine, call: Call) -> Any:
    """`NewType("Id", str)` and `cast(T, x)` are their second argument."""
    return call.argument(1, "tp", "val", "value", default=UNKNOWN)


def _first(_m: Machine, call: Call) -> Any:
    return call.argument(0, default=UNKNOWN)


def _constrained(base: str) -> Handler:
    def make(_m: Machine, call: Call) -> Any:
        told = Instance(native=FIELD, slots=dict(call.kwargs))
        inner: Any = Native(base)
        if call.args and base == "builtins.list":
            inner = Generic(inner, (call.args[0],))
        return Generic(Native("typing.Annotated"), (inner, told))

    return make


RECORDS = {
    "dataclasses.dataclass": "dataclass", "attr.s": "attrs", "attr.attrs": "attrs",
    "attr.define": "attrs", "attr.frozen": "attrs", "attr.mutable": "attrs",
    "attr.dataclass": "attrs",
}  # fmt: skip
FIELDS = ("dataclasses.field", "attr.ib", "attr.attrib", "attr.field", "pydantic.Field",
          "sqlmodel.Field", "msgspec.field", "msgspec.Meta")
NATIVES: Mapping[str, Handler] = {
    **{name: _record(kind) for name, kind in RECORDS.items()},
    **dict.fromkeys(FIELDS, _field),
    "pydantic.dataclasses.dataclass": _converting,
    "pydantic.PrivateAttr": _private,
    "pydantic.ConfigDict": _settings,
    "pydantic_settings.SettingsConfigDict": _settings,
    "pydantic.AliasChoices": _choices,
    "pydantic.AliasPath": _choices,
    "pydantic.AliasGenerator": _named(
        "pydantic.AliasGenerator", "alias", "validation_alias", "serialization_alias"),
    "pydantic.BeforeValidator": _named("pydantic.BeforeValidator", "func"),
    "pydantic.AfterValidator": _named("pydantic.AfterValidator", "func"),
    "pydantic.StringConstraints": _named("pydantic.StringConstraints"),
    "pydantic.field_validator": _validator("after"),
    "pydantic.validator": _validator("after"),
    "pydantic.model_validator": _validator("after", model=True),
    "pydantic.root_validator": _validator("after", model=True),
    "pydantic.validates": _validates,
    "pydantic.field_serializer": _serializer,
    "pydantic.serializes": _serializes,
    "pydantic.computed_field": _computed,
    "pydantic.create_model": _create_model,
    "collections.namedtuple": _namedtuple,
    "typing.NamedTuple": _namedtuple,
    "typing.TypedDict": _typeddict,
    "dataclasses.make_dataclass": _make_dataclass,
    "dataclasses.asdict": _asdict,
    "dataclasses.astuple": _astuple,
    "dataclasses.replace": _replace,
    "dataclasses.fields": _fields,
    "dataclasses.is_dataclass": _is_record,
    "attr.asdict": _asdict,
    "attr.astuple": _astuple,
    "attr.Factory": _factory,
    "msgspec.to_builtins": _asdict,
    "msgspec.structs.asdict": _asdict,
    "msgspec.structs.replace": _replace,
    "attr.evolve": _replace,
    "attr.fields": _fields,
    "namedtuple._asdict": _tuple_asdict,
    "namedtuple._replace": _replace,
    "namedtuple.__iter__": _tuple_iter,
    "namedtuple._make": _tuple_make,
    "typing.TypeVar": _type_variable,
    "typing.ParamSpec": _type_variable,
    "typing.NewType": _second,
    "typing.cast": _second,
    "typing.TypeAliasType": _second,
    "typing.runtime_checkable": _first,
    "typing.final": _first,
    "typing.overload": _first,
    "typing.override": _first,
    "typing.no_type_check": _first,
    "pydantic.constr": _constrained("builtins.str"),
    "pydantic.conint": _constrained("builtins.int"),
    "pydantic.confloat": _constrained("builtins.float"),
    "pydantic.condecimal": _constrained("decimal.Decimal"),
    "pydantic.conlist": _constrained("builtins.list"),
    "pydantic.conset": _constrained("builtins.list"),
}
ATTRIBUTES: Mapping[str, Callable[..., Any]] = {
    "typing.TYPE_CHECKING": lambda _m, _owner: TRUE,
}
PURE: frozenset[str] = frozenset({
    "attr.validators.instance_of", "abc.abstractmethod", "pydantic.PlainSerializer",
    "pydantic.WrapValidator", "pydantic.PlainValidator", "pydantic.Tag", "pydantic.Discriminator",
})


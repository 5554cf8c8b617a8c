"""The decorators and calls in a class body: `@dataclass`, `Field(...)`, validators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hushtable.scan.fields import FIELD
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.schema import schema_of
from hushtable.scan.values import (
    TRUE,
    UNKNOWN,
    Class,
    Const,
    Function,
    Instance,
    Native,
    Partial,
    Seq,
    mapping,
    sequence,
)


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


def _path(_m: Machine, call: Call) -> Any:
    """`AliasPath("a", "b")`: what lies under the first name holds the field."""
    first = sequence(call.args[:1], "tuple")
    return Instance(native="pydantic.AliasChoices", slots={"choices": first})


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
        info = Instance(
            native="validator",
            slots={
                "mode": Const(text),
                "fields": sequence(call.args, "tuple"),
            },
        )
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


RECORDS = {
    "dataclasses.dataclass": "dataclass", "attr.s": "attrs", "attr.attrs": "attrs",
    "attr.define": "attrs", "attr.frozen": "attrs", "attr.mutable": "attrs",
    "attr.dataclass": "attrs",
}  # fmt: skip
FIELDS = (
    "dataclasses.field",
    "attr.ib",
    "attr.attrib",
    "attr.field",
    "pydantic.Field",
    "sqlmodel.Field",
    "msgspec.field",
    "msgspec.Meta",
)
NATIVES: Mapping[str, Handler] = {
    **{name: _record(kind) for name, kind in RECORDS.items()},
    **dict.fromkeys(FIELDS, _field),
    "pydantic.dataclasses.dataclass": _converting,
    "pydantic.PrivateAttr": _private,
    "pydantic.ConfigDict": _settings,
    "pydantic_settings.SettingsConfigDict": _settings,
    "pydantic.AliasChoices": _choices,
    "pydantic.AliasPath": _path,
    "pydantic.AliasGenerator": _named(
        "pydantic.AliasGenerator", "alias", "validation_alias", "serialization_alias"
    ),
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
    "attr.Factory": _factory,
}
PURE: frozenset[str] = frozenset(
    {
        "attr.validators.instance_of",
        "abc.abstractmethod",
        "pydantic.PlainSerializer",
        "pydantic.WrapValidator",
        "pydantic.PlainValidator",
        "pydantic.Tag",
        "pydantic.Discriminator",
    }
)

"""What pydantic gives its models: building from data, dumping, copying, and masked secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hushtable.scan.annotations import class_of
from hushtable.scan.constructing import fill_model
from hushtable.scan.dumping import Options, dump, selection
from hushtable.scan.fields import PYDANTIC_BASES, SECRETS
from hushtable.scan.fitting import build, fit, typed_mapping
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.labels import NOTHING
from hushtable.scan.members import promote
from hushtable.scan.operators import pick
from hushtable.scan.schema import schema_of
from hushtable.scan.values import (
    ELTS,
    MAYBE,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Choice,
    Class,
    Const,
    Dict,
    Instance,
    Opaque,
    Rest,
    Seq,
    deep_labels,
    join,
    mapping,
    sequence,
)


def _receiver(call: Call) -> tuple[Any, list[Any]]:
    """Give the object or class a method is called on, and the arguments after it."""
    if call.receiver is not None:
        return call.receiver, call.args
    return (call.args[0], call.args[1:]) if call.args else (UNKNOWN, [])


def _validate(m: Machine, call: Call) -> Any:
    """`Model.model_validate(obj)`, `parse_obj`, `from_orm`: an object built from data."""
    owner, args = _receiver(call)
    data = args[0] if args else call.kwargs.get("obj", call.kwargs.get("json_data", UNKNOWN))
    m.may_raise("pydantic.ValidationError")
    return _build(m, owner, data)


def _build(m: Machine, owner: Any, data: Any) -> Any:
    cls = owner.cls if isinstance(owner, Instance) else class_of(owner)
    if cls is None:
        return Opaque(deep_labels(data), deep=True)
    schema = schema_of(m, owner if not isinstance(owner, Instance) else cls)
    if schema is None:
        return Opaque(deep_labels(data), deep=True)
    if isinstance(data, Choice):
        return pick([_build(m, owner, one) for one in data.options if one != NONE])
    if isinstance(data, Instance) and data.cls is cls:
        return data
    if schema.kind == "typeddict":
        return typed_mapping(m, schema, data, 0)
    return build(m, schema, data)


def _construct(m: Machine, call: Call) -> Any:
    """`Model.model_construct(**values)`: no validation, the same fields."""
    owner, _ = _receiver(call)
    slots: dict[Any, Any] = dict(call.kwargs)
    if isinstance(call.extra, Dict):
        slots |= {k: v for k, v in call.extra.slots.items() if k not in slots}
    return _build(m, owner, Dict(slots))


def _options(call: Call, *, json: bool, positional: tuple[str, ...] = ()) -> Options:
    kwargs = dict(zip(positional, call.args, strict=False)) | call.kwargs

    def flag(name: str) -> bool:
        held = kwargs.get(name)
        return isinstance(held, Const) and bool(held.value)

    return Options(
        include=selection(kwargs.get("include")),
        exclude=selection(kwargs.get("exclude")),
        by_alias=flag("by_alias"),
        exclude_none=flag("exclude_none"),
        exclude_unset=flag("exclude_unset"),
        exclude_defaults=flag("exclude_defaults"),
        json=json or kwargs.get("mode") == Const("json"),
    )


def _dump(m: Machine, call: Call) -> Any:
    owner, _ = _receiver(call)
    return _dumped(m, owner, _options(call, json=False))


def _dumped(m: Machine, owner: Any, how: Options) -> Any:
    match owner:
        case Instance():
            return dump(m, owner, how)
        case Choice(options=choices):
            return pick([_dumped(m, one, how) for one in choices if one != NONE])
        case Opaque():
            return promote(owner) if owner.labels and not owner.deep else owner
    return owner


def _dump_json(m: Machine, call: Call) -> Any:
    owner, _ = _receiver(call)
    made = _dumped(m, owner, _options(call, json=True))
    handler = m.natives.get("json.dumps")
    if handler is not None:
        return handler(m, Call("json.dumps", None, [made], {}, call.node, call.frame))
    return Opaque(deep_labels(made), "str", deep=True)


def _copy(m: Machine, call: Call) -> Any:
    """`model_copy(update={...})` and v1's `copy(update=, exclude=)`."""
    owner, _ = _receiver(call)
    if not isinstance(owner, Instance):
        return owner
    made = Instance(owner.cls, owner.native, dict(owner.slots), owner.extra)
    how = _options(call, json=False)
    for name in list(made.slots):
        out = how.exclude is not None and how.exclude.get(str(name)) is True
        beside = how.include is not None and str(name) not in how.include
        if isinstance(name, str) and (out or beside):
            made.slots[name] = UNKNOWN
    changes = call.kwargs.get("update")
    if isinstance(changes, Dict):
        maybe = changes.slots.get(MAYBE, ())
        kept = {
            k: join(made.slots.get(k, MISSING), v) if k in maybe else v
            for k, v in changes.slots.items()
            if not isinstance(k, Rest)
        }
        made.slots |= kept
        if isinstance(made.extra, frozenset):
            made.extra |= frozenset(str(key) for key in kept)
    del m
    return made


def _init(m: Machine, call: Call) -> Any:
    """`super().__init__(**data)` inside a model's own `__init__`."""
    owner = call.receiver
    if isinstance(owner, Instance) and owner.cls is not None:
        schema = schema_of(m, owner.cls)
        if schema is not None:
            fill_model(m, owner, schema, call)
    return NONE


def _iterate(m: Machine, call: Call) -> Any:
    """Give the (name, value) pairs of a model, or the content of a root model."""
    owner = call.receiver
    if not isinstance(owner, Instance) or owner.cls is None:
        return sequence(())
    schema = schema_of(m, owner.cls)
    if schema is not None and schema.root is not None:
        return owner.slots.get(schema.root.name, UNKNOWN)
    pairs = [
        sequence([Const(name), held], "tuple")
        for name, held in owner.slots.items()
        if isinstance(name, str)
    ]
    rest = owner.slots.get(REST)
    more = None if rest is None else sequence([Opaque(hint="str"), rest], "tuple")
    return sequence(pairs, "iterator", more)


def fields_of(m: Machine, cls: Class) -> Dict:
    """Give `model_fields`: names with nothing known of each."""
    schema = schema_of(m, cls)
    names = () if schema is None else tuple(schema.fields)
    return mapping({name: Opaque(NOTHING, of="field") for name in names})


def _schema_text(_m: Machine, _call: Call) -> Any:
    return mapping({}, UNKNOWN)


def _nothing(_m: Machine, _call: Call) -> Any:
    return NONE


def _reveal(_m: Machine, call: Call) -> Any:
    owner = call.receiver
    return owner.extra if isinstance(owner, Instance) and owner.extra is not None else UNKNOWN


def _make_secret(_m: Machine, call: Call) -> Any:
    return Instance(native=call.name, extra=call.argument(0, "secret_value", default=UNKNOWN))


def _adapter(_m: Machine, call: Call) -> Any:
    return Instance(native="pydantic.TypeAdapter", extra=call.argument(0, "type", default=UNKNOWN))


def _adapt(m: Machine, call: Call) -> Any:
    """`TypeAdapter(list[User]).validate_python(data)`, v1's `parse_obj_as(type, data)`."""
    if isinstance(call.receiver, Instance):
        return fit(m, call.receiver.extra, call.argument(0, "object", "data", default=UNKNOWN))
    return fit(m, call.argument(0, "type_"), call.argument(1, "obj", default=UNKNOWN))


def _adapter_dump(m: Machine, call: Call) -> Any:
    value = call.argument(0, "instance", default=UNKNOWN)
    if isinstance(value, Seq):
        how = _options(call, json=False)
        known = [_dumped(m, one, how) for one in value.slots[ELTS]]
        rest = value.slots.get(REST)
        return sequence(known, rest=None if rest is None else _dumped(m, rest, how))
    return _dumped(m, value, _options(call, json=False))


METHODS: dict[str, Handler] = {
    "model_validate": _validate,
    "parse_obj": _validate,
    "from_orm": _validate,
    "validate": _validate,
    "model_validate_json": _validate,
    "parse_raw": _validate,
    "model_validate_strings": _validate,
    "model_construct": _construct,
    "construct": _construct,
    "model_dump": _dump,
    "dict": _dump,
    "model_dump_json": _dump_json,
    "json": _dump_json,
    "model_copy": _copy,
    "copy": _copy,
    "__init__": _init,
    "__iter__": _iterate,
    "model_json_schema": _schema_text,
    "schema": _schema_text,
    "model_rebuild": _nothing,
    "update_forward_refs": _nothing,
    "model_post_init": _nothing,
}
READ = frozenset({"model_fields", "__fields__", "__pydantic_fields__"})


NATIVES: Mapping[str, Handler] = {
    **{f"{base}.{name}": handler for base in PYDANTIC_BASES for name, handler in METHODS.items()},
    **{f"{name}.get_secret_value": _reveal for name in SECRETS},
    **dict.fromkeys(SECRETS, _make_secret),
    "pydantic.TypeAdapter": _adapter,
    "pydantic.TypeAdapter.validate_python": _adapt,
    "pydantic.TypeAdapter.validate_json": _adapt,
    "pydantic.TypeAdapter.dump_python": _adapter_dump,
    "pydantic.parse_obj_as": _adapt,
}

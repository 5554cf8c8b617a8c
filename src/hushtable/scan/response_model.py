"""What FastAPI does to an answer: a response model keeps what it declares, and what it leaves open.

Source: fastapi.tiangolo.com/tutorial/response-model. An answer is validated against the model
(from a map by alias or name, from an object by attribute) and written out by alias. A `Response`
that the handler returns itself is sent as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hushtable.model.place import Place
from hushtable.model.service import ModelState, ResponseModel
from hushtable.scan.annotations import (
    ANYTHING,
    MAPPINGS,
    SEQUENCES,
    class_of,
    element_type,
    members,
    origin_name,
    shown,
    strip,
    tuple_types,
    value_type,
)
from hushtable.scan.dumping import MASK, Options, Selection, encode, selection
from hushtable.scan.fields import SECRETS, Field, Schema, is_computed
from hushtable.scan.fitting import SCALARS, affordable, names_of, under
from hushtable.scan.frame import Machine
from hushtable.scan.iterate import element_of
from hushtable.scan.labels import Kind
from hushtable.scan.lookup import DATA, class_attribute, data_of, mro, native_bases
from hushtable.scan.openness import MAX_LEVELS, classes_in, openings
from hushtable.scan.operators import pick
from hushtable.scan.schema import schema_of
from hushtable.scan.settling import flat, settled
from hushtable.scan.values import (
    ELTS,
    KEYS,
    MINUS,
    MISSING,
    NONE,
    REST,
    Choice,
    Const,
    Dict,
    Instance,
    Native,
    Opaque,
    Rest,
    Seq,
    Value,
    options,
    sequence,
)

KNOWN_SCALARS = frozenset(
    {"builtins.str", "builtins.int", "builtins.float", "builtins.bool", "builtins.bytes",
     "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "decimal.Decimal",
     "uuid.UUID", "enum.Enum", "pathlib.Path", "typing.Literal", "pydantic.EmailStr",
     "pydantic.HttpUrl", "pydantic.AnyUrl", "pydantic.AnyHttpUrl", "pydantic.conint",
     "pydantic.constr", "pydantic.PositiveInt", "pydantic.NonNegativeInt", "pydantic.UUID4",
     "pydantic.StrictStr", "pydantic.StrictInt", "pydantic.StrictBool", "pydantic.PositiveFloat",
     "pydantic.confloat", "pydantic.condecimal", "pydantic.NaiveDatetime", "pydantic.AwareDatetime",
     "ipaddress.IPv4Address", "pydantic.IPvAnyAddress", "pydantic.ByteSize", "pydantic.Json",
     "datetime.tzinfo"}
)  # fmt: skip
RESPONSES = ("starlette.responses.", "sse_starlette.")
NO_MODEL = ResponseModel()


@dataclass(frozen=True, slots=True)
class Filtered:
    """An answer as it leaves, and what the response model did to it."""

    value: Any
    model: ResponseModel


def is_response(value: Any) -> bool:
    """Whether a value is a `Response`, which no response model touches."""
    if not isinstance(value, Instance):
        return False
    names = list(native_bases(value.cls)) if value.cls is not None else [value.native]
    return any(name.startswith(RESPONSES) for name in names)


def filter_response(
    m: Machine,
    value: Any,
    annotation: Value | None,
    *,
    include: Any = None,
    exclude: Any = None,
    by_alias: bool = True,
) -> Filtered:
    """Give what leaves when a handler returns `value` and its response model is `annotation`.

    `annotation` is a type value, None when the route has no response model. `include` and
    `exclude` are the values of `response_model_include` and `response_model_exclude`.
    """
    answers = options(value)
    direct = [one for one in answers if is_response(one)]
    if direct:
        why = f"{_response_name(direct[0])} returned"
        name = "" if annotation is None else describe(m, annotation).name
        if len(direct) == len(answers):
            return Filtered(value, ResponseModel(ModelState.BYPASSED, name, why=why))
    how = Options(include=_names(include), exclude=_names(exclude), by_alias=by_alias, json=True)
    left = pick([one for one in answers if not is_response(one)])
    kept = (
        encode(m, left, how)
        if annotation is None
        else _narrowed(keep(m, annotation, left, by_alias=by_alias), how)
    )
    model = NO_MODEL if annotation is None else describe(m, annotation)
    return Filtered(pick([kept, *direct]), model)


def _response_name(value: Instance) -> str:
    return value.cls.name if value.cls is not None else value.native.rpartition(".")[2]


def _names(value: Any) -> Selection | None:
    return None if value is None or value == NONE else selection(value)


def _narrowed(value: Any, how: Options) -> Any:
    """Apply include and exclude to what a model kept; in a list, to each element."""
    if how.include is None and how.exclude is None:
        return value
    match value:
        case Choice(options=found):
            return pick([_narrowed(one, how) for one in found])
        case Seq(slots=slots, kind=kind):
            rest = slots.get(REST)
            known = [_narrowed(one, how) for one in slots[ELTS]]
            return sequence(known, kind, None if rest is None else _narrowed(rest, how))
        case Dict(slots=slots):
            out = {name for name, inner in (how.exclude or {}).items() if inner is True}
            kept = {
                key: held
                for key, held in slots.items()
                if isinstance(key, Rest)
                or (key not in out and (how.include is None or key in how.include))
            }
            if REST in kept:
                if how.include is not None:
                    del kept[REST]
                else:
                    kept[MINUS] = kept.get(MINUS, frozenset()) | out
            return Dict(kept)
    return value


# what a type keeps -------------------------------------------------------------------------


def keep(m: Machine, type_: Value, value: Any, level: int = 0, *, by_alias: bool = True) -> Any:
    """Give what a value keeps on its way through a type."""
    if level > MAX_LEVELS:
        return value
    value = settled(value)
    if isinstance(value, Choice):
        return pick([keep(m, type_, one, level, by_alias=by_alias) for one in value.options])
    candidates = [one for one in members(type_) if one != NONE]
    if value == NONE or not candidates:
        return value
    if len(candidates) > 1:
        candidates = _fitting(candidates, value)
    found = [_keep_one(m, strip(one), value, level, by_alias=by_alias) for one in candidates]
    return pick(found)


def _fitting(candidates: list[Value], value: Any) -> list[Value]:
    """Give the alternatives of a union that a value can be."""
    if isinstance(value, Instance) and value.cls is not None:
        exact = [one for one in candidates if class_of(one) is value.cls]
        if exact:
            return exact
        above = [one for one in candidates if class_of(one) in mro(value.cls)]
        return above or candidates
    if isinstance(value, Const):
        return candidates[:1]
    wanted = SEQUENCES if isinstance(value, Seq) else None
    if wanted is not None:
        return [one for one in candidates if origin_name(one) in wanted] or candidates
    if isinstance(value, Dict):
        shaped = [
            one
            for one in candidates
            if class_of(one) is not None or origin_name(one) in MAPPINGS | ANYTHING
        ]
        return shaped or candidates
    return candidates


def _keep_one(m: Machine, type_: Value, value: Any, level: int, *, by_alias: bool) -> Any:
    name = origin_name(type_)
    if name in SECRETS:
        return MASK
    schema = schema_of(m, type_)
    if schema is not None and affordable(m, level):
        return _keep_model(m, schema, value, level, by_alias=by_alias)
    if name in SEQUENCES:
        return _keep_sequence(m, type_, value, level, by_alias=by_alias)
    if name in MAPPINGS:
        return _keep_mapping(m, type_, value, level, by_alias=by_alias)
    if name in SCALARS:
        return flat(encode(m, value))
    # A class that is not in the tree is a model whose fields nobody knows.
    if isinstance(type_, Native) and name not in KNOWN_SCALARS | ANYTHING:
        return _open(encode(m, value))
    return encode(m, value)


def _open(value: Any) -> Any:
    """Take an unknown attribute under a type without a shape for a map without a shape."""
    if not isinstance(value, Opaque) or value.deep or value.hint:
        return value
    named = any(one.kind is Kind.ATTRIBUTE and one.path for one in value.labels)
    return Dict({REST: value}) if named else value


def _keep_sequence(m: Machine, type_: Value, value: Any, level: int, *, by_alias: bool) -> Any:
    fixed = tuple_types(type_)
    inner = element_type(type_)
    match value:
        case Seq(slots=slots):
            known = slots[ELTS]
            if inner is None:
                return encode(m, value)
            same = fixed is not None and len(fixed) == len(known)
            types = fixed if fixed is not None and same else [inner] * len(known)
            kept = [
                keep(m, t, v, level + 1, by_alias=by_alias)
                for t, v in zip(types, known, strict=True)
            ]
            rest = slots.get(REST)
            other = None if rest is None else keep(m, inner, rest, level + 1, by_alias=by_alias)
            return sequence(kept, rest=other)
        case Opaque() if value.labels and not value.deep and inner is not None:
            return sequence(
                (), rest=keep(m, inner, element_of(value), level + 1, by_alias=by_alias)
            )
        case Instance() if isinstance(data_of(value), Seq):
            return _keep_sequence(m, type_, data_of(value), level, by_alias=by_alias)
    return encode(m, value)


def _keep_mapping(m: Machine, type_: Value, value: Any, level: int, *, by_alias: bool) -> Any:
    inner = value_type(type_)
    value = encode(m, value) if isinstance(value, Instance) else value
    if inner is None or not isinstance(value, Dict):
        return _open(encode(m, value))
    plain = not _shaped(m, inner)
    return Dict(
        {
            key: held
            if (key is REST and plain) or (isinstance(key, Rest) and key is not REST)
            else keep(m, inner, held, level + 1, by_alias=by_alias)
            for key, held in value.slots.items()
        },
        value.kind,
        value.native,
    )


def _shaped(m: Machine, type_: Value) -> bool:
    return any(schema_of(m, one) is not None for one in members(type_))


def _keep_model(m: Machine, schema: Schema, value: Any, level: int, *, by_alias: bool) -> Any:
    root = schema.root
    if root is not None:
        held = value
        if isinstance(value, Instance) and root.name in value.slots:
            held = value.slots[root.name]
        return held if root.type is None else keep(m, root.type, held, level + 1, by_alias=by_alias)
    if isinstance(value, Const | Seq):
        return encode(m, value)
    if isinstance(value, Instance) and isinstance(data_of(value), Dict):
        value = data_of(value)
    made: dict[Any, Any] = {}
    for field in schema.fields.values():
        if field.exclude or not field.kept:
            continue
        held = _read(m, schema, field, value)
        if held is MISSING:
            continue
        name = field.shown_as if by_alias and field.shown_as else field.name
        made[name] = _keep_field(m, field, held, level, by_alias=by_alias)
    if isinstance(value, Instance) and value.cls is not None:
        _computed(m, schema, value, made)
    if schema.extra == "allow":
        _keep_extra(m, schema, value, made)
    return Dict(made)


def _keep_field(m: Machine, field: Field, held: Any, level: int, *, by_alias: bool) -> Any:
    if field.type is None:
        return encode(m, held)
    return keep(m, field.type, held, level + 1, by_alias=by_alias)


def _read(m: Machine, schema: Schema, field: Field, value: Any) -> Any:
    if not isinstance(value, Instance):
        return under(value, names_of(field))
    if value.cls is not None and schema.cls in mro(value.cls):
        return value.slots.get(field.name, MISSING)
    held = under(value, names_of(field))
    if held is MISSING and value.cls is not None:
        for name in names_of(field):
            if class_attribute(value.cls, name) is not MISSING:
                return m.get_attribute(m, value, name)
    return held


def _computed(m: Machine, schema: Schema, value: Instance, made: dict[Any, Any]) -> None:
    for one in mro(schema.cls):
        for name in one.slots:
            if isinstance(name, str) and is_computed(one, name) and name not in made:
                made[name] = encode(m, m.get_attribute(m, value, name))


def _keep_extra(m: Machine, schema: Schema, value: Any, made: dict[Any, Any]) -> None:
    taken = {name for field in schema.fields.values() for name in names_of(field)}
    match value:
        case Dict(slots=slots) | Instance(slots=slots):
            for key, held in slots.items():
                if isinstance(key, str) and key not in taken and key != DATA:
                    made[key] = encode(m, held)
            if REST in slots:
                made[REST] = slots[REST]
                made[MINUS] = slots.get(MINUS, frozenset()) | taken
            if KEYS in slots:
                made[KEYS] = slots[KEYS]
        case Opaque():
            made[REST] = value
            made[MINUS] = frozenset(taken)


# what a type is ----------------------------------------------------------------------------


def describe(m: Machine, annotation: Value) -> ResponseModel:
    """Say what a response model lets through: closed, or open and by what."""
    opened = list(openings(m, annotation, (), frozenset()))
    classes = list(classes_in(annotation))
    name = shown(strip(annotation))
    place = None
    if classes:
        name = classes[0].name if len(classes) == 1 else name
        place = Place(classes[0].module.path, getattr(classes[0].node, "lineno", 1))
    if not opened:
        return ResponseModel(ModelState.CLOSED, name, place)
    fields = tuple(dict.fromkeys(".".join(path) for path, _ in opened if path))
    return ResponseModel(ModelState.OPEN, name, place, fields, opened[0][1])

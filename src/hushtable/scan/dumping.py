"""From objects back to maps: `model_dump`, `asdict`, and what JSON encoding makes of a value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hushtable.scan.enums import is_enum_type
from hushtable.scan.fields import SECRETS, Field, Schema, is_computed
from hushtable.scan.frame import Machine
from hushtable.scan.lookup import data_of, mro
from hushtable.scan.members import key_text
from hushtable.scan.schema import schema_of
from hushtable.scan.validating import run_quietly
from hushtable.scan.values import (
    ELTS,
    MAYBE,
    MINUS,
    MISSING,
    NONE,
    REST,
    TRUE,
    Bound,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Rest,
    Seq,
    choice,
    sequence,
)

MAX_LEVELS = 12
MASK = Const("**********")
Selection = dict[str, Any]
"""Names that include or exclude name, each with what it selects inside, or True for all."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a dump is made. `json` renders secrets and enums as text does."""

    include: Selection | None = None
    exclude: Selection | None = None
    by_alias: bool = False
    exclude_none: bool = False
    exclude_unset: bool = False
    exclude_defaults: bool = False
    json: bool = False


PLAIN = Options()
ENCODED = Options(by_alias=True, json=True)


def selection(value: Any) -> Selection | None:
    """Read an `include=` or `exclude=`; None when there is none or it is not known."""
    match value:
        case Seq(slots=slots):
            return {str(one.value): True for one in slots[ELTS] if isinstance(one, Const)}
        case Dict(slots=slots):
            return {
                key_text(key): True if held in (TRUE, Const(...)) else (selection(held) or True)
                for key, held in slots.items()
                if not isinstance(key, Rest)
            }
    return None


def dump(m: Machine, value: Instance, how: Options = PLAIN, level: int = 0) -> Any:
    """Give the map (or root value) that a model, dataclass or tuple with names dumps to."""
    if value.cls is None or level > MAX_LEVELS:
        return value
    schema = schema_of(m, value.cls)
    if schema is None:
        return _variables(m, value, how, level)
    root = schema.root
    if root is not None:
        return encode(m, value.slots.get(root.name, NONE), how, level + 1)
    made = Dict({})
    for field in schema.fields.values():
        held = _shown(m, value, schema, field, how)
        if held is not MISSING:
            inner = replace(
                how,
                include=_inside(how.include, field.name),
                exclude=_inside(how.exclude, field.name),
            )
            shown = field.shown_as if how.by_alias and field.shown_as else field.name
            made.slots[shown] = encode(m, held, inner, level + 1)
            if how.exclude_unset and value.extra is None and not field.required:
                made.slots[MAYBE] = made.slots.get(MAYBE, frozenset()) | {shown}
    taken = set(schema.fields)
    for key, held in value.slots.items():
        extra = isinstance(key, str) and key not in taken and schema.extra == "allow"
        if extra and key not in schema.private and _chosen(key, how):
            made.slots[key] = encode(m, held, how, level + 1)
    if schema.kind in {"pydantic", "settings"}:
        _computed(m, value, how, made, level)
    if REST in value.slots and how.include is None:
        made.slots[REST] = value.slots[REST]
        whole = {name for name, inner in (how.exclude or {}).items() if inner is True}
        made.slots[MINUS] = value.slots.get(MINUS, frozenset()) | whole
    return made


def _shown(m: Machine, value: Instance, schema: Schema, field: Field, how: Options) -> Any:
    """Give what a dump shows of a field; MISSING when it leaves the field out."""
    held = value.slots.get(field.name, MISSING)
    if held is MISSING or field.exclude or not field.kept or not _chosen(field.name, how):
        return MISSING
    unset = isinstance(value.extra, frozenset) and field.name not in value.extra
    if (
        (how.exclude_none and held == NONE)
        or (how.exclude_defaults and held == field.default)
        or (how.exclude_unset and unset)
    ):
        return MISSING
    serializer = _serializer(schema.cls, field.name)
    if serializer is not None:
        changed = run_quietly(m, Bound(serializer, value), [held])
        held = held if changed is None else changed
    return held


def _serializer(cls: Class, name: str) -> Function | None:
    for one in mro(cls):
        for held in one.slots.values():
            if isinstance(held, Function) and isinstance(held.slots.get("serializes"), Seq):
                listed = held.slots["serializes"].slots[ELTS]
                if any(isinstance(field, Const) and field.value == name for field in listed):
                    return held
    return None


def _chosen(name: str, how: Options) -> bool:
    if how.include is not None and name not in how.include:
        return False
    return how.exclude is None or how.exclude.get(name) is not True


def _inside(names: Selection | None, name: str) -> Selection | None:
    """Give the selection that holds inside a field; `__all__` speaks for every element."""
    inner = None if names is None else names.get(name)
    if not isinstance(inner, dict):
        return None
    every = inner.get("__all__")
    return every if isinstance(every, dict) else inner


def _computed(m: Machine, value: Instance, how: Options, made: Dict, level: int) -> None:
    if value.cls is None:
        return
    for one in reversed(mro(value.cls)):
        for name in one.slots:
            if isinstance(name, str) and is_computed(one, name) and _chosen(name, how):
                made.slots[name] = encode(m, m.get_attribute(m, value, name), how, level + 1)


def _variables(m: Machine, value: Instance, how: Options, level: int) -> Any:
    """Give what a plain object encodes to: `vars(value)` without private names."""
    data = data_of(value)
    if data is not None:
        return encode(m, data, how, level + 1)
    kept = {
        key: encode(m, held, how, level + 1) if not isinstance(key, Rest) else held
        for key, held in value.slots.items()
        if not (isinstance(key, str) and key.startswith("_"))
    }
    return Dict(kept)


def encode(m: Machine, value: Any, how: Options = ENCODED, level: int = 0) -> Any:
    """Turn objects with fields inside a value into maps, as `jsonable_encoder` does."""
    if level > MAX_LEVELS:
        return value
    match value:
        case Choice(options=options):
            return choice([encode(m, one, how, level + 1) for one in options])
        case Dict(slots=slots):
            inner = replace(how, include=None, exclude=None) if level else how
            return Dict(
                {
                    key: held
                    if isinstance(key, Rest) and key is not REST
                    else encode(m, held, inner, level + 1)
                    for key, held in slots.items()
                    if isinstance(key, Rest) or _chosen(key_text(key), how)
                },
                value.kind,
                value.native,
            )
        case Seq(slots=slots, kind=kind):
            rest = slots.get(REST)
            known = [encode(m, one, how, level + 1) for one in slots[ELTS]]
            return sequence(
                known,
                "list" if how.json else kind,
                None if rest is None else encode(m, rest, how, level + 1),
            )
        case Instance():
            return _encode_instance(m, value, how, level)
    return value


def _encode_instance(m: Machine, value: Instance, how: Options, level: int) -> Any:
    if value.native in SECRETS:
        return MASK if how.json else value
    if value.cls is None:
        return value
    if is_enum_type(value.cls):
        return value.slots.get("value", value) if how.json else value
    schema = schema_of(m, value.cls)
    if schema is None and not how.json:
        return value
    if schema is not None and schema.kind == "namedtuple":
        return encode(m, data_of(value), how, level + 1)
    return dump(m, value, how, level + 1)

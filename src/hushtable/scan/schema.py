"""What a class with fields declares: names, types, aliases, defaults, and what else it lets in.

Knows dataclasses, attrs, msgspec, NamedTuple, TypedDict and pydantic (v1 and v2 with their
settings classes). Sources: docs.python.org/3/library/dataclasses.html, www.attrs.org,
docs.pydantic.dev/latest/concepts and docs.pydantic.dev/1.10.
"""

from __future__ import annotations

from dataclasses import replace

from hushtable.scan.annotations import (
    bindings_of,
    class_frame,
    class_of,
    descends_from,
    inherited_bindings,
    resolve,
    strip,
    substitute,
)
from hushtable.scan.declaring import declared, described, is_marker, private_of
from hushtable.scan.fields import FIELD, ROOT, STRUCTS, Field, Schema, kind_of
from hushtable.scan.frame import Machine
from hushtable.scan.lookup import mro
from hushtable.scan.model_config import aliased, config_of, extra_of, flag, text
from hushtable.scan.values import Class, Function, Generic, Instance, Native, Value


def schema_of(m: Machine, value: Value) -> Schema | None:
    """Give the schema of a class, or of a generic with its parameters filled in."""
    cls = class_of(strip(value))
    if cls is None:
        return None
    found: Schema | None = cls.cache.get("schema")
    if found is None:
        kind = kind_of(cls)
        if not kind:
            return None
        if cls.module.state == "done" or (cls.closure is not None and cls.closure.function):
            found = cls.cache["schema"] = _built_once(m, cls, kind)
            cls.cache["fields"] = tuple(n for n, f in found.fields.items() if f.init)
        else:
            found = _build(m, cls, kind)
    bindings = bindings_of(strip(value))
    if not bindings:
        return found
    filled = {
        name: replace(field, type=substitute(field.type, bindings))
        if field.type is not None
        else field
        for name, field in found.fields.items()
    }
    return replace(found, fields=filled)


def _built_once(m: Machine, cls: Class, kind: str) -> Schema:
    """Build a schema that is kept: who asks first does not pay for all who ask later."""
    steps = m.steps
    try:
        with m.apart():
            return _build(m, cls, kind)
    finally:
        m.steps = steps


def _build(m: Machine, cls: Class, kind: str) -> Schema:
    config = config_of(cls) if kind in {"pydantic", "settings"} else {}
    bindings = inherited_bindings(cls)
    fields: dict[str, Field] = {}
    for one in reversed(mro(cls)):
        if kind not in {"dataclass", "attrs"} or _is_record(one):
            _add(m, one, kind, fields, bindings.get(id(one), {}))
    if "root" not in fields and descends_from(cls, ROOT):
        fields["root"] = Field("root", _root_type(cls), owner=cls)
    fields = {name: aliased(m, field, config) for name, field in fields.items()}
    return Schema(
        cls,
        kind,
        fields,
        extra=extra_of(config),
        by_alias=flag(config, "serialize_by_alias"),
        env_prefix=text(config.get("env_prefix")),
        private=private_of(cls),
    )


def _add(
    m: Machine, cls: Class, kind: str, fields: dict[str, Field], bindings: dict[str, Value]
) -> None:
    """Add what one class of the ancestry declares to what those before it did."""
    frame = class_frame(cls)
    types = cls.cache.get("types", {})
    keyword_only = flag(cls.cache.get("options"), "kw_only")
    for name, annotation, held in declared(cls, kind):
        if is_marker(m, annotation, frame):
            keyword_only = True
            continue
        if annotation is None and name in fields:
            made = described(replace(fields[name], default=held, owner=cls), kind)
        else:
            type_ = types[name] if name in types else resolve(m, annotation, frame)
            made = described(Field(name, type_, annotation, cls, default=held), kind)
        if made is not None:
            type_ = None if made.type is None else substitute(made.type, bindings)
            only = made.keyword_only or keyword_only
            fields[name] = replace(made, type=type_, keyword_only=only)
    for name, held in cls.slots.items():
        # A subclass may give a field a new default without repeating its type.
        known = fields.get(name)
        named = isinstance(held, Function) or (isinstance(held, Instance) and held.native == FIELD)
        if known is not None and known.owner is not cls and not named:
            fields[name] = replace(known, default=held, factory=None)


def _is_record(cls: Class) -> bool:
    return "dataclass" in cls.cache or descends_from(cls, *STRUCTS)


def _root_type(cls: Class) -> Value | None:
    """Give the type in `class Users(RootModel[list[User]])`."""
    bindings = inherited_bindings(cls)
    for one in mro(cls):
        for base in one.bases:
            match base:
                case Generic(origin=Native(name="pydantic.RootModel"), arguments=(first, *_)):
                    return substitute(first, bindings.get(id(one), {}))
    return None

"""What a class body declares: which of its statements are fields, and what each says."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hushtable.scan.annotations import metadata, origin_name, resolve
from hushtable.scan.fields import FIELD, Field
from hushtable.scan.frame import Frame, Machine
from hushtable.scan.lookup import mro
from hushtable.scan.model_config import flag, names, text
from hushtable.scan.values import (
    MISSING,
    NONE,
    UNKNOWN,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Native,
    Seq,
    Value,
)

ASSIGNING = frozenset({"attrs", "pydantic", "settings"})


def declared(cls: Class, kind: str) -> Iterator[tuple[str, ast.expr | None, Any]]:
    """Give (name, annotation, what the class body gave it) of what looks like a field."""
    known = cls.cache.get("declared")
    if known is not None:
        # Made by a call (`namedtuple`, `TypedDict("T", {...})`): there is no annotation to read.
        for name in known:
            yield name, None, cls.slots.get(name, MISSING)
        return
    for node in _statements(cls.node.body):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                yield name, annotation, cls.slots.get(name, MISSING)
            case ast.Assign(targets=[ast.Name(id=name)]) if kind in ASSIGNING:
                held = cls.slots.get(name, MISSING)
                if isinstance(held, Instance) and held.native == FIELD:
                    yield name, None, held
                elif kind != "attrs" and _plain_default(name, held):
                    yield name, None, held  # pydantic v1 infers the type from the default


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.If):
            yield from _statements([*node.body, *node.orelse])
        else:
            yield node


def _plain_default(name: str, held: Any) -> bool:
    return (
        isinstance(held, Const | Seq | Dict)
        and not name.startswith("_")
        and name not in {"model_config", "Config"}
    )


def is_marker(m: Machine, annotation: ast.expr | None, frame: Frame) -> bool:
    """Whether this is the `_: KW_ONLY` line of a dataclass."""
    if not isinstance(annotation, ast.Name | ast.Attribute):
        return False
    return origin_name(resolve(m, annotation, frame) or UNKNOWN) == "dataclasses.KW_ONLY"


def described(field: Field, kind: str) -> Field | None:
    """Add to a declaration what its default and its metadata say; None when it is no field."""
    name, type_, held = field.name, field.type, field.default
    origin = "" if type_ is None else origin_name(type_)
    hidden = kind in {"pydantic", "settings"} and (name.startswith("_") or name == "model_config")
    if (hidden and name != "__root__") or origin == "typing.ClassVar":
        return None
    if isinstance(held, Function | Class):
        return None
    info = [one for one in metadata(type_) if isinstance(one, Instance) and one.native == FIELD]
    if isinstance(held, Instance) and held.native == FIELD:
        info.append(held)
        field = replace(field, default=MISSING)
    field = replace(
        field, kept=origin != "dataclasses.InitVar", constrained=is_constrained(type_, info)
    )
    for one in info:
        field = informed(field, one.slots)
    return field


def informed(field: Field, info: Mapping[Any, Any]) -> Field:
    """Add what `Field(...)` says."""
    default = info.get("default", MISSING)
    if default == Const(...) or (isinstance(default, Native) and default.name.endswith("NOTHING")):
        default = MISSING
    factory = info.get("default_factory") or info.get("factory") or field.factory
    told = ("validation_alias", "alias", "env")
    aliases = [name for key in told for name in names(info.get(key))]
    shown = text(info.get("serialization_alias")) or text(info.get("alias"))
    init = info.get("init")
    return replace(
        field,
        default=field.default if default is MISSING else default,
        factory=None if factory == NONE else factory,
        aliases=tuple(aliases) or field.aliases,
        shown_as=shown or field.shown_as,
        exclude=field.exclude or flag(info, "exclude"),
        init=field.init and init != Const(value=False),
        keyword_only=field.keyword_only or flag(info, "kw_only"),
    )


CONSTRAINTS = frozenset({"pattern", "regex", "const", "gt", "ge", "lt", "le", "multiple_of"})


def is_constrained(type_: Value | None, info: list[Instance]) -> bool:
    """Whether a pattern, a range or a fixed set excludes free text."""
    given = [*info, *(one for one in metadata(type_) if isinstance(one, Instance))]
    return any(
        key in CONSTRAINTS and held != NONE for one in given for key, held in one.slots.items()
    )


def private_of(cls: Class) -> dict[str, Field]:
    """Give `_attributes` with what `PrivateAttr(...)` says of their defaults."""
    found: dict[str, Field] = {}
    for one in reversed(mro(cls)):
        for name, held in one.slots.items():
            if isinstance(held, Instance) and held.native == FIELD and name.startswith("_"):
                found[name] = informed(Field(name, owner=one), held.slots)
    return found

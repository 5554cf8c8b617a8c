"""The settings of a pydantic model class: extra keys, alias generators, flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hushtable.scan.fields import Field
from hushtable.scan.frame import Machine, Stopped
from hushtable.scan.lookup import mro
from hushtable.scan.values import (
    ELTS,
    NONE,
    Bound,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Native,
    Seq,
)


def aliased(m: Machine, field: Field, config: Mapping[Any, Any]) -> Field:
    """Give a field the alias that its model's generator makes of its name."""
    generator = config.get("alias_generator")
    if field.aliases or field.shown_as or generator is None or generator == NONE:
        return field
    made = _generated(m, generator, field.name)
    if not made:
        return field
    return replace(field, aliases=(made,), shown_as=made)


def _generated(m: Machine, generator: Any, name: str) -> str:
    if isinstance(generator, Native):
        return _cased(generator.name.rpartition(".")[2], name)
    if isinstance(generator, Instance) and generator.native == "pydantic.AliasGenerator":
        inner = generator.slots.get("validation_alias") or generator.slots.get("alias")
        return _generated(m, inner, name) if inner is not None else ""
    if isinstance(generator, Function | Bound):
        function = generator.function if isinstance(generator, Bound) else generator
        try:
            made = m.call(m, generator, [Const(name)], {}, function.node, m.program.no_frame)
        except Stopped:
            return ""
        return text(made)
    return ""


def _cased(style: str, name: str) -> str:
    """Apply pydantic.alias_generators' `to_camel`, `to_pascal`, and humps' `camelize`."""
    words = name.split("_")
    match style:
        case "to_camel" | "camelize" | "to_lower_camel":
            return words[0] + "".join(word[:1].upper() + word[1:] for word in words[1:])
        case "to_pascal" | "pascalize":
            return "".join(word[:1].upper() + word[1:] for word in words)
        case "upper":
            return name.upper()
    return ""


def config_of(cls: Class) -> dict[Any, Any]:
    """Give the settings of a model class, its ancestors' first."""
    found: dict[Any, Any] = {}
    for one in reversed(mro(cls)):
        held = one.slots.get("model_config")
        if isinstance(held, Dict | Instance):
            found |= held.slots
        inner = one.slots.get("Config")
        if isinstance(inner, Class):
            for base in reversed(mro(inner)):
                found |= base.slots
        found |= {k: v for k, v in one.keywords.items() if k in {"extra", "alias_generator"}}
    return found


def extra_of(config: Mapping[Any, Any]) -> str:
    """Give what a model does with keys it does not declare."""
    held = config.get("extra")
    if isinstance(held, Native):
        held = Const(held.name.rpartition(".")[2])
    if isinstance(held, Const) and held.value in {"allow", "ignore", "forbid"}:
        return str(held.value)
    return "ignore"


def flag(config: Any, key: str) -> bool:
    """Whether a setting is there and true."""
    held = config.get(key) if isinstance(config, Mapping) else None
    return isinstance(held, Const) and bool(held.value)


def text(value: Any) -> str:
    """Give a constant text, empty for any other value."""
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else ""


def names(value: Any) -> list[str]:
    """Give the names of an alias: a string, a list of them, `AliasChoices("a", "b")`."""
    if isinstance(value, Seq):
        return [name for one in value.slots[ELTS] for name in names(one)]
    if isinstance(value, Instance):
        held = value.slots.get("choices")
        listed = held.slots[ELTS] if isinstance(held, Seq) else ()
        return [name for one in listed for name in names(one)]
    known = text(value)
    return [known] if known else []

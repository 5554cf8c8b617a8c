"""The fields of a class as nouns, and which classes have fields at all."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as described
from typing import Any

from hushtable.scan.annotations import class_of, descends_from, members, origin_name, strip
from hushtable.scan.lookup import class_attribute, mro
from hushtable.scan.values import MISSING, Class, Function, Native, Value

FIELD = "field"
"""The native name of what `Field(...)`, `field(...)` and `attr.ib(...)` give."""
PYDANTIC = "pydantic.BaseModel"
ROOT = "pydantic.RootModel"
SETTINGS = "pydantic_settings.BaseSettings"
PYDANTIC_BASES = (
    PYDANTIC,
    ROOT,
    SETTINGS,
    "dyntastic.Dyntastic",
    "fastapi_camelcase.CamelModel",
    "hushtable.guard.Record",
    "hushtable.guard.View",
    "hushtable.guard.record.Record",
    "hushtable.guard.view.View",
)
SECRETS = frozenset({"pydantic.SecretStr", "pydantic.SecretBytes", "pydantic.Secret"})
STRUCTS = ("msgspec.Struct",)
ROOT_NAMES = ("root", "__root__")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a class.

    `aliases` are the names it is read from, best first; `shown_as` is the name it is written
    under by alias. `default` is MISSING when the field is required; `factory` makes the default.
    `init` tells whether the constructor takes it, `kept` whether objects have it at all (an
    InitVar is not kept).
    """

    name: str
    type: Value | None = None
    annotation: ast.expr | None = None
    owner: Class | None = None
    aliases: tuple[str, ...] = ()
    shown_as: str = ""
    exclude: bool = False
    default: Any = MISSING
    factory: Any = None
    init: bool = True
    kept: bool = True
    keyword_only: bool = False
    constrained: bool = False
    """A pattern or another constraint of the field excludes free text."""

    @property
    def required(self) -> bool:
        """Whether the field has no default."""
        return self.default is MISSING and self.factory is None

    @property
    def secret(self) -> bool:
        """Whether its type masks it: SecretStr, SecretBytes."""
        return self.type is not None and any(
            origin_name(one) in SECRETS for one in members(self.type)
        )


@dataclass(frozen=True, slots=True)
class Schema:
    """What a class declares. `extra` is `ignore`, `allow` or `forbid`.

    `kind` is `pydantic`, `settings`, `dataclass`, `attrs`, `namedtuple` or `typeddict`.
    """

    cls: Class
    kind: str
    fields: Mapping[str, Field]
    extra: str = "ignore"
    by_alias: bool = False
    env_prefix: str = ""
    private: Mapping[str, Field] = described(default_factory=dict)
    """Attributes that are no fields: never read from data, never dumped."""

    @property
    def root(self) -> Field | None:
        """The only field of a model that is its content (`RootModel`, `__root__`)."""
        if self.kind == "pydantic":
            for name in ROOT_NAMES:
                if name in self.fields and (name == "__root__" or descends_from(self.cls, ROOT)):
                    return self.fields[name]
        return None


def kind_of(cls: Class) -> str:
    """Say which kind of class with fields this is; empty for any other class."""
    if descends_from(cls, SETTINGS):
        return "settings"
    if descends_from(cls, *PYDANTIC_BASES):
        return "pydantic"
    if descends_from(cls, *STRUCTS):
        return "dataclass"
    if descends_from(cls, "typing.NamedTuple"):
        return "namedtuple"
    if descends_from(cls, "typing.TypedDict"):
        return "typeddict"
    for one in mro(cls):
        if "dataclass" in one.cache:
            return str(one.cache["dataclass"])
    return "pydantic" if _looks_like_model(cls) else ""


OTHER_MODELS = (
    "pynamodb.",
    "django.",
    "tortoise.",
    "peewee.",
    "sqlalchemy.",
    "marshmallow.",
    "mongoengine.",
    "odmantic.",
    "flask_",
    "pydynox.",
    "torch.",
    "tensorflow.",
)


def _looks_like_model(cls: Class) -> bool:
    """Whether a class with annotated fields stands on a model class that was not scanned.

    A base of a team's own package, `common.CamelModel`, is most often a pydantic model; taking
    its objects for empty would hide what they hold.
    """
    known: bool | None = cls.cache.get("looks like model")
    if known is None:
        bases = [base for one in mro(cls) for base in one.bases]
        known = cls.cache["looks like model"] = any(
            isinstance(one, ast.AnnAssign) for part in mro(cls) for one in part.node.body
        ) and any(
            isinstance(base, Native)
            and base.name.endswith(("Model", "Schema", "DTO"))
            and not base.name.startswith(OTHER_MODELS)
            for base in bases
        )
    return known


def is_model(value: Value | None) -> bool:
    """Whether a type value names a class with fields."""
    cls = None if value is None else class_of(strip(value))
    return cls is not None and bool(kind_of(cls))


def is_computed(cls: Class, name: str) -> bool:
    """Whether a name of a model class is a computed field, which dumps include."""
    held = class_attribute(cls, name)
    return isinstance(held, Function) and "computed" in held.slots

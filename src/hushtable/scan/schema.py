"""What a class with fields declares: names, types, aliases, defaults, and what else it lets in.

Knows dataclasses, attrs, NamedTuple, TypedDict and pydantic (v1 and v2 with their settings
classes). Sources: docs.python.org/3/library/dataclasses.html, www.attrs.org,
docs.pydantic.dev/latest/concepts and docs.pydantic.dev/1.10.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as described
from typing import Any

from hushtable.scan.annotations import (
    bindings_of,
    class_frame,
    class_of,
    descends_from,
    inherited_bindings,
    metadata,
    members,
    origin_name,
    resolve,
    strip,
    substitute,
)
from hushtable.scan.frame import Frame, Machine, Stopped
from hushtable.scan.lookup import class_attribute, mro
from hushtable.scan.values import (
    ELTS,
    MISSING,
    NONE,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Dict,
    Function,
    Generic,
    Instance,
    Native,
    Seq,
    Value,
)

FIELD = "field"
"""The native name of what `Field(...)`, `field(...)` and `attr.ib(...)` give."""
PYDANTIC = "pydantic.BaseModel"
ROOT = "pydantic.RootModel"
SETTINGS = "pydantic_settings.BaseSettings"
PYDANTIC_BASES = (PYDANTIC, ROOT, SETTINGS, "dyntastic.Dyntastic", "fastapi_camelcase.CamelModel")
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
    populate: bool = False
    env_prefix: str = ""
    private: Mapping[str, Field] = described(default_factory=dict)
    """Attributes that are no fields: never read from data, never dumped."""

    @property
    def root(self) -> Field | None:
        """The only field of a model that is its content (`RootModel`, `__root__`)."""
        if self.kind == "pydantic":
            for name in ROOT_NAMES:
                if name in self.fields and (
                    name == "__root__" or descends_from(self.cls, ROOT)
                ):
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


OTHER_MODELS = ("pynamodb.", "django.", "tortoise.", "peewee.", "sqlalchemy.", "marshmallow.",
                "mongoengine.", "odmantic.", "flask_", "pydynox.", "torch.", "tensorflow.")


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
            isinstance(base, Native) and base.name.endswith(("Model", "Schema", "DTO"))
            and not base.name.startswith(OTHER_MODELS)
            for base in bases
        )
    return known


def is_model(value: Value | None) -> bool:
    """Whether a type value names a class with fields."""
    cls = None if value is None else class_of(strip(value))
    return cls is not None and bool(kind_of(cls))


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
        found = _build(m, cls, kind)
        if cls.module.state == "done" or (cls.closure is not None and cls.closure.function):
            cls.cache["schema"] = found
            cls.cache["fields"] = tuple(n for n, f in found.fields.items() if f.init)
    bindings = bindings_of(strip(value))
    if not bindings:
        return found
    filled = {
        name: replace(field, type=substitute(field.type, bindings))
        if field.type is not None else field
        for name, field in found.fields.items()
    }
    return replace(found, fields=filled)


def _build(m: Machine, cls: Class, kind: str) -> Schema:
    config = _config(m, cls) if kind in {"pydantic", "settings"} else {}
    bindings = inherited_bindings(cls)
    fields: dict[str, Field] = {}
    for one in reversed(mro(cls)):
        if kind in {"dataclass", "attrs"} and not _is_record(one):
            continue
        frame = class_frame(one)
        keyword_only = _flag(one.cache.get("options"), "kw_only")
        for name, annotation, held in _declared(one, kind):
            if _is_marker(m, annotation, frame):
                keyword_only = True
                continue
            types = one.cache.get("types", {})
            type_ = types[name] if name in types else resolve(m, annotation, frame)
            made = _field(Field(name, type_, annotation, one, default=held), kind)
            if made is None:
                continue
            made = replace(made, keyword_only=made.keyword_only or keyword_only)
            if made.type is not None:
                made = replace(made, type=substitute(made.type, bindings.get(id(one), {})))
            before = fields.get(name)
            if before is not None and annotation is None:
                made = replace(before, default=held)
            fields[name] = made
        for name in one.slots:
            # A subclass may give a field a new default without repeating its type.
            if name in fields and fields[name].owner is not one:
                fields[name] = replace(fields[name], default=one.slots[name], factory=None)
    if "root" not in fields and descends_from(cls, ROOT):
        fields["root"] = Field("root", _root_type(cls), owner=cls)
    fields = {name: _aliased(m, field, config) for name, field in fields.items()}
    return Schema(
        cls, kind, fields, extra=_extra(config, kind), by_alias=_flag(config, "serialize_by_alias"),
        populate=any(_flag(config, key) for key in POPULATE),
        env_prefix=_text(config.get("env_prefix")), private=_private(cls),
    )


def _private(cls: Class) -> dict[str, Field]:
    """Give `_attributes` with what `PrivateAttr(...)` says of their defaults."""
    found: dict[str, Field] = {}
    for one in reversed(mro(cls)):
        for name, held in one.slots.items():
            if isinstance(held, Instance) and held.native == FIELD and name.startswith("_"):
                found[name] = _informed(Field(name, owner=one), held.slots)
    return found


def _is_record(cls: Class) -> bool:
    return "dataclass" in cls.cache or descends_from(cls, *STRUCTS)


POPULATE = ("populate_by_name", "allow_population_by_field_name", "validate_by_name")


def _root_type(cls: Class) -> Value | None:
    """Give the type in `class Users(RootModel[list[User]])`."""
    bindings = inherited_bindings(cls)
    for one in mro(cls):
        for base in one.bases:
            match base:
                case Generic(origin=Native(name="pydantic.RootModel"), arguments=(first, *_)):
                    return substitute(first, bindings.get(id(one), {}))
    return None


ASSIGNING = frozenset({"attrs", "pydantic", "settings"})


def _declared(cls: Class, kind: str) -> Iterator[tuple[str, ast.expr | None, Any]]:
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


def _is_marker(m: Machine, annotation: ast.expr | None, frame: Frame) -> bool:
    """Whether this is the `_: KW_ONLY` line of a dataclass."""
    if not isinstance(annotation, ast.Name | ast.Attribute):
        return False
    return origin_name(resolve(m, annotation, frame) or UNKNOWN) == "dataclasses.KW_ONLY"


def _field(field: Field, kind: str) -> Field | None:
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
        field = _informed(field, one.slots)
    return field


def _informed(field: Field, info: Mapping[Any, Any]) -> Field:
    """Add what `Field(...)` says."""
    default = info.get("default", MISSING)
    if default == Const(...) or (isinstance(default, Native) and default.name.endswith("NOTHING")):
        default = MISSING
    factory = info.get("default_factory") or info.get("factory") or field.factory
    told = ("validation_alias", "alias", "env")
    aliases = [name for key in told for name in _names(info.get(key))]
    shown = _text(info.get("serialization_alias")) or _text(info.get("alias"))
    init = info.get("init")
    return replace(
        field,
        default=field.default if default is MISSING else default,
        factory=None if factory == NONE else factory,
        aliases=tuple(aliases) or field.aliases,
        shown_as=shown or field.shown_as,
        exclude=field.exclude or _flag(info, "exclude"),
        init=field.init and init != Const(value=False),
        keyword_only=field.keyword_only or _flag(info, "kw_only"),
    )


CONSTRAINTS = frozenset({"pattern", "regex", "const", "gt", "ge", "lt", "le", "multiple_of"})


def is_constrained(type_: Value | None, info: list[Instance]) -> bool:
    """Whether a pattern, a range or a fixed set excludes free text."""
    given = [*info, *(one for one in metadata(type_) if isinstance(one, Instance))]
    return any(
        key in CONSTRAINTS and held != NONE for one in given for key, held in one.slots.items()
    )


def _aliased(m: Machine, field: Field, config: Mapping[Any, Any]) -> Field:
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
        return _text(made)
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


def _config(m: Machine, cls: Class) -> dict[Any, Any]:
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
    del m
    return found


def _extra(config: Mapping[Any, Any], kind: str) -> str:
    held = config.get("extra")
    if isinstance(held, Native):
        held = Const(held.name.rpartition(".")[2])
    if isinstance(held, Const) and held.value in {"allow", "ignore", "forbid"}:
        return str(held.value)
    del kind
    return "ignore"


def _flag(config: Any, key: str) -> bool:
    held = config.get(key) if isinstance(config, Mapping) else None
    return isinstance(held, Const) and bool(held.value)


def _text(value: Any) -> str:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else ""


def _names(value: Any) -> list[str]:
    """Give the names of an alias: a string, a list of them, `AliasChoices("a", "b")`."""
    if isinstance(value, Seq):
        return [name for one in value.slots[ELTS] for name in _names(one)]
    if isinstance(value, Instance):
        held = value.slots.get("choices")
        known = held.slots[ELTS] if isinstance(held, Seq) else ()
        return [name for one in known for name in _names(one)]
    text = _text(value)
    return [text] if text else []


def is_computed(cls: Class, name: str) -> bool:
    """Whether a name of a model class is a computed field, which dumps include."""
    held = class_attribute(cls, name)
    return isinstance(held, Function) and "computed" in held.slots

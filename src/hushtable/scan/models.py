"""The face of everything that classes with fields do, as the interpreter asks for it."""

from __future__ import annotations

import ast

from hushtable.scan import (
    class_calls,
    class_forms,
    enums,
    model_methods,
    record_calls,
    typed,
    typing_calls,
)
from hushtable.scan.constructing import (
    CONTAINERS,
    construct_container,
    construct_enum,
    construct_exception,
    construct_model,
    construct_record,
    fill_container,
    fill_model,
)
from hushtable.scan.exceptions import is_exception
from hushtable.scan.fields import PYDANTIC, kind_of
from hushtable.scan.fitting import inside
from hushtable.scan.frame import Call, Frame, Machine
from hushtable.scan.labels import Labels
from hushtable.scan.lookup import DATA, class_attribute, native_bases
from hushtable.scan.schema import schema_of
from hushtable.scan.values import (
    MISSING,
    REST,
    Class,
    Dict,
    Function,
    Instance,
    Native,
    Opaque,
    Value,
    sequence,
)

PARTS = (enums, class_calls, class_forms, record_calls, typing_calls, model_methods)
NATIVES = {name: handler for part in PARTS for name, handler in part.NATIVES.items()}
ATTRIBUTES = typing_calls.ATTRIBUTES
PURE = class_calls.PURE


class Models:
    """Answers for pydantic models, dataclasses, attrs, tuples and dicts with names, and enums."""

    def construct(self, m: Machine, cls: Class, call: Call) -> Value | None:
        """Make an object of a class with fields, an enum, an exception, a container; else None."""
        if cls.cache.get("enum"):
            found: Value = construct_enum(cls, call)
            return found if call.args or call.kwargs else None
        if is_exception(Instance(cls)) and not kind_of(cls):
            return construct_exception(m, cls, call)
        kind = kind_of(cls)
        if kind:
            schema = schema_of(m, cls)
            if schema is None:
                return None
            if kind in {"pydantic", "settings"}:
                return construct_model(m, schema, call)
            if kind != "namedtuple" and isinstance(class_attribute(cls, "__init__"), Function):
                return None
            return construct_record(m, schema, call)
        base = next((one for one in native_bases(cls) if one in CONTAINERS), "")
        return construct_container(m, cls, base, call) if base else None

    def of_annotation(
        self, m: Machine, annotation: ast.expr | None, function: Function, labels: Labels, name: str
    ) -> Value:
        """Give the value of a parameter as its annotation describes it."""
        return typed.of_annotation(m, annotation, function, labels, name)

    def service_of(self, m: Machine, annotation: ast.expr, function: Function) -> Value | None:
        """Give the one object of a service class that an annotation names; None for others."""
        found: Value | None = typed.service_of(m, annotation, function)
        return found

    def native_init(self, m: Machine, made: Instance, call: Call) -> None:
        """Fill a fresh object as its exception, its container or its model does."""
        if made.cls is None:
            return
        if is_exception(made):
            rest = None if call.extra is None else Opaque(frozenset())
            m.journal.set(made.slots, "args", sequence(call.args, "tuple", rest))
        for base in native_bases(made.cls):
            if base in CONTAINERS:
                fill_container(m, made, base, call)
                return
        schema = schema_of(m, made.cls)
        if schema is not None and schema.kind in {"pydantic", "settings"}:
            fill_model(m, made, schema, call)

    def class_made(self, m: Machine, cls: Class, frame: Frame) -> None:
        """Make the members of an enum, and remember the class for interfaces."""
        del frame
        m.stores.setdefault("classes", []).append(cls)
        if enums.is_enum(cls):
            enums.make_members(m, cls)

    def attribute(self, m: Machine, owner: Instance, name: str) -> Value | None:
        """Read an attribute that the class of an object gives it; None when it gives none."""
        cls = owner.cls
        if cls is None:
            return None
        if cls.cache.get("enum"):
            found: Value | None = enums.attribute(owner, name)
            return found
        kind = kind_of(cls)
        if kind in {"pydantic", "settings"}:
            return self._model_attribute(m, owner, cls, name)
        if kind == "namedtuple" and name in record_calls.NAMED_TUPLE:
            return Native(f"namedtuple.{name}", owner)
        return None

    def _model_attribute(self, m: Machine, owner: Instance, cls: Class, name: str) -> Value | None:
        if name in model_methods.READ:
            return model_methods.fields_of(m, cls)
        if name in {"model_fields_set", "__fields_set__"}:
            return sequence((), "set", Opaque(hint="str"))
        if name in {"model_extra", "__pydantic_extra__"}:
            return Dict({k: held for k, held in owner.slots.items() if not isinstance(k, str)})
        if name in model_methods.METHODS:
            schema = schema_of(m, cls)
            if name == "__iter__" or schema is not None:
                return Native(f"{PYDANTIC}.{name}", owner)
        rest = owner.slots.get(REST, MISSING)
        if rest is not MISSING and not name.startswith("__"):
            found: Value = inside(rest, name)
            return found
        return None

    def class_attribute(self, m: Machine, owner: Class, name: str) -> Value | None:
        """Read an attribute that a class with fields has itself; None when it has none."""
        if owner.cache.get("enum"):
            found: Value | None = enums.class_attribute(owner, name)
            return found
        kind = kind_of(owner)
        if kind in {"pydantic", "settings"}:
            if name in model_methods.READ:
                return model_methods.fields_of(m, owner)
            if name in model_methods.METHODS:
                return Native(f"{PYDANTIC}.{name}", owner)
        if kind == "namedtuple" and name in {"_make", "_fields"}:
            return record_calls.named_tuple_class(m, owner, name)
        if kind in {"dataclass", "attrs"} and name == "__dataclass_fields__":
            return model_methods.fields_of(m, owner)
        return None

    def text_of(self, value: Instance) -> Value | None:
        """Give `str(value)` where the class decides it: members of enums; None elsewhere."""
        found: Value | None = enums.text_of(value)
        return found

    def as_mapping(self, m: Machine, value: Instance) -> Dict | None:
        """Give the entries of an object that `**` and `dict()` open."""
        if value.cls is None:
            return None
        if kind_of(value.cls) in {"pydantic", "settings"}:
            return Dict({k: v for k, v in value.slots.items() if k is not DATA})
        return record_calls.by_protocol(m, value)

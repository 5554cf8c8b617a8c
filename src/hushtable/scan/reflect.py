"""Builtins that look at values: types, attributes by name, namespaces, imports by name."""

from __future__ import annotations

import ast
from typing import Any

from hushtable.scan.attributes import child, get_attribute, set_attribute
from hushtable.scan.carrying import carrying
from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.frame import Call, Machine
from hushtable.scan.importing import import_by_name
from hushtable.scan.labels import Kind
from hushtable.scan.lookup import class_attribute, data_of, mro, native_bases
from hushtable.scan.members import under_its_name
from hushtable.scan.operators import pick
from hushtable.scan.overriding import override
from hushtable.scan.positions import anything_of
from hushtable.scan.values import (
    ELTS,
    FALSE,
    MISSING,
    NONE,
    REST,
    TRUE,
    UNKNOWN,
    Bound,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Generic,
    Instance,
    ModuleValue,
    Native,
    Opaque,
    Partial,
    Seq,
    deep_labels,
    join,
    options,
    sequence,
)

KINDS = {"range": "range", "deque": "collections.deque", "iterator": "typing.Iterator"}
ABSTRACT = {
    "typing.Mapping": ("dict",),
    "typing.MutableMapping": ("dict",),
    "typing.Dict": ("dict",),
    "typing.List": ("list",),
    "typing.Sequence": ("list", "tuple", "str", "bytes", "range"),
    "typing.MutableSequence": ("list",),
    "typing.Iterable": (
        "list",
        "tuple",
        "str",
        "bytes",
        "dict",
        "set",
        "frozenset",
        "iterator",
        "range",
    ),
    "typing.Set": ("set", "frozenset"),
    "typing.Collection": ("list", "tuple", "str", "bytes", "dict", "set", "frozenset"),
    "typing.Hashable": ("str", "bytes", "int", "float", "tuple", "bool", "NoneType"),
    "numbers.Number": ("int", "float", "complex", "bool"),
    "numbers.Integral": ("int", "bool"),
    "numbers.Real": ("int", "float", "bool"),
    "builtins.int": ("int", "bool"),
    "types.NoneType": ("NoneType",),
}
HINTS = frozenset({"str", "int", "bool", "float", "bytes", "dict", "list"})


def kind_of(value: Any) -> str:
    """Give the builtin type name of a value, empty when it is not one or not known."""
    match value:
        case Const(value=known):
            return type(known).__name__
        case Dict():
            return "dict"
        case Seq(kind=kind):
            return kind
        case Opaque(hint=hint):
            return hint if hint in HINTS else ""
    return ""


def is_instance(value: Any, wanted: Any) -> bool | None:
    """Whether a value is of a type: True, False, or None when that is not known."""
    if isinstance(value, Choice):
        answers = {is_instance(option, wanted) for option in value.options}
        return answers.pop() if len(answers) == 1 else None
    match wanted:
        case Seq(slots=slots) if REST not in slots:
            return _any_of([is_instance(value, one) for one in slots[ELTS]])
        case Generic(origin=Native(name="typing.Union"), arguments=arguments):
            return _any_of([is_instance(value, one) for one in arguments])
        case Generic(origin=origin):
            return is_instance(value, origin)
        case Const(value=None):
            return kind_of(value) == "NoneType" if kind_of(value) else None
        case Native(name="builtins.object"):
            return True
        case Class():
            return _of_program_class(value, wanted)
        case Native(name=name):
            return _of_library_class(value, name)
    return None


def _any_of(answers: list[bool | None]) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False


def _of_program_class(value: Any, wanted: Class) -> bool | None:
    match value:
        case Instance(cls=cls) if cls is not None:
            if wanted in mro(cls):
                return True
            is_abstract = any("Protocol" in b or "ABC" in b for b in native_bases(wanted))
            return None if is_abstract else False
        case Class(metaclass=metaclass):
            return isinstance(metaclass, Class) and wanted in mro(metaclass)
        case Instance() | Opaque():
            return None
    return False


def _of_library_class(value: Any, name: str) -> bool | None:
    names = ABSTRACT.get(name) or (
        (name.removeprefix("builtins."),) if name.startswith("builtins.") else ()
    )
    kind = kind_of(value)
    if kind:
        if names:
            return kind in names
        return KINDS.get(kind) == name if kind in KINDS else None
    match value:
        case Instance():
            bases = set(native_bases(value.cls)) if value.cls is not None else {value.native}
            if name in bases:
                return True
            data = data_of(value)
            if data is not None:
                return is_instance(data, Native(name))
            return False if value.cls is not None and not bases else None
        case Class():
            return name == "builtins.type"
        case Function() | Bound() | Partial():
            return name in {"typing.Callable", "types.FunctionType"}
    return None


def _isinstance(_m: Machine, call: Call) -> Any:
    if len(call.args) < 2:  # noqa: PLR2004 - a value and a type
        return BOOLEAN
    answer = is_instance(*call.args[:2])
    return BOOLEAN if answer is None else Const(answer)


def _issubclass(_m: Machine, call: Call) -> Any:
    if len(call.args) < 2:  # noqa: PLR2004 - two types
        return BOOLEAN
    cls, wanted = call.args[:2]
    choices = wanted.slots[ELTS] if isinstance(wanted, Seq) else options(wanted)
    if isinstance(cls, Class):
        if any(one in mro(cls) for one in choices):
            return TRUE
        names = set(native_bases(cls))
        if any(isinstance(one, Native) and one.name in names for one in choices):
            return TRUE
        if all(isinstance(one, Class) for one in choices):
            return FALSE
    return BOOLEAN


def _callable(_m: Machine, call: Call) -> Any:
    value = call.args[0] if call.args else UNKNOWN
    match value:
        case Function() | Class() | Bound() | Partial():
            return TRUE
        case Const() | Dict() | Seq():
            return FALSE
        case Instance(cls=cls) if cls is not None:
            return Const(class_attribute(cls, "__call__") is not MISSING)
    return BOOLEAN


def _type(m: Machine, call: Call) -> Any:
    if len(call.args) > 2:  # noqa: PLR2004 - name, bases and namespace make a class
        return _new_class(m, call)
    value = call.args[0] if call.args else UNKNOWN
    return pick([type_of(option) for option in options(value)])


def type_of(value: Any) -> Any:
    """Evaluate `type(value)`."""
    match value:
        case Instance(cls=cls) if cls is not None:
            return cls
        case Instance(native=native) if native:
            return Native(native)
        case Class(metaclass=metaclass):
            return metaclass if isinstance(metaclass, Class) else Native("builtins.type")
        case Function() | Bound():
            return Native("types.FunctionType")
    kind = kind_of(value)
    return Native(KINDS.get(kind, f"builtins.{kind}")) if kind else UNKNOWN


def _new_class(m: Machine, call: Call) -> Any:
    """Make a class from a name, bases and a namespace."""
    name, bases, namespace = call.args[:3]
    text = name.value if isinstance(name, Const) else "type"
    node = ast.ClassDef(name=str(text), bases=[], keywords=[], body=[], decorator_list=[])
    ast.copy_location(node, call.node)
    node.lineno = getattr(call.node, "lineno", 1)
    node.col_offset = getattr(call.node, "col_offset", 0)
    slots = dict(namespace.slots) if isinstance(namespace, Dict) else {}
    known = tuple(bases.slots[ELTS]) if isinstance(bases, Seq) else ()
    cls = Class(node, call.frame.module, str(text), known, slots, call.frame)
    for held in slots.values():
        if isinstance(held, Function) and held.owner is None:
            held.owner = cls
    m.observer.class_made(m, cls, call.frame)
    return cls


def _make_class(m: Machine, call: Call) -> Any:
    """Evaluate `type.__new__(mcs, name, bases, namespace)` for the class that is being made."""
    args = call.args
    made = m.stores.get("making")
    namespace = args[3] if len(args) > 3 else call.kwargs.get("namespace")  # noqa: PLR2004
    if isinstance(made, Class):
        if isinstance(namespace, Dict):
            for key in [k for k in made.slots if isinstance(k, str)]:
                if key not in namespace.slots:
                    m.journal.delete(made.slots, key)
            for key, held in list(namespace.slots.items()):
                if isinstance(key, str):
                    m.journal.set(made.slots, key, held)
        return made
    if len(args) > 3:  # noqa: PLR2004 - the metaclass stands first
        return _new_class(m, Call(call.name, None, args[1:], {}, call.node, call.frame))
    return UNKNOWN


# attributes by name ------------------------------------------------------------------------


def has_attribute(m: Machine, owner: Any, name: str) -> bool | None:
    """Whether a value has an attribute: True, False, or None when that is not known."""
    match owner:
        case Instance(cls=cls) if cls is not None:
            if name in owner.slots or class_attribute(cls, name) is not MISSING:
                return True
            if m.observer.model_attribute(m, owner, name) is not None or name.startswith("__"):
                return True
            is_open = REST in owner.slots or class_attribute(cls, "__getattr__") is not MISSING
            return None if is_open or any(native_bases(cls)) else False
        case Class():
            if class_attribute(owner, name) is not MISSING or name.startswith("__"):
                return True
            return None if any(native_bases(owner)) or owner.metaclass is not None else False
        case ModuleValue(module=module):
            m.program.run_module(m, module)
            return True if name in module.slots else None
        case Const(value=known):
            return hasattr(known, name)
        case Dict() | Seq():
            return hasattr(
                {"dict": dict, "list": list, "tuple": tuple, "set": set}.get(owner.kind, list), name
            )
        case Function():
            return True if name in owner.slots or name.startswith("__") else None
    return None


def _getattr(m: Machine, call: Call) -> Any:
    if len(call.args) < 2:  # noqa: PLR2004 - an object and a name
        return UNKNOWN
    owner, name = call.args[:2]
    default = call.args[2] if len(call.args) > 2 else None  # noqa: PLR2004
    names = [one.value for one in options(name) if isinstance(one, Const)]
    if len(names) < len(options(name)) or not all(isinstance(one, str) for one in names):
        return _any_attribute(owner) if default is None else pick([_any_attribute(owner), default])
    return pick([_one_attribute(m, owner, one, default) for one in names])


def _one_attribute(m: Machine, owner: Any, name: str, default: Any) -> Any:
    found: list[Any] = []
    for one in options(owner):
        has = True if default is None else has_attribute(m, one, name)
        if has is not False and one != NONE:
            value = get_attribute(m, one, name)
            if isinstance(value, Native):
                value = m.observer.data_read(m, one, name, value)
                if isinstance(one, Opaque) and isinstance(value, Native):
                    value = child(one, name) if one.labels else value
            found.append(value)
        if has is not True and default is not None:
            found.append(default)
    return pick(found) if found else (UNKNOWN if default is None else default)


def _any_attribute(owner: Any) -> Any:
    """Give what an attribute of unknown name can be."""
    match owner:
        case Instance(slots=slots) | Class(slots=slots):
            result: Any = MISSING
            for key, held in slots.items():
                if key is not ELTS and not (isinstance(key, str) and key.startswith("__")):
                    result = join(result, held)
            return UNKNOWN if result is MISSING else result
        case Dict() | Seq():
            return anything_of(owner)
    return Opaque(deep_labels(owner), deep=True)


def _setattr(m: Machine, call: Call) -> Any:
    if len(call.args) < 3:  # noqa: PLR2004 - an object, a name and a value
        return NONE
    owner, name, value = call.args[:3]
    if isinstance(name, Const) and isinstance(name.value, str):
        if call.name == "builtins.object.__setattr__" and isinstance(owner, Instance):
            m.journal.set(owner.slots, name.value, value)
        else:
            set_attribute(m, owner, name.value, value, call.node, call.frame)
        return NONE
    if any(label.kind is Kind.KEY for label in deep_labels(name)):
        value = under_its_name(value)
    for one in options(owner):
        if isinstance(one, Instance):
            override(m, one.slots, value)
        if isinstance(one, Instance | Class | Function):
            m.journal.set(one.slots, REST, join(one.slots.get(REST, MISSING), value))
    return NONE


def _bound_setattr(m: Machine, call: Call) -> Any:
    args = call.args if call.receiver is None else [call.receiver, *call.args]
    return _setattr(m, Call(call.name, None, args, {}, call.node, call.frame))


def _bound_getattr(m: Machine, call: Call) -> Any:
    args = call.args if call.receiver is None else [call.receiver, *call.args]
    owner, name = (*args, UNKNOWN, UNKNOWN)[:2]
    if isinstance(owner, Instance) and isinstance(name, Const) and name.value in owner.slots:
        return owner.slots[name.value]
    return _getattr(m, Call(call.name, None, args, {}, call.node, call.frame))


def _hasattr(m: Machine, call: Call) -> Any:
    if len(call.args) < 2:  # noqa: PLR2004 - an object and a name
        return BOOLEAN
    owner, name = call.args[:2]
    if not isinstance(name, Const):
        return BOOLEAN
    answers = {has_attribute(m, one, str(name.value)) for one in options(owner)}
    answer = answers.pop() if len(answers) == 1 else None
    return BOOLEAN if answer is None else Const(answer)


def _delattr(m: Machine, call: Call) -> Any:
    if len(call.args) > 1 and isinstance(call.args[1], Const):
        owner = call.args[0]
        if isinstance(owner, Instance | Class | Function):
            m.journal.delete(owner.slots, call.args[1].value)
    return NONE


def namespace(value: Any) -> Dict:
    """Give the attributes of an object as the dictionary that backs them."""
    match value:
        case Instance(slots=slots) | Class(slots=slots) | Function(slots=slots):
            return Dict(slots)
        case ModuleValue(module=module):
            return Dict(module.slots)
        case Opaque() if value.labels:
            return Dict({REST: value})
    return Dict({REST: UNKNOWN})


def _vars(m: Machine, call: Call) -> Any:
    if not call.args:
        return _locals(m, call)
    found = call.args[0]
    special = get_attribute(m, found, "__dict__") if isinstance(found, Instance) else None
    return special if isinstance(special, Dict) else namespace(found)


def _globals(_m: Machine, call: Call) -> Any:
    return Dict(call.frame.module.slots)


def _locals(_m: Machine, call: Call) -> Any:
    frame = call.frame
    if frame.module_level or frame.is_class:
        return Dict(frame.slots)
    return Dict({k: v for k, v in frame.slots.items() if v is not MISSING})


def _dir(m: Machine, call: Call) -> Any:
    known: list[Any] = []
    value = call.args[0] if call.args else UNKNOWN
    if isinstance(value, Instance | Class):
        cls = value.cls if isinstance(value, Instance) else value
        names = dict.fromkeys(k for k in value.slots if isinstance(k, str))
        for one in mro(cls) if cls is not None else ():
            names |= dict.fromkeys(k for k in one.slots if isinstance(k, str))
        known = [Const(name) for name in sorted(names)]
    del m
    return sequence(known, rest=None if known else Opaque(hint="str"))


NATIVES: dict[str, Any] = {
    "builtins.isinstance": _isinstance,
    "builtins.issubclass": _issubclass,
    "builtins.callable": _callable,
    "builtins.type": _type,
    "builtins.type.__new__": _make_class,
    "types.new_class": carrying(),
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.hasattr": _hasattr,
    "builtins.delattr": _delattr,
    "builtins.object.__setattr__": _bound_setattr,
    "builtins.object.__getattribute__": _bound_getattr,
    "builtins.vars": _vars,
    "builtins.globals": _globals,
    "builtins.locals": _locals,
    "builtins.dir": _dir,
    "builtins.__import__": import_by_name,
    "importlib.import_module": import_by_name,
    "importlib.__import__": import_by_name,
}

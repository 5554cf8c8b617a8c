"""Tables of hushtable's own runtime library: a View names what is read, a Record whose it is.

The library itself is not scanned with a service. What it does is said here: a read gives the
View's fields and no other attribute, a limit is bounded and a cursor sealed whoever sent them, and
a Record with an owner answers its owner alone, unless `by=System(...)` says why not. Marks are
known by the names the library gives them: `from hushtable.guard import At as Where` is not
followed. What they say of an attribute's sensitivity is read in `marked`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

from hushtable.model.facts import Bound, Operation, Seal
from hushtable.scan.dynamo import MANY_ITEMS, WRITES, label_of
from hushtable.scan.fields import Field
from hushtable.scan.fitting import inside
from hushtable.scan.frame import Call, Machine
from hushtable.scan.iterate import pairs
from hushtable.scan.labels import Kind, Label, seal_all
from hushtable.scan.lookup import mro
from hushtable.scan.members import dict_item
from hushtable.scan.records import KeyValue, Record, bound_of, table_name
from hushtable.scan.schema import schema_of
from hushtable.scan.taught import Word
from hushtable.scan.typed import of_type
from hushtable.scan.values import (
    NONE,
    UNKNOWN,
    Class,
    Const,
    Dict,
    Instance,
    Opaque,
    Value,
    choice,
    deep_labels,
    options,
    sequence,
)

HOME = "hushtable.guard"
OPERATION = f"{HOME}.Operation"
SYSTEM = f"{HOME}.System()"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
PAGE = 25
"""What the library takes for a limit when nobody says one."""

GIVES = frozenset({"view", "found", "views", "each", "page", "credential", "nothing"})
"""What a taught operation on a table of Views may give."""

OPTIONS = frozenset(
    {"by", "consistent", "index", "where", "limit", "cursor", "backward", "at_most", "reason",
     "pages", "keys", "item", "items", "only_new", "changes", "values", "version", "upsert",
     "missing_ok", "view", "name"}
)  # fmt: skip
"""Keywords of a table's methods; all others are fields of a key."""


def operate(m: Machine, call: Call, word: Word) -> Any:
    """Make one operation of a table: note what it asks for, give what it answers."""
    operation = Operation(word.keys["does"])
    for name in ("NotFoundError", "ConflictError", "GuardError"):
        m.may_raise(f"{HOME}.{name}")
    known = call.receiver.slots.get("table") if isinstance(call.receiver, Instance) else None
    declared = known if isinstance(known, Class) else None
    function = call.frame.function.name if call.frame.function else call.frame.module.name
    record: Record = m.observer.notes.record(
        m, operation, _table(declared), m.place(call.node, call.frame), function, word.library
    )
    _ask(m, record, call, declared)
    if operation in WRITES:
        _write(m, record, call, declared)
    answer = _answer(m, record, call, word)
    # What is gone through with `for` or `async for` is no operation.
    return answer if word.keys.get("gives") == "each" else _operation(answer)


def _operation(answer: Any) -> Instance:
    return Instance(native=OPERATION, slots={"value": answer})


def _table(declared: Class | None) -> str:
    """Name the table of a Record, as its class says, else by the class."""
    for one in mro(declared) if declared is not None else ():
        if "table" in one.keywords:
            return table_name(one.keywords["table"])
    return "table" if declared is None else declared.name


def _ask(m: Machine, record: Record, call: Call, declared: Class | None) -> None:
    """Note the key, what bounds the read, and whose items it gives."""
    place = m.place(call.node, call.frame)
    fields = _key_fields(declared)
    named = [held for held in call.args if not isinstance(held, Class)]
    if str(call.name).endswith(".credential"):
        named = named[1:]
    asked = [*zip((*fields, *("*" for _ in named)), named, strict=False)]
    asked += [(name, held) for name, held in call.kwargs.items() if name not in OPTIONS]
    for name, value in asked:
        record.keys.append(KeyValue(name, deep_labels(value), composed=False, place=place))
    index = call.kwargs.get("index")
    if index is not None:
        record.index = table_name(index)
    bound, number = bound_of(call.kwargs.get("limit", call.kwargs.get("at_most", Const(PAGE))))
    record.limit = Bound.CAPPED if bound in {Bound.CLIENT, Bound.NONE} else bound
    record.limit_value = number
    record.start_sealed = record.start_from_client = "cursor" in call.kwargs
    record.filtered = record.filtered or "where" in call.kwargs
    if _has_owner(declared) and not _by_system(call.kwargs.get("by")):
        record.owner_checked = record.owner_checked or "key"


def _key_fields(declared: Class | None) -> list[str]:
    """Name the fields of a Record's key in order: those that are marked, or of its templates."""
    found: list[str] = []
    for part, mark in (("partition_key", "PartitionKey"), ("sort_key", "SortKey")):
        for one in mro(declared) if declared is not None else ():
            template = one.keywords.get(part)
            if isinstance(template, Dict):
                for text in template.slots.values():
                    found += PLACEHOLDER.findall(str(text.value)) if isinstance(text, Const) else ()
            found += _fields_marked(one, mark)
    return list(dict.fromkeys(found))


def _fields_marked(cls: Class, mark: str) -> list[str]:
    return [
        node.target.id
        for node in cls.node.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and _marked(node.annotation, mark)
    ]


def _has_owner(declared: Class | None) -> bool:
    return declared is not None and any(_marked(one.node, "Owner") for one in mro(declared))


def _marked(node: ast.AST, mark: str) -> bool:
    """Tell whether a mark stands anywhere in an annotation or a class."""
    return any(
        getattr(one, "id", "") == mark or getattr(one, "attr", "") == mark
        for one in ast.walk(node)
        if isinstance(one, ast.Name | ast.Attribute)
    )


def _by_system(by: Value | None) -> bool:
    """Tell whether the program itself asks; who asks is the caller where that is not known."""
    return by is not None and any(
        isinstance(one, Opaque) and one.of == SYSTEM for one in options(by)
    )


def _answer(m: Machine, record: Record, call: Call, word: Word) -> Any:
    record.lists = record.operation in MANY_ITEMS
    gives = word.keys.get("gives")
    if gives == "credential":
        name = call.argument(0, "name", default=NONE)
        path = name.value if isinstance(name, Const) else "*"
        label = replace(label_of(record, typed=False), path=(str(path),), own=True)
        record.projection = (str(path),)
        return Opaque(frozenset({label}))
    view = call.argument(0, "view", default=UNKNOWN)
    schema = schema_of(m, view) if isinstance(view, Class) else None
    if schema is None:
        return NONE if record.operation in WRITES else UNKNOWN
    made = Instance(schema.cls)
    for field in schema.fields.values():
        label = replace(label_of(record, typed=False), path=_path(field), own=True)
        made.slots[field.name] = of_type(m, field.type, frozenset({label}))
    if record.reads:
        asked = (".".join(_path(field)) for field in schema.fields.values())
        record.projection = tuple(dict.fromkeys(asked))
    match gives:
        case "page":
            slots = {"items": sequence((), "list", made), "next": Opaque(hint="str")}
            return Instance(native=f"{HOME}.Page", slots=slots)
        case "views" | "each":
            return sequence((), "list", made)
        case "found":
            return choice([made, NONE])
        case _:
            return made


def _path(field: Field) -> tuple[str, ...]:
    """Give the attribute that a field of a View shows: where `At` leads, else its own name."""
    for one in ast.walk(field.annotation) if field.annotation is not None else ():
        match one:
            case ast.Call(
                func=ast.Name(id="At") | ast.Attribute(attr="At"),
                args=[ast.Constant(value=str() as path)],
            ):
                return tuple(path.split("."))
    return (field.name,)


def _write(m: Machine, record: Record, call: Call, declared: Class | None) -> None:
    """Note what is stored; what the Record encrypts is stored so."""
    sealed = _encrypted(declared)
    notes = m.observer.notes
    if record.operation is Operation.PUT:
        item = call.argument(0, "item", default=UNKNOWN)
        for one in options(item):
            if isinstance(one, Instance):
                held = {k: v for k, v in one.slots.items() if isinstance(k, str)}
                notes.stored(m, record, Dict(_sealed(held, sealed), native="item"), call)
    elif record.operation is Operation.UPDATE:
        for one in options(call.kwargs.get("values", NONE)):
            if isinstance(one, Dict):
                held = {str(k.value): v for k, v in pairs(one)[0] if isinstance(k, Const)}
                notes.updated(m, record, list(_sealed(held, sealed).items()), call)


def _encrypted(declared: Class | None) -> frozenset[str]:
    every = mro(declared) if declared is not None else ()
    return frozenset(name for one in every for name in _fields_marked(one, "Encrypted"))


def _sealed(held: dict[Any, Any], names: frozenset[str]) -> dict[Any, Any]:
    return {
        name: Opaque(seal_all(deep_labels(value), Seal.ENCRYPTED)) if name in names else value
        for name, value in held.items()
    }


def _caller(_m: Machine, call: Call) -> Any:
    """Make who asks, of what the service's own gate knows."""
    roles = deep_labels(call.argument(1, "roles", default=NONE))
    label = Label(Kind.CALLER, name="roles")
    return Instance(
        native=f"{HOME}.Caller",
        slots={
            "id": call.argument(0, "id", default=UNKNOWN),
            "roles": Opaque(roles | {label}, deep=True),
        },
    )


def _given(_m: Machine, call: Call) -> Any:
    """Give what an operation gives: it is awaited, or its `now()` is called."""
    receiver = call.receiver
    return receiver.slots.get("value", UNKNOWN) if isinstance(receiver, Instance) else UNKNOWN


def _projection(m: Machine, call: Call) -> Any:
    """Give what `projection(UserOut)` gives: an expression with every name aliased."""
    view = call.argument(0, "view", default=UNKNOWN)
    schema = schema_of(m, view) if isinstance(view, Class) else None
    if schema is None:
        return UNKNOWN
    names: dict[str, str] = {}
    for field in schema.fields.values():
        for step in _path(field):
            names.setdefault(step, f"#h{len(names)}")
    paths = (".".join(names[step] for step in _path(one)) for one in schema.fields.values())
    aliases: dict[Any, Any] = {alias: Const(name) for name, alias in names.items()}
    given = call.argument(1, "names")
    if isinstance(given, Dict):
        aliases |= given.slots
    return Dict(
        {
            "ProjectionExpression": Const(", ".join(paths)),
            "ExpressionAttributeNames": Dict(aliases),
        }
    )


def _view_of(m: Machine, call: Call) -> Any:
    """Give the View of an item that was read in another way, or of a Record that was written."""
    view = call.argument(0, "view", default=UNKNOWN)
    schema = schema_of(m, view) if isinstance(view, Class) else None
    if schema is None:
        return UNKNOWN
    found = []
    for item in options(call.argument(1, "item", default=UNKNOWN)):
        made = Instance(schema.cls)
        for field in schema.fields.values():
            held = item
            for step in _path(field):
                held = _held(held, step)
            made.slots[field.name] = held
        found.append(made)
    return choice(found)


def _held(holder: Any, step: str) -> Any:
    match holder:
        case Dict():
            return dict_item(holder, Const(step))
        case Instance(slots=slots):
            return slots.get(step, UNKNOWN)
    return inside(holder, step)


NATIVES: dict[str, Any] = {
    f"{OPERATION}.now": _given,
    f"{HOME}.Caller": _caller,
    f"{HOME}.caller.Caller": _caller,
    f"{HOME}.projection": _projection,
    f"{HOME}.projection.projection": _projection,
    f"{HOME}.projection.view_of": _view_of,
    f"{HOME}.view_of": _view_of,
}

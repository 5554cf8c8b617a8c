"""Clients whose tables are classes: PynamoDB, dyntastic, pydynox."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hushtable.model.facts import Bound, Operation, Seal
from hushtable.scan.frame import Call, Machine
from hushtable.scan.labels import Kind, Label
from hushtable.scan.lookup import class_attribute, mro, native_bases
from hushtable.scan.records import KeyValue, Record, bound_of, now_stored, table_name
from hushtable.scan.taught import Taught, Word
from hushtable.scan.values import (
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Class,
    Dict,
    Instance,
    Native,
    Opaque,
    deep_labels,
    sequence,
)


def word_of(taught: Taught, cls: Class | None) -> Word | None:
    """Give what was taught of a class's base, None when it is no table class."""
    if cls is None:
        return None
    for base in native_bases(cls):
        word = taught.models.get(base)
        if word is not None:
            return word
    return None


def table_of(cls: Class, word: Word) -> str:
    """Name the table of a class: what its Meta or its class attribute says, else its own name."""
    where = str(word.keys["table"])
    first, _, rest = where.partition(".")
    value = class_attribute(cls, first)
    if rest and isinstance(value, Class):
        value = class_attribute(value, rest)
    elif rest and isinstance(value, Dict | Instance):
        value = value.slots.get(rest, MISSING)
    return cls.name if value is MISSING or value is UNKNOWN else table_name(value)


def fields_of(cls: Class, word: Word) -> list[str]:
    """Name the attributes a table class declares."""
    wanted = str(word.keys["fields"])
    found: list[str] = []
    for one in mro(cls):
        if wanted == "annotations":
            found += list(one.cache.get("annotated", ()))
        for name, value in one.slots.items():
            natives = [getattr(value, "of", ""), getattr(value, "native", "")]
            if isinstance(value, Instance) and value.cls is not None:
                natives += native_bases(value.cls)
            known = FIELD in natives or any(str(one).startswith(wanted) for one in natives)
            if isinstance(name, str) and known:
                found.append(name)
    return list(dict.fromkeys(found))


def read(m: Machine, call: Call, word: Word, cls: Class, does: str) -> Any:
    """Make a read of a table class: objects whose fields hold the attributes."""
    method = call.name.rpartition(".")[2]
    m.may_raise(f"{word.library}.exceptions.DoesNotExist")
    record = _record(m, call, word, cls, Operation(does))
    made = object_of(cls, word, record)
    _keys(m, record, call)
    names = dict(word.keys.get("arguments", {}))
    bound, value = bound_of(call.kwargs.get(names.get("Limit", "limit")))
    if bound is not Bound.NONE:
        record.limit, record.limit_value = bound, value
    _start(record, call.kwargs.get(names.get("ExclusiveStartKey", "")))
    if names.get("FilterExpression", "") in call.kwargs:
        record.filtered = True
    if method not in word.keys.get("many", ()) and does not in {"query", "scan"}:
        return made
    record.lists = True
    cursor = Label(Kind.CURSOR, table=record.table, access=record.origin, place=record.place)
    result = sequence((), "iterator", made)
    result.slots[str(word.keys.get("cursor", "cursor"))] = Opaque(frozenset({cursor}))
    return result


def _start(record: Record, value: Any) -> None:
    labels = deep_labels(value) if value is not None else ()
    inputs = [label for label in labels if label.kind is Kind.INPUT]
    if inputs:
        record.start_from_client = True
        record.start_sealed = all(one.seal in {Seal.SIGNED, Seal.ENCRYPTED} for one in inputs)


def _record(m: Machine, call: Call, word: Word, cls: Class, operation: Operation) -> Record:
    function = call.frame.function.name if call.frame.function else call.frame.module.name
    place = m.place(call.node, call.frame)
    record: Record = m.observer.notes.record(
        m, operation, table_of(cls, word), place, function, word.library
    )
    return record


def _keys(m: Machine, record: Record, call: Call) -> None:
    for value in call.args:
        labels = deep_labels(value)
        composed = isinstance(value, Opaque) and value.parts is not None and any(value.parts)
        record.keys.append(
            KeyValue("*", labels, composed=composed, place=m.place(call.node, call.frame))
        )
        if any(label.kind is Kind.CALLER for label in labels):
            record.owner_checked = record.owner_checked or "key"


def object_of(cls: Class, word: Word, record: Record) -> Instance:
    """Make an object of a table class as a read gives it."""
    label = Label(Kind.ATTRIBUTE, table=record.table, access=record.origin, place=record.place)
    made = Instance(cls)
    for name in fields_of(cls, word):
        made.slots[name] = Opaque(frozenset({replace(label, path=(name,))}))
    made.slots[REST] = Opaque(frozenset({label}))
    return made


def write(m: Machine, call: Call, word: Word, owner: Instance, does: str) -> Any:
    """Write an object of a table class."""
    if owner.cls is None:
        return NONE
    record = _record(m, call, word, owner.cls, Operation(does))
    m.may_raise(f"{word.library}.exceptions.PutError")
    if does == "put":
        m.observer.notes.stored(m, record, owner, call)
        # From here on the object is the item as it stands in the table.
        label = Label(Kind.ATTRIBUTE, table=record.table, access=record.origin, place=record.place)
        m.journal.set(owner.slots, REST, Opaque(frozenset({label})))
        now_stored(m, owner.slots, label)
    elif does == "update":
        pairs = [
            (name, value)
            for action in call.everything()[1:]
            if hasattr(action, "slots")
            for name, value in _actions(action)
        ]
        m.observer.notes.updated(m, record, pairs, call)
    return NONE


def _actions(value: Any) -> list[tuple[str, Any]]:
    return [
        one.extra
        for element in getattr(value, "slots", {}).values()
        for one in (element if isinstance(element, tuple) else (element,))
        if isinstance(one, Instance) and one.native == ACTION
    ]


def name_fields(m: Machine, cls: Class) -> None:
    """Let the attributes of a table class know their names: `User.email.set(x)`."""
    word = word_of(m.taught, cls)
    if word is None:
        return
    for name in fields_of(cls, word):
        held = cls.slots.get(name)
        plain = isinstance(held, Opaque) or (isinstance(held, Instance) and held.cls is None)
        if plain:
            cls.slots[name] = Instance(native=FIELD, extra=name)


def _set(_m: Machine, call: Call) -> Any:
    name = call.receiver.extra if isinstance(call.receiver, Instance) else "*"
    return Instance(native=ACTION, extra=(name, call.argument(0, default=UNKNOWN)))


FIELD = "orm.attribute"
ACTION = "orm.action"


def member(m: Machine, owner: Any, cls: Class, name: str) -> Any:
    """Read a member of a table class or of its object; None when it is nothing special."""
    word = word_of(m.taught, cls)
    if word is None:
        return None
    if name in word.keys["reads"]:
        return Native(f"orm.read.{name}", owner)
    if name in word.keys["writes"] and isinstance(owner, Instance):
        return Native(f"orm.write.{name}", owner)
    if name in word.keys["whole"]:
        if name == "attribute_values" and isinstance(owner, Instance):
            return values_of(owner)
        return Native("orm.whole", owner)
    if name in {"get_attributes", "_get_attributes"} and "attribute_values" in word.keys["whole"]:
        return Native("orm.attributes", owner)
    if name in {"exists", "create_table", "delete_table", "count", "batch_write"}:
        return Native(f"orm.{name}", owner)
    if name == "__dict__" and "attribute_values" in word.keys["whole"]:
        # PynamoDB keeps what an object holds one level down.
        return Dict({"attribute_values": values_of(owner)}) if isinstance(owner, Instance) else None
    if isinstance(owner, Class) and name == "DoesNotExist":
        return Native(f"{word.library}.exceptions.DoesNotExist")
    return None


def values_of(owner: Instance) -> Dict:
    """Give an object's attributes as a dictionary."""
    made = Dict({k: v for k, v in owner.slots.items() if isinstance(k, str)}, native="item")
    if REST in owner.slots:
        made.slots[REST] = owner.slots[REST]
    return made


def _read(m: Machine, call: Call) -> Any:
    cls = call.receiver if isinstance(call.receiver, Class) else call.receiver.cls
    word = word_of(m.taught, cls)
    if word is None:
        return UNKNOWN
    name = call.name.rpartition(".")[2]
    return read(m, call, word, cls, word.keys["reads"][name])


def _write(m: Machine, call: Call) -> Any:
    word = word_of(m.taught, call.receiver.cls)
    if word is None:
        return UNKNOWN
    return write(m, call, word, call.receiver, word.keys["writes"][call.name.rpartition(".")[2]])


def _whole(_m: Machine, call: Call) -> Any:
    return values_of(call.receiver) if isinstance(call.receiver, Instance) else UNKNOWN


def _attributes(m: Machine, call: Call) -> Any:
    """Give the attributes that a table class declares, by name."""
    cls = call.receiver if isinstance(call.receiver, Class) else call.receiver.cls
    word = word_of(m.taught, cls)
    if word is None or cls is None:
        return UNKNOWN
    return Dict({name: Instance(native=FIELD, extra=name) for name in fields_of(cls, word)})


def init(m: Machine, call: Call) -> Any:
    """Make an object of a table class from keyword arguments."""
    owner = call.receiver
    for name, value in call.kwargs.items():
        m.journal.set(owner.slots, name, value)
    if call.extra is not None:
        m.journal.set(owner.slots, REST, Opaque(deep_labels(call.extra)))
    return NONE


def _batch(_m: Machine, call: Call) -> Any:
    return Instance(native="orm.batch", extra=call.receiver)


def _batch_save(m: Machine, call: Call) -> Any:
    item = call.argument(0)
    if isinstance(item, Instance) and item.cls is not None:
        word = word_of(m.taught, item.cls)
        if word is not None:
            return write(m, call, word, item, "put")
    return NONE


def taught_natives(taught: Taught) -> dict[str, Any]:
    """Give the constructors of the table classes' bases."""
    return {f"{base}.__init__": init for base in taught.models if base != "dyntastic.Dyntastic"}


NATIVES: dict[str, Any] = {
    **{
        f"orm.read.{name}": _read
        for name in (
            "get",
            "query",
            "scan",
            "batch_get",
            "rate_limited_scan",
            "safe_get",
            "query_page",
            "scan_page",
            "sync_get",
            "sync_query",
            "sync_scan",
            "sync_batch_get",
            "parallel_scan",
            "sync_parallel_scan",
        )
    },
    **{
        f"orm.write.{name}": _write
        for name in ("save", "update", "delete", "sync_save", "sync_update", "sync_delete")
    },
    **{f"{FIELD}.{name}": _set for name in ("set", "add", "append", "prepend")},
    **{
        f"{FIELD}.{name}": lambda _m, call: call.argument(0, "value", default=UNKNOWN)
        for name in ("serialize", "deserialize")
    },
    "orm.attributes": _attributes,
    "orm.whole": _whole,
    "orm.exists": lambda _m, _c: Opaque(hint="bool"),
    "orm.create_table": lambda _m, _c: NONE,
    "orm.delete_table": lambda _m, _c: NONE,
    "orm.count": lambda _m, _c: Opaque(hint="int"),
    "orm.batch_write": _batch,
    "orm.batch.save": _batch_save,
    "orm.batch.delete": lambda _m, _c: NONE,
}

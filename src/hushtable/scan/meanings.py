"""What the words of a library file mean to the interpreter."""

from __future__ import annotations

from typing import Any

from hushtable.model.facts import Seal
from hushtable.model.service import Channel
from hushtable.scan import dynamo, guarded
from hushtable.scan.frame import Call, Machine
from hushtable.scan.labels import Kind, Label, seal_all
from hushtable.scan.records import whole_item
from hushtable.scan.served import served
from hushtable.scan.taught import Word
from hushtable.scan.values import (
    NONE,
    UNKNOWN,
    Const,
    Function,
    Instance,
    Opaque,
    deep_labels,
    options,
    sequence,
)


def make(m: Machine, call: Call, word: Word) -> Any:
    """A call that makes an object of a library: a client, a table, a logger."""
    first = word.keys.get("first")
    if first is not None:
        given = call.argument(0, "service_name", default=UNKNOWN)
        known = [option.value for option in options(given) if isinstance(option, Const)]
        if known and first not in known:
            return m.observer.unknown_call(m, call)
    made = Instance(native=str(word.keys["gives"]))
    where = word.keys.get("table")
    match where:
        case "self" if isinstance(call.receiver, Instance):
            made.slots["table"] = call.receiver.slots.get("table", UNKNOWN)
        case str() as name:
            also = word.keys.get("also", name)
            made.slots["table"] = call.argument(0, name, also, default=UNKNOWN)
        case int() as position:
            made.slots["table"] = call.argument(position, "name", "table_name", default=UNKNOWN)
    if call.name.endswith("create_table"):
        m.observer.notes.table_created(m, call)
    return made


def pass_on(_m: Machine, call: Call, word: Word) -> Any:
    """A call that gives back what it was given."""
    return call.argument(int(word.keys.get("argument", 0)), default=UNKNOWN)


def channel(m: Machine, call: Call, word: Word) -> Any:
    """A call that carries its arguments out."""
    wanted = word.keys.get("argument")
    if wanted is None:
        values = [*call.args, *call.kwargs.values()]
        if call.extra is not None:
            values.append(call.extra)
    else:
        one = call.argument(int(wanted))
        values = [] if one is None else [one]
    way = Channel(word.keys["channel"])
    public = way is Channel.FILE and served(m, call)
    m.observer.notes.carried(m, way, values, call, public=public)
    handler = m.natives.get(call.name)
    if handler is not None:
        return handler(m, call)
    if call.name.startswith(("builtins.", "logging.", "loguru.")):
        return NONE
    return m.observer.unknown_call(m, call) if word.keys.get("gives") else NONE


def redact(_m: Machine, call: Call, word: Word) -> Any:
    """A call that seals, hashes or masks what it is given."""
    seal = Seal(word.keys["how"])
    labels = frozenset().union(*(deep_labels(v) for v in (*call.args, *call.kwargs.values()))) or (
        frozenset()
    )
    return Opaque(seal_all(labels, seal), of=f"{call.name}()")


def caller(_m: Machine, call: Call, _word: Word) -> Any:
    """A call that gives the verified claims of the caller."""
    return Opaque(frozenset({Label(Kind.CALLER, name="claims")}), of=f"{call.name}()")


def fresh(m: Machine, call: Call, _word: Word) -> Any:
    """A call that makes a value of its own: a token, an id."""
    name = call.name.rpartition(".")[2]
    label = Label(Kind.FRESH, name=name, place=m.place(call.node, call.frame))
    return Opaque(frozenset({label}), "str", of=f"{call.name}()")


def limit(m: Machine, call: Call, _word: Word) -> Any:
    """A rate limit: a decorator or a check."""
    m.observer.notes.rate_limited(m, call)
    return Instance(native="rate.limit")


def limited(m: Machine, call: Call) -> Any:
    """A handler decorated with a rate limit."""
    function = call.argument(0, default=UNKNOWN)
    if isinstance(function, Function):
        m.stores.setdefault("rate limited", set()).add(id(function.node))
    return function


def gate(m: Machine, call: Call, word: Word) -> Any:
    """A call of the user's own that lets only some callers through."""
    m.observer.notes.taught_gate(m, call, str(word.keys.get("role", "")))
    name = str(word.keys.get("role", "")) or call.name.rpartition(".")[2]
    return Opaque(frozenset({Label(Kind.CALLER, name=name)}))


def source(m: Machine, call: Call, word: Word) -> Any:
    """A call of the user's own that gives an item of a table."""
    label = Label(
        Kind.ATTRIBUTE,
        table=str(word.keys.get("table", "table")),
        place=m.place(call.node, call.frame),
    )
    item = whole_item(label)
    return sequence((), "list", item) if word.keys.get("many") else item


def parameter_source(word: Word) -> Any:
    """Make the item that a taught parameter carries."""
    return Opaque(frozenset({Label(Kind.ATTRIBUTE, table=str(word.keys.get("table", "table")))}))


def operation(m: Machine, call: Call, word: Word) -> Any:
    """A call that reads or writes a table: with parameters as DynamoDB's, or by a View."""
    by_view = word.keys.get("gives") in guarded.GIVES
    return guarded.operate(m, call, word) if by_view else dynamo.operate(m, call, word)


MEANINGS: dict[str, Any] = {
    "make": make,
    "operation": operation,
    "pass": pass_on,
    "channel": channel,
    "redact": redact,
    "caller": caller,
    "fresh": fresh,
    "limit": limit,
    "gate": gate,
    "source": source,
}
NATIVES: dict[str, Any] = {"rate.limit.__call__": limited}
ATTRIBUTES: dict[str, Any] = {
    "loguru.logger": lambda _m, _o: Instance(native="logging.Logger"),
}

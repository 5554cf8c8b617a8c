"""The builtin functions: conversions, types, iteration, attributes by name."""

from __future__ import annotations

import ast
import builtins
from dataclasses import replace
from typing import Any

from hushtable.scan import reflect
from hushtable.scan.call import instantiate
from hushtable.scan.carrying import (
    any_of,
    ask,
    callable_or_none,
    carried,
    computed,
    fail,
    first_argument,
    fixed,
    nothing,
    opened,
    receiver_itself,
)
from hushtable.scan.containers import make_dict, ordered, rebuilt
from hushtable.scan.labels import Kind
from hushtable.scan.frame import Call, Frame, Machine
from hushtable.scan.members import get_attribute, get_item
from hushtable.scan.operators import BOOLEAN, binary, pick
from hushtable.scan.truth import truth
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
    Instance,
    Native,
    Opaque,
    Rest,
    Seq,
    Super,
    deep_labels,
    own_labels,
    sequence,
)

MAX_RANGE = 256
NUMBER = Opaque(hint="int")


def own_method(m: Machine, value: Any, name: str) -> Any:
    """Give a special method that a class of the program defines, None when it has none."""
    if isinstance(value, Instance) and value.cls is not None:
        method = get_attribute(m, value, name)
        if isinstance(method, Bound | Function):
            return method
    return None


def _through(name: str, handler: Any) -> Any:
    """Try a special method of the argument first."""

    def run(m: Machine, call: Call) -> Any:
        value = call.args[0] if call.args else UNKNOWN
        if isinstance(value, Choice):
            return pick([
                run(m, Call(call.name, None, [o, *call.args[1:]], call.kwargs, call.node,
                            call.frame, call.extra))
                for o in value.options
            ])
        method = own_method(m, value, name)
        if method is not None:
            return m.call(m, method, call.args[1:], {}, call.node, call.frame)
        return handler(m, call)

    return run


def _length(m: Machine, call: Call) -> Any:
    value = call.args[0] if call.args else UNKNOWN
    match value:
        case Const(value=str() | bytes() as text):
            return Const(len(text))
        case Seq(slots=slots) if REST not in slots and value.kind != "iterator":
            return Const(len(slots[ELTS]))
        case Dict(slots=slots) if REST not in slots:
            return Const(sum(1 for key in slots if not isinstance(key, Rest)))
        case Instance():
            method = get_attribute(m, value, "__len__")
            if not isinstance(method, Opaque):
                return m.call(m, method, [], {}, call.node, call.frame)
    return NUMBER


def _boolean(_m: Machine, call: Call) -> Any:
    known = truth(call.args[0]) if call.args else False
    return BOOLEAN if known is None else Const(known)


def _all(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0], call) if call.args else ([], None)
    answers = [truth(one) for one in known]
    if False in answers:
        return FALSE
    return TRUE if rest is None and None not in answers else BOOLEAN


def _any(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0], call) if call.args else ([], None)
    answers = [truth(one) for one in known]
    if True in answers:
        return TRUE
    return FALSE if rest is None and None not in answers else BOOLEAN


def _text(m: Machine, call: Call) -> Any:
    if not call.args and not call.kwargs:
        return Const("")
    if len(call.args) > 1 or "encoding" in call.kwargs:
        return DECODE(m, call)
    return m.observer.as_text(m, call.argument(0, "object", default=UNKNOWN), call.node,
                              call.frame)


DECODE = computed(str, "str")


def _repr(m: Machine, call: Call) -> Any:
    method = own_method(m, call.args[0] if call.args else UNKNOWN, "__repr__")
    if method is not None:
        return m.call(m, method, [], {}, call.node, call.frame)
    return REPR(m, call)


REPR = computed(repr, "str")


def _listing(kind: str) -> Any:
    def make(m: Machine, call: Call) -> Any:
        if not call.args and call.extra is None:
            return sequence((), kind)
        value = call.args[0] if call.args else Opaque(deep_labels(call.extra))
        return rebuilt(m, call, kind, value)

    return make


def _make_bytes(kind: str) -> Any:
    build = computed(bytes, "bytes")

    def make(m: Machine, call: Call) -> Any:
        size = call.args[0] if call.args else NONE
        if isinstance(size, Const) and isinstance(size.value, int) and size.value > MAX_RANGE:
            zero = Const(0)
            return sequence((), kind, zero) if kind == "bytearray" else Opaque(hint="bytes")
        made = build(m, call)
        if kind == "bytes":
            return made
        if isinstance(made, Const) and isinstance(made.value, bytes) and (
            len(made.value) <= MAX_RANGE
        ):
            return sequence([Const(one, made.labels) for one in made.value], kind)
        labels = deep_labels(made)
        return sequence((), kind, Opaque(labels, "int")) if call.args else sequence((), kind)

    return make


def _range(_m: Machine, call: Call) -> Any:
    bounds = [one.value for one in call.args if isinstance(one, Const)]
    if len(bounds) == len(call.args) and all(isinstance(one, int) for one in bounds) and bounds:
        try:
            made = range(*bounds)
        except (TypeError, ValueError):
            return sequence((), "range", NUMBER)
        if len(made) <= MAX_RANGE:
            return sequence([Const(one) for one in made], "range")
    return sequence((), "range", NUMBER)


def _iter(m: Machine, call: Call) -> Any:
    value = call.args[0] if call.args else UNKNOWN
    if len(call.args) > 1:
        return sequence((), "iterator", ask(m, value, [], call))
    if isinstance(value, Seq) and value.kind == "iterator":
        return value
    method = own_method(m, value, "__iter__") or own_method(m, value, "__aiter__")
    if method is not None:
        return m.call(m, method, [], {}, call.node, call.frame)
    known, rest = opened(m, value, call)
    return sequence(known, "iterator", rest)


def advance(m: Machine, call: Call, value: Any, default: Any = MISSING) -> Any:
    """Evaluate `next(value, default)`."""
    match value:
        case Choice(options=choices):
            return pick([advance(m, call, option, default) for option in choices])
        case Seq(slots=slots) if slots[ELTS]:
            first, *others = slots[ELTS]
            m.journal.set(slots, ELTS, tuple(others))
            return first
        case Seq(slots=slots):
            if REST in slots:
                return slots[REST] if default is MISSING else pick([slots[REST], default])
            return fail(m, call, "StopIteration") if default is MISSING else default
    method = own_method(m, value, "__next__") or own_method(m, value, "__anext__")
    if method is not None:
        return m.call(m, method, [], {}, call.node, call.frame)
    known, rest = opened(m, value, call)
    found = any_of(known, rest)
    return found if default is MISSING else pick([found, default])


def _next(m: Machine, call: Call) -> Any:
    value = call.args[0] if call.args else UNKNOWN
    return advance(m, call, value, call.args[1] if len(call.args) > 1 else MISSING)


def _map(m: Machine, call: Call) -> Any:
    function, *sources = call.args or [UNKNOWN]
    known, rest = _side_by_side(m, call, sources)
    made = [ask(m, function, row, call) for row in known]
    return sequence(made, "iterator", None if rest is None else ask(m, function, rest, call))


def _side_by_side(
    m: Machine, call: Call, sources: list[Any], *, longest: Any = None
) -> tuple[list[list[Any]], list[Any] | None]:
    """Give the rows of several iterables, and the row that stands for all others."""
    sides = [opened(m, source, call) for source in sources]
    if not sides:
        return [], None
    lengths = [len(known) for known, _ in sides]
    if all(rest is None for _, rest in sides) and longest is not None:
        count = max(lengths)
        return [[k[i] if i < len(k) else longest for k, _ in sides] for i in range(count)], None
    sure = min(lengths)
    rows = [[known[i] for known, _ in sides] for i in range(sure)]
    stops = any(rest is None and len(known) == sure for known, rest in sides)
    if stops and longest is None:
        return rows, None
    return rows, [any_of(known[sure:], rest) for known, rest in sides]


def _zip(m: Machine, call: Call) -> Any:
    known, rest = _side_by_side(m, call, call.args)
    last = None if rest is None else sequence(rest, "tuple")
    if call.extra is not None:
        last = sequence((), "tuple", Opaque(deep_labels(call.extra)))
    return sequence([sequence(row, "tuple") for row in known], "iterator", last)


def zip_longest(m: Machine, call: Call) -> Any:
    """Evaluate `itertools.zip_longest`."""
    fill = call.kwargs.get("fillvalue", NONE)
    known, rest = _side_by_side(m, call, call.args, longest=fill)
    last = None if rest is None else sequence(rest, "tuple")
    return sequence([sequence(row, "tuple") for row in known], "iterator", last)


def _enumerate(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.argument(0, "iterable", default=UNKNOWN), call)
    start = call.argument(1, "start", default=Const(0))
    first = start.value if isinstance(start, Const) and isinstance(start.value, int) else None
    made = [
        sequence([NUMBER if first is None else Const(first + i), one], "tuple")
        for i, one in enumerate(known)
    ]
    last = None if rest is None else sequence([NUMBER, rest], "tuple")
    return sequence(made, "iterator", last)


def _filter(m: Machine, call: Call) -> Any:
    function = callable_or_none(call.args[0]) if call.args else None
    known, rest = opened(m, call.args[1] if len(call.args) > 1 else UNKNOWN, call)
    kept: list[Any] = []
    doubtful: list[Any] = []
    for one in known:
        answer = truth(one if function is None else ask(m, function, [one], call))
        if answer is True:
            kept.append(one)
        elif answer is None:
            doubtful.append(one)
    if rest is not None:
        answer = truth(rest if function is None else ask(m, function, [rest], call))
        doubtful += [] if answer is False else [rest]
    if doubtful:
        return sequence((), "iterator", pick([*kept, *doubtful]))
    return sequence(kept, "iterator")


def _extreme(compute: Any) -> Any:
    pure = computed(compute)

    def handler(m: Machine, call: Call) -> Any:
        key = callable_or_none(call.kwargs.get("key"))
        known, rest = (opened(m, call.args[0], call) if len(call.args) == 1
                       else (list(call.args), None))
        default = call.kwargs.get("default")
        if not known and rest is None and default is not None:
            return default
        if key is not None:
            ranks = [ask(m, key, [one], call) for one in known]
            if rest is None and ranks and all(isinstance(rank, Const) for rank in ranks):
                try:
                    best = compute(range(len(ranks)), key=lambda i: ranks[i].value)
                except TypeError:
                    return any_of(known, rest)
                return known[best]
        elif rest is None and known and all(isinstance(one, Const) for one in known):
            return pure(m, Call(call.name, None, [sequence(known)], {}, call.node, call.frame))
        if compute is min and any(isinstance(one, Const) for one in known):
            known = [_capped(one) for one in known]
        found = any_of(known, rest)
        return found if default is None else pick([found, default])

    return handler


def _capped(value: Any) -> Any:
    """What stands beside a constant in `min()` cannot grow past it."""
    if not isinstance(value, Opaque):
        return value
    labels = frozenset(
        replace(label, capped=True) if label.kind is Kind.INPUT else label
        for label in value.labels
    )
    return replace(value, labels=labels)


def _sum(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    total = call.argument(1, "start", default=Const(0))
    for one in known:
        total = binary(m, ast.Add(), total, one, call.node, call.frame)
    if rest is not None:
        total = binary(m, ast.Add(), total, rest, call.node, call.frame)
        if isinstance(total, Opaque):
            return Opaque(total.labels)
    return total


def _sorted(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.argument(0, "iterable", default=UNKNOWN), call)
    return ordered(m, call, known, rest)


def _reversed(m: Machine, call: Call) -> Any:
    value = call.args[0] if call.args else UNKNOWN
    method = own_method(m, value, "__reversed__")
    if method is not None:
        return m.call(m, method, [], {}, call.node, call.frame)
    known, rest = opened(m, value, call)
    if rest is not None:
        return sequence((), "iterator", any_of(known, rest))
    return sequence(known[::-1], "iterator")


def _slice(_m: Machine, call: Call) -> Any:
    known = None
    if all(isinstance(one, Const) for one in call.args) and call.args:
        known = slice(*(one.value for one in call.args))
    return Instance(native="slice", extra=known)


def _format(m: Machine, call: Call) -> Any:
    value = call.args[0] if call.args else UNKNOWN
    method = own_method(m, value, "__format__")
    if method is not None:
        return m.call(m, method, call.args[1:] or [Const("")], {}, call.node, call.frame)
    return Opaque(deep_labels(value), "str")


def _super(_m: Machine, call: Call) -> Any:
    if len(call.args) > 1 and isinstance(call.args[0], Class):
        return Super(call.args[0], call.args[1])
    here: Frame | None = call.frame
    while here is not None:
        function = here.function
        if here.owner is not None and function is not None:
            spec = function.node.args
            first = (*spec.posonlyargs, *spec.args)[:1]
            name = first[0].arg if first else (spec.vararg.arg if spec.vararg else "")
            if name in here.slots:
                receiver = here.slots[name]
                if spec.vararg is not None and name == spec.vararg.arg:
                    receiver = next(iter(receiver.slots[ELTS]), UNKNOWN)
                return Super(here.owner, receiver)
        here = here.parent
    return UNKNOWN


def _evaluate_text(m: Machine, call: Call) -> Any:
    source = call.args[0] if call.args else UNKNOWN
    names = [one for one in call.args[1:3] if isinstance(one, Dict)]
    if isinstance(source, Const) and isinstance(source.value, str):
        try:
            tree = ast.parse(source.value.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return UNKNOWN
        frame = call.frame
        for given in names:
            frame = Frame(frame.module, given.slots, mark=m.journal.mark(), parent=frame,
                          function=frame.function, owner=frame.owner)
        value = m.evaluate(m, tree.body, frame)
        return pick([value, Opaque(source.labels)]) if source.labels else value
    m.may_raise(call.name)
    return carried(call)


def _execute_text(m: Machine, call: Call) -> Any:
    source = call.args[0] if call.args else UNKNOWN
    names = [one for one in call.args[1:3] if isinstance(one, Dict)]
    if isinstance(source, Const) and isinstance(source.value, str):
        try:
            tree = ast.parse(source.value)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return NONE
        frame = call.frame
        for given in names[-1:]:
            frame = Frame(frame.module, given.slots, mark=m.journal.mark(), parent=frame,
                          function=frame.function, owner=frame.owner)
        m.execute(m, tree.body, frame)
    elif own_labels(source):
        for given in names:
            m.journal.set(given.slots, REST, Opaque(own_labels(source), deep=True))
    m.may_raise(call.name)
    return NONE


def _print(_m: Machine, _call: Call) -> Any:
    return NONE


def _new(m: Machine, call: Call) -> Any:
    """Evaluate `object.__new__(cls)`, and that of the types a class can be built on."""
    cls = call.args[0] if call.args else call.receiver
    if isinstance(cls, Class):
        made = Instance(cls)
        if len(call.args) > 1 and not call.name.startswith("builtins.object"):
            kind = Native(call.name.removesuffix(".__new__"))
            made.slots["__data__"] = m.call(m, kind, call.args[1:], {}, call.node, call.frame)
        return made
    return Instance(native=cls.name) if isinstance(cls, Native) else UNKNOWN


def _data_init(m: Machine, call: Call) -> Any:
    """Run `__init__` of a builtin container for an object of its subclass."""
    if isinstance(call.receiver, Instance):
        name = call.name.removesuffix(".__init__")
        data = m.call(m, Native(name), call.args, call.kwargs, call.node, call.frame)
        m.journal.set(call.receiver.slots, "__data__", data)
    return NONE


def _exception(m: Machine, call: Call) -> Any:
    del m
    args = sequence(call.args, "tuple", None if call.extra is None
                    else Opaque(deep_labels(call.extra)))
    slots: dict[Any, Any] = {"args": args}
    if call.name == "builtins.SystemExit":
        slots["code"] = call.args[0] if call.args else NONE
    if call.name.endswith("ExceptionGroup") and len(call.args) > 1:
        slots |= {"message": call.args[0], "exceptions": call.args[1]}
    if call.name == "builtins.StopIteration":
        slots["value"] = call.args[0] if call.args else NONE
    return Instance(native=call.name, slots=slots)


def exception_init(m: Machine, call: Call) -> Any:
    """Run `BaseException.__init__`: it keeps its arguments."""
    receiver, args = call.receiver, call.args
    if receiver is None and args:
        receiver, args = args[0], args[1:]
    if isinstance(receiver, Instance):
        m.journal.set(receiver.slots, "args", sequence(args, "tuple"))
    return NONE


def _type_call(m: Machine, call: Call) -> Any:
    """Evaluate `type.__call__(cls, ...)`: make an object past the metaclass."""
    cls, args = call.receiver, call.args
    if not isinstance(cls, Class) and args:
        cls, args = args[0], args[1:]
    if isinstance(cls, Class):
        return instantiate(m, cls, args, call.kwargs, call.node, call.frame, call.extra)
    return carried(call)


def _mark(kind: str) -> Any:
    """Make `staticmethod`, `classmethod` and `property` as decorators and as calls."""

    def handler(_m: Machine, call: Call) -> Any:
        function = call.args[0] if call.args else call.kwargs.get("fget", NONE)
        is_call = isinstance(call.node, ast.Call) and call.node.args
        if kind == "property" and (is_call or not isinstance(function, Function)):
            slots = {
                name: value
                for name, value in (("fset", call.argument(1, "fset")),
                                    ("fdel", call.argument(2, "fdel")))
                if value is not None
            }
            return Instance(native="property", extra=function, slots=slots)
        if isinstance(function, Function):
            if is_call:
                function = Function(
                    function.node, function.module, function.closure, function.name,
                    function.owner, function.defaults, function.kw_defaults, kind,
                    function.slots, function.generator, function.locals)
            else:
                function.kind = kind
        return function

    return handler


def _accessor(name: str) -> Any:
    """Make `@x.setter` and `@x.deleter`."""

    def handler(m: Machine, call: Call) -> Any:
        if isinstance(call.receiver, Function) and call.args:
            m.journal.set(call.receiver.slots, name, call.args[0])
            if isinstance(call.args[0], Function):
                call.args[0].owner = call.receiver.owner
        return UNKNOWN if call.receiver is None else call.receiver

    return handler


def _copy_item(m: Machine, call: Call) -> Any:
    owner = call.args[0] if call.args else UNKNOWN
    key = call.args[1] if len(call.args) > 1 else UNKNOWN
    return get_item(m, owner, key, call.node, call.frame)


def _dict(m: Machine, call: Call) -> Any:
    return make_dict(m, call)


def _divmod(m: Machine, call: Call) -> Any:
    if len(call.args) > 1:
        parts = [binary(m, op, call.args[0], call.args[1], call.node, call.frame)
                 for op in (ast.FloorDiv(), ast.Mod())]
        return sequence(parts, "tuple")
    return carried(call)


def _power(m: Machine, call: Call) -> Any:
    if len(call.args) == 2:  # noqa: PLR2004 - the form without a modulus
        return binary(m, ast.Pow(), call.args[0], call.args[1], call.node, call.frame)
    return carried(call)


NATIVES: dict[str, Any] = {
    "builtins.len": _length,
    "builtins.bool": _through("__bool__", _boolean),
    "builtins.all": _all,
    "builtins.any": _any,
    "builtins.str": _text,
    "builtins.repr": _repr,
    "builtins.ascii": _repr,
    "builtins.int": _through("__int__", computed(int, "int")),
    "builtins.float": _through("__float__", computed(float, "float")),
    "builtins.complex": _through("__complex__", computed(complex, "complex")),
    "builtins.abs": _through("__abs__", computed(abs)),
    "builtins.round": _through("__round__", computed(round)),
    "builtins.divmod": _through("__divmod__", _divmod),
    "builtins.pow": _power,
    "builtins.ord": computed(ord, "int"),
    "builtins.chr": computed(chr, "str"),
    "builtins.hex": computed(hex, "str"),
    "builtins.oct": computed(oct, "str"),
    "builtins.bin": computed(bin, "str"),
    "builtins.format": _format,
    "builtins.hash": _through("__hash__", fixed(NUMBER)),
    "builtins.id": fixed(NUMBER),
    "builtins.list": _listing("list"),
    "builtins.tuple": _listing("tuple"),
    "builtins.set": _listing("set"),
    "builtins.frozenset": _listing("frozenset"),
    "builtins.dict": _dict,
    "builtins.bytes": _through("__bytes__", _make_bytes("bytes")),
    "builtins.bytearray": _make_bytes("bytearray"),
    "builtins.memoryview": first_argument,
    "memoryview.tobytes": receiver_itself,
    "builtins.range": _range,
    "builtins.iter": _iter,
    "builtins.aiter": _iter,
    "builtins.next": _next,
    "builtins.anext": _next,
    "builtins.map": _map,
    "builtins.zip": _zip,
    "builtins.enumerate": _enumerate,
    "builtins.filter": _filter,
    "builtins.max": _extreme(max),
    "builtins.min": _extreme(min),
    "builtins.sum": _sum,
    "builtins.sorted": _sorted,
    "builtins.reversed": _reversed,
    "builtins.slice": _slice,
    "builtins.super": _super,
    "builtins.eval": _evaluate_text,
    "builtins.exec": _execute_text,
    "builtins.compile": first_argument,
    "builtins.print": _print,
    "builtins.input": fixed(Opaque(hint="str")),
    "builtins.object": lambda _m, _call: Instance(native="builtins.object"),
    "builtins.property": _mark("property"),
    "builtins.staticmethod": _mark("static"),
    "builtins.classmethod": _mark("class"),
    "function.setter": _accessor("setter"),
    "function.deleter": _accessor("deleter"),
    "function.getter": receiver_itself,
    "builtins.object.__init__": nothing,
    "builtins.object.__init_subclass__": nothing,
    "builtins.type.__init__": nothing,
    "builtins.type.__call__": _type_call,
    "exception.__init__": exception_init,
    "exception.with_traceback": receiver_itself,
    "exception.add_note": nothing,
    **{f"builtins.{name}.__new__": _new
       for name in ("object", "str", "int", "float", "bytes", "tuple", "frozenset", "list",
                    "dict", "set")},
    **{f"builtins.{name}.__init__": _data_init for name in ("list", "dict", "set", "bytearray")},
    **reflect.NATIVES,
}
for _name, _kind in vars(builtins).items():
    if isinstance(_kind, type) and issubclass(_kind, BaseException):
        NATIVES[f"builtins.{_name}"] = _exception
        NATIVES[f"builtins.{_name}.__init__"] = exception_init
PURE = frozenset({"builtins.help", "builtins.breakpoint", "builtins.quit", "builtins.exit"})

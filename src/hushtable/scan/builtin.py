"""The builtin functions: conversions, types, iteration, attributes by name."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from hushtable.scan import iterating, making, reflect
from hushtable.scan.attributes import get_attribute
from hushtable.scan.carrying import (
    carried,
    computed,
    first_argument,
    fixed,
    nothing,
    opened,
    receiver_itself,
)
from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.dictionaries import make_dict
from hushtable.scan.frame import Call, Frame, Machine
from hushtable.scan.iterating import MAX_RANGE, own_method
from hushtable.scan.making import exception_init, exception_made
from hushtable.scan.operators import binary, pick
from hushtable.scan.sequences import rebuilt
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    ELTS,
    FALSE,
    MAYBE,
    NONE,
    REST,
    TRUE,
    UNKNOWN,
    Choice,
    Const,
    Dict,
    Instance,
    Opaque,
    Rest,
    Seq,
    deep_labels,
    own_labels,
    sequence,
)

NUMBER = Opaque(hint="int")


def _through(name: str, handler: Any) -> Any:
    """Try a special method of the argument first."""

    def run(m: Machine, call: Call) -> Any:
        value = call.args[0] if call.args else UNKNOWN
        if isinstance(value, Choice):
            return pick(
                [
                    run(
                        m,
                        Call(
                            call.name,
                            None,
                            [o, *call.args[1:]],
                            call.kwargs,
                            call.node,
                            call.frame,
                            call.extra,
                        ),
                    )
                    for o in value.options
                ]
            )
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
        case Seq(slots=slots) if not slots.keys() & {REST, MAYBE} and value.kind != "iterator":
            return Const(len(slots[ELTS]))
        case Dict(slots=slots) if not slots.keys() & {REST, MAYBE}:
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
    return m.observer.as_text(m, call.argument(0, "object", default=UNKNOWN), call.node, call.frame)


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
        if (
            isinstance(made, Const)
            and isinstance(made.value, bytes)
            and (len(made.value) <= MAX_RANGE)
        ):
            return sequence([Const(one, made.labels) for one in made.value], kind)
        labels = deep_labels(made)
        return sequence((), kind, Opaque(labels, "int")) if call.args else sequence((), kind)

    return make


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
            frame = Frame(
                frame.module,
                given.slots,
                mark=m.journal.mark(),
                parent=frame,
                function=frame.function,
                owner=frame.owner,
            )
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
            frame = Frame(
                frame.module,
                given.slots,
                mark=m.journal.mark(),
                parent=frame,
                function=frame.function,
                owner=frame.owner,
            )
        m.execute(m, tree.body, frame)
    elif own_labels(source):
        for given in names:
            m.journal.set(given.slots, REST, Opaque(own_labels(source), deep=True))
    m.may_raise(call.name)
    return NONE


def _print(_m: Machine, _call: Call) -> Any:
    return NONE


def _divmod(m: Machine, call: Call) -> Any:
    if len(call.args) > 1:
        parts = [
            binary(m, op, call.args[0], call.args[1], call.node, call.frame)
            for op in (ast.FloorDiv(), ast.Mod())
        ]
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
    "builtins.dict": make_dict,
    "builtins.bytes": _through("__bytes__", _make_bytes("bytes")),
    "builtins.bytearray": _make_bytes("bytearray"),
    "builtins.memoryview": first_argument,
    "memoryview.tobytes": receiver_itself,
    "builtins.slice": _slice,
    "builtins.eval": _evaluate_text,
    "builtins.exec": _execute_text,
    "builtins.compile": first_argument,
    "builtins.print": _print,
    "builtins.input": fixed(Opaque(hint="str")),
    "builtins.object": lambda _m, _call: Instance(native="builtins.object"),
    "function.getter": receiver_itself,
    "builtins.object.__init__": nothing,
    "builtins.object.__init_subclass__": nothing,
    "builtins.type.__init__": nothing,
    "exception.with_traceback": receiver_itself,
    "exception.add_note": nothing,
    **reflect.NATIVES,
    **iterating.NATIVES,
    **making.NATIVES,
}
for _name, _kind in vars(builtins).items():
    if isinstance(_kind, type) and issubclass(_kind, BaseException):
        NATIVES[f"builtins.{_name}"] = exception_made
        NATIVES[f"builtins.{_name}.__init__"] = exception_init
PURE = frozenset({"builtins.help", "builtins.breakpoint", "builtins.quit", "builtins.exit"})

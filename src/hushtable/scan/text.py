"""Methods of str and bytes: constants are computed, labels travel with what is built."""

from __future__ import annotations

import re
import string
from typing import Any

from hushtable.scan import pieces
from hushtable.scan.carrying import (
    HUGE,
    MAX_SIZE,
    NotConstantError,
    carried,
    computed,
    labels_in,
    opened,
    python,
    value_of,
)
from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.containers import unbound
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.members import get_item
from hushtable.scan.operators import pick, text_parts
from hushtable.scan.pieces import MAX_PARTS
from hushtable.scan.values import (
    UNKNOWN,
    Choice,
    Const,
    Opaque,
    Seq,
    deep_labels,
    sequence,
)

SIZED = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs"})
SAME_TEXT = (
    "capitalize",
    "casefold",
    "lower",
    "upper",
    "title",
    "swapcase",
    "strip",
    "lstrip",
    "rstrip",
    "removeprefix",
    "removesuffix",
    "replace",
    "translate",
    "expandtabs",
    "center",
    "ljust",
    "rjust",
    "zfill",
)
TESTS = (
    "startswith",
    "endswith",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
)
NUMBERS = ("count", "find", "rfind", "index", "rindex")
LISTS = ("split", "rsplit", "splitlines")
TRIPLES = ("partition", "rpartition")


def _each(handler: Handler) -> Handler:
    """Run a method on each text the receiver can be."""

    def run(m: Machine, call: Call) -> Any:
        if isinstance(call.receiver, Choice):
            return pick(
                [
                    handler(
                        m,
                        Call(
                            call.name,
                            option,
                            call.args,
                            call.kwargs,
                            call.node,
                            call.frame,
                            call.extra,
                        ),
                    )
                    for option in call.receiver.options
                ]
            )
        return handler(m, call)

    return run


def _method(kind: str, name: str, hint: str) -> Handler:
    function = getattr(bytes if kind == "bytes" else str, name)
    compute = computed(function, hint)

    def handler(m: Machine, call: Call) -> Any:
        if name in SIZED and any(
            isinstance(one, Const) and isinstance(one.value, int) and abs(one.value) > MAX_SIZE
            for one in call.args
        ):
            return carried(call, hint)
        if isinstance(call.receiver, Opaque) and not call.args and not call.kwargs:
            return Opaque(call.receiver.labels, hint, deep=call.receiver.deep and not hint)
        known = _built(call, name)
        return compute(m, call) if known is None else known

    return _each(handler)


def _built(call: Call, name: str) -> Any:
    """Evaluate a method of a built text on its constant beginning or end; None: not known."""
    text, given = call.receiver, [*call.args, *call.kwargs.values()]
    if not isinstance(text, Opaque) or text.parts is None or call.extra is not None:
        return None
    values = [one.value for one in given if isinstance(one, Const)]
    match name, values:
        case _, _ if len(values) != len(given):
            return None
        case "startswith", [str() as other]:
            return pieces.starts_with(text, other)
        case "endswith", [str() as other]:
            return pieces.ends_with(text, other)
        case (("split" | "rsplit"), [str() as other, *rest]) if other:
            limit = rest[0] if rest and isinstance(rest[0], int) else -1
            cut = pieces.split if name == "split" else pieces.split_from_right
            return cut(text, other, limit)
        case "partition", [str() as other] if other:
            return pieces.partition(text, other)
        case "rpartition", [str() as other] if other:
            return pieces.partition_from_right(text, other)
        case "removeprefix", [str() as other]:
            return pieces.without_prefix(text, other)
        case "removesuffix", [str() as other]:
            return pieces.without_suffix(text, other)
    return None


def _test(kind: str, name: str) -> Handler:
    function = getattr(bytes if kind == "bytes" else str, name, None) or getattr(str, name)
    compute = computed(function)

    def handler(m: Machine, call: Call) -> Any:
        known = _built(call, name)
        if known is not None:
            return Const(known)
        found = compute(m, call)
        return Const(found.value) if isinstance(found, Const) else BOOLEAN

    return handler


def _number(kind: str, name: str) -> Handler:
    compute = computed(getattr(bytes if kind == "bytes" else str, name), "int")

    def handler(m: Machine, call: Call) -> Any:
        found = compute(m, call)
        return Const(found.value) if isinstance(found, Const) else Opaque(hint="int")

    return handler


def _pieces(kind: str, name: str) -> Handler:
    compute = computed(getattr(bytes if kind == "bytes" else str, name))

    def handler(m: Machine, call: Call) -> Any:
        known = _built(call, name)
        if known is not None:
            return known
        found = compute(m, call)
        if isinstance(found, Seq):
            return found
        piece = Opaque(labels_in(call.everything()), kind)
        if name in TRIPLES:
            return sequence([piece, piece, piece], "tuple")
        return sequence((), "list", piece)

    return _each(handler)


def _join(m: Machine, call: Call) -> Any:
    separator = call.receiver
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    labels = labels_in([*known, *([] if rest is None else [rest]), separator])
    is_bytes = isinstance(separator, Const) and isinstance(separator.value, bytes)
    if rest is None and isinstance(separator, Const):
        try:
            return Const(separator.value.join([python(one) for one in known]), labels)
        except (NotConstantError, TypeError, AttributeError):
            pass
    parts: list[str | None] = []
    if not is_bytes and isinstance(separator, Const) and rest is None and len(known) < MAX_PARTS:
        for index, one in enumerate(known):
            parts += [str(separator.value)] if index else []
            parts += text_parts(one)
    return Opaque(labels, "bytes" if is_bytes else "str", parts=tuple(parts) or None)


def _format(m: Machine, call: Call) -> Any:
    template = call.receiver
    if isinstance(template, Const) and isinstance(template.value, str):
        given = _used(m, call, template.value)
        shown = [m.observer.as_text(m, one, call.node, call.frame) for one in given]
        labels = labels_in([template, *shown])
        if call.extra is not None:
            labels |= deep_labels(call.extra)
        if not HUGE.search(template.value):
            try:
                return value_of(
                    template.value.format(
                        *(python(one) for one in call.args),
                        **{name: python(one) for name, one in call.kwargs.items()},
                    ),
                    labels,
                )
            except (NotConstantError, ValueError, LookupError, TypeError, AttributeError):
                pass
        return Opaque(labels, "str", parts=_template(template.value))
    return carried(call, "str")


FIELD = re.compile(r"\.(\w+)|\[([^\]]+)\]")


def _used(m: Machine, call: Call, template: str) -> list[Any]:
    """Give the values that a template shows: `{}`, `{0}`, `{name}`, `{user[email]}`, `{a.b}`."""
    found: list[Any] = []
    following = 0
    pending = [template]
    while pending:
        try:
            fields = list(string.Formatter().parse(pending.pop()))
        except ValueError:
            return [*call.args, *call.kwargs.values()]
        for _, name, spec, _ in fields:
            if name is None:
                continue
            pending += [spec] if spec else []
            first = re.split(r"[.\[]", name, maxsplit=1)[0]
            if not first:
                first, following = str(following), following + 1
            value = call.kwargs.get(first)
            if first.isdigit() and int(first) < len(call.args):
                value = call.args[int(first)]
            if value is None:
                continue
            for attribute, key in FIELD.findall(name):
                if attribute:
                    value = m.natives["builtins.getattr"](
                        m,
                        Call(
                            "builtins.getattr",
                            None,
                            [value, Const(attribute)],
                            {},
                            call.node,
                            call.frame,
                        ),
                    )
                else:
                    wanted = Const(int(key) if key.isdigit() else key)
                    value = get_item(m, value, wanted, call.node, call.frame)
            found.append(value)
    return found


def _template(text: str) -> tuple[str | None, ...]:
    """Give the constant pieces of a format template."""
    parts: list[str | None] = []
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError:
        return (None,)
    for piece, name, _, _ in fields:
        parts += [piece] if piece else []
        parts += [] if name is None else [None]
    return tuple(parts[:MAX_PARTS])


def _format_map(m: Machine, call: Call) -> Any:
    del m
    labels = labels_in(call.everything())
    text = call.receiver.value if isinstance(call.receiver, Const) else None
    return Opaque(labels, "str", parts=_template(text) if isinstance(text, str) else None)


def _make_table(m: Machine, call: Call) -> Any:
    return TABLE(m, Call(call.name, None, call.args, call.kwargs, call.node, call.frame))


TABLE = computed(str.maketrans)


def _static(function: Any, hint: str) -> Handler:
    compute = computed(function, hint)

    def handler(m: Machine, call: Call) -> Any:
        return compute(m, Call(call.name, None, call.args, call.kwargs, call.node, call.frame))

    return handler


def _decode_array(m: Machine, call: Call) -> Any:
    """Evaluate `bytearray.decode()`."""
    known, rest = opened(m, call.receiver, call)
    labels = labels_in([*known, *([] if rest is None else [rest])])
    if rest is None:
        try:
            return Const(bytes(one.value for one in known).decode(), labels)
        except (AttributeError, TypeError, ValueError):
            pass
    return Opaque(labels, "str")


METHODS: dict[str, Handler] = {}
for _kind in ("str", "bytes"):
    _type = bytes if _kind == "bytes" else str
    for _name in SAME_TEXT:
        if hasattr(_type, _name):
            METHODS[f"{_kind}.{_name}"] = _method(_kind, _name, _kind)
    for _name in TESTS:
        METHODS[f"{_kind}.{_name}"] = _test(_kind, _name)
    for _name in NUMBERS:
        METHODS[f"{_kind}.{_name}"] = _number(_kind, _name)
    for _name in (*LISTS, *TRIPLES):
        METHODS[f"{_kind}.{_name}"] = _pieces(_kind, _name)
    METHODS[f"{_kind}.join"] = _join
METHODS |= {
    "str.encode": _method("str", "encode", "bytes"),
    "bytes.decode": _method("bytes", "decode", "str"),
    "bytes.hex": _method("bytes", "hex", "str"),
    "str.format": _format,
    "str.format_map": _format_map,
    "bytearray.decode": _decode_array,
    "bytearray.hex": _decode_array,
    "int.bit_length": computed(int.bit_length, "int"),
    "int.to_bytes": computed(int.to_bytes, "bytes"),
    "int.conjugate": computed(int.conjugate, "int"),
    "float.is_integer": _test("str", "isdigit"),
    "float.as_integer_ratio": computed(float.as_integer_ratio),
    "float.hex": computed(float.hex, "str"),
    "complex.conjugate": computed(complex.conjugate, "complex"),
}
NATIVES: dict[str, Any] = {
    **METHODS,
    **{f"builtins.{name}": unbound(handler) for name, handler in METHODS.items()},
    "builtins.bytes.maketrans": _static(bytes.maketrans, ""),
    "str.maketrans": _make_table,
    "builtins.str.maketrans": _make_table,
    "builtins.bytes.fromhex": _static(bytes.fromhex, "bytes"),
    "builtins.bytearray.fromhex": _static(bytes.fromhex, "bytes"),
    "builtins.int.from_bytes": _static(int.from_bytes, "int"),
    "builtins.float.fromhex": _static(float.fromhex, "float"),
}

"""Data in and out of text and bytes: json, copy, pickle, base64, urllib, html, struct, csv."""

from __future__ import annotations

import ast
import base64
import binascii
import html
import json
import operator
import struct
import textwrap
import urllib.parse
from typing import Any

from hushtable.model.facts import Seal
from hushtable.scan.carrying import (
    NotConstantError,
    carrying,
    computed,
    fixed,
    labels_in,
    python,
    value_of,
)
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.labels import Kind, Labels
from hushtable.scan.members import promote
from hushtable.scan.operators import pick
from hushtable.scan.sequences import shallow
from hushtable.scan.values import (
    ELTS,
    NONE,
    REST,
    UNKNOWN,
    Bound,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Opaque,
    Seq,
    deep_labels,
    sequence,
)

MAX_DEPTH = 12


def encoded(labels: Labels) -> Labels:
    """Say of cursors that they were encoded, which hides nothing."""
    return frozenset(
        label.sealed(Seal.ENCODED) if label.kind is Kind.CURSOR else label for label in labels
    )


def encoding(function: Any, hint: str) -> Handler:
    """Make a handler of an encoder: computed on constants, else labels are kept."""
    compute = computed(function, hint)

    def handler(m: Machine, call: Call) -> Any:
        found = compute(m, call)
        match found:
            case Const(value=value, labels=labels):
                return Const(value, encoded(labels))
            case Opaque():
                return Opaque(encoded(found.labels), hint)
        return found

    return handler


def _dumps(m: Machine, call: Call) -> Any:
    value = call.argument(0, "obj", default=UNKNOWN)
    default = call.kwargs.get("default")
    cls = call.kwargs.get("cls")
    if default is None and isinstance(cls, Class):
        default = m.get_attribute(m, Instance(cls), "default")
    found = set(deep_labels(value))
    if isinstance(default, Function | Bound) and isinstance(value, Dict | Seq | Instance):
        for one in _objects(value, MAX_DEPTH):
            made = m.call(m, default, [one], {}, call.node, call.frame)
            found |= deep_labels(made)
    try:
        known = python(value)
    except NotConstantError:
        return Opaque(encoded(frozenset(found)), "str", of=_remembered(m, value))
    return value_of(json.dumps(known, default=str), encoded(frozenset(found)))


def _remembered(m: Machine, value: Any) -> str:
    """Remember what a text was made of, so that parsing it gives every key its own again."""
    if not isinstance(value, Dict | Seq):
        return ""
    dumped = m.stores.setdefault("dumped", {})
    if len(dumped) >= MAX_DUMPED:
        dumped.clear()
    m.stores["dumps"] = number = m.stores.get("dumps", 0) + 1
    dumped[f"json:{number}"] = deep_copy(value, {}, MAX_DEPTH)
    return f"json:{number}"


MAX_DUMPED = 256


def _objects(value: Any, depth: int) -> list[Any]:
    """Give the objects in a value that are no plain data."""
    found: list[Any] = []
    if depth and isinstance(value, Dict | Seq):
        for key, held in list(value.slots.items()):
            if key is ELTS:
                for one in held:
                    found += _objects(one, depth - 1)
            else:
                found += _objects(held, depth - 1)
    elif isinstance(value, Instance):
        found.append(value)
    return found


def _loads(m: Machine, call: Call) -> Any:
    value = call.argument(0, "s", "fp", default=UNKNOWN)
    m.may_raise("json.JSONDecodeError")
    if isinstance(value, Const) and isinstance(value.value, str | bytes):
        try:
            return value_of(json.loads(value.value), value.labels)
        except (ValueError, RecursionError):
            return UNKNOWN
    dumped = m.stores.get("dumped", {}).get(value.of) if isinstance(value, Opaque) else None
    if dumped is not None:
        return deep_copy(dumped, {}, MAX_DEPTH)
    labels = deep_labels(value)
    # What is parsed has the shape that was dumped: paths go on below it.
    made = Opaque(labels, of="json.loads()")
    return promote(made) if any(label.kind is Kind.ATTRIBUTE for label in labels) else made


def _copy(_m: Machine, call: Call) -> Any:
    return shallow(call.argument(0, "x", default=UNKNOWN))


def _copy_object(m: Machine, call: Call) -> Any:
    """Evaluate `copy.copy(x)`, by the class's own `__copy__` when it has one."""
    value = call.argument(0, "x", default=UNKNOWN)
    name = "__copy__" if call.name == "copy.copy" else "__deepcopy__"
    if isinstance(value, Instance) and value.cls is not None:
        method = m.get_attribute(m, value, name)
        if isinstance(method, Bound) and isinstance(method.function, Function):
            args = [] if name == "__copy__" else [Dict({})]
            return m.call(m, method, args, {}, call.node, call.frame)
    return _copy(m, call) if name == "__copy__" else deep_copy(value, {}, MAX_DEPTH)


def deep_copy(value: Any, seen: dict[int, Any], depth: int) -> Any:
    """Evaluate `copy.deepcopy(value)`; what is shared stays shared."""
    if not isinstance(value, Dict | Seq | Instance | Choice) or depth <= 0:
        return value
    if id(value) in seen:
        return seen[id(value)]
    if isinstance(value, Choice):
        return pick([deep_copy(option, seen, depth) for option in value.options])
    made = shallow(value)
    seen[id(value)] = made
    for key, held in list(made.slots.items()):
        if key is ELTS:
            made.slots[key] = tuple(deep_copy(one, seen, depth - 1) for one in held)
        else:
            made.slots[key] = deep_copy(held, seen, depth - 1)
    return made


def _replaced(m: Machine, call: Call) -> Any:
    """Evaluate `copy.replace(x, name=value)`."""
    made = shallow(call.args[0]) if call.args else UNKNOWN
    if isinstance(made, Instance):
        for name, value in call.kwargs.items():
            m.journal.set(made.slots, name, value)
    return made


def _query(m: Machine, call: Call) -> Any:
    """Evaluate `parse_qs`: a mapping of lists of text."""
    del m
    labels = labels_in(call.everything())
    text = Opaque(labels, "str")
    if call.name.endswith("qsl"):
        return sequence((), rest=sequence((text, text), "tuple"))
    return Dict({REST: sequence((), rest=text)})


def _rows(_m: Machine, call: Call) -> Any:
    return sequence((), "iterator", sequence((), rest=Opaque(labels_in(call.args), "str")))


def _records(_m: Machine, call: Call) -> Any:
    return sequence((), "iterator", Dict({REST: Opaque(labels_in(call.args), "str")}))


def _pack(m: Machine, call: Call) -> Any:
    return PACK(m, call)


PACK = computed(struct.pack, "bytes")


def _unpack(m: Machine, call: Call) -> Any:
    found = UNPACK(m, call)
    if isinstance(found, Seq):
        return found
    return sequence((), "tuple", Opaque(deep_labels(call.argument(1, "buffer", default=UNKNOWN))))


UNPACK = computed(struct.unpack)


JSON_WRITERS = (
    "json.dumps",
    "orjson.dumps",
    "rapidjson.dumps",
    "msgspec.json.encode",
    "pickle.dumps",
    "marshal.dumps",
    "yaml.dump",
    "yaml.safe_dump",
    "bson.dumps",
    "msgpack.packb",
    "toml.dumps",
)
JSON_READERS = (
    "json.loads",
    "json.load",
    "orjson.loads",
    "rapidjson.loads",
    "msgspec.json.decode",
    "pickle.loads",
    "pickle.load",
    "marshal.loads",
    "yaml.safe_load",
    "yaml.load",
    "msgpack.unpackb",
    "toml.loads",
    "tomllib.loads",
    "tomllib.load",
)
ENCODERS: dict[str, tuple[Any, str]] = {
    **{
        f"base64.{name}": (getattr(base64, name), "bytes")
        for name in (
            "b64encode",
            "b64decode",
            "urlsafe_b64encode",
            "urlsafe_b64decode",
            "standard_b64encode",
            "standard_b64decode",
            "b32encode",
            "b32decode",
            "b16encode",
            "b16decode",
            "a85encode",
            "a85decode",
            "b85encode",
            "b85decode",
            "encodebytes",
            "decodebytes",
        )
    },
    **{
        f"binascii.{name}": (getattr(binascii, name), "bytes")
        for name in (
            "hexlify",
            "unhexlify",
            "b2a_base64",
            "a2b_base64",
            "b2a_hex",
            "a2b_hex",
        )
    },
    **{
        f"urllib.parse.{name}": (getattr(urllib.parse, name), "str")
        for name in (
            "quote",
            "quote_plus",
            "unquote",
            "unquote_plus",
            "urljoin",
            "urlencode",
        )
    },
    "html.escape": (html.escape, "str"),
    "html.unescape": (html.unescape, "str"),
    "textwrap.dedent": (textwrap.dedent, "str"),
    "textwrap.fill": (textwrap.fill, "str"),
    "textwrap.shorten": (textwrap.shorten, "str"),
    "textwrap.indent": (textwrap.indent, "str"),
}
NATIVES: dict[str, Any] = {
    **dict.fromkeys(JSON_WRITERS, _dumps),
    **dict.fromkeys(JSON_READERS, _loads),
    "json.dump": fixed(NONE),
    "pickle.dump": fixed(NONE),
    "json.JSONEncoder.default": carrying(),
    "json.JSONEncoder": lambda _m, _c: Instance(native="json.JSONEncoder"),
    "json.JSONEncoder.encode": lambda m, c: _dumps(
        m, Call("json.dumps", None, c.args, {}, c.node, c.frame)
    ),
    "json.JSONEncoder.iterencode": carrying("str"),
    "csv.reader": _rows,
    "csv.DictReader": _records,
    "copy.copy": _copy_object,
    "copy.deepcopy": _copy_object,
    "copy.replace": _replaced,
    **{name: encoding(function, hint) for name, (function, hint) in ENCODERS.items()},
    "urllib.parse.urlparse": carrying(),
    "urllib.parse.urlsplit": carrying(),
    "urllib.parse.urlunparse": carrying("str"),
    "urllib.parse.urlunsplit": carrying("str"),
    "urllib.parse.parse_qs": _query,
    "urllib.parse.parse_qsl": _query,
    "struct.pack": _pack,
    "struct.unpack": _unpack,
    "struct.unpack_from": _unpack,
    "struct.iter_unpack": _unpack,
    "struct.calcsize": fixed(Opaque(hint="int")),
    "zlib.compress": carrying("bytes"),
    "zlib.decompress": carrying("bytes"),
    "gzip.compress": carrying("bytes"),
    "gzip.decompress": carrying("bytes"),
    "bz2.compress": carrying("bytes"),
    "bz2.decompress": carrying("bytes"),
    "lzma.compress": carrying("bytes"),
    "lzma.decompress": carrying("bytes"),
    "codecs.encode": carrying(),
    "codecs.decode": carrying(),
    "ast.literal_eval": computed(ast.literal_eval),
    "string.capwords": computed(lambda text: " ".join(w.capitalize() for w in text.split()), "str"),
    "operator.index": computed(operator.index, "int"),
    "ctypes.create_string_buffer": carrying("bytes"),
    **{
        f"ctypes.{name}": carrying()
        for name in (
            "c_int",
            "c_long",
            "c_char",
            "c_char_p",
            "c_wchar_p",
            "c_double",
            "c_float",
            "c_bool",
            "c_uint",
            "c_byte",
            "c_short",
            "py_object",
            "cast",
            "pointer",
            "byref",
            "string_at",
        )
    },
}
ATTRIBUTES: dict[str, Any] = {
    "string.ascii_letters": lambda _m, _o: Const(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    ),
    "string.ascii_lowercase": lambda _m, _o: Const("abcdefghijklmnopqrstuvwxyz"),
    "string.ascii_uppercase": lambda _m, _o: Const("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "string.digits": lambda _m, _o: Const("0123456789"),
}

"""Signs a cursor that was only encoded, and checks it when it comes back."""

from __future__ import annotations

import re

import libcst as cst

from hushtable.fix.arguments import last_name
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Import, Order

_ENCODES = frozenset({"b64encode", "urlsafe_b64encode"})
_DECODES = frozenset({"b64decode", "urlsafe_b64decode"})
_SEAL = """\
def sign_cursor(data: bytes) -> str:
{i}text = base64.urlsafe_b64encode(data)
{i}mark = hmac.new(os.environ["CURSOR_KEY"].encode(), text, hashlib.sha256).hexdigest()
{i}return f"{{text.decode()}}.{{mark}}"


"""
_OPEN = """\
def read_cursor(cursor: str) -> bytes:
{i}text, _, mark = cursor.rpartition(".")
{i}key = os.environ["CURSOR_KEY"].encode()
{i}made = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
{i}if not hmac.compare_digest(made.encode(), mark.encode()):
{i}{i}raise HTTPException(400, "unknown cursor")
{i}return base64.urlsafe_b64decode(text)


"""
_STANDARD = ("base64", "hashlib", "hmac", "os")


def change(order: Order, sources: Sources) -> Change:
    """Sign what a file on the way of a cursor encodes, and check what the same file decodes.

    `order.also` are the places on the way. With `order.many` clients send cursors back: then they
    must be decoded beside.
    """
    for path in dict.fromkeys(place.path for place in (*order.also, order.place)):
        if path not in sources.texts:
            continue
        source = sources.source(path)
        lines = {place.line for place in (*order.also, order.place) if place.path == path}
        made = _encoded(source, lines)
        if made:
            return _signed(order, source, made)
    reason = "where the cursor is encoded is not clear"
    raise CannotFix(reason)


def _encoded(source: Source, lines: set[int]) -> list[tuple[cst.Call, cst.Call]]:
    """Give (the whole, the encoding call) of `b64encode(...).decode()` in functions on the way."""
    found = []
    for call in source.all(cst.Call):
        inner = call.func.value if isinstance(call.func, cst.Attribute) else None
        if last_name(call) != "decode" or not isinstance(inner, cst.Call):
            continue
        function = source.around(call, cst.FunctionDef)
        here = function is not None and any(
            source.line(function) <= line <= source.last_line(function) for line in lines
        )
        if here and last_name(inner) in _ENCODES and len(inner.args) == 1:
            found.append((call, inner))
    return found


def _signed(order: Order, source: Source, made: list[tuple[cst.Call, cst.Call]]) -> Change:
    back = [one for one in source.all(cst.Call) if last_name(one) in _DECODES and one.args]
    if order.many and not back:
        reason = "the cursor is decoded in another file than it is encoded in"
        raise CannotFix(reason)
    if re.search(rb"\b(?:sign_cursor|read_cursor)\b", source.data):
        reason = "the names `sign_cursor` and `read_cursor` are taken"
        raise CannotFix(reason)
    edits: list[Edit] = [
        source.replace(whole, f"sign_cursor({source.code(inner.args[0].value)})")
        for whole, inner in made
    ]
    edits += [source.replace(one, f"read_cursor({source.code(one.args[0].value)})") for one in back]
    first = min(
        (one for one in source.tree.body if isinstance(one, cst.FunctionDef | cst.ClassDef)),
        key=source.start,
    )
    text = _SEAL.format(i=source.indent) + (_OPEN.format(i=source.indent) if back else "")
    edits.append(source.insert(source.start(first), text))
    needed = [Import(source.path, name) for name in _STANDARD]
    if back:
        needed.append(Import(source.path, "fastapi", "HTTPException"))
    defines = ((source.path, "sign_cursor"), (source.path, "read_cursor"))
    return Change(tuple(edits), tuple(needed), defines=defines)

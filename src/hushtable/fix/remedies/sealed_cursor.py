"""Signs a cursor that was only encoded, or seals it by the guard, and checks what comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from hushtable.fix.arguments import last_name
from hushtable.fix.installed import needs
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
_STANDARD = (("base64", ""), ("hashlib", ""), ("hmac", ""), ("os", ""))
_GUARD_SEAL = """\
def seal_cursor(data: bytes) -> str:
{i}sealer = Sealer(KeyRing.from_environment())
{i}return sealer.seal({{"cursor": {{"B": data}}}}, Scope(__name__, "", ""))


"""
_GUARD_OPEN = """\
def open_cursor(cursor: str) -> bytes:
{i}sealer = Sealer(KeyRing.from_environment())
{i}try:
{i}{i}return sealer.open(cursor, Scope(__name__, "", ""))["cursor"]["B"]
{i}except InvalidCursorError:
{i}{i}raise HTTPException(400, "unknown cursor") from None


"""
_GUARD = (
    ("hushtable.guard", "KeyRing"),
    ("hushtable.guard.cursor", "Scope"),
    ("hushtable.guard.cursor", "Sealer"),
)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a cursor is closed and opened: names and texts of two functions, and their imports."""

    closes: str
    opens: str
    close: str
    open: str
    needed: tuple[tuple[str, str], ...]
    to_open: tuple[tuple[str, str], ...] = ()


_SIGNED = _Way("sign_cursor", "read_cursor", _SEAL, _OPEN, _STANDARD)
_SEALED = _Way(
    "seal_cursor",
    "open_cursor",
    _GUARD_SEAL,
    _GUARD_OPEN,
    _GUARD,
    (("hushtable.guard", "InvalidCursorError"),),
)


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
            return _closed(order, source, made, sources)
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


def _closed(
    order: Order, source: Source, made: list[tuple[cst.Call, cst.Call]], sources: Sources
) -> Change:
    back = [one for one in source.all(cst.Call) if last_name(one) in _DECODES and one.args]
    if order.many and not back:
        reason = "the cursor is decoded in another file than it is encoded in"
        raise CannotFix(reason)
    way = _SEALED if needs(sources, "hushtable", "hushtable.guard", "guard") else _SIGNED
    if re.search(rf"\b(?:{way.closes}|{way.opens})\b".encode(), source.data):
        reason = f"the names `{way.closes}` and `{way.opens}` are taken"
        raise CannotFix(reason)
    edits: list[Edit] = [
        source.replace(whole, f"{way.closes}({source.code(inner.args[0].value)})")
        for whole, inner in made
    ]
    edits += [source.replace(one, f"{way.opens}({source.code(one.args[0].value)})") for one in back]
    first = min(
        (one for one in source.tree.body if isinstance(one, cst.FunctionDef | cst.ClassDef)),
        key=source.start,
    )
    text = way.close.format(i=source.indent) + (way.open.format(i=source.indent) if back else "")
    edits.append(source.insert(source.start(first), text))
    needed = [Import(source.path, module, name) for module, name in way.needed]
    if back:
        needed += [Import(source.path, module, name) for module, name in way.to_open]
        needed.append(Import(source.path, "fastapi", "HTTPException"))
    defines = ((source.path, way.closes), (source.path, way.opens))
    return Change(tuple(edits), tuple(needed), defines=defines)

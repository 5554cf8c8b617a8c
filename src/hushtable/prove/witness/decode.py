"""Finds canary tokens in bytes, however they were encoded on their way out.

What an app does to a value before it leaves (base64, hex, gzip, quoting, cutting) is undone a
few levels deep. The work is bounded by the size of what is looked at, whatever stands in it.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote_to_bytes

LEVELS = 3
"""How many encodings are undone, one inside the other."""

_SHORTEST = 12
"""A token is known by so many of its characters."""

_LONGEST = 14
_TOKEN = re.compile(rb"hq[a-z2-7]{10,}")
_LEGIBLE = re.compile(rb"[\t\r\n\x20-\x7e]{12,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_HEX = re.compile(rb"[0-9a-fA-F]{24,}")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_ENTITY = re.compile(rb"&(?:#([0-9]{1,6})|#[xX]([0-9A-Fa-f]{1,6})|[a-zA-Z]{2,8});")
_ESCAPE = re.compile(
    rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U000([0-9a-fA-F]{5})|u\{([0-9a-fA-F]{1,6})\})"
)
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_AS_DIGITS = bytes(48 if chr(each) in "0123456789abcdefABCDEF" else 32 for each in range(256))
_ENOUGH_DIGITS = b"0" * 24
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_BEGINNING = 256
_SMALLEST = 6
"""Bytes that a token may be packed into."""

_LAST_BYTE = 0xFF

_FIXED_WORK = 1 << 22
_WORK_PER_BYTE = 5
_PACKED_PLACES = 8
_DEFLATED_RUNS = 32
_DEFLATED_SIZE = 1 << 16
_QUOTED_SIZE = 1 << 20
_TOKENS_ASKED = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """A token, and what had to be undone to see it, outermost first."""

    token: str
    encoding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """A text with one more encoding undone. What is not legible is left out: `whole` says if."""

    text: bytes
    encoding: tuple[str, ...] = ()
    whole: bool = True


def found(data: bytes, known: Callable[[str], str]) -> tuple[Found, ...]:
    """Give every token in `data`, each once, by its shortest chain of encodings.

    `known` gives the whole token for a token or for its first twelve characters, empty for what
    is none.
    """
    seen: dict[str, Found] = {}
    for layer in layers(data):
        for one in found_in(layer, known):
            seen.setdefault(one.token, one)
    return tuple(seen.values())


def found_in(layer: Layer, known: Callable[[str], str]) -> Iterator[Found]:
    """Give the tokens that stand in one layer."""
    for token, how in _tokens(layer.text, known):
        yield Found(token, (*layer.encoding, *how))


def layers(data: bytes) -> Iterator[Layer]:
    """Give the text of `data` and everything that undoing up to three encodings makes of it.

    The outermost come first. The sum of their sizes is bounded, so that a hostile answer costs
    no more than an honest one of its size.
    """
    left = _FIXED_WORK + _WORK_PER_BYTE * len(data)
    waiting: deque[tuple[bytes, tuple[str, ...]]] = deque([(data, ())])
    seen = {hash(data)}
    while waiting:
        raw, encoding = waiting.popleft()
        left -= len(raw)
        if left < 0:
            return
        text = _legible(raw)
        yield Layer(text, encoding, len(text) == len(raw))
        if len(encoding) >= LEVELS:
            continue
        for name, made in (*_unpacked(raw, left), *_undone(text, left)):
            mark = hash(made)
            if len(made) >= _SMALLEST and mark not in seen:
                seen.add(mark)
                waiting.append((made, (*encoding, name)))


def _legible(raw: bytes) -> bytes:
    """Leave out what no text is: undoing base64 at the wrong place makes only that."""
    runs = _LEGIBLE.findall(raw)
    return runs[0] if len(runs) == 1 else b"\n".join(runs)


def _tokens(text: bytes, known: Callable[[str], str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for written, how in ((text, ()), (text[::-1], ("reversed",))):
        lowered = written.lower()
        asked: set[bytes] = set()
        for match in _TOKEN.finditer(lowered):
            yield from _in_run(match, written, known, how, asked)
            if len(asked) > _TOKENS_ASKED:
                break


def _in_run(
    match: re.Match[bytes],
    written: bytes,
    known: Callable[[str], str],
    how: tuple[str, ...],
    asked: set[bytes],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Ask for each place in a run of token-like characters where a token may begin."""
    run = match[0][: _TOKENS_ASKED * 2]
    start = run.find(b"hq")
    while 0 <= start <= len(run) - _SHORTEST:
        part = run[start : start + _LONGEST]
        token = ""
        if part not in asked:
            asked.add(part)
            token = known(part.decode("ascii")) or known(part[:_SHORTEST].decode("ascii"))
        if token:
            at = match.start() + start
            upper = ("upper case",) if written[at : at + _SHORTEST].isupper() else ()
            short = () if part == token.encode() else ("cut short",)
            yield token, (*how, *upper, *short)
        start = run.find(b"hq", start + (_SHORTEST if token else 2))


def _undone(text: bytes, left: int) -> Iterator[tuple[str, bytes]]:
    if _PERCENT.search(text):
        yield "percent", unquote_to_bytes(_quoted(text, b"%"))
    if _ENTITY.search(text):
        yield "HTML entities", _ENTITY.sub(_entity, _quoted(text, b"&"))
    if _ESCAPE.search(text):
        yield "escapes", _ESCAPE.sub(_unescaped, _quoted(text, b"\\"))
    runs = _BASE64.findall(text)
    if runs:
        yield from _from_hex(runs)
        yield from _from_base64(text, runs, left)
    if runs or any(sign in text for sign in (b"%", b"\\", b"&")):
        yield "reversed", text[::-1]


def _quoted(text: bytes, sign: bytes) -> bytes:
    """Keep the beginning of a very long text that is made of escapes: they are slow to undo."""
    return text if text.count(sign) < _QUOTED_SIZE // 4 else text[:_QUOTED_SIZE]


def _unescaped(match: re.Match[bytes]) -> bytes:
    return _byte(int(next(filter(None, match.groups())), 16))


def _entity(match: re.Match[bytes]) -> bytes:
    decimal, digits = match.groups()
    if decimal or digits:
        return _byte(int(decimal) if decimal else int(digits, 16))
    return html.unescape(match[0].decode("ascii")).encode()


def _byte(code: int) -> bytes:
    """Give the byte that was escaped; no token holds a character beyond."""
    return bytes((code,)) if code <= _LAST_BYTE else b"?"


def _unpacked(raw: bytes, left: int) -> Iterator[tuple[str, bytes]]:
    """Unpack what begins like gzip or zlib, anywhere; and raw deflate, from the beginning."""
    for name, sign in (("gzip", _GZIP), ("zlib", _ZLIB)):
        for match in islice(sign.finditer(raw), _PACKED_PLACES):
            yield from _inflated(name, raw[match.start() :], zlib.MAX_WBITS | 32, left)
    if _binary(raw):
        if len(raw) <= _DEFLATED_SIZE:
            yield "reversed", raw[::-1]
        yield from _inflated("deflate", raw, -zlib.MAX_WBITS, left)


def _binary(raw: bytes) -> bool:
    """Whether the beginning is no text. Deflate has no sign of its own to be known by."""
    return bool(raw[:_BEGINNING].translate(None, _PRINTABLE))


def _inflated(name: str, data: bytes, bits: int, left: int) -> Iterator[tuple[str, bytes]]:
    unpacker = zlib.decompressobj(bits)
    try:
        made = unpacker.decompress(data, max(1, left))
    except zlib.error:
        return
    if made:
        yield name, made


def _from_hex(runs: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Undo hex digits. What stands before them may look like one too: both ways are tried."""
    digits = [
        each
        for run in runs
        # A regular expression alone takes ten times as long to find that there are none.
        if _ENOUGH_DIGITS in run.translate(_AS_DIGITS)
        for each in _HEX.findall(run)
    ]
    for at in (0, 1) if digits else ():
        made = [binascii.unhexlify(one[at : at + (len(one) - at) // 2 * 2]) for one in digits]
        yield "hex", b"\n".join(made)


def _from_base64(text: bytes, runs: list[bytes], left: int) -> Iterator[tuple[str, bytes]]:
    """Undo base64, from each of the four places where a group may begin."""
    if b"\n" in text or b"\\n" in text:
        # Lines of base64 are one text; inside JSON their ends are escaped.
        one_line = text.replace(b"\\r", b"").replace(b"\\n", b"").translate(None, b"\r\n")
        runs = [*runs, *_BASE64.findall(one_line)]
    whole = [run.translate(_URL_SAFE) for run in runs]
    tried = 0
    for at in range(4):
        made = [_group(run, at) for run in whole]
        yield "base64", b"\n".join(made)
        for one in made[1:]:
            if tried < _DEFLATED_RUNS and _binary(one):
                tried += 1
                for _, packed in _inflated("", one[:_DEFLATED_SIZE], -zlib.MAX_WBITS, left):
                    yield "base64, deflate", packed


def _group(run: bytes, at: int) -> bytes:
    groups = (len(run) - at) // 4 * 4
    rest = run[at + groups :]
    tail = rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""
    return base64.b64decode(run[at : at + groups] + tail)

"""One JSON document or text: decoded, looked at, and where asked written anew."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import msgspec

from hushtable.guard.egress_declared import Shape
from hushtable.guard.egress_inspection import REDACTED, Inspection
from hushtable.guard.shapes import Leak, leak_in_text, may_talk

_plain = msgspec.json.Decoder()
# Numbers are written back digit for digit.
_exact = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Looked:
    """A body after the look: what may leave, whether anything was found, why it was not seen."""

    body: bytes
    found: bool = False
    why: str = ""


def look_at_json(
    body: bytes, inspection: Inspection, shape: Shape | None, *, redact: bool
) -> Looked:
    """Look at a JSON document; with `redact`, give it without what was found."""
    before = inspection.seen
    inspection.too_deep = ""
    try:
        inspection.talk = may_talk(body)
        inspection.look(_plain.decode(body), shape)
        leaving = _cut(body, inspection, shape) if redact and inspection.seen != before else body
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Looked(body, why="the body is not JSON")
    except RecursionError:
        return Looked(body, why="the body is nested too deep")
    except Exception as error:  # noqa: BLE001 - a fault of ours is told, and fails no answer
        return Looked(body, why=f"the inspection failed ({type(error).__name__})")
    why = f"nested deeper than {inspection.depth}" if inspection.too_deep else ""
    return Looked(leaving, found=inspection.seen != before, why=why)


def _cut(body: bytes, inspection: Inspection, shape: Shape | None) -> bytes:
    """Write a body anew without what was found.

    It is decoded a second time: an answer that holds nothing pays for no exact number.
    """
    cutting = Inspection(
        inspection.rules,
        talk=inspection.talk,
        allowed=inspection.allowed,
        redact=True,
        depth=inspection.depth,
    )
    return _encoder.encode(cutting.look(_exact.decode(body), shape))


def look_at_text(body: bytes, inspection: Inspection, *, redact: bool) -> Looked:
    """Look at a plain text. A token is none: a route that answers text declares no names."""
    kind = leak_in_text(body.decode("utf-8", "replace"), talk=may_talk(body))
    if kind is None or kind is Leak.TOKEN or kind in inspection.rules.ignore:
        return Looked(body)
    inspection.tell(kind, None)
    return Looked(REDACTED.encode() if redact else body, found=True)

"""JSON lines and event streams, looked at line by line while they pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hushtable.guard.egress_body import Looked, look_at_json, look_at_text
from hushtable.guard.egress_declared import Shape
from hushtable.guard.egress_inspection import Inspection


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its end, as it came and as it may leave."""

    raw: bytes
    looked: Looked


@dataclass(slots=True)
class Lines:
    """Cuts chunks into lines and looks at each. A line longer than `limit` bytes passes by parts.

    `events`: an event stream, where the JSON stands after `data:`.
    """

    inspection: Inspection
    shape: Shape | None
    limit: int
    events: bool = False
    redact: bool = False
    _rest: bytearray = field(default_factory=bytearray)
    _passing: bool = False

    @property
    def unfinished(self) -> bool:
        """Whether a line has begun that no chunk has ended."""
        return bool(self._rest)

    def feed(self, chunk: bytes, *, last: bool) -> Iterator[Line]:
        """Give the lines that this chunk completes, and at the `last` one what is left."""
        if b"\n" in chunk:
            *ended, rest = (bytes(self._rest) + chunk).split(b"\n")
            self._rest = bytearray(rest)
            for line in ended:
                yield self._line(line + b"\n")
                self._passing = False
        else:
            self._rest += chunk
        if self._rest and (last or len(self._rest) > self.limit):
            rest, self._rest = bytes(self._rest), bytearray()
            yield self._line(rest)
            self._passing = not last

    def _line(self, raw: bytes) -> Line:
        if self._passing or len(raw) > self.limit:
            return Line(raw, Looked(raw, why=f"a line is longer than {self.limit} bytes"))
        text = raw.rstrip(b"\r\n")
        end = raw[len(text) :]
        prefix = b""
        if self.events:
            if not text.startswith(b"data:"):
                return Line(raw, Looked(raw))
            prefix = b"data: " if text.startswith(b"data: ") else b"data:"
            text = text[len(prefix) :]
        if not text.strip():
            return Line(raw, Looked(raw))
        looked = look_at_json(text, self.inspection, self.shape, redact=self.redact)
        if looked.why and self.events:
            looked = look_at_text(text, self.inspection, redact=self.redact)
        body = raw if looked.body is text else prefix + looked.body + end
        return Line(raw, Looked(body, found=looked.found, why=looked.why))

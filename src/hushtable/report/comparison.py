"""Two results of one service, told apart by the keys of their findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hushtable.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Comparison:
    """Keys of findings that are new, gone and unchanged since an earlier result."""

    earlier: str
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`2 new, 1 gone, 5 unchanged since old.json`."""
        return (
            f"{len(self.new)} new, {len(self.gone)} gone, {len(self.unchanged)} unchanged "
            f"since {self.earlier}"
        )

    @property
    def document(self) -> Mapping[str, Any]:
        """The comparison for the JSON report."""
        return {
            "earlier": self.earlier,
            "new": list(self.new),
            "gone": list(self.gone),
            "unchanged": list(self.unchanged),
        }


def compare(earlier: str, before: Iterable[str], findings: Iterable[Finding]) -> Comparison:
    """Compare the keys of an earlier result with findings."""
    old, now = set(before), {one.key for one in findings}
    return Comparison(
        earlier, tuple(sorted(now - old)), tuple(sorted(old - now)), tuple(sorted(now & old))
    )

"""Items page after page, for a program that goes through them all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from hushtable.guard.drive import Steps
from hushtable.guard.reads import Question, Reader, query_from, scan
from hushtable.guard.store import Operation, Store
from hushtable.guard.view import View

V = TypeVar("V", bound=View[Any])


@dataclass(frozen=True, slots=True)
class Each(Generic[V]):
    """Items page after page, from a coroutine or from plain code."""

    store: Store
    reader: Reader[V]
    question: Question
    at_most: int
    whole: bool = False
    """Whether the whole table is gone through."""

    async def __aiter__(self) -> AsyncIterator[V]:
        """Go through them from a coroutine."""
        left, last = self.at_most, None
        while left > 0:
            found, last = await Operation(self.store, self._page(last))
            for one in found[:left]:
                yield one
            left -= len(found)
            if last is None:
                return

    def __iter__(self) -> Iterator[V]:
        """Go through them from plain code."""
        left, last = self.at_most, None
        while left > 0:
            found, last = Operation(self.store, self._page(last)).now()
            yield from found[:left]
            left -= len(found)
            if last is None:
                return

    def _page(self, last: Any) -> Steps[tuple[list[V], Any]]:
        if self.whole:
            found = yield from scan(self.reader, self.question, last)
        else:
            found = yield from query_from(self.reader, self.question, last)
        return found.items, found.last

"""The heap's journal: every write can be undone, captured and joined.

All mutable state of the interpreted program lies in plain dictionaries (a frame's variables, an
object's slots). A write goes through `Journal.set`, which notes the old value; a branch is run,
captured, undone, and the captured states are joined. The cost is the number of writes, not the
size of the heap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hushtable.scan.settling import settled
from hushtable.scan.values import ELTS, MAYBE, MINUS, MISSING, REST, WORK, Opaque, Rest, join

Slots = dict[Any, Any]
State = dict[tuple[int, Any], tuple[Slots, Any, Any]]
"""What changed since a mark: (slots, key, new value) by place."""


class Journal:
    """The writes since the program began."""

    def __init__(self) -> None:
        self._log: list[tuple[Slots, Any, Any]] = []

    def mark(self) -> int:
        """Give a mark to come back to."""
        return len(self._log)

    def set(self, slots: Slots, key: Any, value: Any) -> None:
        """Write a value, remembering the old one."""
        self._log.append((slots, key, slots.get(key, MISSING)))
        slots[key] = value

    def delete(self, slots: Slots, key: Any) -> None:
        """Remove a key, remembering its value."""
        if key in slots:
            self._log.append((slots, key, slots.pop(key)))

    def undo(self, mark: int) -> None:
        """Go back to a mark."""
        log = self._log
        while len(log) > mark:
            slots, key, old = log.pop()
            if old is MISSING:
                slots.pop(key, None)
            else:
                slots[key] = old

    def capture(self, mark: int) -> State:
        """Give what changed since a mark, with the values as they are now."""
        state: State = {}
        log = self._log
        WORK.places += len(log) - mark
        for index in range(mark, len(log)):
            slots, key, _ = log[index]
            place = (id(slots), key)
            if place not in state:
                state[place] = (slots, key, slots.get(key, MISSING))
        return state

    def take(self, mark: int) -> State:
        """Capture what changed since a mark, then go back to it."""
        state = self.capture(mark)
        self.undo(mark)
        return state

    def apply(self, state: State) -> None:
        """Write a captured state."""
        for slots, key, new in state.values():
            self._put(slots, key, new)

    def merge(self, states: list[State]) -> None:
        """Write the join of several captured states onto the state they all began from."""
        if len(states) == 1:
            self.apply(states[0])
            return
        places = {place: entry[:2] for state in states for place, entry in state.items()}
        maybe: list[tuple[Slots, Any]] = []
        for place, (slots, key) in places.items():
            base = slots.get(key, MISSING)
            values = [state[place][2] if place in state else base for state in states]
            if REST in slots and isinstance(key, str) and MISSING in values:
                values = [
                    _implied(slots, key, state) if value is MISSING else value
                    for value, state in zip(values, states, strict=True)
                ]
            if MISSING in values and not isinstance(key, Rest):
                maybe.append((slots, key))
            if key is ELTS and len({len(v) for v in values if v is not MISSING}) > 1:
                maybe.append((slots, ELTS))
            if key is ELTS:
                WORK.places += sum(len(v) for v in values if v is not MISSING)
            self._put(slots, key, _join_slot(key, values))
        for slots, key in maybe:
            known = slots.get(MAYBE, frozenset())
            if key in slots and key not in known:
                self.set(slots, MAYBE, known | {key})

    def apart(self, options: Iterable[Any], change: Callable[[Any], object]) -> None:
        """Change one of several objects: each may be the one that is changed."""
        mark = self.mark()
        states = []
        for option in options:
            change(option)
            states.append(self.take(mark))
        if states:
            self.merge(states)

    def forget(self, mark: int, slots: Slots) -> None:
        """Drop writes to variables that nobody can see any more."""
        log = self._log
        WORK.places += len(log) - mark
        log[mark:] = [entry for entry in log[mark:] if entry[0] is not slots]

    def _put(self, slots: Slots, key: Any, new: Any) -> None:
        if new is MISSING:
            self.delete(slots, key)
        elif slots.get(key, MISSING) is not new:
            self.set(slots, key, new)


def _implied(slots: Slots, key: str, state: State) -> Any:
    """Give what an open map holds under a key that one of its branches has not written."""
    rest, minus = (
        state[place][2] if place in state else slots.get(place[1], MISSING)
        for place in ((id(slots), REST), (id(slots), MINUS))
    )
    if not isinstance(rest, Opaque) or (minus is not MISSING and key in minus):
        return MISSING
    return rest.child(key)


def _join_slot(key: Any, values: list[Any]) -> Any:
    if key is MAYBE:
        return frozenset().union(*(v for v in values if v is not MISSING))
    if key is MINUS:
        sets = [frozenset() if v is MISSING else v for v in values]
        return frozenset.intersection(*sets)
    if key is ELTS:
        return _join_elements([v for v in values if v is not MISSING])
    result = MISSING
    for value in values:
        result = join(result, value)
    return settled(result) if key is REST else result


def _join_elements(lists: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    first = lists[0]
    if all(elements is first for elements in lists):
        return first
    whole = max(lists, key=len)
    # A list that only grew: comparing tuples is much cheaper than joining their elements.
    if all(whole[: len(elements)] == elements for elements in lists):
        return whole
    longest = len(whole)
    joined = []
    for index in range(longest):
        value = MISSING
        for elements in lists:
            if index < len(elements):
                value = join(value, elements[index])
        joined.append(value)
    return tuple(joined)

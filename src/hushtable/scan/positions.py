"""What stands where in a list: reading, writing and slicing by position."""

from __future__ import annotations

from typing import Any

from hushtable.scan.frame import Machine
from hushtable.scan.values import (
    ELTS,
    FACTORY,
    KEYS,
    MAYBE,
    MINUS,
    MISSING,
    REST,
    UNKNOWN,
    Const,
    Dict,
    Instance,
    Seq,
    join,
    sequence,
)


def anything_of(owner: Dict | Seq) -> Any:
    """Give one value that stands for any of a container's values."""
    result: Any = MISSING
    for key, held in owner.slots.items():
        if key is ELTS:
            for element in held:
                result = join(result, element)
        elif key not in (MINUS, MAYBE, KEYS, FACTORY):
            result = join(result, held)
    return UNKNOWN if result is MISSING else result


def seq_item(owner: Seq, key: Any) -> Any:
    """Read a list, tuple or iterator."""
    known = owner.slots[ELTS]
    rest = owner.slots.get(REST)
    match key:
        case Seq(kind="tuple", slots=parts) if parts[ELTS] and REST not in parts:
            found: Any = owner
            for part in parts[ELTS]:
                found = seq_item(found, part) if isinstance(found, Seq) else anything_of(owner)
            return found
        case Const(value=bool() | int() as index):
            doubted = ELTS in owner.slots.get(MAYBE, ())
            if not -len(known) <= index < len(known):
                return UNKNOWN if rest is None else anything_of(owner)
            if index >= 0:
                # An open list that some way to here left shorter may have any other there.
                return join(known[index], rest) if doubted and rest is not None else known[index]
            return anything_of(owner) if doubted or rest is not None else known[index]
        case Instance(native="slice", extra=bounds):
            if bounds is not None and (_is_closed(owner.slots) or _is_within(owner.slots, bounds)):
                return sequence(known[bounds], owner.kind, rest if bounds.stop is None else None)
            return sequence((), owner.kind, anything_of(owner))
    return anything_of(owner)


def _is_closed(slots: dict[Any, Any]) -> bool:
    """Whether the length of a list is known."""
    return REST not in slots and ELTS not in slots.get(MAYBE, ())


def _is_within(slots: dict[Any, Any], bounds: slice) -> bool:
    """Whether the beginning of an open list, which is known, decides a slice of it."""
    known = len(slots[ELTS])
    return (
        bounds.step in {None, 1}
        and 0 <= (bounds.start or 0) <= known
        and (bounds.stop is None or 0 <= bounds.stop <= known)
        and (REST not in slots or ELTS not in slots.get(MAYBE, ()))
    )


def set_position(m: Machine, slots: dict[Any, Any], key: Any, value: Any) -> None:
    """Run `list[index] = value`."""
    known = slots[ELTS]
    if isinstance(key, Const) and isinstance(key.value, int):
        index = key.value
        if 0 <= index < len(known) or (_is_closed(slots) and -len(known) <= index < 0):
            changed = list(known)
            changed[index] = value
            m.journal.set(slots, ELTS, tuple(changed))
            return
        if REST in slots and 0 <= index < MAX_FILLED:
            # The list is long enough, or this line would have failed.
            filling = [slots[REST]] * (index - len(known))
            m.journal.set(slots, ELTS, (*known, *filling, value))
            return
    # Any of these places may be meant; from the end, none further than that from the known end.
    from_end = key.value if isinstance(key, Const) and isinstance(key.value, int) else None
    first = max(0, len(known) + from_end) if from_end is not None and from_end < 0 else 0
    if from_end is None or from_end < 0:
        changed = [*known[:first], *(join(one, value) for one in known[first:])]
        m.journal.set(slots, ELTS, tuple(changed))
    m.journal.set(slots, REST, join(slots.get(REST, MISSING), value))


MAX_FILLED = 64
"""The highest position that is kept apart in a list whose length is not known."""


def set_slice(m: Machine, slots: dict[Any, Any], bounds: Any, given: tuple[list[Any], Any]) -> None:
    """Run `list[a:b] = values`."""
    known, rest = given
    if isinstance(bounds, slice) and rest is None and REST not in slots:
        changed = list(slots[ELTS])
        try:
            changed[bounds] = known
        except ValueError:
            return
        m.journal.set(slots, ELTS, tuple(changed))
        return
    other = slots.get(REST, MISSING)
    for one in (*known, *([] if rest is None else [rest])):
        other = join(other, one)
    m.journal.set(slots, REST, other)
    _loosen(m, slots)


def delete_position(m: Machine, slots: dict[Any, Any], key: Any) -> None:
    """Run `del list[index]` and `del list[a:b]`."""
    known = list(slots[ELTS])
    lowest = -len(known) if _is_closed(slots) else 0
    match key:
        case Const(value=int() as index) if lowest <= index < len(known):
            del known[index]
            m.journal.set(slots, ELTS, tuple(known))
        case Instance(extra=slice() as bounds) if _is_closed(slots) or _is_within(slots, bounds):
            del known[bounds]
            m.journal.set(slots, ELTS, tuple(known))
        case Const(value=int() as index) if index >= len(known) or _is_closed(slots):
            # Behind what is known, or a line that fails.
            return
        case _:
            _loosen(m, slots)


def _loosen(m: Machine, slots: dict[Any, Any]) -> None:
    """Forget what stands where: something was taken out, and nobody knows in front of what."""
    other = slots.get(REST, MISSING)
    for one in slots[ELTS]:
        other = join(other, one)
    m.journal.set(slots, ELTS, ())
    m.journal.set(slots, REST, other)

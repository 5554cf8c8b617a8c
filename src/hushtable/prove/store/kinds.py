"""The kinds of items in one table: which attributes an item has that has these keys.

An attribute belongs to the kinds that it is known with, and to no other: what no item of a kind has
in truth must never be seen to leave with one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hushtable.prove.sketch import Kind, Shape, Sketch, TableSketch
from hushtable.prove.store.guessing import PLACEHOLDER, guess, is_generic, normal_form

MOST_KINDS = 24

_SEPARATORS = re.compile(r"[#|]")

Attributes = tuple[tuple[str, Shape], ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a request says of the items it asks for.

    `forms` are those of keys (nothing for an id by itself), `starts` those of which only the
    beginning is known, `constants` what attributes must be equal to. `whole` says that the table's
    keys are all there, so that it is one item.
    """

    forms: Mapping[str, str] = field(default_factory=dict)
    starts: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: bool = False

    def composes(self, table: TableSketch) -> bool:
        """Whether a key of the table is put together, or a constant."""
        both = {**self.forms, **self.starts}
        return any(both.get(name) for name, _ in table.keys)

    def names_keys(self, table: TableSketch) -> bool:
        """Whether it has all keys of the table, or one of an index."""
        own = {name for name, _ in table.keys}
        told = self.forms.keys() | self.starts.keys()
        return own <= told or bool(told - own)


def is_mixed(table: TableSketch) -> bool:
    """Whether items of several kinds lie in a table, or must be expected to."""
    return table.composed or len(table.kinds) > 1


def attributes_of(table: TableSketch, kind: Kind | None) -> Attributes:
    """Give what items of a kind have. Without several kinds they have all that is known."""
    return kind.attributes if kind is not None and is_mixed(table) else table.attributes


def touched(table: TableSketch, pattern: Pattern) -> tuple[Kind, ...]:
    """Give the kinds of the items that a request may give."""
    found = tuple(one for one in table.kinds if _covers(table, one, pattern))
    if not pattern.constants or (found and pattern.names_keys(table)):
        return found
    told = tuple(one for one in found if _agrees(one, pattern.constants))
    return tuple(one for one in told if not _differs(one, pattern.constants)) or told


def meant(table: TableSketch, pattern: Pattern) -> Kind | None:
    """Give the one kind of which a request's items are; None for one that may give several.

    That no other kind is known by now does not say that there is none: whole keys, an index's key
    or a constant of the program must say which one it is.
    """
    found = touched(table, pattern)
    if len(found) != 1:
        return None
    (kind,) = found
    told = pattern.forms.keys() | pattern.starts.keys()
    says = pattern.names_keys(table) or _agrees(kind, pattern.constants)
    return kind if says or dict(kind.forms).keys() == told or not is_mixed(table) else None


def with_pattern(table: TableSketch, pattern: Pattern, *, written: bool = False) -> TableSketch:
    """Add the kind that a request asks for, or complete one. The same table where it is known."""
    found = touched(table, pattern)
    if len(found) > 1 or (found and not pattern.whole):
        return table
    own = [name for name, _ in table.keys]
    (known,) = found or (None,)
    if known is None and pattern.whole:
        known = next((one for one in table.kinds if _may_be(one, pattern, own)), None)
    if known is None and len(table.kinds) >= MOST_KINDS:
        return table
    base = known or Kind()
    exact = {name: form for name, form in pattern.forms.items() if name not in dict(base.forms)}
    exact |= {name: pattern.forms[name] for name in base.open if name in pattern.forms}
    made = replace(
        base,
        forms=tuple(sorted({**pattern.starts, **dict(base.forms), **exact}.items())),
        open=tuple(sorted({*base.open, *(pattern.starts if known is None else ())} - set(exact))),
        written=base.written or written,
    )
    if known is None:
        for name, texts in pattern.constants.items():
            made = having(table, made, name, Shape(choices=texts))
    if made == known:
        return table
    others = [one for one in table.kinds if one is not known]
    left = tuple(one for one in others if not _is_part(one, made, own))
    for one in others:
        if one not in left:
            for name, shape in one.attributes:
                made = having(table, made, name, shape)
    at = sum(one in left for one in table.kinds[: table.kinds.index(known)]) if known else len(left)
    return replace(table, kinds=(*left[:at], made, *left[at:]))


def having(table: TableSketch, kind: Kind, name: str, shape: Shape | None = None) -> Kind:
    """Give a kind an attribute, if it has it not.

    Of the values that an attribute may have a kind has none that tells another kind.
    """
    if name in dict(kind.attributes):
        return kind
    if shape is None:
        known = dict(table.attributes).get(name) or guess(name)
        shape = replace(known, choices=_unclaimed(table, kind, name, known.choices))
    return replace(kind, attributes=tuple(sorted((*kind.attributes, (name, shape)))))


def with_names(table: TableSketch, kind: Kind, names: Iterable[str]) -> TableSketch:
    """Give a table's kind the attributes of these names."""
    made = kind
    for name in names:
        made = having(table, made, name)
    return table if made is kind else _exchanged(table, kind, made)


def as_kinds(
    sketch: Sketch,
    kinds: Mapping[str, Kind],
    change: Callable[[Sketch], Sketch],
    *,
    claimed: bool = False,
) -> Sketch:
    """Change a sketch as one who knows, of these tables, the items of these kinds alone.

    `claimed` leaves out, of values that an attribute may have, those that tell another kind.
    """
    view = replace(
        sketch,
        tables=tuple(
            replace(table, attributes=attributes_of(table, kinds.get(table.name)))
            for table in sketch.tables
        ),
    )
    after = change(view)
    if after is view:
        return sketch
    before = {table.name: table for table in sketch.tables}
    tables = tuple(
        _put_back(before[table.name], table, kinds[table.name], claimed=claimed)
        if table.name in kinds
        else table
        for table in after.tables
    )
    return replace(after, tables=tables)


def kind_of(table: TableSketch, wire: Mapping[str, Any]) -> Kind | None:
    """Give the kind of an item, by its keys; None where they are not there or fit none."""
    if not table.keys or not all(name in wire for name, _ in table.keys):
        return None
    own = [name for name, _ in table.keys]
    ranked = []
    for number, kind in enumerate(table.kinds):
        forms = {name: form for name, form in kind.forms if name in own}
        if all(_fits(form, _text(wire[name])) for name, form in forms.items()):
            literal = sum(len(PLACEHOLDER.sub("", form)) for form in forms.values())
            names = {name for name, _ in kind.attributes}
            strange = len((names ^ set(wire)) - set(own))
            ranked.append((-literal, _refuses(kind, wire), strange, number))
    return table.kinds[min(ranked)[-1]] if ranked else None


def names_beside(table: TableSketch, names: Iterable[str]) -> frozenset[str]:
    """Give the attributes of the items that have these: of each kind that has them all."""
    wanted = set(names) - dict(table.keys).keys()
    every = table.kinds if is_mixed(table) else (Kind((), table.attributes),)
    held = [{name for name, _ in (*one.attributes, *one.forms)} for one in every]
    if not is_mixed(table):
        return frozenset(held[0])
    return frozenset(name for one in held if wanted <= one for name in one)


def holds(wire: Any, text: str) -> bool:
    """Whether a text stands anywhere in an item."""
    return text in json.dumps(wire, ensure_ascii=False, default=str)


def _put_back(before: TableSketch, after: TableSketch, kind: Kind, *, claimed: bool) -> TableSketch:
    seen, now = dict(attributes_of(before, kind)), dict(after.attributes)
    mixed = is_mixed(before)
    mine = dict(kind.attributes)
    every = dict(before.attributes) if mixed else now
    for name in seen.keys() - now.keys():
        mine.pop(name, None)
    for name, found in now.items():
        if seen.get(name) == found:
            continue
        known = dict(before.attributes).get(name)
        shape = found
        if name not in seen and known is not None and found == guess(name):
            shape = replace(known, choices=_unclaimed(before, kind, name, known.choices))
        elif claimed and shape.choices:
            left = _unclaimed(before, kind, name, shape.choices)
            shape = replace(shape, choices=left or shape.choices)
        mine[name] = shape
        every.setdefault(name, shape)
    attributes = tuple(sorted(mine.items()))
    table = replace(after, attributes=tuple(sorted(every.items())))
    return _exchanged(table, kind, replace(kind, attributes=attributes))


def _exchanged(table: TableSketch, old: Kind, new: Kind) -> TableSketch:
    return replace(table, kinds=tuple(new if one == old else one for one in table.kinds))


def _unclaimed(
    table: TableSketch, kind: Kind, name: str, choices: tuple[str, ...]
) -> tuple[str, ...]:
    mine = {known: shape.choices for known, shape in kind.attributes if shape.choices}
    others = {
        text
        for other in table.kinds
        if other.forms != kind.forms or _differs(other, mine)
        for known, shape in other.attributes
        if known == name
        for text in shape.choices
    }
    return tuple(text for text in choices if text not in others)


def _covers(table: TableSketch, kind: Kind, pattern: Pattern) -> bool:
    """Whether items of a kind have the keys that a request asks for."""
    own = {name for name, _ in table.keys}
    forms, names = dict(kind.forms), dict(kind.attributes)
    for name, form in pattern.forms.items():
        if pattern.whole and name not in own:
            continue
        if name not in forms:
            if name in own or form or name not in names:
                return False
        elif not _same(forms[name], form):
            return False
    return all(
        _begins(forms.get(name, ""), form)
        for name, form in pattern.starts.items()
        if not pattern.whole or name in own
    )


def _may_be(kind: Kind, pattern: Pattern, own: Sequence[str]) -> bool:
    """Whether a kind whose form is not known to its end is the one that is asked for."""
    forms = dict(kind.forms)
    return bool(kind.open) and all(
        name in forms
        and (
            _same(forms[name], pattern.forms.get(name, ""))
            or (name in kind.open and _begins(pattern.forms.get(name, ""), forms[name]))
        )
        for name in own
    )


def _is_part(kind: Kind, made: Kind, own: Sequence[str]) -> bool:
    """Whether a kind says nothing beside another that is known better.

    What is known of an index's items, or of those that a constant tells, is known of the kind that
    the app writes so. A part of a table may hold several kinds: what is known of it stays there.
    """
    forms, better, names = dict(kind.forms), dict(made.forms), dict(made.attributes)
    bare = {name: text for name, text in forms.items() if name in own}
    kept = all(
        name in names if not text and name not in better
        else name in better and _begins_or_is(better[name], text, is_open=name in kind.open)
        for name, text in forms.items()
    )  # fmt: skip
    if not kept:
        return False
    if not kind.attributes:
        return len(bare) < sum(name in better for name in own)
    if bare or not made.written:
        return False
    told = {name: shape.choices for name, shape in kind.attributes if shape.choices}
    return not _differs(made, told) and (bool(forms) or _agrees(made, told))


def _begins_or_is(form: str, other: str, *, is_open: bool) -> bool:
    return _begins(form, other) if is_open else _same(form, other)


def _same(form: str, other: str) -> bool:
    return _bare(form) == _bare(other)


def _bare(form: str) -> str:
    """Give a form in its one spelling; an id by itself has none."""
    return "" if PLACEHOLDER.fullmatch(form) else normal_form(form)


def _begins(form: str, start: str) -> bool:
    """Whether a form begins as another does, of which the end was guessed."""
    return bool(form) and normal_form(form).startswith(normal_form(start).rpartition("{")[0])


def _agrees(kind: Kind, constants: Mapping[str, tuple[str, ...]]) -> bool:
    known = dict(kind.attributes)
    return any(
        set(texts) & set(known[name].choices) for name, texts in constants.items() if name in known
    )


def _differs(kind: Kind, constants: Mapping[str, tuple[str, ...]]) -> bool:
    known = dict(kind.attributes)
    return any(
        known[name].choices and not set(texts) & set(known[name].choices)
        for name, texts in constants.items()
        if name in known
    )


def _refuses(kind: Kind, wire: Mapping[str, Any]) -> bool:
    return any(
        shape.choices and name in wire and _text(wire[name]) not in shape.choices
        for name, shape in kind.attributes
    )


def _fits(form: str, text: str) -> bool:
    """Whether a key's value has a form."""
    if not _bare(form):
        return not _SEPARATORS.search(text)
    parts = PLACEHOLDER.split(form)[::2]
    return re.fullmatch(".+".join(map(re.escape, parts)), text, re.DOTALL) is not None


def _text(value: Any) -> str:
    held = next(iter(value.values()), "") if isinstance(value, Mapping) else value
    return held if isinstance(held, str) else ""


def seeded(table: TableSketch) -> TableSketch:
    """Keep what is known of items with plain keys, when others turn up beside them.

    What a program's text names may belong to any of the kinds that it composes keys for.
    """
    plain = tuple((name, "") for name, _ in table.keys if not is_generic(name))
    from_text = bool(table.used) and not plain
    if table.kinds or table.composed or from_text or not table.attributes:
        return table
    return replace(table, kinds=(Kind(plain, table.attributes),))

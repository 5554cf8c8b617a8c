"""What the app's own requests to the store teach: forms of keys, what filters want, what it writes.

Values that a client sent on purpose to be odd teach nothing: only requests that are as they should
be do, and of those only what the request to the app did not carry in.
"""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from hushtable.model.sensitivity import Category
from hushtable.model.sensitivity_names import classify
from hushtable.prove.canary import UNDECLARED
from hushtable.prove.exchange import Call, Exchange
from hushtable.prove.learn.asking import asked_kind, joined_by, met, named, wants
from hushtable.prove.learn.context import SHORT, Context
from hushtable.prove.learn.refine import Target, refined, shape_at, table_of
from hushtable.prove.sketch import Form, Shape, Sketch, TableSketch
from hushtable.prove.store.composed import is_known, template_of, template_with
from hushtable.prove.store.guessing import OWNER, Entities, guess, is_generic
from hushtable.prove.store.kinds import as_kinds
from hushtable.prove.store.mint import Mint
from hushtable.prove.store.sketching import with_table
from hushtable.prove.store.wanted import Compared, Wanted, kind_of, plain

ORDINARY = frozenset({"", "as it should be"})
"""The purposes of requests that an honest client would send."""

MOST_TEMPLATES = 8
MOST_CHOICES = 8

_READS_MANY = frozenset({"Query", "Scan"})
_COMPARES = frozenset({"<", "<=", ">", ">=", "between"})
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d")
_YEAR = 366 * 24 * 3600
_LONGEST_NAME = 100
_DEPTH = 5
_OK = 200


def asked_of(sketch: Sketch, exchange: Exchange, mint: Mint, route: str = "") -> Sketch:
    """Learn from the requests to the store of one exchange with a route (`GET /users/{id}`)."""
    if exchange.asked.fault or exchange.asked.purpose not in ORDINARY:
        return sketch
    context = Context(exchange.asked, mint)
    for call in exchange.calls:
        if call.provoked:
            continue
        for want in wants(call):
            if table_of(sketch, want.table) is not None:
                sketch = _of_want(sketch, want, context, empty=_came_back_empty(call))
    return joined_by(sketch, exchange, context, route) if route else sketch


def _of_want(sketch: Sketch, want: Wanted, context: Context, *, empty: bool) -> Sketch:
    """Learn from one request of the kind of items that it is about."""

    def change(known: Sketch) -> Sketch:
        known = _mentioned(known, want, context)
        known = _keyed(known, want, context)
        if empty:
            known = _filtered(known, want, context)
        if want.item is not None and want.operation != "DeleteItem":
            known = _written(known, want, context)
        return known

    sketch = named(met(sketch, want, context), want, context, after=False)
    kind = asked_kind(sketch, want, context)
    if kind is None:
        return change(sketch)
    return named(as_kinds(sketch, {want.table: kind}, change), want, context, after=True)


def _came_back_empty(call: Call) -> bool:
    """Whether a filter or a condition kept what there is from the app."""
    if call.operation in _READS_MANY:
        answer = call.answer
        return call.status == _OK and not answer.get("Count") and bool(answer.get("ScannedCount"))
    return call.code == "ConditionalCheckFailedException"


def _mentioned(sketch: Sketch, want: Wanted, context: Context) -> Sketch:
    """Add the attributes that projections, filters and updates name."""
    keys = _key_names(sketch, want)
    for one in (*want.changed, *want.filters):
        name = one.path[-1]
        strange = context.is_foreign(name) or not all(map(_is_name, one.path))
        target = Target(want.table, one.path)
        if one.name in keys or one.name == UNDECLARED or strange:
            continue
        if shape_at(sketch, target) is None and one.operator != "REMOVE":
            # A list holds what it contains, a text begins with another: neither tells its type.
            typed = one.operator not in {"contains", "begins_with", "attribute_type"}
            value = one.values[0] if one.values and typed else None
            shape = guess(name) if value is None else _shape_of(name, value, context)
            sketch = refined(sketch, target, _always(shape), f"{want.operation} names it")
    return sketch


def _keyed(sketch: Sketch, want: Wanted, context: Context) -> Sketch:
    """Learn the forms of key values."""
    keys = _key_names(sketch, want)
    source: Mapping[str, Any] = want.key or (want.item or {})
    for name, value in source.items():
        if name in keys and kind_of(value) == "S":
            sketch = _with_form(sketch, want, name, plain(value), context)
    # A filter of a Scan may name keys, and chooses among the kinds of items in a table.
    for one in (*want.conditions, *want.filters):
        texts = [plain(value) for value in one.values]
        if not texts or kind_of(one.values[0]) != "S" or one.name not in keys:
            continue
        match one.operator:
            case "=":
                sketch = _with_form(sketch, want, one.name, texts[0], context)
            case "begins_with":
                sketch = _with_start(sketch, want, one.name, texts[0], context)
            case operator if operator in _COMPARES and not context.is_foreign(texts[0]):
                sketch = _compared(sketch, Target(want.table, (one.name,)), one, context)
    return sketch


def _with_form(sketch: Sketch, want: Wanted, name: str, text: str, context: Context) -> Sketch:
    table = table_of(sketch, want.table)
    if table is None:
        return sketch
    ids = context.ids_in(text)
    if not ids and context.is_foreign(text) and not context.is_choice(text):
        return sketch
    template = template_of(text, ids)
    if not template and len(ids) == 1 and ids[0][0] == text:
        return _with_bare_id(sketch, table, name, ids[0][1])
    if not ids and template == text and not is_generic(name):
        target = Target(want.table, (name,))
        if name not in dict(table.keys):
            return _chosen(sketch, target, text)
        if (shape_at(sketch, target) or guess(name)).form is not Form.TEXT:
            return sketch
        if classify(name, table=want.table).category is Category.CREDENTIAL:
            # What stands where no token was given opens nothing.
            return sketch
        # One row is called by a constant; the others keep their ids.
        sketch = _add(sketch, table, name, f"{{{name}}}")
        table = table_of(sketch, want.table) or table
    return _add(sketch, table, name, template)


def _with_bare_id(sketch: Sketch, table: TableSketch, name: str, entity: str) -> Sketch:
    """Learn that a key whose name says nothing is the id of something else."""
    known = Entities.of_sketch(sketch).of(table, name)
    if known == entity or not is_generic(name) or dict(table.templates).get(name):
        return sketch
    if entity == OWNER and not known.startswith(OWNER):
        lesson = f"{table.name}.{name}: it is the caller's id"
        return sketch if table.owner else with_table(sketch, replace(table, owner=name), lesson)
    return sketch


def _with_start(sketch: Sketch, want: Wanted, name: str, text: str, context: Context) -> Sketch:
    table = table_of(sketch, want.table)
    ids = context.ids_in(text)
    if table is None or (not ids and context.is_foreign(text)):
        return sketch
    template = template_with(text, ids)
    start = template.rpartition("{")[0]
    if any(key == name and known.startswith(start) for key, known in table.templates):
        return sketch
    return _add(sketch, table, name, template)


def _add(sketch: Sketch, table: TableSketch, name: str, template: str) -> Sketch:
    forms = [known for key, known in table.templates if key == name]
    if not template or is_known(template, forms) or len(forms) >= MOST_TEMPLATES:
        return sketch
    lesson = f"{table.name}.{name}: {template}"
    return with_table(
        sketch, replace(table, templates=(*table.templates, (name, template))), lesson
    )


def _filtered(sketch: Sketch, want: Wanted, context: Context) -> Sketch:
    """Make the items such that the conditions hold that kept them back."""
    keys = _key_names(sketch, want)
    for one in want.filters:
        target = Target(want.table, one.path)
        if one.name in keys or not all(map(_is_name, one.path)):
            continue
        if one.operator == "attribute_not_exists":
            sketch = refined(sketch, target, _always(Shape("")), "must be missing")
        elif one.values:
            sketch = _satisfied(sketch, target, one, context)
    return sketch


def _satisfied(sketch: Sketch, target: Target, one: Compared, context: Context) -> Sketch:
    value = one.values[0]
    text = plain(value)
    ids = context.ids_in(text)
    table = table_of(sketch, target.table)
    if table is not None and one.operator == "=" and (text, OWNER) in ids:
        if table.owner or len(target.path) > 1:
            return sketch
        return with_table(sketch, replace(table, owner=one.name),
                          f"{target}: it is compared with the caller's id")  # fmt: skip
    if ids or (context.is_foreign(text) and not context.is_choice(text)):
        return sketch
    match one.operator:
        case "=" | "in":
            for each in one.values:
                sketch = _chosen(sketch, target, plain(each), kind_of(each))
        case "<>" if kind_of(value) == "BOOL":
            other = "false" if text == "true" else "true"
            sketch = _chosen(sketch, target, other, "BOOL")
        case "contains":
            shape = shape_at(sketch, target)
            deeper = shape is not None and shape.kind in {"L", "SS", "NS"}
            place = Target(target.table, (*target.path, "[]")) if deeper else target
            sketch = _chosen(sketch, place, text, kind_of(value))
        case "begins_with":
            pattern = f"^{re.escape(text)}.+"
            sketch = refined(sketch, target, _always(Shape(pattern=pattern)), "begins so")
        case operator if operator in _COMPARES:
            sketch = _compared(sketch, target, one, context)
    return sketch


def _chosen(sketch: Sketch, target: Target, text: str, kind: str = "S") -> Sketch:
    """Add a value to those that an attribute may have."""

    def change(shape: Shape) -> Shape:
        if shape.kind != kind:
            return Shape(kind, choices=(text,))
        if kind == "BOOL":
            return replace(shape, choices=(text,))
        if text in shape.choices or len(shape.choices) >= MOST_CHOICES:
            return shape
        return replace(shape, choices=(*shape.choices, text))

    return refined(sketch, target, change, "a condition wants one of certain values")


def _compared(sketch: Sketch, target: Target, one: Compared, context: Context) -> Sketch:
    """Keep a number or a time on the right side of what it is compared with."""
    bounds = [_bound(value) for value in one.values]
    if any(bound is None for bound in bounds) or context.ids_in(plain(one.values[0])):
        return sketch
    numbers = [bound for bound in bounds if bound is not None]
    is_number = kind_of(one.values[0]) == "N"
    text = plain(one.values[0])
    form = Form.DATE if _DATE_ONLY.fullmatch(text) else Form.DATETIME
    margin = 1.0 if is_number else 24 * 3600.0

    def change(shape: Shape) -> Shape:
        base = shape if is_number and shape.kind == "N" else Shape("N", Form.INTEGER)
        if not is_number:
            base = shape if shape.form is form else Shape(form=form)
        if one.operator == "between":
            return replace(base, low=numbers[0], high=numbers[1])
        if one.operator.startswith(">"):
            low = numbers[0] + margin
            # The same comparison with a later clock is no news.
            if base.low is not None and base.low >= numbers[0]:
                return base
            return replace(base, low=low if is_number else low + _YEAR, high=None)
        if base.high is not None and base.high <= numbers[0]:
            return base
        fits = base.low is not None and base.low < numbers[0]
        return replace(base, high=numbers[0] - margin, low=base.low if fits else None)

    return refined(sketch, target, change, "a condition compares it")


def _bound(value: Mapping[str, Any]) -> float | None:
    text = plain(value)
    try:
        return float(text) if kind_of(value) == "N" else datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _written(sketch: Sketch, want: Wanted, context: Context) -> Sketch:
    """Learn names and types from an item that the app writes."""
    keys = _key_names(sketch, want)
    for name, value in (want.item or {}).items():
        target = Target(want.table, (name,))
        known = shape_at(sketch, target)
        if not _is_name(name) or name == UNDECLARED or context.mint.lookup(name) is not None:
            continue
        if name in keys and (is_generic(name) or known is not None):
            continue
        # A shape that is more than a guess was learned from what the app refused.
        if known is None or (known == guess(name) and kind_of(value) != known.kind):
            shape = _shape_of(name, value, context)
            sketch = refined(sketch, target, _always(shape), f"{want.operation} writes it")
    return sketch


def _shape_of(name: str, value: Mapping[str, Any], context: Context, depth: int = 0) -> Shape:
    """Give the shape of a value that the app writes."""
    guessed = guess(name)
    ((kind, payload),) = value.items()
    match kind, payload:
        case "M", dict(entries) if depth < _DEPTH:
            fields = tuple(
                (part, _shape_of(part, inner, context, depth + 1))
                for part, inner in sorted(entries.items())
                if _is_name(part) and not context.is_foreign(part)
            )
            return Shape("M", fields=fields)
        case "L", list(parts) if depth < _DEPTH and parts:
            return Shape("L", element=_shape_of(name, parts[0], context, depth + 1))
        case "S", str(text):
            return _shape_of_text(name, text, guessed, context)
        case "N", str(text):
            return _shape_of_number(text, guessed)
        case (("SS" | "NS" | "BS"), _):
            return Shape(kind, element=Shape(kind[0]))
        case "NULL", _:
            return guessed
        case _:
            return guessed if guessed.kind == kind else Shape(kind)


def _shape_of_number(text: str, guessed: Shape) -> Shape:
    if guessed.kind == "N":
        return guessed
    if guessed.form in {Form.DATETIME, Form.DATE}:
        return Shape("N", Form.EPOCH)
    return Shape("N", Form.DECIMAL if "." in text else Form.INTEGER)


def _shape_of_text(name: str, text: str, guessed: Shape, context: Context) -> Shape:
    form = _form_of(text)
    if form is not None:
        same = guessed.kind == "S" and guessed.form is form
        return guessed if same else Shape(form=form)
    public = classify(name).category is Category.PUBLIC
    if SHORT.fullmatch(text) and public and not context.is_foreign(text):
        return Shape(choices=(text,))
    return guessed if guessed.kind == "S" and guessed.form is Form.TEXT else Shape()


def _form_of(text: str) -> Form | None:
    tries: Sequence[tuple[Form, Any]] = (
        (Form.UUID, uuid.UUID), (Form.IP, ipaddress.ip_address), (Form.DATETIME, _instant)
    )  # fmt: skip
    if _DATE_ONLY.fullmatch(text):
        return Form.DATE
    if _MAIL.fullmatch(text):
        return Form.EMAIL
    if text.startswith(("https://", "http://")):
        return Form.URL
    for form, read in tries:
        try:
            read(text)
        except ValueError:
            continue
        return form
    return None


def _instant(text: str) -> datetime:
    if len(text) < len("2000-01-01T00"):
        raise ValueError
    return datetime.fromisoformat(text)


def _is_name(name: str) -> bool:
    return 0 < len(name) <= _LONGEST_NAME and name.isprintable()


def _key_names(sketch: Sketch, want: Wanted) -> frozenset[str]:
    table = table_of(sketch, want.table)
    return frozenset(_all_keys(table)) if table else frozenset()


def _all_keys(table: TableSketch) -> Iterator[str]:
    yield from (name for name, _ in table.keys)
    for index in table.indexes:
        yield from (name for name, _ in index.keys)


def _always(shape: Shape) -> Any:
    return lambda _known: shape

"""Stores a digest of what is only compared, and compares digests."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from hushtable.fix.arguments import call_at, keyword, last_name, text_of
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Import, Order

_HELD = cst.Name | cst.Attribute | cst.Subscript


def change(order: Order, sources: Sources) -> Change:
    """Digest the attribute `order.word` where `order.place` writes it, and where it is compared.

    `order.also` are the other calls that have it in their key, `order.names` the files on the way
    of what is read from the table.
    """
    word = order.word
    written = list(_written(sources.source(order.place.path), order))
    compared = [
        (source, node)
        for path in order.names
        if f'"{word}"'.encode() in sources.texts.get(path, b"")
        for source in [sources.source(path)]
        for node in _compared(source, word)
    ]
    for place in order.also:
        source = sources.source(place.path)
        call = call_at(source, place.line, place.column)
        key = keyword(call, "Key")
        node = _element(key.value, word) if key is not None else None
        if node is None:
            reason = f"the key of the call at {place} is not written in it"
            raise CannotFix(reason)
        compared.append((source, node))
    if not written or not compared:
        reason = f"whether `{word}` is only compared cannot be told"
        raise CannotFix(reason)
    edits: list[Edit] = []
    for source, node in (*((sources.source(order.place.path), one) for one in written), *compared):
        if not isinstance(node, _HELD):
            reason = f"what `{word}` is made of or compared with has no name"
            raise CannotFix(reason)
        text = f"hashlib.sha256({source.code(node)}.encode()).hexdigest()"
        edits.append(source.replace(node, text))
    needed = tuple(Import(path, "hashlib") for path in sorted({one.path for one in edits}))
    return Change(tuple(dict.fromkeys(edits)), needed)


def _written(source: Source, order: Order) -> Iterator[cst.BaseExpression]:
    """Give what the call at the place writes into the attribute."""
    call = call_at(source, order.place.line, order.place.column)
    item, update = keyword(call, "Item"), keyword(call, "UpdateExpression")
    if item is not None:
        value: cst.BaseExpression = item.value
        function = source.around(call, cst.FunctionDef)
        if isinstance(value, cst.Name) and function is not None:
            named = value.value
            for one in source.within(function, cst.Assign):
                if source.code(one.targets[0].target) == named:
                    value = one.value
        node = _element(value, order.word)
        if node is not None:
            yield node
    values = keyword(call, "ExpressionAttributeValues")
    text = text_of(update.value) if update is not None else None
    if text and values is not None:
        for match in re.finditer(rf"\b{re.escape(order.word)}\s*=\s*(:\w+)", text):
            node = _element(values.value, match[1])
            if node is not None:
                yield node


def _element(node: cst.BaseExpression, name: str) -> cst.BaseExpression | None:
    for one in node.elements if isinstance(node, cst.Dict) else ():
        if isinstance(one, cst.DictElement) and text_of(one.key) == name:
            return one.value
    return None


def _compared(source: Source, word: str) -> Iterator[cst.BaseExpression]:
    """Give what the attribute of an item that was read is compared with."""
    for call in source.all(cst.Call):
        if last_name(call) == "compare_digest" and len(call.args) == 2:  # noqa: PLR2004 - a pair
            yield from _other(source, [one.value for one in call.args], word)
    for node in source.all(cst.Comparison):
        if len(node.comparisons) == 1 and isinstance(
            node.comparisons[0].operator, cst.Equal | cst.NotEqual
        ):
            yield from _other(source, [node.left, node.comparisons[0].comparator], word)


def _other(
    source: Source, both: list[cst.BaseExpression], word: str
) -> Iterator[cst.BaseExpression]:
    reads = [_reads(source, one, word) for one in both]
    if reads == [True, False]:
        yield both[1]
    if reads == [False, True]:
        yield both[0]


def _reads(source: Source, node: cst.BaseExpression, word: str) -> bool:
    """Whether an expression is the attribute of an item: `item["code"]`, `item.get("code", "")`."""
    return re.search(rf'(?:\[|\.get\()"{re.escape(word)}"', source.code(node)) is not None

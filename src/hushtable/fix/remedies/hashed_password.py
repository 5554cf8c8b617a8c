"""Stores a slow hash of a password, and checks against it where the password was compared."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from hushtable.fix import imports
from hushtable.fix.arguments import call_at, keyword, last_name, text_of
from hushtable.fix.hashers import CHECK, HASH, Hasher, hasher
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Import, Order

_HELD = cst.Name | cst.Attribute | cst.Subscript
_DUMPS = frozenset({"model_dump", "dict"})


def change(order: Order, sources: Sources) -> Change:
    """Hash `order.word` in every call of `order.also`, and check it in the files `order.names`."""
    edits: list[Edit] = []
    writing: dict[str, None] = {}
    for place in order.also:
        source = sources.source(place.path)
        call = call_at(source, place.line, place.column)
        edits += _written(source, call, order.word)
        writing[place.path] = None
    checking: dict[str, None] = {}
    for path in order.names:
        if order.word.encode() not in sources.texts.get(path, b""):
            continue
        source = sources.source(path)
        for edit in _checked(source, order.word):
            edits.append(edit)
            checking[path] = None
    if not checking:
        reason = f"where `{order.word}` is checked at the login was not found"
        raise CannotFix(reason)
    how = hasher(sources)
    made = Change(tuple(dict.fromkeys(edits)))
    for path in dict.fromkeys((*writing, *checking)):
        made += _functions(sources.source(path), how, path in writing, path in checking)
    return made


# where it is written ----------------------------------------------------------------------------


def _written(source: Source, call: cst.Call, word: str) -> list[Edit]:
    """Hash what a call writes into an attribute. Raises CannotFix where that is not in sight."""
    item, update = keyword(call, "Item"), keyword(call, "UpdateExpression")
    values = keyword(call, "ExpressionAttributeValues")
    text = text_of(update.value) if update is not None else None
    if text and values is not None and isinstance(values.value, cst.Dict):
        edits = [
            _hashed(source, _element(values.value, match[1]), word)
            for match in re.finditer(rf"(?<![\w#:]){re.escape(word)}\s*=\s*(:\w+)", text)
        ]
        if edits:
            return edits
    value = _assigned(source, call, item.value) if item is not None else None
    match value:
        case cst.Dict() if _element(value, word) is not None:
            return [_hashed(source, _element(value, word), word)]
        case cst.Dict(elements=elements) if elements:
            held = [
                _dumped(one.value) for one in elements if isinstance(one, cst.StarredDictElement)
            ]
            models = {source.code(one) for one in held if one is not None}
            if len(models) == 1 and None not in held:
                last = elements[-1]
                end = source.end(last.value)
                return [source.insert(end, f', "{word}": {HASH}({models.pop()}.{word})')]
        case cst.Call() if (model := _dumped(value)) is not None:
            whole, name = source.code(value), source.code(model)
            return [source.replace(value, f'{{**{whole}, "{word}": {HASH}({name}.{word})}}')]
    reason = f"the call at {source.path}:{source.line(call)} does not name what it writes"
    raise CannotFix(reason)


def _assigned(source: Source, call: cst.Call, value: cst.BaseExpression) -> cst.BaseExpression:
    """Give what a name stands for where the function assigns it once."""
    function = source.around(call, cst.FunctionDef)
    if not isinstance(value, cst.Name) or function is None:
        return value
    found = [
        one.value
        for one in source.within(function, cst.Assign)
        if any(source.code(target.target) == value.value for target in one.targets)
    ]
    return found[0] if len(found) == 1 else value


def _element(node: cst.Dict, name: str) -> cst.BaseExpression | None:
    for one in node.elements:
        if isinstance(one, cst.DictElement) and text_of(one.key) == name:
            return one.value
    return None


def _dumped(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Give the model of `body.model_dump()`; one that leaves fields out is none."""
    match node:
        case cst.Call(func=cst.Attribute(value=cst.Name() as model, attr=name), args=[]) if (
            name.value in _DUMPS
        ):
            return model
    return None


def _hashed(source: Source, node: cst.BaseExpression | None, word: str) -> Edit:
    unwrapped = isinstance(node, cst.Call) and last_name(node) == "get_secret_value"
    if node is None or not (unwrapped or isinstance(node, _HELD)):
        reason = f"what `{word}` is made of has no name"
        raise CannotFix(reason)
    return source.replace(node, f"{HASH}({source.code(node)})")


# where it is checked ----------------------------------------------------------------------------


def _checked(source: Source, word: str) -> Iterator[Edit]:
    """Check against the hash wherever a file compares what was read with something else."""
    for call in source.all(cst.Call):
        if last_name(call) == "compare_digest" and len(call.args) == 2:  # noqa: PLR2004 - a pair
            yield from _check(source, call, [one.value for one in call.args], word)
    for node in source.all(cst.Comparison):
        if len(node.comparisons) != 1:
            continue
        operator = node.comparisons[0].operator
        both = [node.left, node.comparisons[0].comparator]
        if isinstance(operator, cst.Equal):
            yield from _check(source, node, both, word)
        if isinstance(operator, cst.NotEqual):
            yield from _check(source, node, both, word, "not ")


def _check(
    source: Source,
    whole: cst.BaseExpression,
    both: list[cst.BaseExpression],
    word: str,
    negated: str = "",
) -> Iterator[Edit]:
    reads = [_reads(source, one, word) for one in both]
    if reads.count(True) != 1:
        if any(re.search(rf"\b{re.escape(word)}\b", source.code(one)) for one in both):
            reason = f"how `{word}` is compared at {source.path}:{source.line(whole)} is not clear"
            raise CannotFix(reason)
        return
    stored, given = both if reads[0] else reversed(both)
    held = _plain(given)
    if held is None:
        reason = f"what `{word}` is compared with has no name"
        raise CannotFix(reason)
    text = f"{negated}{CHECK}({source.code(held)}, {source.code(_plain(stored) or stored)})"
    yield source.replace(whole, text)


def _plain(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Give what holds a text, without the `.encode()` that a comparison in constant time wants."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        if last_name(node) == "encode":
            return node.func.value
        return node if last_name(node) in {"get_secret_value", "get"} else None
    return node if isinstance(node, _HELD) else None


def _reads(source: Source, node: cst.BaseExpression, word: str) -> bool:
    """Whether it is the attribute of an item: `item["password"]`, or a name that was given it."""
    node = _plain(node) or node
    if isinstance(node, cst.Name):
        function = source.around(node, cst.FunctionDef)
        assigned = source.within(function, cst.Assign) if function is not None else []
        found = [
            one.value
            for one in assigned
            if any(source.code(target.target) == node.value for target in one.targets)
        ]
        return (
            len(found) == 1
            and not isinstance(found[0], cst.Name)
            and (_reads(source, found[0], word))
        )
    pattern = rf"(?:\[|\.get\()[\"']{re.escape(word)}[\"']"
    return re.search(pattern, source.code(node)) is not None


# what hashes and checks -------------------------------------------------------------------------


def _functions(source: Source, how: Hasher, hashing: bool, checking: bool) -> Change:  # noqa: FBT001 - private
    """Put the functions that a file needs before its first function or class."""
    names = [name for name, wanted in ((HASH, hashing), (CHECK, checking)) if wanted]
    texts = [text for text, wanted in ((how.hash, hashing), (how.check, checking)) if wanted]
    needed = {
        *(how.for_hash if hashing else ()),
        *(how.for_check if checking else ()),
    }
    if any(re.search(rf"\b{name}\b".encode(), source.data) for name in names):
        reason = f"{source.path} has a `{names[0]}` of its own already"
        raise CannotFix(reason)
    tops = [one for one in source.tree.body if isinstance(one, cst.FunctionDef | cst.ClassDef)]
    if not tops:
        reason = f"{source.path} has no function to put others before"
        raise CannotFix(reason)
    text = "".join(f"{one}\n\n" for one in texts).format(i=source.indent)
    for module, name in sorted(needed):
        called = imports.has(source, module, name)
        if called:
            # Called what the file calls it: `import argon2` makes `argon2.PasswordHasher`.
            text = re.sub(rf"(?<![\w.]){name or module}\b", called, text)
    return Change(
        (source.insert(source.start(min(tops, key=source.start)), text),),
        tuple(sorted(Import(source.path, module, name) for module, name in needed)),
        defines=tuple((source.path, name) for name in names),
    )

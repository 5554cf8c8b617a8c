"""Puts reserved words of an expression behind placeholders, or declares the value it names."""

from __future__ import annotations

import libcst as cst

from hushtable.fix import arguments, placeholders
from hushtable.fix.source import Source, Sources
from hushtable.model.dynamodb.expression import unaliased
from hushtable.model.edit import CannotFix, Change, Edit, Order


def change(order: Order, sources: Sources) -> Change:
    """Alias the bare reserved words in `order.word` (which expression) of the call at a place.

    `order.names` are the placeholders that the text uses and nobody declares.
    """
    source = sources.source(order.place.path)
    call = arguments.call_at(source, order.place.line, order.place.column)
    argument = arguments.keyword(call, order.word)
    text = arguments.text_of(argument.value) if argument is not None else None
    if argument is None or text is None:
        reason = f"the {order.word} is not written in the call"
        raise CannotFix(reason)
    if order.names:
        return Change((_declared(source, call, order.names),))
    words = dict.fromkeys(word for word, _ in unaliased(text, order.word))
    _, new = placeholders.aliased(words, placeholders.taken_by(source, call))
    by_name = {
        **{name: alias for alias, name in placeholders.taken_by(source, call).items()},
        **{name: alias for alias, name in new.items()},
    }
    for word, at in sorted(unaliased(text, order.word), key=lambda one: -one[1]):
        text = f"{text[:at]}{by_name[word]}{text[at + len(word) :]}"
    instead = {argument: arguments.quoted(text)}
    return Change(tuple(placeholders.with_names(source, call, new, [], instead)))


def _declared(source: Source, call: cst.Call, names: tuple[str, ...]) -> Edit:
    """Rename the one value that is declared and not used to the one that is used."""
    values = arguments.keyword(call, "ExpressionAttributeValues")
    if values is None or not isinstance(values.value, cst.Dict) or len(names) > 1:
        reason = "which value is meant cannot be told"
        raise CannotFix(reason)
    texts = [
        arguments.text_of(one.value) or ""
        for one in call.args
        if one.keyword is not None and one.keyword.value.endswith("Expression")
    ]
    used = {word.strip("(),=<>") for text in texts for word in text.split()}
    idle = [
        element.key
        for element in values.value.elements
        if isinstance(element, cst.DictElement) and arguments.text_of(element.key) not in used
    ]
    if len(idle) != 1:
        reason = "which value is meant cannot be told"
        raise CannotFix(reason)
    return source.replace(idle[0], arguments.quoted(names[0]))

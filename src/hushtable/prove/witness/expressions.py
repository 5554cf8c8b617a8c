"""From store calls to expressions: text or names that the client wrote, and refused text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from hushtable.model.facts import Expression, ExpressionKind
from hushtable.model.proof import Shows
from hushtable.model.service import Channel, ParameterSource
from hushtable.prove.exchange import Call, Exchange
from hushtable.prove.witness.given import Given, given, names_given
from hushtable.prove.witness.seen import Seen, Shown
from hushtable.prove.witness.written import table_name

_TOKEN = re.compile(r"hq[a-z2-7]{10,12}", re.IGNORECASE)
_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_TEXTS = tuple(kind for kind in ExpressionKind if kind is not ExpressionKind.NAMES)
_SHORTEST = 3


def expressions(seen: Seen) -> Iterator[tuple[Expression, tuple[Shown, ...]]]:
    """Give each expression whose text or names a client wrote, and each that was refused."""
    told: set[tuple[object, ...]] = set()
    for index, exchange in enumerate(seen.exchanges):
        for call in exchange.calls:
            for request in _requests(call):
                for kind in _TEXTS:
                    text = request.get(kind.value)
                    if not isinstance(text, str) or not text:
                        continue
                    for fact, shows in _facts(seen, index, call, request, kind, text):
                        key = (kind, fact.table, shows, fact.text, fact.client)
                        if key not in told:
                            told.add(key)
                            said = f"the store: {kind.value} on {fact.table}"
                            yield fact, (Shown(shows, Channel.RESPONSE, said, index),)


def _facts(  # noqa: PLR0913, PLR0917 - one expression, and where it stood
    seen: Seen,
    index: int,
    call: Call,
    request: Mapping[str, Any],
    kind: ExpressionKind,
    text: str,
) -> Iterator[tuple[Expression, Shows]]:
    exchange = seen.exchanges[index]
    names = request.get("ExpressionAttributeNames") or {}
    table = table_name(request)
    wrote = _wrote(seen, exchange, kind, text)
    if wrote is not None:
        yield _fact(seen, kind, table, client=wrote.name), Shows.CLIENT_EXPRESSION
    chose = _chose(seen, exchange, text, names)
    if chose:
        yield _fact(seen, kind, table, client_names=chose), Shows.CLIENT_NAMES
    broken = (
        call.status == HTTPStatus.BAD_REQUEST
        and call.code == "ValidationException"
        and not call.provoked
        # A start key that is not of this page is refused as well, and no expression with it.
        and "ExclusiveStartKey" not in request
    )
    if broken and wrote is None and not chose and kind is not ExpressionKind.STATEMENT:
        yield (
            Expression(
                kind=kind,
                place=seen.route.place,
                text=_LITERAL.sub("{}", text),
                names=tuple((str(alias), str(name)) for alias, name in names.items()),
                values=tuple(map(str, request.get("ExpressionAttributeValues") or ())),
                route=seen.route,
                function=seen.route.handler,
                table=table,
            ),
            Shows.REFUSED_EXPRESSION,
        )


def _fact(
    seen: Seen, kind: ExpressionKind, table: str, *, client: str = "", client_names: str = ""
) -> Expression:
    return Expression(
        kind=kind,
        place=seen.route.place,
        text=None,
        route=seen.route,
        function=seen.route.handler,
        table=table,
        client=client,
        client_names=client_names,
    )


def _wrote(seen: Seen, exchange: Exchange, kind: ExpressionKind, text: str) -> Given | None:
    """Give the input whose text stands in an expression.

    A canary that was sent proves it. Another text does when the expression follows it: where the
    client sent something else, this text was not there.
    """
    sent = {one.token for one in exchange.asked.inputs if one.token}
    standing = [one.lower() for one in _TOKEN.findall(text)]
    values = [one for one in given(seen.route, exchange.asked) if len(one.text) >= _SHORTEST]
    for one in values:
        if one.text not in text:
            continue
        canary = any(token in standing and token in one.text.lower() for token in sent)
        if canary or _follows(seen, exchange, kind, one):
            return one
    return None


def _follows(seen: Seen, exchange: Exchange, kind: ExpressionKind, value: Given) -> bool:
    if not value.odd and _chosen_from_few(seen, kind, value):
        return False
    for other in seen.exchanges:
        if other is exchange:
            continue
        sent = [one.text for one in given(seen.route, other.asked) if one.name == value.name]
        texts = [
            str(request.get(kind.value, "")) for call in other.calls for request in _requests(call)
        ]
        if texts and sent and value.text not in sent and any(sent[0] in text for text in texts):
            return not any(value.text in text for text in texts)
    return False


def _chosen_from_few(seen: Seen, kind: ExpressionKind, value: Given) -> bool:
    """Whether a made-up text came into no expression where this one did: the app knows a few."""
    for other in seen.exchanges:
        sent = {one.token for one in other.asked.inputs if one.token}
        texts = [
            one.text
            for one in given(seen.route, other.asked)
            if one.name == value.name and any(token in one.text.lower() for token in sent)
        ]
        written = [
            str(request.get(kind.value, "")) for call in other.calls for request in _requests(call)
        ]
        if texts and not any(text in one for text in texts for one in written):
            return True
    return False


def _chose(seen: Seen, exchange: Exchange, text: str, names: Mapping[str, str]) -> str:
    """Name the input that chose an attribute's name: an unasked-for key of the body, or a text."""
    written = {str(name) for name in names.values()} | set(re.findall(r"[A-Za-z_]\w+", text))
    body = [one for one in seen.route.parameters if one.source is ParameterSource.BODY]
    declared = {one.name for one in body}
    sent = {one.token for one in exchange.asked.inputs if one.token}
    for key in names_given(exchange.asked):
        if key in written and key not in declared and any(one in key.lower() for one in sent):
            return body[0].name if len(body) == 1 else "body"
    for one in given(seen.route, exchange.asked):
        if one.text in names.values() and any(token in one.text.lower() for token in sent):
            return one.name
    return ""


def _requests(call: Call) -> Iterator[Mapping[str, Any]]:
    yield call.request
    for one in call.request.get("TransactItems", ()):
        yield from (body for body in one.values() if isinstance(body, dict))

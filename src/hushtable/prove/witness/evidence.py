"""A proof as people run it: a curl line, and a whole pytest test.

Both hold names, canaries and made-up values alone, as the request does.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

from hushtable.model.dynamodb.wire import from_wire
from hushtable.model.proof import Proof, ProofRequest, Shows
from hushtable.model.service import ANYONE, Channel
from hushtable.prove.canary import UNDECLARED
from hushtable.prove.exchange import Asked, Exchange
from hushtable.prove.sketch import Sketch, TableSketch
from hushtable.prove.witness.locating import items

ADDRESS = "http://127.0.0.1:8000"
MADE = "<made by the app>"
"""What stands in place of a secret that the app made."""
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_MOST_ITEMS = 4
_WIDTH = 100
_TOKEN = re.compile(r"(?<![A-Za-z0-9])hq[a-z2-7]{12}(?![A-Za-z0-9])")
"""A canary that stands there as it was made. In a long signature its letters may come by chance."""
_HARMLESS = frozenset({"accept", "content-type"})
_LEFT_OUT = frozenset({"host", "content-length", "user-agent", "accept-encoding"})


def request_of(asked: Asked) -> ProofRequest:
    """Give the request of an exchange as a proof tells it."""
    return ProofRequest(
        method=asked.method,
        path=_masked(asked.path, asked.hidden),
        headers=tuple(
            (name, _masked(_shown(name, value, asked.identity), asked.hidden))
            for name, value in asked.headers
            if name.lower() not in _LEFT_OUT
        ),
        body=_masked(asked.body.decode("utf-8", "replace"), asked.hidden),
        identity=asked.identity,
        provoked=asked.fault,
        before=tuple(map(request_of, asked.before)),
    )


def _masked(text: str, hidden: Iterable[str]) -> str:
    """Hide what the app made and no canary stands for, however it is written in a request."""
    for secret in hidden:
        written = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
        for one in sorted(written, key=len, reverse=True):
            text = text.replace(one, MADE)
    return text


def _shown(name: str, value: str, identity: str) -> str:
    """Hide a header that was configured: it may be a real credential. A made-up one may show."""
    if name.lower() in _HARMLESS or _TOKEN.search(value):
        return value
    return f"<{name.lower()} of {identity or ANYONE}>"


def notes(exchange: Exchange, *, made: bool, early: bool = False) -> tuple[str, ...]:
    """Say what of an exchange a service would not have done by itself, a sentence each.

    `made`: the canary is of an item that the app made, and prove had added it. `early`: the items
    lacked something that the route wants, and that they were given afterwards.
    """
    told = [
        f"{check} was stood in for: a planted hash fits whatever password is given"
        for check in exchange.stood_in
    ]
    if made:
        told.append(f"prove had added {UNDECLARED} to the model that the app made this item of")
    if early:
        told.append("the items planted for it were not yet as the route expects them")
    return tuple(told)


def curl(
    request: ProofRequest, address: str = ADDRESS, notes: Iterable[str] = (), times: int = 1
) -> str:
    """Give the line that sends a request to a server that runs the app, and what goes before it.

    Notes are a comment. A request that is sent several times stands in a loop.
    """
    last = _curl(request, address)
    if times > 1:
        last = f"for attempt in $(seq {times}); do {last}; done"
    line = " && ".join((*(_curl(one, address) for one in request.before), last))
    told = "; ".join(notes)
    return line + (f"  # {told}" if told else "")


def _curl(request: ProofRequest, address: str) -> str:
    parts = ["curl", "-i"]
    if request.method not in {"GET", "WEBSOCKET"}:
        parts += ["-X", request.method]
    for name, value in request.headers:
        parts += ["-H", f"{name}: {value}"]
    if request.body:
        parts += ["--data-raw", request.body]
    parts.append(f"{address}{request.path}")
    return shlex.join(parts)


def written_test(proof: Proof, exchange: Exchange, sketch: Sketch, app: str) -> str:
    """Give a pytest test that fails while what is proven is there.

    A caller without credentials is a plain TestClient on planted items. What needs a caller, or
    something done to the store or stood in for, is asked of `prove` itself.
    """
    what = ", ".join(map(str, proof.attributes[:3])) or str(proof.shows).replace("-", " ")
    name = _NOT_WORD.sub("_", f"{proof.route} {what}".lower()).strip("_")[:60].strip("_")
    title = f"{proof.route} does not show {what} ({proof.where})."
    if proof.shows is Shows.UNLIMITED:
        title = f"{proof.route} limits wrong secrets ({proof.where})."
    title = title.replace("\\", "/").replace('"', "'")
    request = proof.request
    sent = any(said.to and said.where == proof.where for said in exchange.said)
    plain = request.identity in {"", ANYONE} and not request.provoked and not request.before
    plain = plain and bool(proof.canary) and not proof.notes and not sent
    if plain and request.method != "WEBSOCKET":
        head = ["from fastapi.testclient import TestClient", "", ""]
        body = list(_with_client(proof, exchange, sketch, app))
        fixture = "canaries"
    else:
        head, fixture = [], "prove"
        body = list(_with_prove(proof, exchange, app))
    lines = [
        *head,
        f"def test_{name}({fixture}):",
        *_docstring(title),
        *(f"    # {line}" for line in proof.notes),
        *(f"    {line}" for line in body),
    ]
    return "\n".join(lines) + "\n"


def as_part_of_a_run(proof: Proof) -> Proof:
    """Say of a proof, in all its forms, that its request alone does not show it."""
    note = "asked alone it did not come again: it needs what earlier requests left in the app"
    between = "; " if proof.notes else "  # "
    # The whole app is asked: nobody knows which of its routes is needed.
    routes = f", routes=[{proof.route!r}]"
    test = proof.test.replace(routes, "") if routes in proof.test else ""
    comment = f"    # {note}\n    proven = prove("
    return replace(
        proof,
        notes=(*proof.notes, note),
        curl=f"{proof.curl}{between}{note}",
        test=test.replace("    proven = prove(", comment, 1),
    )


def _docstring(title: str) -> Iterator[str]:
    if len(title) + 10 <= _WIDTH:
        yield f'    """{title}"""'
    else:
        yield f'    """{title}'
        yield '    """'


def _with_client(proof: Proof, exchange: Exchange, sketch: Sketch, app: str) -> Iterator[str]:
    for table, item in _needed(exchange, proof.canary):
        known = next((one for one in sketch.tables if one.name == table), None)
        keys = _keys(known, item)
        if keys:
            yield f"canaries.plant({table!r}, {_plain(item)!r}, key={keys!r})"
    yield f"client = TestClient(canaries.app({app!r}), raise_server_exceptions=False)"
    request = proof.request
    arguments = [repr(request.method), repr(request.path)]
    if request.headers:
        arguments.append(f"headers={dict(request.headers)!r}")
    if request.body:
        arguments.append(f"content={request.body!r}")
    yield f"answer = client.request({', '.join(arguments)})"
    yield f"canaries.assert_unseen({proof.canary!r}, answer)"


def _with_prove(proof: Proof, exchange: Exchange, app: str) -> Iterator[str]:
    names = ", ".join(repr(str(one)) for one in proof.attributes)
    routes = [*dict.fromkeys((*(one.named for one in exchange.asked.before), proof.route))]
    if proof.channel is Channel.STORE and not proof.canary:
        # That a secret of the app's own is kept in clear is seen at other routes.
        yield f"proven = prove({app!r})"
    else:
        yield f"proven = prove({app!r}, routes={routes!r})"
    if names:
        yield f"proven.does_not_show({names})"
    else:
        yield "proven.shows_nothing()"


def _needed(exchange: Exchange, canary: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Give the items that the store answered with: first those that hold the canary."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for call in exchange.calls:
        for table, item in items(call):
            if (table, item) not in found:
                found.append((table, item))
    found.sort(key=lambda one: canary not in repr(one[1]).lower())
    return found[:_MOST_ITEMS]


def _keys(known: TableSketch | None, item: Mapping[str, Any]) -> tuple[str, ...]:
    names = tuple(name for name, _ in known.keys) if known else ()
    return names if names and all(name in item for name in names) else ()


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _printed(from_wire(wire)) for name, wire in item.items()}


def _printed(value: Any) -> Any:
    """Give a value whose repr is Python that needs no import."""
    match value:
        case dict():
            return {key: _printed(each) for key, each in value.items()}
        case list():
            return [_printed(each) for each in value]
        case bool() | None | str() | bytes() | set():
            return value
        case _:
            number = float(value)
            return int(number) if number.is_integer() else number

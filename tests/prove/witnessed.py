"""Hand-made canaries, exchanges and routes for tests of what is witnessed."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hushtable.model.facts import Facts
from hushtable.model.place import Place
from hushtable.model.proof import Proof
from hushtable.model.service import Parameter, ParameterSource, Route
from hushtable.prove.canary import Canary, Source
from hushtable.prove.exchange import Answered, Asked, Call, Exchange, Sighting
from hushtable.prove.sketch import Shape, Sketch, TableSketch
from hushtable.prove.witness.facts import facts
from hushtable.prove.witness.witness import sightings

FOLDER = "/srv/app"
FILE = f"{FOLDER}/app.py"

SKETCH = Sketch(
    tables=(
        TableSketch(
            "users",
            (("user_id", "S"),),
            attributes=(("email", Shape()), ("password_hash", Shape()), ("plan", Shape())),
        ),
        TableSketch("orders", (("user_id", "S"), ("order_id", "S"))),
    )
)


class Mint:
    """A mint whose tokens follow from what they are planted as."""

    def __init__(self) -> None:
        """Start with no canary."""
        self.made: dict[str, Canary] = {}
        self.whole: dict[str, Canary] = {}

    def make(
        self,
        name: str,
        source: Source = Source.ITEM,
        *,
        table: str = "",
        owner: str = "",
        item: int = 0,
    ) -> str:
        """Give the token of an attribute, an input or a setting."""
        digest = hashlib.sha256(f"{name}{source}{table}{owner}{item}".encode()).digest()
        token = "hq" + base64.b32encode(digest)[:12].decode().lower()
        path = tuple(name.split("."))
        self.made[token[:12]] = Canary(token, token, source, table, path, owner, item)
        return token

    def number(self, text: str, name: str, table: str = "users", owner: str = "A") -> str:
        """Plant a value that is known only as a whole."""
        self.whole[text] = Canary(text, text, Source.ITEM, table, (name,), owner)
        return text

    def of(self, token: str) -> Canary | None:
        """Give the canary of a token, or of its beginning."""
        found = self.made.get(token[:12])
        return found if found and found.token.startswith(token) else None

    def lookup(self, text: str) -> Canary | None:
        """Give the canary of a whole value."""
        return self.whole.get(text)

    def item(self, table: str, owner: str, *names: str, number: int = 0) -> dict[str, str]:
        """Give a planted item, its undeclared attribute included."""
        made = {name: self.make(name, table=table, owner=owner, item=number) for name in names}
        made["undeclared"] = self.make(
            "undeclared", Source.UNDECLARED, table=table, owner=owner, item=number
        )
        return made

    def input(self, *path: str) -> str:
        """Give an input's canary."""
        return self.make(".".join(path), Source.INPUT)


def wire(item: Mapping[str, Any]) -> dict[str, Any]:
    """Give an item of texts and maps as the wire writes it."""
    return {
        name: {"M": wire(value)} if isinstance(value, dict) else {"S": value}
        for name, value in item.items()
    }


def route(method: str = "GET", path: str = "/users/{user_id}", **more: Any) -> Route:
    """Give a route whose handler stands at app.py:10."""
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = tuple(Parameter(name, ParameterSource.PATH) for name in names)
    made = Route(method, path, Place("app.py", 10), "app.handler", parameters=parameters)
    return replace(made, **more)


def get(table: str, key: Mapping[str, Any], item: Mapping[str, Any] | None, **more: Any) -> Call:
    """Give a GetItem with its answer."""
    answer = {"Item": wire(item)} if item is not None else {}
    return Call("GetItem", {"TableName": table, "Key": wire(key), **more}, answer)


def listing(operation: str, table: str, items: list[dict[str, Any]], **more: Any) -> Call:
    """Give a Query or Scan with its answer; `last` is its LastEvaluatedKey."""
    last = more.pop("last", None)
    answer: dict[str, Any] = {"Items": [wire(one) for one in items], "Count": len(items)}
    answer["ScannedCount"] = len(items)
    if last:
        answer["LastEvaluatedKey"] = wire(last)
    return Call(operation, {"TableName": table, **more}, answer)


def exchange(  # noqa: PLR0913 - the parts of an exchange
    path: str,
    answer: object,
    *calls: Call,
    method: str = "GET",
    status: int = 200,
    identity: str = "anyone",
    headers: tuple[tuple[str, str], ...] = (),
    **more: Any,
) -> Exchange:
    """Give an exchange. `answer` becomes JSON unless it is bytes; `body` is of the request."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    names = ("body", "keys_of", "purpose", "fault", "inputs")
    given = {name: more.pop(name) for name in names if name in more}
    sent = given.pop("body", b"")
    sent = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    asked = Asked(method, path, 0, identity=identity, body=sent, **given)
    return Exchange(asked, Answered(status, headers, body), tuple(calls), **more)


def witnessed(mint: Mint, *exchanges: Exchange) -> tuple[Sighting, ...]:
    """Give the sightings of several exchanges."""
    return tuple(
        one for index, each in enumerate(exchanges) for one in sightings(each, index, mint)
    )


def told(
    mint: Mint, of: Route, *exchanges: Exchange, **more: Any
) -> tuple[Facts, tuple[Proof, ...]]:
    """Give the facts and proofs of a route's exchanges."""
    found = facts(of, exchanges, witnessed(mint, *exchanges), SKETCH, FOLDER, **more)
    assert len(found[1]) == len(found[2])
    return found[0], found[1]

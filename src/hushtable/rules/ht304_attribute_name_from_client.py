"""The client chooses which attributes are written or read.

Putting names behind `#placeholders` keeps the expression's text safe, but not the item: a caller
who may name the attribute can write `role` or `balance` as well as `nickname`, or read what the
route never meant to show.

## Leaks

```python every key of the body
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"theme": item["theme"], "locale": item["locale"]}


@app.patch("/users/{user_id}")
def change(user_id: str, changes: dict[str, str]):
    names = {f"#{i}": name for i, name in enumerate(changes)}
    values = {f":{i}": value for i, value in enumerate(changes.values())}
    sets = ", ".join(f"#{i} = :{i}" for i in range(len(changes)))
    table.update_item(  # leaks:
        Key={"user_id": user_id},
        UpdateExpression="SET " + sets,
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )
    return {"user_id": user_id}
```

## Quiet

```python the keys of a model
import boto3
from fastapi import FastAPI, HTTPException

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"theme": item["theme"], "locale": item["locale"]}


@app.patch("/users/{user_id}")
def change(user_id: str, changes: dict[str, str]):
    for name in changes:
        if name not in {"locale", "theme"}:
            raise HTTPException(400, "unknown field")
    names = {f"#{i}": name for i, name in enumerate(changes)}
    values = {f":{i}": value for i, value in enumerate(changes.values())}
    sets = ", ".join(f"#{i} = :{i}" for i in range(len(changes)))
    table.update_item(
        Key={"user_id": user_id},
        UpdateExpression="SET " + sets,
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )
    return {"user_id": user_id}
```

## Remedy

Accept a pydantic model that forbids extra fields and take the names from it, or check every name
against a fixed set before the expression is built.

## Limits

A body stored whole, without an expression, is not this rule's. A check by a helper that the scan
cannot resolve is not seen.
"""

from collections.abc import Iterator

from hushtable.model.edit import Order
from hushtable.model.facts import ExpressionKind, Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.live import Says, spoken
from hushtable.rules.orders import allowed
from hushtable.rules.wording import actor, table

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(915,),
    owasp=("API3:2023",),
    classes=("I",),
    shown_by=(Shows.CLIENT_NAMES,),
)

_WRITES = frozenset({ExpressionKind.UPDATE, ExpressionKind.NAMES})


_LIVE = (
    Says(
        Seen.ASSIGNED,
        "{who} lets the client set {fields}, which nothing declares",
        "Accept a model with the fields a client may set, and no others.",
        lambda seen: Severity.HIGH if any(one.kind == "role" for _, one in seen.fields) else None,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every expression whose attribute names come from the request unchecked."""
    for one in facts.expressions:
        if not one.client_names or one.allow_listed:
            continue
        verb = "set attributes of its own choice in" if one.kind in _WRITES else "choose names in"
        yield Judgement(
            place=one.place,
            message=(
                f"{actor(one.route, one.function)} lets the client {verb} {table(one.table)}, "
                f"through `{one.client_names}`"
            ),
            remedy=(
                f"Check the names in `{one.client_names}` against a fixed set, or accept a model "
                "with those fields and no others."
            ),
            routes=() if one.route is None else (one.route,),
            function=one.function,
            trace=one.trace,
        )
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Check the names against those that the program knows."""
    for one in facts.expressions:
        if one.place == finding.place and one.client_names:
            yield from allowed(finding, facts, one.table, one.client_names)

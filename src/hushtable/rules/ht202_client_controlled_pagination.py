"""The client decides how much is read, or where reading starts.

A page size without an upper bound lets one request read a whole partition. An ExclusiveStartKey
taken from the request lets the client start at any key it can invent, which also tells it which
keys exist.

## Leaks

```python a limit without a cap
import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("events")


@app.get("/devices/{device_id}/events")
def list_events(device_id: str, limit: int = 20):
    key = Key("device_id").eq(device_id)
    found = table.query(KeyConditionExpression=key, Limit=limit)  # leaks:
    return [{"at": item["at"]} for item in found["Items"]]
```

```python a start key out of the request unfixed "a seal needs a key and a place to keep it"
import base64
import json

import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("events")


@app.get("/devices/{device_id}/events")
def list_events(device_id: str, cursor: str):
    key = Key("device_id").eq(device_id)
    start = json.loads(base64.urlsafe_b64decode(cursor))
    found = table.query(KeyConditionExpression=key, Limit=20, ExclusiveStartKey=start)  # leaks:
    return [{"at": item["at"]} for item in found["Items"]]
```

## Quiet

```python a limit with a cap
import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI, Query

app = FastAPI()
table = boto3.resource("dynamodb").Table("events")


@app.get("/devices/{device_id}/events")
def list_events(device_id: str, limit: int = Query(20, ge=1, le=100)):
    key = Key("device_id").eq(device_id)
    found = table.query(KeyConditionExpression=key, Limit=limit)
    return [{"at": item["at"]} for item in found["Items"]]
```

```python a cursor that is checked
import json
import os

import boto3
from boto3.dynamodb.conditions import Key
from cryptography.fernet import Fernet
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("events")


@app.get("/devices/{device_id}/events")
def list_events(device_id: str, cursor: str = ""):
    arguments = {"KeyConditionExpression": Key("device_id").eq(device_id), "Limit": 20}
    if cursor:
        start = Fernet(os.environ["CURSOR_KEY"]).decrypt(cursor.encode())
        arguments["ExclusiveStartKey"] = json.loads(start)
    found = table.query(**arguments)
    return [{"at": item["at"]} for item in found["Items"]]
```

## Remedy

Cap the limit where the request is read, `limit: int = Query(20, ge=1, le=100)`. Seal a cursor with
a signature or encryption, and check it before it is used.

## Limits

A sealed cursor is taken to be bound to the caller; that it cannot be carried to another caller's
list is not checked.
"""

from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.edit import CannotFix, Order
from hushtable.model.facts import Access, Bound, Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.cursors import sealed
from hushtable.rules.known import accesses_at
from hushtable.rules.live import Says, spoken
from hushtable.rules.orders import capped
from hushtable.rules.reading import LISTS, judgement
from hushtable.rules.wording import actor, table

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(770,),
    owasp=("API4:2023",),
    shown_by=(Shows.CLIENT_LIMIT, Shows.CLIENT_START),
)


_LIVE = (
    Says(
        Seen.PAGE,
        "{who} does not refuse a page of any size: {details}",
        "Cap the limit: `limit: int = Query(20, ge=1, le=100)`.",
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every list read whose limit or start key is the client's own."""
    for access in facts.accesses:
        if access.operation not in LISTS:
            continue
        who, what = actor(access.route, access.function), table(access.table)
        uncapped = access.limit is Bound.CLIENT
        unsealed = access.start_from_client and not access.start_sealed
        match uncapped, unsealed:
            case True, True:
                tells = f"{who} lets the client set both the limit and the start key of {what}"
            case True, False:
                tells = f"{who} reads as many items of {what} as the client asks for"
            case False, True:
                tells = f"{who} starts reading {what} at a key that the client sends"
            case _:
                continue
        yield judgement(access, tells, _remedy(access, uncapped=uncapped, unsealed=unsealed))
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Cap the limit where the request is read."""
    for access in accesses_at(finding, facts):
        unsealed = access.start_from_client and not access.start_sealed
        seals = list(sealed(finding, facts)) if unsealed else []
        if access.limit is Bound.CLIENT:
            for order in capped(finding.routes):
                yield replace(order, along=tuple(seals))
        yield from seals
    reason = "a cursor of the client's own needs a key to seal it with"
    raise CannotFix(reason)


def _remedy(access: Access, *, uncapped: bool, unsealed: bool) -> str:
    cap = "Cap the limit: `limit: int = Query(20, ge=1, le=100)`." if uncapped else ""
    seal = (
        "Hand out a cursor that is signed or encrypted, and check it before it becomes the "
        f"ExclusiveStartKey of {table(access.table)}."
        if unsealed
        else ""
    )
    return f"{cap} {seal}".strip()

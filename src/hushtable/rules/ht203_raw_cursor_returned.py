"""DynamoDB's cursor is returned as it is.

LastEvaluatedKey is the primary key of the last item that was read, and with an index the index key
too. Those keys may hold e-mail addresses, account numbers or the ids of other people's items, and
they may belong to an item that a filter had hidden. Base64 is a notation, not a protection.

## Leaks

```python the key itself
import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("events")


@app.get("/devices/{device_id}/events")
def list_events(device_id: str):
    found = table.query(KeyConditionExpression=Key("device_id").eq(device_id), Limit=20)
    times = [item["at"] for item in found["Items"]]
    return {"times": times, "next": found.get("LastEvaluatedKey")}  # leaks:
```

```python the key in base64
import base64
import json

import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("events")


def encode(key):
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


@app.get("/devices/{device_id}/events")
def list_events(device_id: str):
    found = table.query(KeyConditionExpression=Key("device_id").eq(device_id), Limit=20)
    times = [item["at"] for item in found["Items"]]
    return {"times": times, "next": encode(found.get("LastEvaluatedKey"))}  # leaks:
```

## Quiet

```python whether there is more
import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("events")


@app.get("/devices/{device_id}/events")
def list_events(device_id: str):
    found = table.query(KeyConditionExpression=Key("device_id").eq(device_id), Limit=20)
    times = [item["at"] for item in found["Items"]]
    return {"times": times, "more": "LastEvaluatedKey" in found}
```

```python the key signed
import base64
import hashlib
import hmac
import json
import os

import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("events")


def sign_cursor(data: bytes) -> str:
    text = base64.urlsafe_b64encode(data)
    mark = hmac.new(os.environ["CURSOR_KEY"].encode(), text, hashlib.sha256).hexdigest()
    return f"{text.decode()}.{mark}"


def encode(key):
    return sign_cursor(json.dumps(key).encode())


@app.get("/devices/{device_id}/events")
def list_events(device_id: str):
    found = table.query(KeyConditionExpression=Key("device_id").eq(device_id), Limit=20)
    times = [item["at"] for item in found["Items"]]
    return {"times": times, "next": encode(found.get("LastEvaluatedKey"))}
```

## Remedy

Encrypt the key before it leaves, or keep it on the server under a random id.

## Limits

A signed cursor is taken as sealed, although its text can still be read. Keys that are public
anyway are reported too.
"""

from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.edit import CannotFix, Order
from hushtable.model.facts import Cargo, Facts, Seal
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.cursors import NOTE, UNSAFE
from hushtable.rules.known import at_place
from hushtable.rules.leaving import OUTWARD, departures
from hushtable.rules.live import Says, spoken
from hushtable.rules.wording import actor, audience

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(200,),
    owasp=("API3:2023",),
    classes=("R",),
    shown_by=(Shows.CURSOR,),
)

_LEGIBLE = frozenset({Seal.NONE, Seal.ENCODED})


_LIVE = (
    Says(
        Seen.CURSOR,
        "{who} gives {gets} a cursor that can be read: {details}",
        "Encrypt the key before it leaves, and decrypt it when it comes back.",
    ),
    Says(
        Seen.FOREIGN_PAGE,
        "{who} opens another caller's page to whoever has its cursor",
        "Bind the cursor to the caller, and refuse it to others.",
        lambda _: Severity.HIGH,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every LastEvaluatedKey that a client can read."""
    for gone in departures(
        facts, OUTWARD, lambda one: one.cargo is Cargo.CURSOR and one.seal in _LEGIBLE
    ):
        flow = gone.outflow
        encoded = all(one.seal is Seal.ENCODED for one in gone.carried)
        how = "only encoded, which anyone can undo" if encoded else "as it is"
        tables = sorted({one.attribute.table for one in gone.carried if one.attribute} - {""})
        of_table = f" of the table `{tables[0]}`" if tables else ""
        judgement = gone.judgement(
            f"{actor(flow.route, flow.function)} returns the LastEvaluatedKey{of_table}"
            f"{audience(flow.route)}, {how}",
            "Encrypt the key before it leaves, and decrypt it when it comes back.",
        )
        yield replace(judgement, attributes=())
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Sign a cursor that is encoded; say that there is more where nobody sends it back."""
    carried = [
        one
        for flow in at_place(finding, facts)
        for one in flow.carried
        if one.cargo is Cargo.CURSOR
    ]
    tables = {one.attribute.table for one in carried if one.attribute}
    taken = any(one.start_from_client and one.table in tables for one in facts.accesses)
    if all(one.seal is Seal.ENCODED for one in carried):
        way = tuple(dict.fromkeys(step.place for one in carried for step in one.trace))
        yield Order(
            "sealed_cursor",
            finding.place,
            also=way,
            many=taken,
            unsafe=UNSAFE,
            note=NOTE,
        )
    if not taken:
        yield Order("more", finding.place, unsafe="clients read `more` in place of a key")
    reason = "a cursor of the client's own needs a key to seal it with"
    raise CannotFix(reason)

"""A nested map of an item is returned whole.

A route may name every attribute it returns and still return one whose value is a map without a
fixed shape, such as `profile` or `settings`. Whatever is written into that map later leaves with
it, however carefully the attributes beside it are chosen.

## Leaks

```python a map named by its key
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


class Profile(BaseModel):
    profile: dict[str, str]


@app.put("/users/{user_id}/profile")
def write_profile(user_id: str, body: Profile):
    table.put_item(Item={"user_id": user_id, "profile": body.profile})
    return {"user_id": user_id}


@app.get("/users/{user_id}/locale")
def read_locale(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"locale": item["profile"]["locale"]}


@app.get("/users/{user_id}")
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"plan": item["plan"], "profile": dict(item["profile"])}  # leaks: profile.*
```

```python a field of the model without a shape
from typing import Any

import boto3
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("devices")


class DeviceOut(BaseModel):
    device_id: str
    settings: dict[str, Any]


@app.get("/devices/{device_id}", response_model=DeviceOut)
def read_device(device_id: str):
    item = table.get_item(Key={"device_id": device_id})["Item"]
    if item["settings"]["units"] == "none":
        raise HTTPException(404, "no such device")
    return item  # leaks: settings.*
```

## Quiet

```python the parts of the map that are meant
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


class Profile(BaseModel):
    profile: dict[str, str]


@app.put("/users/{user_id}/profile")
def write_profile(user_id: str, body: Profile):
    table.put_item(Item={"user_id": user_id, "profile": body.profile})
    return {"user_id": user_id}


@app.get("/users/{user_id}/locale")
def read_locale(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"locale": item["profile"]["locale"]}


@app.get("/users/{user_id}")
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"plan": item["plan"], "profile": {"locale": item["profile"]["locale"]}}
```

```python the field has a shape
import boto3
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("devices")


class Settings(BaseModel):
    units: str | int | float | bool | None = None


class DeviceOut(BaseModel):
    device_id: str
    settings: Settings


@app.get("/devices/{device_id}", response_model=DeviceOut)
def read_device(device_id: str):
    item = table.get_item(Key={"device_id": device_id})["Item"]
    if item["settings"]["units"] == "none":
        raise HTTPException(404, "no such device")
    return item
```

## Remedy

Name the parts of the map that the client needs, give the field a response model of its own, and
read only those parts: a ProjectionExpression can name `profile.locale`.

## Limits

Whether an attribute holds a map is known only when the program writes it, reads into it, or
declares its type. A map inside an item that leaves whole is told once, as HT101.
"""

from collections.abc import Iterator

from hushtable.model.edit import Order
from hushtable.model.facts import Cargo, Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import ModelState
from hushtable.rules.leaving import OUTWARD, Departure, departures
from hushtable.rules.live import Says, by_audience, spoken
from hushtable.rules.orders import shaped
from hushtable.rules.wording import actor, audience, labels, listed, path

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(213, 359),
    owasp=("API3:2023",),
    classes=("R",),
    shown_by=(Shows.MAP,),
)


_LIVE = (
    Says(
        Seen.OPEN_MAP,
        "{who} answers {gets} with {fields}, inside a map that its schema leaves open",
        "Name the parts of the map that the client needs, in a response model.",
        by_audience(Severity.HIGH, Severity.LOW),
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every open map that leaves outside a whole item."""
    for gone in departures(facts, OUTWARD, lambda one: one.cargo is Cargo.MAP):
        flow = gone.outflow
        if flow.model is ModelState.CLOSED or _inside_an_item(gone):
            continue
        who = actor(flow.route, flow.function)
        names = listed(sorted({path(one.attribute) for one in gone.carried if one.attribute}))
        yield gone.judgement(
            f"{who} returns the map {labels(gone.carried)} whole{audience(flow.route)}",
            f"Name the parts of {names or 'the map'} that the client needs, in the answer and in "
            "its response model.",
        )
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Name the parts of the map that the program uses."""
    yield from shaped(finding, facts)


def _inside_an_item(gone: Departure) -> bool:
    whole = {
        one.attribute.table
        for one in gone.outflow.carried
        if one.cargo is Cargo.ITEM and one.attribute is not None
    }
    return all(one.attribute is not None and one.attribute.table in whole for one in gone.carried)

"""A response model that lets every attribute through.

A response model protects a route only when it is closed. With `extra="allow"`, or when it is a
plain `dict` or `Any`, FastAPI passes on whatever the handler returns, so an item goes through it
whole while the route looks protected.

## Leaks

```python a model that is a dict
from typing import Any

import boto3
from fastapi import FastAPI, HTTPException

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}", response_model=dict[str, Any])  # leaks: *
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    if item["state"] == "closed":
        raise HTTPException(404, "no such user")
    return item
```

```python a model that allows extra fields
import boto3
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

app = FastAPI()
table = boto3.resource("dynamodb").Table("devices")


class DeviceOut(BaseModel):  # leaks: *
    model_config = ConfigDict(extra="allow")
    device_id: str


@app.get("/devices/{device_id}", response_model=DeviceOut)
def read_device(device_id: str):
    return DeviceOut(**table.get_item(Key={"device_id": device_id})["Item"])
```

## Quiet

```python a closed model
import boto3
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


class UserOut(BaseModel):
    user_id: str | None = None
    state: str | int | float | bool | None = None


@app.get("/users/{user_id}")
def read_user(user_id: str) -> UserOut:
    item = table.get_item(Key={"user_id": user_id})["Item"]
    if item["state"] == "closed":
        raise HTTPException(404, "no such user")
    return item
```

```python the same model, closed
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("devices")


class DeviceOut(BaseModel):
    device_id: str


@app.get("/devices/{device_id}", response_model=DeviceOut)
def read_device(device_id: str):
    return DeviceOut(**table.get_item(Key={"device_id": device_id})["Item"])
```

## Remedy

Name every field and remove `extra="allow"`: pydantic then drops what is not declared. Give nested
maps models of their own.

## Limits

A model is reported only when an item, or a map of one, is seen to go through it. A field of type
`Any` that only ever receives a plain string is not.
"""

from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.edit import Order
from hushtable.model.facts import Cargo, Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel, ModelState, Route
from hushtable.rules.leaving import departures
from hushtable.rules.live import Says, by_category, spoken
from hushtable.rules.orders import closed
from hushtable.rules.wording import actor, labels, listed

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(213,),
    owasp=("API3:2023",),
    classes=("R",),
    shown_by=(Shows.ITEM, Shows.MAP),
)

_OPEN_CARGO = frozenset({Cargo.ITEM, Cargo.MAP})


_LIVE = (
    Says(
        Seen.UNDECLARED,
        "{who} answers with {fields}, which its declared schema does not have",
        "Declare a closed model with the fields {who} needs, and no `extra` that allows more.",
        by_category(Severity.HIGH, Severity.MEDIUM, Severity.LOW),
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every open model through which an item or a map leaves, at the model."""
    for gone in departures(
        facts, frozenset({Channel.RESPONSE}), lambda one: one.cargo in _OPEN_CARGO
    ):
        flow, route = gone.outflow, gone.outflow.route
        if route is None or ModelState.OPEN not in {flow.model, route.model.state}:
            continue
        if flow.model in {ModelState.BYPASSED, ModelState.CLOSED}:
            continue
        judgement = gone.judgement(
            f"{actor(route)} lets {labels(gone.carried)} through its open response model"
            f"{_name(route)}{_why(route)}",
            _remedy(route),
        )
        yield replace(judgement, place=route.model.place or route.place)
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Close the model that is open, give a map in it a shape, or write a closed one."""
    yield from closed(finding, facts)


def _name(route: Route) -> str:
    return f" `{route.model.name}`" if route.model.name else ""


def _why(route: Route) -> str:
    if route.model.open_fields:
        return f": {listed(route.model.open_fields)} has no fixed shape"
    return f": {route.model.why}" if route.model.why not in {"", route.model.name} else ""


def _remedy(route: Route) -> str:
    if route.model.open_fields:
        return f"Give {listed(route.model.open_fields)} a model of its own with named fields."
    return (
        f"Declare a closed model with the fields {route} needs, and no `extra` that allows more, "
        "as its `response_model`."
    )

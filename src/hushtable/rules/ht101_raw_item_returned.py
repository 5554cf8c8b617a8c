"""A whole DynamoDB item is returned.

An item holds every attribute that anyone ever wrote to it. When a route returns the item itself,
each attribute added to the table later leaves too, and no review of the route will show it. Taking
names away from the item, as with `item.pop("password_hash")`, has the same fault: it lists what is
forbidden today, not what is meant.

## Leaks

```python the item of a read
import boto3
from fastapi import FastAPI, HTTPException

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    if item["state"] == "closed":
        raise HTTPException(404, "no such user")
    return item  # leaks: *
```

```python a deny-list over the items of a query
import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("orders")


def public(item):
    return {name: value for name, value in item.items() if name != "card_token"}


@app.get("/customers/{customer_id}/orders")
def list_orders(customer_id: str):
    found = table.query(KeyConditionExpression=Key("customer_id").eq(customer_id), Limit=20)
    return [public(item) for item in found["Items"] if item.get("state") != "draft"]  # leaks: *
```

```python a response that goes past its model
import boto3
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


class UserOut(BaseModel):
    user_id: str
    nickname: str


@app.get("/users/{user_id}", response_model=UserOut)
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return JSONResponse(content=item)  # leaks: *
```

## Quiet

```python the item through a closed model
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

```python an allow-list over the items of a query
import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("orders")


def public(item):
    return {name: value for name, value in item.items() if name != "card_token"}


class OrderOut(BaseModel):
    customer_id: str | None = None
    state: str | int | float | bool | None = None


@app.get("/customers/{customer_id}/orders")
def list_orders(customer_id: str) -> list[OrderOut]:
    found = table.query(KeyConditionExpression=Key("customer_id").eq(customer_id), Limit=20)
    return [public(item) for item in found["Items"] if item.get("state") != "draft"]
```

```python the same route, its model in force
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


class UserOut(BaseModel):
    user_id: str
    nickname: str


@app.get("/users/{user_id}", response_model=UserOut)
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return item
```

## Remedy

Declare a response model with the fields the client needs and let FastAPI filter through it, or
build the answer from named keys. Read no more than that with a ProjectionExpression. Return the
object itself rather than a `JSONResponse`, which FastAPI does not filter.

## Limits

A table whose every attribute is public is reported all the same: say so with an allow comment.
An item that passes through code the scan cannot resolve is lost; its coverage counts such calls.
"""

from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.facts import Access, Cargo, Facts
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import OWNER, ModelState
from hushtable.rules.leaving import OUTWARD, Departure, departures, is_credential, reasons
from hushtable.rules.live import Says, spoken
from hushtable.rules.orders import closed_model
from hushtable.rules.remedy import allow_list, model_name, projection
from hushtable.rules.routes import by_route, key
from hushtable.rules.tables import Known, sensitive_attributes, used_names
from hushtable.rules.wording import actor, audience, past, whole

RULE = RuleInfo(
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    cwe=(213, 200),
    owasp=("API3:2023",),
    classes=("R",),
    shown_by=(Shows.ITEM,),
)


_LIVE = (
    Says(
        Seen.UNSHAPED,
        "{who} answers {gets} with {fields}, and its schema declares no members at all",
        "Declare a closed response model with the fields the client needs, and return through it.",
    ),
)


fix = closed_model


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every whole item that reaches a client past no closed model."""
    reads, known = by_route(facts.accesses), sensitive_attributes(facts)
    for gone in departures(facts, OUTWARD, lambda one: one.cargo is Cargo.ITEM):
        flow = gone.outflow
        if flow.model is ModelState.CLOSED:
            continue
        what = whole(gone.carried[0])
        to_owner = flow.route is not None and flow.route.audience == OWNER
        judgement = gone.judgement(
            f"{actor(flow.route, flow.function)} returns {what}{audience(flow.route)}{past(flow)}",
            _remedy(gone, reads.get(key(flow.route), []), known),
            severity=Severity.MEDIUM if to_owner else Severity.HIGH,
        )
        yield replace(judgement, reasons=reasons(flow.carried))
    yield from spoken(facts, *_LIVE)


def _remedy(gone: Departure, reads: list[Access], known: Known) -> str:
    attribute = gone.carried[0].attribute
    table = attribute.table if attribute else ""
    secret = {name for name, what in known.get(table, {}).items() if is_credential(what)}
    names = [name for name in used_names(reads, table) if name not in secret]
    model = f"response model `{model_name(table)}`"
    if not names:
        return f"Declare a closed {model} with the fields the client needs, and return through it."
    return (
        f"Return named attributes, `{allow_list(names)}`, or a closed {model} with them, "
        f"and read no more: `{projection(names)}`."
    )

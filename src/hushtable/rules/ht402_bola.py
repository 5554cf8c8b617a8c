"""A caller can name somebody else's object.

The route has a gate, so the caller is known, but the key of the object comes from the request and
nothing ties the two together. Counting up a number, or pasting an id seen elsewhere, opens another
person's order or account. This is broken object level authorization, OWASP's first for APIs.

## Leaks

```python an id from the path
import os

import boto3
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI()
table = boto3.resource("dynamodb").Table("orders")


def caller_of(token=Depends(HTTPBearer())) -> str:
    return jwt.decode(token.credentials, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"]


@app.get("/customers/{customer_id}/orders/{order_id}")
def read_order(customer_id: str, order_id: str, caller: str = Depends(caller_of)):
    found = table.get_item(Key={"customer_id": customer_id, "order_id": order_id})  # leaks:
    return {"state": found["Item"]["state"]}
```

```python an id from the body
import os

import boto3
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


def caller_of(token=Depends(HTTPBearer())) -> str:
    return jwt.decode(token.credentials, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"]


class Rename(BaseModel):
    user_id: str
    nickname: str


@app.post("/users/rename")
def rename(body: Rename, caller: str = Depends(caller_of)):
    table.update_item(  # leaks:
        Key={"user_id": body.user_id},
        UpdateExpression="SET nickname = :n",
        ExpressionAttributeValues={":n": body.nickname},
    )
    return {"nickname": body.nickname}
```

## Quiet

```python the owner compared
import os

import boto3
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer

app = FastAPI()
table = boto3.resource("dynamodb").Table("orders")


def caller_of(token=Depends(HTTPBearer())) -> str:
    return jwt.decode(token.credentials, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"]


@app.get("/customers/{customer_id}/orders/{order_id}")
def read_order(customer_id: str, order_id: str, caller: str = Depends(caller_of)):
    if customer_id != caller:
        raise HTTPException(404, "not found")
    found = table.get_item(Key={"customer_id": customer_id, "order_id": order_id})
    return {"state": found["Item"]["state"]}
```

```python the id in the body compared
import os

import boto3
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


def caller_of(token=Depends(HTTPBearer())) -> str:
    return jwt.decode(token.credentials, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"]


class Rename(BaseModel):
    user_id: str
    nickname: str


@app.post("/users/rename")
def rename(body: Rename, caller: str = Depends(caller_of)):
    if body.user_id != caller:
        raise HTTPException(404, "not found")
    table.update_item(
        Key={"user_id": body.user_id},
        UpdateExpression="SET nickname = :n",
        ExpressionAttributeValues={":n": body.nickname},
    )
    return {"nickname": body.nickname}
```

## Remedy

Take the key from the caller's own identity, put the owner into the key, or compare the owner after
the read and answer 404 when it differs. For a write, use a ConditionExpression on the owner.

## Limits

Routes of an admin console (by the words of their path or file) are taken to be allowed to see
every object, and so is a role such as `admin`. So is whoever holds a key that is the same for every
caller: such a gate tells nobody from another. That a table belongs to people is guessed from
names and personal attributes.
"""

from collections.abc import Iterator

from hushtable.model.edit import Order
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.sensitivity_names import of_people
from hushtable.model.service import SIGNED_IN, GateKind, ParameterSource
from hushtable.rules.live import Says, by_category, spoken
from hushtable.rules.owning import for_operators, identifies, own_alone, speaks_of_people
from hushtable.rules.purpose import is_entrance
from hushtable.rules.reading import LISTS, READS, reaches_client
from hushtable.rules.tables import sensitive_attributes
from hushtable.rules.wording import actor, table

RULE = RuleInfo(
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    cwe=(639,),
    owasp=("API1:2023",),
    classes=("A",),
    shown_by=(Shows.OTHER_OWNER,),
)

_CHOSEN_BY_CALLER = frozenset(
    {ParameterSource.PATH, ParameterSource.QUERY, ParameterSource.BODY, ParameterSource.FORM}
)

_LIVE = (
    Says(
        Seen.OTHERS,
        "{who} shows a caller what is another's, by {details}",
        "Compare the item's owner with the caller before {who} answers, and answer 404.",
        by_category(Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM),
    ),
    Says(
        Seen.WRITTEN,
        "{who} lets a caller change {fields} of another, by {details}",
        "Compare the owner with the caller before {who} writes, and answer 404.",
        by_category(Severity.CRITICAL, Severity.HIGH, Severity.HIGH),
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every key that a signed-in caller chooses and nothing ties to that caller."""
    personal = sensitive_attributes(facts)
    for use in facts.keys:
        route = use.route
        if not use.client or use.owner_checked or use.source not in _CHOSEN_BY_CALLER:
            continue
        if route is None or not route.registered or route.audience != SIGNED_IN:
            continue
        if route.gate.kind is GateKind.NONE or route.gate.shared:
            continue
        if is_entrance(route) or for_operators(route):
            continue
        if use.operation in READS and not reaches_client(use.reaches):
            continue
        owned = of_people(use.table) or use.table in personal or speaks_of_people(use)
        if not owned or (use.operation in LISTS and not identifies(use)):
            continue
        verb, what = "reads" if use.operation in READS else "changes", table(use.table)
        yield Judgement(
            place=use.place,
            message=f"{actor(route)} {verb} an item of {what} by `{use.client}`, which any "
            "signed-in caller may choose, and checks no owner",
            remedy=f"Tie `{use.attribute}` of {what} to the caller: take it from the caller's "
            f"identity, or compare the item's owner before {route} answers.",
            routes=(route,),
            function=use.function,
            trace=use.trace,
        )
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Compare the id of a person that a caller sends with the caller's own."""
    return own_alone(finding, facts)

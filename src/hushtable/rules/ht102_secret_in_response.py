"""A credential leaves in a response.

A password, a password hash, an API key or a session token that reaches a client can be used by
whoever reads it: in the browser, in a proxy's log, in a bug report. It is the same whether the code
names the attribute, returns the item around it, or gives back what the request brought.

## Leaks

```python a named attribute
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"plan": item["plan"], "password_hash": item["password_hash"]}  # leaks: password_hash
```

```python inside a model
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("integrations")


class IntegrationOut(BaseModel):
    integration_id: str
    kind: str
    api_key: str


@app.get("/integrations/{integration_id}", response_model=IntegrationOut)
def read_integration(integration_id: str):
    item = table.get_item(Key={"integration_id": integration_id})["Item"]
    return IntegrationOut(**item)  # leaks: api_key
```

```python the password that was just stored
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


class SignUp(BaseModel):
    username: str
    password: str


@app.post("/users")
def create_user(body: SignUp):
    table.put_item(Item={"username": body.username, "password": body.password})
    return {"username": body.username, "password": body.password}  # leaks: password
```

## Quiet

```python the other attributes
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"plan": item["plan"]}
```

```python a model without it
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("integrations")


class IntegrationOut(BaseModel):
    integration_id: str
    kind: str


@app.get("/integrations/{integration_id}", response_model=IntegrationOut)
def read_integration(integration_id: str):
    item = table.get_item(Key={"integration_id": integration_id})["Item"]
    return IntegrationOut(**item)
```

```python only the name comes back
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


class SignUp(BaseModel):
    username: str
    password: str


@app.post("/users")
def create_user(body: SignUp):
    table.put_item(Item={"username": body.username, "password": body.password})
    return {"username": body.username}
```

## Remedy

Take the attribute out of the answer and out of the response model, and out of the read too, with a
ProjectionExpression of what remains. A key that its owner must see is shown once, when it is made.

## Limits

A credential is recognised by its name, its declared type or your configuration; one with an
innocent name is not seen. A token made in the same request, as login does, is not a leak.
"""

from collections.abc import Iterator

from hushtable.model.facts import Access, Cargo, Carried, Facts
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import ANYONE
from hushtable.rules.leaving import OUTWARD, Departure, departures, is_credential
from hushtable.rules.live import Says, by_audience, spoken
from hushtable.rules.orders import without
from hushtable.rules.remedy import projection
from hushtable.rules.routes import by_route, key
from hushtable.rules.tables import used_names
from hushtable.rules.wording import actor, audience, labels, listed, path

RULE = RuleInfo(
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    cwe=(522, 200, 201),
    owasp=("API3:2023",),
    classes=("R", "S"),
    shown_by=(Shows.ATTRIBUTE, Shows.INPUT, Shows.MAP, Shows.SECRET),
)

_CERTAIN = 0.8


_LIVE = (
    Says(
        Seen.CREDENTIAL,
        "{who} answers {gets} with {fields}",
        "Leave {fields} out of the answer and its response model.",
        by_audience(Severity.CRITICAL, Severity.HIGH),
    ),
    Says(
        Seen.PLACE,
        "{who} has a place for {fields} in what it answers {gets}, empty now",
        "Leave {fields} out of the answer and its response model.",
        by_audience(Severity.HIGH, Severity.MEDIUM),
    ),
)


fix = without


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every credential that reaches a client in clear."""
    reads = by_route(facts.accesses)
    for gone in departures(facts, OUTWARD, _counts):
        route = gone.outflow.route
        who = actor(route, gone.outflow.function)
        inside = "" if gone.chosen else ", inside what it returns whole"
        yield gone.judgement(
            f"{who} returns {labels(gone.carried)}{audience(route)}{inside}",
            _remedy(gone, reads.get(key(route), [])),
            severity=_severity(gone),
            confidence=_confidence(gone),
        )
    yield from spoken(facts, *_LIVE)


def _counts(one: Carried) -> bool:
    if not is_credential(one.sensitivity):
        return False
    whole = one.cargo in {Cargo.ATTRIBUTE, Cargo.MAP, Cargo.SECRET}
    return whole or (one.cargo is Cargo.INPUT and one.stored)


def _severity(gone: Departure) -> Severity:
    route = gone.outflow.route
    read_back = any(one.cargo is not Cargo.INPUT for one in gone.carried)
    public = route is not None and route.audience == ANYONE
    return Severity.CRITICAL if read_back and public else Severity.HIGH


def _confidence(gone: Departure) -> Confidence:
    sure = max(one.sensitivity.confidence for one in gone.carried) >= _CERTAIN
    return Confidence.HIGH if gone.chosen or sure else Confidence.MEDIUM


def _remedy(gone: Departure, reads: list[Access]) -> str:
    secret = {path(one.attribute) for one in gone.carried if one.attribute}
    tables = {one.attribute.table for one in gone.carried if one.attribute}
    remedy = f"Leave {listed(sorted(secret)) or 'it'} out of the answer and its response model."
    for table in sorted(tables - {""}):
        names = [n for n in used_names(reads, table) if n not in secret]
        if names:
            remedy += f" Read `{table}` with `{projection(names)}`."
    return remedy

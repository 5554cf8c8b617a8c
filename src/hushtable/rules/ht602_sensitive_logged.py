"""Sensitive data is written to a log.

Logs are kept for months, copied to other systems and read by more people than any table. A token
in a log can be used; an e-mail address in a log is personal data that nobody will find when its
owner asks for it to be deleted. `print` in a service is a log too.

## Leaks

```python an address in a message
import logging

import boto3
from fastapi import FastAPI

app = FastAPI()
log = logging.getLogger(__name__)
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}/plan")
def read_plan(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    log.info("plan asked for by %s", item["email"])  # leaks: email
    return {"plan": item["plan"]}
```

```python the whole item
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}/plan")
def read_plan(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    print("read", item)  # leaks: *
    return {"plan": item["plan"]}
```

```python a password that came in
import logging

import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
log = logging.getLogger(__name__)
table = boto3.resource("dynamodb").Table("users")


class Credentials(BaseModel):
    username: str
    password: str


@app.post("/login")
def login(body: Credentials):
    log.warning(f"login with {body.password}")  # leaks: password
    return {"found": "Item" in table.get_item(Key={"username": body.username})}
```

## Quiet

```python an id in a message
import logging

import boto3
from fastapi import FastAPI

app = FastAPI()
log = logging.getLogger(__name__)
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}/plan")
def read_plan(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    log.info("plan asked for by %s", "***")
    return {"plan": item["plan"]}
```

```python a part of the item
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}/plan")
def read_plan(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    print("read", "***")
    return {"plan": item["plan"]}
```

```python that a login happened
import logging

import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
log = logging.getLogger(__name__)
table = boto3.resource("dynamodb").Table("users")


class Credentials(BaseModel):
    username: str
    password: str


@app.post("/login")
def login(body: Credentials):
    log.warning("login with ***")
    return {"found": "Item" in table.get_item(Key={"username": body.username})}
```

## Remedy

Log an id, or a masked form, and never an item or a request body. Declare secrets as `SecretStr`,
which prints as stars.

## Limits

What a logging filter or a collector masks later is outside the program. An opaque id is not taken
as personal. A run also tells of requests to other hosts that carry a whole item or a stored secret,
since what is sent there is kept there; whether a partner may have somebody's address is not said.
"""

from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.edit import Order
from hushtable.model.facts import Cargo, Carried, Facts
from hushtable.model.finding import Finding
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.leaving import Departure, departures, is_credential, is_sensitive, sent
from hushtable.rules.wording import actor, labels, whole

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(532,),
    owasp=("API8:2023",),
    classes=("L",),
    shown_by=(Shows.ATTRIBUTE, Shows.INPUT, Shows.ITEM, Shows.MAP, Shows.SECRET),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every log line that carries a whole item or something sensitive."""
    for gone in departures(facts, frozenset({Channel.LOG}), _counts):
        flow = gone.outflow
        if flow.route is None and not _credential(gone):
            # A script that an operator runs shows people's names on purpose.
            continue
        items = [one for one in gone.carried if one.cargo is Cargo.ITEM]
        what = whole(items[0]) if items else labels(gone.carried)
        yield gone.once().judgement(
            f"{actor(flow.route, flow.function)} logs {what}",
            f"Log an id instead of {'the item' if items else what}, or mask it first.",
            Severity.HIGH if items or _credential(gone) else Severity.MEDIUM,
        )

    for gone in sent(facts, lambda one: one.cargo is Cargo.ITEM or is_credential(one.sensitivity)):
        host = gone.outflow.sent_to
        items = [one for one in gone.carried if one.cargo is Cargo.ITEM]
        what = whole(items[0]) if items else labels(gone.carried)
        told = gone.once().judgement(
            f"{actor(gone.outflow.route, gone.outflow.function)} sends {what} to {host}",
            f"Send {host} no more than it needs: name the attributes, and no secret among them.",
            confidence=Confidence.MEDIUM,
        )
        yield replace(told, audience=f"host:{host}")


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Mask what the log must not hold."""
    if finding.audience.startswith("host:"):
        return
    del facts
    yield Order("log", finding.place, drop=tuple({one.name for one in finding.attributes}))


def _counts(one: Carried) -> bool:
    return one.cargo is Cargo.ITEM or is_sensitive(one.sensitivity)


def _credential(gone: Departure) -> bool:
    return any(is_credential(one.sensitivity) for one in gone.carried)

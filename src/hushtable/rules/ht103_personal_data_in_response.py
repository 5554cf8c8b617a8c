"""Personal data reaches people it does not belong to.

An e-mail address, a phone number, a birth date or a bank account belongs to one person. A route
that gives it to anyone who asks, or to every signed-in caller along with the rest of the item,
turns a table into a directory that can be copied request by request.

## Leaks

```python anyone may ask
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"plan": item["plan"], "email": item["email"]}  # leaks: email
```

```python a public model with a private field
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("members")


class MemberOut(BaseModel):
    member_id: str
    date_of_birth: str


@app.get("/members/{member_id}", response_model=MemberOut)
def read_member(member_id: str):
    item = table.get_item(Key={"member_id": member_id})["Item"]
    return item  # leaks: date_of_birth
```

## Quiet

```python only what is public
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"plan": item["plan"]}
```

```python the field is gone
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("members")


class MemberOut(BaseModel):
    member_id: str


@app.get("/members/{member_id}", response_model=MemberOut)
def read_member(member_id: str):
    item = table.get_item(Key={"member_id": member_id})["Item"]
    return item
```

## Remedy

Put a gate before the route and check that the caller owns the item, or leave the attribute out of
the answer, its response model and its projection. Mask what must be recognised but not read.

## Limits

What is personal is judged by name, type and your configuration, and a weak guess is left unsaid.
An attribute that the code names itself and gives to signed-in callers or to a role is taken as
meant, and so is what a login route tells the caller who has just signed in.
"""

from collections.abc import Iterator

from hushtable.model.edit import Order
from hushtable.model.facts import Cargo, Carried, Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.sensitivity import Category
from hushtable.model.service import ANYONE, SIGNED_IN, Route
from hushtable.rules.leaving import OUTWARD, Departure, departures, is_sensitive
from hushtable.rules.live import Says, by_category, spoken
from hushtable.rules.orders import without
from hushtable.rules.purpose import is_entrance
from hushtable.rules.routes import key
from hushtable.rules.wording import actor, audience, labels, listed, path

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    cwe=(359, 200),
    owasp=("API3:2023",),
    classes=("R",),
    shown_by=(Shows.ATTRIBUTE, Shows.MAP),
)

_BELONGS_TO_PEOPLE = frozenset({Category.PERSONAL, Category.FINANCIAL, Category.HEALTH})
_GRAVE = frozenset({Category.FINANCIAL, Category.HEALTH})


_LIVE = (
    Says(
        Seen.PERSONAL,
        "{who} gives {fields} to {gets}, whoever it belongs to",
        "Check that the caller of {who} owns the item, or leave {fields} out of the answer.",
        by_category(Severity.HIGH, Severity.MEDIUM),
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of personal data that anyone gets, or that every caller gets inside a whole item."""
    owned = {key(use.route) for use in facts.keys if use.owner_checked}
    for gone in departures(facts, OUTWARD, _is_personal):
        route = gone.outflow.route
        if route is None or key(route) in owned or is_entrance(route):
            continue
        severity = _severity(route, gone)
        if severity is None:
            continue
        names = listed(sorted({path(one.attribute) for one in gone.carried if one.attribute}))
        yield gone.judgement(
            f"{actor(route)} gives {labels(gone.carried)}{audience(route)}",
            f"Check that the caller of {route} owns the item, or leave {names} out of the answer.",
            severity=severity,
            confidence=Confidence.MEDIUM,
        )
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Leave it out of the answer and of its model."""
    yield from without(finding, facts)


def _is_personal(one: Carried) -> bool:
    return (
        one.cargo in {Cargo.ATTRIBUTE, Cargo.MAP}
        and one.sensitivity.category in _BELONGS_TO_PEOPLE
        and is_sensitive(one.sensitivity)
    )


def _severity(route: Route, gone: Departure) -> Severity | None:
    grave = any(one.sensitivity.category in _GRAVE for one in gone.carried)
    if route.audience == ANYONE:
        return Severity.HIGH if grave else Severity.MEDIUM
    if route.audience == SIGNED_IN and not gone.chosen:
        return Severity.MEDIUM if grave else Severity.LOW
    return None

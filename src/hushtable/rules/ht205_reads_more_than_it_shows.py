"""A read fetches secrets that nothing shows.

Without a ProjectionExpression a read brings every attribute into the process, among them ones that
the route never uses. They sit in memory, in tracebacks and in debuggers, and one careless change
lets them out.

## Leaks

```python every attribute for one unproven "what is read and not shown leaves nowhere"
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.post("/users/{user_id}/card")
def write_card(user_id: str, card_token: str):
    table.put_item(Item={"user_id": user_id, "plan": "free", "card_token": card_token})
    return {"user_id": user_id}


@app.get("/users/{user_id}/plan")
def read_plan(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]  # leaks: card_token
    return {"plan": item["plan"]}
```

## Quiet

```python the one attribute unproven "what is read and not shown leaves nowhere"
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.post("/users/{user_id}/card")
def write_card(user_id: str, card_token: str):
    table.put_item(Item={"user_id": user_id, "plan": "free", "card_token": card_token})
    return {"user_id": user_id}


@app.get("/users/{user_id}/plan")
def read_plan(user_id: str):
    item = table.get_item(
        Key={"user_id": user_id},
        ProjectionExpression="#plan",
        ExpressionAttributeNames={"#plan": "plan"},
    )["Item"]
    return {"plan": item["plan"]}
```

## Remedy

Ask for the attributes the code uses, with a ProjectionExpression. A name that DynamoDB reserves
goes behind a placeholder of ExpressionAttributeNames.

## Limits

It speaks only of credentials, financial and health data that the program is seen to keep in the
same table, and only where it knows which attributes are used.
"""

from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.edit import Order
from hushtable.model.facts import Access, Cargo, Facts
from hushtable.model.finding import Finding
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.sensitivity import Category
from hushtable.model.service import Attribute, ModelState
from hushtable.rules.leaving import OUTWARD, departures
from hushtable.rules.orders import projected
from hushtable.rules.reading import READS, judgement, reaches_client
from hushtable.rules.remedy import projection
from hushtable.rules.routes import Key, key
from hushtable.rules.tables import sensitive_attributes, top_level
from hushtable.rules.wording import actor, listed, table

RULE = RuleInfo(
    severity=Severity.NOTE,
    confidence=Confidence.MEDIUM,
    cwe=(213,),
    owasp=("API3:2023",),
    classes=("R",),
)

_SECRET = frozenset({Category.CREDENTIAL, Category.FINANCIAL, Category.HEALTH})


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every read behind an answer that fetches secrets its code never names."""
    known, whole = sensitive_attributes(facts), set(_returned_whole(facts))
    for access in facts.accesses:
        used = top_level(access.used)
        if access.operation not in READS or access.projection is not None or not used:
            continue
        if access.count_only or "*" in access.used or not reaches_client(access.reaches):
            continue
        secret = {n: s for n, s in known.get(access.table, {}).items() if s.category in _SECRET}
        unused = tuple(sorted(set(secret) - set(used)))
        if not unused or _in_index(facts, access) or (key(access.route), access.table) in whole:
            continue
        told = judgement(
            access,
            f"{actor(access.route, access.function)} uses {listed(used)} of {table(access.table)} "
            f"and reads {listed(unused)} as well",
            f"Read only what is used: `{projection(used)}`.",
            Severity.NOTE,
            Confidence.MEDIUM,
        )
        yield replace(
            told,
            attributes=tuple(Attribute(access.table, (name,)) for name in unused),
            reasons=tuple(
                f"{access.table}.{name} is {secret[name].category}: {secret[name].reason}"
                for name in unused
                if secret[name].reason
            ),
        )


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Read what the code uses."""
    yield from projected(finding, facts)


def _returned_whole(facts: Facts) -> Iterator[tuple[Key | None, str]]:
    """Give (route, table) where the item itself leaves: HT101 speaks of all it holds."""
    for gone in departures(facts, OUTWARD, lambda one: one.cargo is Cargo.ITEM):
        for one in gone.carried:
            if one.attribute is not None and gone.outflow.model is not ModelState.CLOSED:
                yield key(gone.outflow.route), one.attribute.table


def _in_index(facts: Facts, access: Access) -> bool:
    """Whether the read goes to an index that is defined to hold only some attributes."""
    return any(
        index == access.index and included is not None
        for definition in facts.tables
        if definition.name == access.table
        for index, _, included in definition.indexes
    )

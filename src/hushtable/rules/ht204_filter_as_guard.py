"""A filter stands in for access control.

DynamoDB applies a FilterExpression after it has read the items. Rows of another owner or tenant,
and rows that count as deleted, are read all the same: they use up the page and the capacity, they
appear in ScannedCount and as LastEvaluatedKey, and one forgotten filter shows them all.

## Leaks

```python a tenant chosen by a filter
import boto3
from boto3.dynamodb.conditions import Attr, Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("documents")


@app.get("/tenants/{tenant_id}/folders/{folder_id}")
def list_folder(tenant_id: str, folder_id: str):
    key, mine = Key("folder_id").eq(folder_id), Attr("tenant_id").eq(tenant_id)
    found = table.query(KeyConditionExpression=key, FilterExpression=mine, Limit=50)  # leaks:
    return [item["title"] for item in found["Items"]]
```

## Quiet

```python a tenant in the key
import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("documents")


@app.get("/tenants/{tenant_id}/folders/{folder_id}")
def list_folder(tenant_id: str, folder_id: str):
    key = Key("tenant_id").eq(tenant_id) & Key("folder_id").eq(folder_id)
    found = table.query(IndexName="by_tenant", KeyConditionExpression=key, Limit=50)
    return [item["title"] for item in found["Items"]]
```

## Remedy

Put the owner or tenant into the partition key of the table or of an index, and query by it. Move
deleted rows out of the table, or out of the index by removing its key attribute.

## Limits

Which attributes guard is read from their names (owner, tenant, deleted and the like). A filter in
Python after the read is not seen by this rule.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.purpose import words
from hushtable.rules.reading import LISTS, judgement, reaches_client
from hushtable.rules.wording import actor, listed, table

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    cwe=(200, 285),
    owasp=("API3:2023",),
    classes=("A", "R"),
    shown_by=(Shows.FILTER,),
)

_STATE = frozenset({"deleted", "archived", "active", "hidden", "status", "state", "disabled"})


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every read behind an answer that hides rows by a filter."""
    for access in facts.accesses:
        if access.operation not in LISTS or not access.filter_hides:
            continue
        if not reaches_client(access.reaches):
            continue
        only_state = all(_STATE.intersection(words(name)) for name in access.filter_hides)
        names = listed(access.filter_hides)
        yield judgement(
            access,
            f"{actor(access.route, access.function)} hides rows of {table(access.table)} by a "
            f"filter on {names}, after they were read",
            f"Put {names} into the key of {table(access.table)} or of an index, and query by it.",
            Severity.LOW if only_state else Severity.MEDIUM,
            Confidence.MEDIUM,
        )

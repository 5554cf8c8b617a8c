"""A filter stands in for access control.

DynamoDB applies a FilterExpression after it has read the items. Rows of another owner or tenant,
and rows that count as deleted, are read all the same: they use up the page and the capacity, they
appear in ScannedCount and as LastEvaluatedKey, and one forgotten filter shows them all.

## Leaks

```python a tenant chosen by a filter
# file: app.py
import boto3
from boto3.dynamodb.conditions import Attr, Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("documents")


@app.get("/tenants/{tenant_id}/folders/{folder_id}")
def list_folder(tenant_id: str, folder_id: str):
    found = table.query(  # leaks:
        KeyConditionExpression=Key("folder_id").eq(folder_id),
        FilterExpression=Attr("tenant_id").eq(tenant_id),
        Limit=50,
    )
    return [item["title"] for item in found["Items"]]
# file: template.yaml
Resources:
  Documents:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: documents
      KeySchema: [{AttributeName: folder_id, KeyType: HASH}, {AttributeName: title, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: by_tenant
          KeySchema:
            - {AttributeName: tenant_id, KeyType: HASH}
            - {AttributeName: folder_id, KeyType: RANGE}
          Projection: {ProjectionType: ALL}
```

## Quiet

```python a tenant in the key
# file: app.py
import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("documents")


@app.get("/tenants/{tenant_id}/folders/{folder_id}")
def list_folder(tenant_id: str, folder_id: str):
    found = table.query(
        IndexName="by_tenant",
        KeyConditionExpression=Key("tenant_id").eq(tenant_id) & Key("folder_id").eq(folder_id),
        Limit=50,
    )
    return [item["title"] for item in found["Items"]]
# file: template.yaml
Resources:
  Documents:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: documents
      KeySchema: [{AttributeName: folder_id, KeyType: HASH}, {AttributeName: title, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: by_tenant
          KeySchema:
            - {AttributeName: tenant_id, KeyType: HASH}
            - {AttributeName: folder_id, KeyType: RANGE}
          Projection: {ProjectionType: ALL}
```

## Remedy

Put the owner or tenant into the partition key of the table or of an index, and query by it. Move
deleted rows out of the table, or out of the index by removing its key attribute.

## Limits

Which attributes guard is read from their names (owner, tenant, deleted and the like). A filter in
Python after the read is not seen by this rule.
"""

from collections.abc import Iterator

from hushtable.model.edit import CannotFix, Order
from hushtable.model.facts import Access, Facts
from hushtable.model.finding import Finding
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.known import accesses_at
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


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Query by what the filter compares, where the table or an index has it as its key."""
    for access in accesses_at(finding, facts):
        for index, keys in _keyed(access, facts):
            yield Order("key_filter", access.place, keys, word=index, unsafe=ORDER)
    reason = "no index of the table has what the filter compares as its key"
    raise CannotFix(reason)


ORDER = "the items come in the order of another key"


def _keyed(access: Access, facts: Facts) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the indexes, and the table's own keys, that begin with what the filter compares."""
    guards = set(access.filter_hides)
    for one in facts.tables:
        if one.name != access.table:
            continue
        for name, keys, projected in one.indexes:
            enough = projected is None or set(access.used) <= {*projected, *keys, *one.keys}
            if keys[:1] and keys[0] in guards and enough:
                yield name, keys
        if one.keys[:1] and one.keys[0] in guards:
            yield "", one.keys

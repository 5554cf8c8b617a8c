"""A Scan without a bound answers a request.

A Scan reads the whole table, page after page, and is paid for by what it reads, not by what it
returns. Behind a route it hands out everything there is, and lets any caller spend the table's
capacity. A FilterExpression changes neither: DynamoDB applies it after reading.

## Leaks

```python a scan per request
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("articles")


@app.get("/articles")
def list_articles():
    found = table.scan(ProjectionExpression="article_id, title")  # leaks:
    return [{"title": item["title"]} for item in found["Items"]]
```

```python a filter on what an index is for
# file: app.py
import boto3
from boto3.dynamodb.conditions import Attr
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("articles")


@app.get("/topics/{topic}/articles")
def list_by_topic(topic: str):
    found = table.scan(FilterExpression=Attr("topic").eq(topic))  # leaks:
    return [item["title"] for item in found["Items"]]
# file: template.yaml
Resources:
  Articles:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: articles
      KeySchema: [{AttributeName: article_id, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - IndexName: by_topic
          KeySchema: [{AttributeName: topic, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
```

## Quiet

```python one page of a known size
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("articles")


@app.get("/articles")
def list_articles():
    found = table.scan(ProjectionExpression="article_id, title", Limit=100)
    return [{"title": item["title"]} for item in found["Items"]]
```

```python a query on an index
# file: app.py
import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("articles")


@app.get("/topics/{topic}/articles")
def list_by_topic(topic: str):
    found = table.query(IndexName="by_topic", KeyConditionExpression=Key("topic").eq(topic))
    return [item["title"] for item in found["Items"]]
# file: template.yaml
Resources:
  Articles:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: articles
      KeySchema: [{AttributeName: article_id, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - IndexName: by_topic
          KeySchema: [{AttributeName: topic, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
```

## Remedy

Ask for what the route needs with a Query on a key or an index. Where a Scan must stay, give it a
constant Limit, or one that is capped, and hand out a sealed cursor for the next page.

## Limits

The size of a table is not known, so a Scan of ten rows is reported like one of ten million.
A scan in a job, a script or a start-up hook is not reported.
"""

from collections.abc import Iterator

from hushtable.model.edit import CannotFix, Order
from hushtable.model.facts import Access, Bound, Facts, Operation
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.known import accesses_at
from hushtable.rules.live import Says, spoken
from hushtable.rules.orders import FEWER, keyed
from hushtable.rules.reading import judgement, reaches_client
from hushtable.rules.wording import actor, table

RULE = RuleInfo(
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    cwe=(770, 200),
    owasp=("API4:2023",),
    classes=("R",),
    shown_by=(Shows.SCAN,),
)


_LIVE = (
    Says(
        Seen.WHOLE_LIST,
        "{who} answers {gets} with {fields} of everybody ({details}), and has no pages",
        "Give the list a bound and a cursor, and read it with a Query.",
        lambda _: Severity.MEDIUM,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every scan that nothing but the size of the table bounds."""
    for access in facts.accesses:
        if access.operation is not Operation.SCAN or _bounded(access):
            continue
        reaches = reaches_client(access.reaches)
        if not reaches and access.route is None:
            continue
        severity, confidence = _weight(access, reaches=reaches)
        yield judgement(
            access, _message(access, reaches=reaches), _remedy(access), severity, confidence
        )
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Query an index whose key the filter compares, else read a bounded page."""
    for access in accesses_at(finding, facts):
        same = [one for one in facts.accesses if one.function == access.function]
        if any(one.drains for one in same):
            yield Order("first_page", access.place, unsafe=FEWER)
            reason = "the code reads page after page, and must be told where to stop"
            raise CannotFix(reason)
        for index, key in keyed(facts, access.table):
            yield Order("query_index", access.place, names=(key,), word=index, unsafe=FEWER)
        yield Order("limit", access.place, word=access.library, unsafe=FEWER)


def _bounded(access: Access) -> bool:
    return access.limit in {Bound.CONSTANT, Bound.CAPPED} and not access.drains


def _weight(access: Access, *, reaches: bool) -> tuple[Severity, Confidence]:
    if not reaches:
        return Severity.NOTE, Confidence.LOW
    if access.limit is Bound.UNKNOWN and not access.drains:
        return Severity.MEDIUM, Confidence.LOW
    if access.limit is Bound.CLIENT or access.count_only or not access.whole_list:
        return Severity.MEDIUM, Confidence.MEDIUM
    return Severity.HIGH, Confidence.HIGH


def _message(access: Access, *, reaches: bool) -> str:
    who, what = actor(access.route, access.function), table(access.table)
    every = "every page of" if access.drains else "all of"
    filtered = "; the filter applies after reading" if access.filtered else ""
    match access:
        case _ if not reaches:
            tail = "though none of it reaches the answer"
        case Access(limit=Bound.CLIENT):
            tail = "up to a limit that the client sets"
        case Access(count_only=True):
            tail = "to answer with a count"
        case Access(whole_list=False):
            tail = "to answer with little of it"
        case _:
            tail = "and answers with what it finds"
    return f"{who} scans {every} {what} {tail}{filtered}"


def _remedy(access: Access) -> str:
    if access.count_only:
        return f"Keep a counter item in {table(access.table)} instead of counting by a Scan."
    if access.filtered or not access.whole_list:
        return (
            f"Query {table(access.table)} by a key or an index instead of scanning it for a value."
        )
    return f"Give the Scan of {table(access.table)} a bound, as in `Limit=50`, or use a Query."

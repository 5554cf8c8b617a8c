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

```python a filter and a loop over every page
import boto3
from boto3.dynamodb.conditions import Attr
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("articles")


@app.get("/topics/{topic}/articles")
def list_by_topic(topic: str):
    arguments = {"FilterExpression": Attr("topic").eq(topic), "Limit": 100}
    titles = []
    while True:
        found = table.scan(**arguments)  # leaks:
        titles += [item["title"] for item in found["Items"]]
        if "LastEvaluatedKey" not in found:
            return titles
        arguments["ExclusiveStartKey"] = found["LastEvaluatedKey"]
```

## Quiet

```python one page of a known size
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("articles")


@app.get("/articles")
def list_articles():
    found = table.scan(ProjectionExpression="article_id, title", Limit=50)
    return [{"title": item["title"]} for item in found["Items"]]
```

```python a query on an index
import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("articles")


@app.get("/topics/{topic}/articles")
def list_by_topic(topic: str):
    arguments = {"KeyConditionExpression": Key("topic").eq(topic), "Limit": 100}
    found = table.query(IndexName="by_topic", **arguments)
    return [item["title"] for item in found["Items"]]
```

## Remedy

Ask for what the route needs with a Query on a key or an index. Where a Scan must stay, give it a
constant Limit, or one that is capped, and hand out a sealed cursor for the next page.

## Limits

The size of a table is not known, so a Scan of ten rows is reported like one of ten million.
A scan in a job, a script or a start-up hook is not reported.
"""

from collections.abc import Iterator

from hushtable.model.facts import Access, Bound, Facts, Operation
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.live import Says, spoken
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

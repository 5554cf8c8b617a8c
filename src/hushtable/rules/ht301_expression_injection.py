"""Request input becomes expression text.

A client that writes a part of a KeyConditionExpression, FilterExpression, UpdateExpression or
PartiQL statement decides what DynamoDB does: it can widen a condition, reach another person's
items, or set attributes nobody meant to open. Values belong into placeholders, which DynamoDB
never parses.

## Leaks

```python a filter out of the request
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("articles")


@app.get("/articles")
def search(field: str, word: str):
    found = table.scan(  # leaks:
        FilterExpression=f"contains({field}, :word)",
        ExpressionAttributeValues={":word": word},
        Limit=50,
    )
    return [{"title": item["title"], "topic": item["topic"]} for item in found["Items"]]
```

```python a statement by an f-string
import boto3
from fastapi import FastAPI

app = FastAPI()
client = boto3.client("dynamodb")


@app.get("/articles/{author}")
def by_author(author: str):
    statement = f"SELECT title FROM articles WHERE author = '{author}'"
    found = client.execute_statement(Statement=statement)  # leaks:
    return [item["title"]["S"] for item in found["Items"]]
```

```python an update by its attribute's name
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"theme": item["theme"], "locale": item["locale"]}


@app.patch("/users/{user_id}")
def change(user_id: str, field: str, value: str):
    table.update_item(  # leaks:
        Key={"user_id": user_id},
        UpdateExpression=f"SET {field} = :value",
        ExpressionAttributeValues={":value": value},
    )
    return {"user_id": user_id}
```

## Quiet

```python a filter of its own
import boto3
from fastapi import FastAPI, HTTPException

app = FastAPI()
table = boto3.resource("dynamodb").Table("articles")


@app.get("/articles")
def search(field: str, word: str):
    if field not in {"title", "topic"}:
        raise HTTPException(400, "unknown field")
    found = table.scan(
        FilterExpression=f"contains({field}, :word)",
        ExpressionAttributeValues={":word": word},
        Limit=50,
    )
    return [{"title": item["title"], "topic": item["topic"]} for item in found["Items"]]
```

```python a statement with a parameter
import boto3
from fastapi import FastAPI

app = FastAPI()
client = boto3.client("dynamodb")


@app.get("/articles/{author}")
def by_author(author: str):
    statement = "SELECT title FROM articles WHERE author = ?"
    found = client.execute_statement(Statement=statement, Parameters=[{"S": author}])
    return [item["title"]["S"] for item in found["Items"]]
```

```python an update of one of two attributes
import boto3
from fastapi import FastAPI, HTTPException

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"theme": item["theme"], "locale": item["locale"]}


@app.patch("/users/{user_id}")
def change(user_id: str, field: str, value: str):
    if field not in {"locale", "theme"}:
        raise HTTPException(400, "unknown field")
    table.update_item(
        Key={"user_id": user_id},
        UpdateExpression=f"SET {field} = :value",
        ExpressionAttributeValues={":value": value},
    )
    return {"user_id": user_id}
```

## Remedy

Write the expression as a constant and give values through ExpressionAttributeValues, `Key` and
`Attr` conditions, or the Parameters of a statement. Choose names from a fixed set.

## Limits

Input that comes back out of a table and then becomes expression text is not followed. A check by
a regular expression is not taken as an allow-list.
"""

from collections.abc import Iterator

from hushtable.model.edit import Order
from hushtable.model.facts import Expression, ExpressionKind, Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.leaving import weaker
from hushtable.rules.live import Says, spoken
from hushtable.rules.orders import allowed
from hushtable.rules.wording import actor, table

RULE = RuleInfo(
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    cwe=(943,),
    owasp=("API8:2023",),
    classes=("I",),
    shown_by=(Shows.CLIENT_EXPRESSION,),
)


_LIVE = (
    Says(
        Seen.EXPRESSION,
        "{who} reads what the client sends as an expression: {details}",
        "Write the expression as a constant, and give the input as a value.",
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every expression whose text holds request input that nothing restricts."""
    for one in facts.expressions:
        if not one.client or one.allow_listed or one.kind is ExpressionKind.NAMES:
            continue
        sure = one.route is None or one.route.registered
        yield Judgement(
            place=one.place,
            message=(
                f"{actor(one.route, one.function)} lets the client write a part of the "
                f"{one.kind} on {table(one.table)}, through `{one.client}`"
            ),
            remedy=_remedy(one),
            routes=() if one.route is None else (one.route,),
            function=one.function,
            trace=one.trace,
            severity=Severity.CRITICAL if one.kind is ExpressionKind.STATEMENT else Severity.HIGH,
            confidence=Confidence.HIGH if sure else weaker(Confidence.HIGH, Confidence.MEDIUM),
        )
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Give values as parameters, and take names from those that the program knows."""
    for one in facts.expressions:
        if one.place == finding.place and one.client and one.kind is ExpressionKind.STATEMENT:
            yield Order("statement", one.place)
        elif one.place == finding.place and one.client:
            yield from allowed(finding, facts, one.table, one.client)


def _remedy(one: Expression) -> str:
    match one.kind:
        case ExpressionKind.STATEMENT:
            return f"Write `?` in the statement and give `{one.client}` in Parameters."
        case ExpressionKind.PROJECTION | ExpressionKind.UPDATE:
            return (
                f"Take attribute names from a fixed set, never from `{one.client}`, and give "
                "values through ExpressionAttributeValues."
            )
        case _:
            return (
                f"Write the condition as a constant, or with `Key` and `Attr`, and give "
                f"`{one.client}` through ExpressionAttributeValues."
            )

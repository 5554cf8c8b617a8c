"""An expression that DynamoDB will reject.

A reserved word without a placeholder, a placeholder that is not declared, or a slip in the grammar
is found only when the line runs, and then as a ValidationException: an error page for the caller,
and often the text of the exception with it.

## Leaks

```python a reserved word
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    found = table.get_item(Key={"user_id": user_id}, ProjectionExpression="name, plan")  # leaks:
    return {"plan": found["Item"]["plan"]}
```

```python a value that is not declared
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.put("/users/{user_id}/nickname")
def rename(user_id: str, nickname: str):
    table.update_item(  # leaks:
        Key={"user_id": user_id},
        UpdateExpression="SET nickname = :nickname",
        ExpressionAttributeValues={":nick": nickname},
    )
    return {"user_id": user_id}
```

## Quiet

```python behind placeholders
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    found = table.get_item(
        Key={"user_id": user_id},
        ProjectionExpression="#name, #plan",
        ExpressionAttributeNames={"#name": "name", "#plan": "plan"},
    )
    return {"plan": found["Item"]["plan"]}
```

```python the value it names
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.put("/users/{user_id}/nickname")
def rename(user_id: str, nickname: str):
    table.update_item(
        Key={"user_id": user_id},
        UpdateExpression="SET nickname = :nickname",
        ExpressionAttributeValues={":nickname": nickname},
    )
    return {"user_id": user_id}
```

## Remedy

Put reserved words behind `#placeholders` of ExpressionAttributeNames, declare every placeholder
that the text uses, and no other.

## Limits

Only what is certain is said: where a part of the text is not constant, that part is not judged.
PartiQL statements are not parsed. A declared placeholder that is never used is not reported.
"""

from collections.abc import Iterator

from hushtable.model.dynamodb.expression import problems, unaliased
from hushtable.model.edit import Order
from hushtable.model.facts import Expression, ExpressionKind, Facts, Operation
from hushtable.model.finding import Finding
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.wording import actor, table

RULE = RuleInfo(
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    cwe=(703,),
    shown_by=(Shows.REFUSED_EXPRESSION,),
)

_NO_GRAMMAR = frozenset({ExpressionKind.NAMES, ExpressionKind.STATEMENT})


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every expression whose known text DynamoDB is certain to reject."""
    queries = {
        (access.place.path, access.place.line)
        for access in facts.accesses
        if access.operation is Operation.QUERY
    }
    for one in facts.expressions:
        if one.text is None or one.kind in _NO_GRAMMAR:
            continue
        # A filter may name key attributes in a Scan, but not in a Query.
        queried = (one.place.path, one.place.line) in queries
        keys = one.key_attributes if queried or one.kind is not ExpressionKind.FILTER else ()
        found = problems(one.text, one.kind, one.names, one.values, keys)
        if not found:
            continue
        yield Judgement(
            place=one.place,
            message=(
                f"DynamoDB rejects the {one.kind} of {actor(one.route, one.function)} on "
                f"{table(one.table)}: {found[0]}"
            ),
            remedy=_remedy(one, found),
            routes=() if one.route is None else (one.route,),
            function=one.function,
            trace=one.trace,
            reasons=tuple(found[1:]),
        )


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Alias reserved words, and declare the value that the text names."""
    for one in facts.expressions:
        if one.place != finding.place or one.text is None or one.kind in _NO_GRAMMAR:
            continue
        if unaliased(one.text, one.kind):
            yield Order("aliases", one.place, word=one.kind)
        lacking = [said for said in problems(one.text, one.kind, one.names, one.values)
                   if "value placeholder is not defined" in said]  # fmt: skip
        if lacking:
            names = tuple(said.rpartition(" ")[2] for said in lacking)
            yield Order("aliases", one.place, names=names, word=one.kind)


def _remedy(one: Expression, found: list[str]) -> str:
    bare = dict.fromkeys(word for word, _ in unaliased(one.text or "", one.kind))
    if bare:
        aliases = ", ".join(f'"#{word}": "{word}"' for word in bare)
        return (
            f"Write {', '.join(f'`#{word}`' for word in bare)} in the expression, with "
            f"`ExpressionAttributeNames={{{aliases}}}`."
        )
    if "is not defined" in found[0]:
        name = found[0].rpartition(" ")[2]
        kind = "Names" if name.startswith("#") else "Values"
        return f"Declare `{name}` in ExpressionAttribute{kind}."
    return "Write the expression as DynamoDB's grammar wants it."

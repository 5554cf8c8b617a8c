"""Free text from the request becomes a part of a composed key.

Keys such as `USER#42` carry meaning in their separators. A client that may put a separator into
its part, or leave the part empty, can name an item of another kind or another owner.

## Leaks

```python a path parameter inside a key
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("app")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    item = table.get_item(Key={"pk": f"USER#{user_id}", "sk": "PROFILE"})["Item"]  # leaks:
    return {"nickname": item["nickname"]}
```

## Quiet

```python a path parameter with a type
from typing import Annotated

import boto3
from fastapi import FastAPI, Path

app = FastAPI()
table = boto3.resource("dynamodb").Table("app")


@app.get("/users/{user_id}")
def read_user(user_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,100}$")]):
    item = table.get_item(Key={"pk": f"USER#{user_id}", "sk": "PROFILE"})["Item"]
    return {"nickname": item["nickname"]}
```

## Remedy

Give the parameter a type or a pattern that cannot hold the separator: `UUID`, `int`, an enum, or
`Path(pattern="^[a-z0-9-]+$")`.

## Limits

A check inside a function that the scan cannot resolve is not seen. A key that is the request's
value alone is left to HT402, and one that lies under the caller's own id is not reported: a
separator leads to nobody else's items there.
"""

from collections.abc import Iterator

from hushtable.model.edit import Order
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import ParameterSource
from hushtable.rules.orders import patterned
from hushtable.rules.wording import actor, table

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    cwe=(20,),
    owasp=("API8:2023",),
    classes=("I",),
    shown_by=(Shows.ODD_KEY,),
)

_FREE_TEXT = frozenset(
    {ParameterSource.PATH, ParameterSource.QUERY, ParameterSource.BODY, ParameterSource.FORM}
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every composed key that holds unvalidated request input."""
    for use in facts.keys:
        if not use.client or use.validated or not use.composed or use.source not in _FREE_TEXT:
            continue
        if use.owner_checked == "key":
            continue
        where = "Path" if use.source == ParameterSource.PATH else "Field"
        yield Judgement(
            place=use.place,
            message=(
                f"{actor(use.route, use.function)} builds the key `{use.attribute}` of "
                f"{table(use.table)} from `{use.client}`, which may hold any text"
            ),
            remedy=(
                f"Constrain `{use.client}` where the request is read: a `UUID`, an enum, or "
                f'`{where}(pattern="^[A-Za-z0-9_-]+$")`.'
            ),
            routes=() if use.route is None else (use.route,),
            function=use.function,
            trace=use.trace,
        )


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Give the parameter a pattern without separators."""
    uses = [
        (use.client, use.route)
        for use in facts.keys
        if (use.place.path, use.place.line) == (finding.place.path, finding.place.line)
        and use.client
        and use.composed
        and not use.validated
    ]
    yield from patterned(uses)

"""A broad `except` turns the service's own answer into another one.

HTTPException is an Exception. When a route raises a 404 inside `try` and catches everything below,
the caller gets the 500 of the handler instead: a wrong answer, a false alarm, and often the text
of the first exception inside the second.

## Leaks

```python a 404 that becomes a 500
import boto3
from fastapi import FastAPI, HTTPException

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    try:
        found = table.get_item(Key={"note_id": note_id})
        if "Item" not in found:
            raise HTTPException(404, "no such note")
    except Exception:  # leaks:
        raise HTTPException(500, "the note cannot be read")
    return {"text": found["Item"]["text"]}
```

## Quiet

```python the answer passes
import boto3
from fastapi import FastAPI, HTTPException

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    try:
        found = table.get_item(Key={"note_id": note_id})
        if "Item" not in found:
            raise HTTPException(404, "no such note")
    except HTTPException:
        raise
    except Exception:
        raise HTTPException(500, "the note cannot be read")
    return {"text": found["Item"]["text"]}
```

## Remedy

Write `except HTTPException: raise` above the broad clause, or catch ClientError instead.

## Limits

Only statuses that stand in the source as numbers, or as names of them, are compared.
"""

from collections.abc import Iterator
from http import HTTPStatus

from hushtable.model.edit import Order
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.wording import actor

RULE = RuleInfo(
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    cwe=(755,),
    shown_by=(Shows.SWALLOW,),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every 4xx that an except clause of the same function replaces."""
    for one in facts.swallows:
        if one.raised is None or one.answered is None or one.raised == one.answered:
            continue
        if not HTTPStatus.BAD_REQUEST <= one.raised < HTTPStatus.INTERNAL_SERVER_ERROR:
            continue
        yield Judgement(
            place=one.place,
            message=(
                f"{actor(one.route, one.function)} means to answer {one.raised} at line "
                f"{one.raised_at.line}, and answers {one.answered}"
            ),
            remedy="Write `except HTTPException: raise` above this clause.",
            routes=() if one.route is None else (one.route,),
            channel=Channel.ERROR,
            function=one.function,
        )


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Let HTTPException pass."""
    del facts
    unsafe = "callers get the status that was raised instead of the one they got"
    yield Order("swallowed", finding.place, unsafe=unsafe)

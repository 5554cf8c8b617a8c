"""An operation that is declared outdated still answers.

What is deprecated is looked after last: its checks, its models and its limits are those of the
day it was given up. It stays a door until it is closed.

## Leaks

```python deprecated, and open probed
from fastapi import FastAPI

app = FastAPI()


@app.get("/v1/state", deprecated=True)  # leaks:
def state():
    return {"state": "ready"}


@app.get("/v2/state")
def state_now():
    return {"state": "ready"}
```

## Quiet

```python gone probed
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/v1/state", deprecated=True)
def state():
    raise HTTPException(410, "Use /v2/state")


@app.get("/v2/state")
def state_now():
    return {"state": "ready"}
```

## Remedy

Answer 410 and name the successor, or remove the operation.

## Limits

What the document marks as deprecated, and paths that differ from described ones in their version
alone: the one before, and none. Two versions that the document has both are not reported.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.live import Says, spoken

RULE = RuleInfo(
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    cwe=(477,),
    owasp=("API9:2023",),
    classes=(),
)

_LIVE = (
    Says(
        Seen.OUTDATED,
        "{who} is declared deprecated and answers {gets}",
        "Answer 410 and name the successor, or remove the operation.",
    ),
    Says(
        Seen.UNLISTED,
        "{who} answers {gets} as {details} does, and no document has it",
        "Remove the route, or answer 410 and name the successor.",
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

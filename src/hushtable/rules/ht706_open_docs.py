"""The service's documents are open to anyone.

The documentation page lists every operation, internal ones too, with what each takes. That is
right for a public API and a map for everybody else where it is not meant to be one.

## Leaks

```python the default probed
from fastapi import FastAPI

app = FastAPI()  # leaks:


@app.get("/state")
def state():
    return {"state": "ready"}
```

## Quiet

```python documents switched off probed
from fastapi import FastAPI

app = FastAPI(docs_url=None, redoc_url=None)


@app.get("/state")
def state():
    return {"state": "ready"}
```

## Remedy

Switch the pages off in production (`FastAPI(docs_url=None, redoc_url=None, openapi_url=None)`),
or put them behind a gate.

## Limits

A note on loopback and in private networks, where developers look at them. The document without
its page is not reported.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.live import Says, by_nearness, spoken

RULE = RuleInfo(
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    cwe=(651,),
    owasp=("API9:2023",),
    classes=("E",),
)

_LIVE = (
    Says(
        Seen.DOCS,
        "{who} shows anyone a page of all its operations, at {details}",
        "Switch the documents off in production, or put them behind a gate.",
        by_nearness(Severity.NOTE, Severity.LOW),
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

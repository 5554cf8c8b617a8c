"""Any site may read answers with the visitor's credentials.

A service that repeats whatever Origin it is sent, and allows credentials with it, lets every page
a signed-in visitor opens read that visitor's data. Browsers forbid `*` with credentials for this
reason; repeating the origin goes around it.

## Leaks

```python every origin is repeated probed
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()  # leaks:
app.add_middleware(CORSMiddleware, allow_origin_regex=".*", allow_credentials=True)


@app.get("/state")
def state():
    return {"state": "ready"}
```

## Quiet

```python one origin probed
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True
)


@app.get("/state")
def state():
    return {"state": "ready"}
```

## Remedy

List the origins that need credentials, each with its scheme. Drop `allow_credentials` where
tokens travel in a header.

## Limits

One invented origin and no other is tried: a pattern that lets `shop.example.evil.test` through is
not found.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.live import Says, spoken

RULE = RuleInfo(
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    cwe=(942,),
    owasp=("API8:2023",),
    classes=("A", "R"),
)

_LIVE = (
    Says(
        Seen.ORIGIN,
        "{who} allows {details}",
        "List the origins that may send credentials.",
        channel=Channel.HEADER,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

"""Answers can be read on the way.

Over plain HTTP everybody on the way reads every answer and every token. Over HTTPS a first
request by HTTP still can be caught, unless the service says once, with Strict-Transport-Security,
that browsers must not send one again.

## Leaks

```python no word of HTTPS probed-https
from fastapi import FastAPI

app = FastAPI()  # leaks:


@app.get("/")
def root():
    return {"state": "ready"}
```

## Quiet

```python HTTPS for a year probed-https
from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def only_https(request: Request, call_next):
    answer = await call_next(request)
    answer.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return answer


@app.get("/")
def root():
    return {"state": "ready"}
```

## Remedy

Answer plain HTTP with a redirect alone, and send Strict-Transport-Security with every answer over
HTTPS, for half a year or longer.

## Limits

Plain HTTP on loopback or in a private network is not reported: what stands in front of the
service is not known there. Links to other hosts inside answers are not looked at.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.live import Says, spoken

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(319,),
    owasp=("API8:2023",),
    classes=("R",),
)

_LIVE = (
    Says(
        Seen.CLEARTEXT,
        "{who} can be read on the way: {details}",
        "Redirect to HTTPS and send Strict-Transport-Security with every answer.",
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

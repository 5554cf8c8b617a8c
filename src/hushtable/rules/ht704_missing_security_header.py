"""A security header is missing.

Without `X-Content-Type-Options: nosniff` a browser may take data for a page and run it. A page
without `frame-ancestors` can be shown inside another site, under an invitation to click.

## Leaks

```python data and no more probed
from fastapi import FastAPI

app = FastAPI()  # leaks:


@app.get("/state")
def state():
    return {"state": "ready"}
```

## Quiet

```python no sniffing probed
from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def no_sniffing(request: Request, call_next):
    answer = await call_next(request)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@app.get("/state")
def state():
    return {"state": "ready"}
```

## Remedy

Set the headers in one middleware, or in the gateway, for every answer.

## Limits

Once for pages and once for data, not for every operation. The documentation pages of a framework
are not looked at.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.live import Says, spoken

RULE = RuleInfo(
    severity=Severity.NOTE,
    confidence=Confidence.HIGH,
    cwe=(1021, 693),
    owasp=("API8:2023",),
    classes=(),
)

_LIVE = (
    Says(
        Seen.NO_HEADER,
        "{who} leaves out security headers: {details}",
        "Set the header in a middleware, for every answer.",
        channel=Channel.HEADER,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

"""The server tells its version.

A header with the name and the version of a server tells which published holes to try first, and
changes hands in lists of such servers.

## Leaks

```python name and version probed
from fastapi import FastAPI, Response

app = FastAPI()  # leaks:


@app.get("/state")
def state(response: Response):
    response.headers["X-Powered-By"] = "Tiny/1.2.3"
    return {"state": "ready"}
```

## Quiet

```python no version probed
from fastapi import FastAPI

app = FastAPI()


@app.get("/state")
def state():
    return {"state": "ready"}
```

## Remedy

Switch the header off in the server (`uvicorn --no-server-header`, `server_tokens off`).

## Limits

A name without a version is not reported.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.live import Says, spoken

RULE = RuleInfo(
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    cwe=(497,),
    owasp=("API8:2023",),
    classes=("E",),
)

_LIVE = (
    Says(
        Seen.VERSION,
        "{who} tells its version in a header: {details}",
        "Switch the header off in the server.",
        channel=Channel.HEADER,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

"""Another method of a guarded path is open.

A gate that asks for the method lets every other one through. HEAD answers like GET without its
body: that the object exists, how long it is, and every header.

## Leaks

```python a gate for GET alone probed
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Request

app = FastAPI()


@app.get("/report")  # leaks:
@app.head("/report")
def report(request: Request, authorization: Annotated[str, Header()] = ""):
    if request.method == "GET" and not authorization:
        raise HTTPException(401, "Not signed in")
    return {"state": "ready"}
```

## Quiet

```python a gate for all probed
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException

app = FastAPI()


@app.get("/report")
@app.head("/report")
def report(authorization: Annotated[str, Header()] = ""):
    if not authorization:
        raise HTTPException(401, "Not signed in")
    return {"state": "ready"}
```

## Remedy

Put the gate before the route as a dependency, where no method passes it by.

## Limits

HEAD alone is tried: other methods could change something.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.live import Says, spoken

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(650, 862),
    owasp=("API5:2023",),
    classes=("A",),
)

_LIVE = (
    Says(
        Seen.METHOD,
        "{who} refuses anyone, and answers them with {details}",
        "Put the gate before every method, as a dependency of the route.",
        channel=Channel.HEADER,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

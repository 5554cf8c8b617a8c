"""A cache may keep somebody's data.

An answer with data of the caller and without `Cache-Control: no-store` or `private` may stay in a
shared cache and be given to the next one who asks, or in the browser of a shared computer.

## Leaks

```python no word of caches probed
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
ADDRESSES = {"Bearer A": "maren@shop.example", "Bearer B": "jonas@shop.example"}


class Me(BaseModel):
    email: str


@app.get("/me")  # leaks: email
def read_me(authorization: Annotated[str, Header()] = "") -> Me:
    if authorization not in ADDRESSES:
        raise HTTPException(401, "Not signed in")
    return Me(email=ADDRESSES[authorization])
```

## Quiet

```python not to be stored probed
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Response
from pydantic import BaseModel

app = FastAPI()
ADDRESSES = {"Bearer A": "maren@shop.example", "Bearer B": "jonas@shop.example"}


class Me(BaseModel):
    email: str


@app.get("/me")
def read_me(response: Response, authorization: Annotated[str, Header()] = "") -> Me:
    if authorization not in ADDRESSES:
        raise HTTPException(401, "Not signed in")
    response.headers["Cache-Control"] = "no-store"
    return Me(email=ADDRESSES[authorization])
```

## Remedy

Send `Cache-Control: no-store` with every answer to a signed-in caller, in one middleware.

## Limits

A shared cache keeps no answer to a request with an Authorization header unless it is told to (RFC
9111, 3.5); a browser's does, and a shared one keeps those to requests with cookies or other
headers. Only answers in which something sensitive was recognised are judged. What a gateway adds
behind the asked address is not seen.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.live import Says, spoken

RULE = RuleInfo(
    severity=Severity.NOTE,
    confidence=Confidence.MEDIUM,
    cwe=(525,),
    owasp=("API8:2023",),
    classes=("R",),
)

_LIVE = (
    Says(
        Seen.CACHED,
        "{who} gives {fields} and lets a cache keep it",
        "Send `Cache-Control: no-store` with answers to signed-in callers.",
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

"""Answers can be read on the way.

Over plain HTTP everybody on the way reads every answer and every token. Over HTTPS a first
request by HTTP still can be caught, unless the service says once, with Strict-Transport-Security,
that browsers must not send one again. What a page over HTTPS loads by HTTP can be read and changed
on the way as well.

## Leaks

```python no word of HTTPS probed-https
from fastapi import FastAPI

app = FastAPI()  # leaks:


@app.get("/")
def root():
    return {"state": "ready"}
```

```python a page that loads by HTTP probed-https
from fastapi import FastAPI, Request
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.middleware("http")
async def only_https(request: Request, call_next):
    answer = await call_next(request)
    answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    return answer


app.add_middleware(HTTPSRedirectMiddleware)


@app.get("/welcome")  # leaks:
def welcome():
    return HTMLResponse('<script src="http://cdn.example/menu.js"></script>')
```

## Quiet

```python HTTPS for a year probed-https
from fastapi import FastAPI, Request
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware

app = FastAPI()


@app.middleware("http")
async def only_https(request: Request, call_next):
    answer = await call_next(request)
    answer.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return answer


app.add_middleware(HTTPSRedirectMiddleware)


@app.get("/")
def root():
    return {"state": "ready"}
```

```python a page that loads by HTTPS probed-https
from fastapi import FastAPI, Request
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.middleware("http")
async def only_https(request: Request, call_next):
    answer = await call_next(request)
    answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    return answer


app.add_middleware(HTTPSRedirectMiddleware)


@app.get("/welcome")
def welcome():
    page = '<script src="/menu.js"></script><a href="http://partner.example/">a partner</a>'
    return HTMLResponse(page)
```

## Remedy

Answer plain HTTP with a redirect alone, and send Strict-Transport-Security with every answer over
HTTPS, for half a year or longer.

## Limits

Plain HTTP on loopback or in a private network is not reported: what stands in front of the
service is not known there. Whether plain HTTP is answered beside HTTPS is asked on the usual ports
only. Of a page its tags are read; what its styles and scripts load is not.
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
    Says(
        Seen.MIXED,
        "the page of {who} loads by plain HTTP: {details}",
        "Load by HTTPS whatever a page needs.",
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

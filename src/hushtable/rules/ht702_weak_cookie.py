"""A session cookie comes without its flags.

A cookie that signs somebody in must be out of reach for scripts (HttpOnly), for other sites
(SameSite) and for plain HTTP (Secure). Without a flag the session can be taken along one of these
ways.

## Leaks

```python a bare cookie probed-https
from fastapi import FastAPI, Response

app = FastAPI()  # leaks:


@app.get("/start")
def start(response: Response):
    response.headers["Strict-Transport-Security"] = "max-age=31536000"
    response.headers["Set-Cookie"] = "session=made-up; Path=/"
    return {"state": "started"}
```

## Quiet

```python a cookie with all three probed-https
from fastapi import FastAPI, Response

app = FastAPI()


@app.get("/start")
def start(response: Response):
    response.headers["Strict-Transport-Security"] = "max-age=31536000"
    response.set_cookie("session", "made-up", httponly=True, secure=True, samesite="lax")
    return {"state": "started"}
```

## Remedy

Set the cookie with `httponly=True, secure=True` and `samesite="lax"` or `"strict"`.

## Limits

Which cookie is a session's is told by its name. Over plain HTTP, Secure is not asked for. A
cookie that only a sign-in sets is seen with `--writes` alone.
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
    cwe=(1004, 614),
    owasp=("API2:2023", "API8:2023"),
    classes=("A",),
)

_LIVE = (
    Says(
        Seen.COOKIE,
        "{who} sets a session cookie without all its flags: {details}",
        "Set the cookie with `httponly=True, secure=True` and a `samesite`.",
        channel=Channel.HEADER,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

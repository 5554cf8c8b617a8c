"""Passwords or codes can be tried without a limit.

A login, a code check or a password reset that answers as often as it is asked lets a program try
millions of guesses. The six digits of a one-time code last an hour.

## Leaks

```python a login
import boto3
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel
from slowapi import Limiter
from slowapi.util import get_remote_address

app = FastAPI()
app.state.limiter = limiter = Limiter(key_func=get_remote_address)
table = boto3.resource("dynamodb").Table("users")


class Credentials(BaseModel):
    username: str
    password: str


def check(body: Credentials):
    item = table.get_item(Key={"username": body.username})["Item"]
    try:
        PasswordHasher().verify(item["password_hash"], body.password)
    except VerifyMismatchError:
        raise HTTPException(401, "wrong") from None


@app.post("/password")
@limiter.limit("5/minute")
def change_password(request: Request, body: Credentials):
    check(body)
    return {"changed": True}


@app.post("/login")  # leaks:
def login(body: Credentials):
    check(body)
    return {"signed_in": True}
```

## Quiet

```python a login with a limit
import boto3
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel
from slowapi import Limiter
from slowapi.util import get_remote_address

app = FastAPI()
app.state.limiter = limiter = Limiter(key_func=get_remote_address)
table = boto3.resource("dynamodb").Table("users")


class Credentials(BaseModel):
    username: str
    password: str


def check(body: Credentials):
    item = table.get_item(Key={"username": body.username})["Item"]
    try:
        PasswordHasher().verify(item["password_hash"], body.password)
    except VerifyMismatchError:
        raise HTTPException(401, "wrong") from None


@app.post("/password")
@limiter.limit("5/minute")
def change_password(request: Request, body: Credentials):
    check(body)
    return {"changed": True}


@app.post("/login")
@limiter.limit("5/minute")
def login(request: Request, body: Credentials):
    check(body)
    return {"signed_in": True}
```

## Remedy

Limit attempts by account and by address, in the service or at the gateway before it, and lock an
account for a while after repeated failures.

## Limits

A limit at a gateway, a proxy or a firewall is outside the program and is not seen: say so with an
allow comment. Which routes take a guess is read from path words and parameter names. A run gives a
door 30 wrong secrets in a row from one address, and then the right one: a limit above that is not
seen. It says nothing of a door whose answers differ, or where it stood in for a dependency.
"""

from collections.abc import Iterator

from hushtable.model.edit import CannotFix, Order
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.live import Says, spoken
from hushtable.rules.purpose import takes_a_guess

RULE = RuleInfo(
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    cwe=(770, 799),
    owasp=("API4:2023",),
    classes=("A",),
    shown_by=(Shows.UNLIMITED,),
)


_LIVE = (
    Says(
        Seen.UNLIMITED,
        "{who} took a wrong password {details} in a row, and limited nothing",
        "Limit the attempts at {who} by account and by address.",
        lambda _: Severity.MEDIUM,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every registered route where guesses can be tried without a limit."""
    for route in facts.routes:
        # Of a live service it is not known whether a route is limited until it was tried.
        if not route.handler or route.rate_limited or not route.registered:
            continue
        if not takes_a_guess(route):
            continue
        yield Judgement(
            place=route.place,
            message=f"{route} takes passwords or codes, as many as a caller can send",
            remedy=f"Limit the attempts at {route} by account and by address.",
            routes=(route,),
            function=route.handler,
        )
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Limit the route as another of its file is limited."""
    for route in finding.routes:
        near = [one for one in facts.routes if one.place.path == route.place.path]
        also = tuple(dict.fromkeys(one.place for one in near if one.rate_limited))
        if also:
            unsafe = "callers who try more often than the other routes allow get 429"
            yield Order("rate_limit", route.place, also=also, unsafe=unsafe)
    reason = "no route of the file has a limit that could be put before this one, too"
    raise CannotFix(reason)

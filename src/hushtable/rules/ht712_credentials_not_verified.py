"""Credentials are taken without being verified.

A token is worth what its signature is worth. A service that does not verify it, or signs with a
key that stands in every list of such keys, lets anybody write a token for anybody. So does a
sign-in that gives a token to whoever asks.

## Leaks

```python a key that anyone would try probed-writes
import base64
import hashlib
import hmac
import json
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
members = {}
key = b"changeme"


class Credentials(BaseModel):
    username: str
    password: str


def part(value):
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def token_of(name):
    head = part(json.dumps({"alg": "HS256"}).encode())
    text = f"{head}.{part(json.dumps({'sub': name, 'exp': 4102444800}).encode())}"
    return f"{text}.{part(hmac.digest(key, text.encode(), hashlib.sha256))}"


@app.post("/register", status_code=201)
def register(body: Credentials):
    members[body.username] = body.password


@app.post("/login")
def login(body: Credentials):
    if members.get(body.username) != body.password:
        raise HTTPException(401, "name or password is wrong")
    return {"access_token": token_of(body.username)}


@app.get("/me")  # leaks:
def me(authorization: Annotated[str, Header()] = ""):
    for name in members:
        if hmac.compare_digest(authorization.removeprefix("Bearer "), token_of(name)):
            return {"username": name}
    raise HTTPException(401, "Not signed in")
```

```python a token for whoever asks probed-writes
from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    return {"state": "ready"}


@app.post("/login")  # leaks:
async def login(request: Request) -> dict[str, str]:
    body = await request.json()
    return {"token": f"token-of-{body['username']}"}
```

## Quiet

```python a long random key probed-writes
import base64
import hashlib
import hmac
import json
import secrets
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
members = {}
key = secrets.token_bytes(32)


class Credentials(BaseModel):
    username: str
    password: str


def part(value):
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def token_of(name):
    head = part(json.dumps({"alg": "HS256"}).encode())
    text = f"{head}.{part(json.dumps({'sub': name, 'exp': 4102444800}).encode())}"
    return f"{text}.{part(hmac.digest(key, text.encode(), hashlib.sha256))}"


@app.post("/register", status_code=201)
def register(body: Credentials):
    members[body.username] = body.password


@app.post("/login")
def login(body: Credentials):
    if members.get(body.username) != body.password:
        raise HTTPException(401, "name or password is wrong")
    return {"access_token": token_of(body.username)}


@app.get("/me")
def me(authorization: Annotated[str, Header()] = ""):
    for name in members:
        if hmac.compare_digest(authorization.removeprefix("Bearer "), token_of(name)):
            return {"username": name}
    raise HTTPException(401, "Not signed in")
```

```python nobody comes in probed-writes
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    return {"state": "ready"}


@app.post("/login")
async def login(request: Request) -> dict[str, str]:
    await request.json()
    raise HTTPException(401, "name or password is wrong")
```

## Remedy

Verify every token with one fixed algorithm and a key of at least 32 random bytes from a secret
store, and look up the account before a token is given.

## Limits

Tried are JSON Web Tokens of HMAC: with a changed signature, without one, and, sending nothing, with
keys that are put together from the words of placeholders. Whether an expired token is taken is not
tried. That a sign-in gives a token to somebody made up is tried with `--writes` alone, and proven
where that token opens what is refused to anyone.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.live import Says, spoken

RULE = RuleInfo(
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    cwe=(347, 287),
    owasp=("API2:2023",),
    classes=("A",),
)

_LIVE = (
    Says(
        Seen.FORGED,
        "{who} is guarded by tokens that can be forged: it took {details}",
        "Verify the signature of every token, with the algorithm fixed and a long random key.",
    ),
    Says(
        Seen.LETS_IN,
        "{who} gives a token to somebody who does not exist",
        "Look up the account and verify its password before {who} gives a token.",
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

"""An answer tells who has an account.

A sign-in that says *no such user* to one name and *wrong password* to another answers a question
that nobody should ask: which of these thousand addresses has an account here. The list that comes
of it is what passwords are then tried on, and, for some services, is personal data by itself.

## Leaks

```python two answers to a wrong password probed-writes
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
users = {}


class Credentials(BaseModel):
    username: str
    password: str


@app.post("/register")
def register(body: Credentials):
    users[body.username] = body.password
    return {"registered": True}


@app.post("/login")  # leaks:
def login(body: Credentials):
    if body.username not in users:
        raise HTTPException(401, "no such user")
    if users[body.username] != body.password:
        raise HTTPException(401, "wrong password")
    return {"token": f"token-of-{body.username}"}
```

## Quiet

```python one answer probed-writes
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
users = {}


class Credentials(BaseModel):
    username: str
    password: str


@app.post("/register")
def register(body: Credentials):
    users[body.username] = body.password
    return {"registered": True}


@app.post("/login")
def login(body: Credentials):
    if users.get(body.username) != body.password:
        raise HTTPException(401, "name or password is wrong")
    return {"token": f"token-of-{body.username}"}
```

## Remedy

Answer both with one status and one text, and verify a hash that nobody has where there is no
account, so that both take as long. Where a password was forgotten, say in either case that a
message is sent if there is an account.

## Limits

It is tried with `--writes` alone, with an account that the probe registers itself; a service that
lets nobody register is not asked. The time an answer takes is not measured. That a registration
says of a name that it is taken is not reported.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.rules.live import Says, spoken

RULE = RuleInfo(
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    cwe=(204, 203),
    owasp=("API2:2023",),
    classes=("A",),
)

_LIVE = (
    Says(
        Seen.TELLS_WHO,
        "{who} tells anyone who has an account, by two answers to what is wrong",
        "Answer an unknown name as a wrong password: one status, one text.",
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

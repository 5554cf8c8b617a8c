"""A credential is written to a table in clear.

Encryption at rest protects the disk, not the item: everyone who may read the table, restore a
backup or export it reads the password as well. A password must be hashed by a function made for
it; a key or token that the service uses again must be encrypted before it is written.

## Leaks

```python a password as it came
import boto3
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


class SignUp(BaseModel):
    username: str
    password: str


@app.post("/users")
def create_user(body: SignUp):
    table.put_item(Item={"username": body.username, "password": body.password})  # leaks: password
    return {"username": body.username}


@app.post("/login")
def login(body: SignUp):
    item = table.get_item(Key={"username": body.username}).get("Item")
    if item is None or item["password"] != body.password:
        raise HTTPException(401, "wrong name or password")
    return {"username": item["username"]}
```

```python a key that is looked up
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("integrations")


class Secret(BaseModel):
    api_key: str


@app.put("/integrations/{name}")
def configure(name: str, body: Secret):
    item = {"api_key": body.api_key, "name": name}
    table.put_item(Item=item)  # leaks: api_key
    return {"name": name}


@app.post("/integrations/known")
def check(body: Secret):
    found = table.get_item(Key={"api_key": body.api_key})
    return {"known": "Item" in found}
```

## Quiet

```python a password as a hash
import hashlib
import hmac
import secrets

import boto3
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


def hash_password(password: str) -> str:
    salt = secrets.token_bytes(16)
    derived = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=5)
    return f"scrypt${salt.hex()}${derived.hex()}"


def password_matches(password: str, stored: str) -> bool:
    kind, _, rest = stored.partition("$")
    salt, _, derived = rest.partition("$")
    if kind != "scrypt":
        return False
    again = hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=5)
    return hmac.compare_digest(again.hex(), derived)


class SignUp(BaseModel):
    username: str
    password: str


@app.post("/users")
def create_user(body: SignUp):
    table.put_item(Item={"username": body.username, "password": hash_password(body.password)})
    return {"username": body.username}


@app.post("/login")
def login(body: SignUp):
    item = table.get_item(Key={"username": body.username}).get("Item")
    if item is None or not password_matches(body.password, item["password"]):
        raise HTTPException(401, "wrong name or password")
    return {"username": item["username"]}
```

```python a digest of the key
import hashlib

import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("integrations")


class Secret(BaseModel):
    api_key: str


@app.put("/integrations/{name}")
def configure(name: str, body: Secret):
    item = {"api_key": hashlib.sha256(body.api_key.encode()).hexdigest(), "name": name}
    table.put_item(Item=item)
    return {"name": name}


@app.post("/integrations/known")
def check(body: Secret):
    found = table.get_item(Key={"api_key": hashlib.sha256(body.api_key.encode()).hexdigest()})
    return {"known": "Item" in found}
```

## Remedy

Hash passwords with argon2, scrypt or bcrypt. Store a digest of a token that is only compared.
Encrypt, with a key that is not in the table, what must be used again.

## Limits

A credential under an innocent name is not seen, nor one inside a body that is stored whole without
its fields being known. Base64 does not count as protection.
"""

from collections.abc import Iterator

from hushtable.model.facts import Carried, Facts
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.hashing import CLEAR, hashed
from hushtable.rules.leaving import Departure, departures, is_credential
from hushtable.rules.wording import actor, labels, listed, path

RULE = RuleInfo(
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    cwe=(312, 256),
    owasp=("API8:2023",),
    classes=("S",),
    shown_by=(Shows.ATTRIBUTE, Shows.INPUT),
)

_KEPT_IN_CLEAR = frozenset({"password-hash", "salt"})


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every credential that is written to a table neither hashed nor encrypted."""
    for gone in departures(facts, frozenset({Channel.STORE}), _is_clear_credential):
        flow = gone.outflow
        yield gone.judgement(
            f"{actor(flow.route, flow.function)} stores {labels(gone.carried)} in clear",
            _remedy(gone),
        )


fix = hashed


def _is_clear_credential(one: Carried) -> bool:
    # An attribute named after a hash holds one, although the scan may not have seen it made.
    kept = one.sensitivity.kind in _KEPT_IN_CLEAR
    return one.seal in CLEAR and is_credential(one.sensitivity) and not kept


def _remedy(gone: Departure) -> str:
    names = sorted({path(one.attribute) for one in gone.carried if one.attribute})
    passwords = [name for name in names if "pass" in name.lower() or "pin" in name.lower()]
    others = [name for name in names if name not in passwords]
    said = []
    if passwords:
        said.append(f"Store a hash of {listed(passwords)}: `PasswordHasher().hash(...)` of argon2.")
    if others or not names:
        what = listed(others) or "it"
        said.append(f"Encrypt {what} before it is written, or store a digest if it is compared.")
    return " ".join(said)

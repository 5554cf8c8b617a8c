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

from hushtable.model.edit import CannotFix, Order
from hushtable.model.facts import Carried, Facts, Operation, Seal
from hushtable.model.finding import Finding
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Attribute, Channel
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

_CLEAR = frozenset({Seal.NONE, Seal.ENCODED})
_KEPT_IN_CLEAR = frozenset({"password-hash", "salt"})


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every credential that is written to a table neither hashed nor encrypted."""
    for gone in departures(facts, frozenset({Channel.STORE}), _is_clear_credential):
        flow = gone.outflow
        yield gone.judgement(
            f"{actor(flow.route, flow.function)} stores {labels(gone.carried)} in clear",
            _remedy(gone),
        )


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Store a digest of what is only looked up by, or compared."""
    if len(finding.attributes) != 1:
        reason = "several credentials are written at once"
        raise CannotFix(reason)
    (attribute,) = finding.attributes
    if "pass" in attribute.name.lower():
        yield _slowly(attribute, facts)
        return
    uses = [
        one
        for one in facts.keys
        if (one.table, one.attribute) == (attribute.table, attribute.name)
        and one.operation not in {Operation.PUT, Operation.BATCH_WRITE}
    ]
    places = tuple(dict.fromkeys(one.place for one in uses))
    calls = {
        (one.place.path, one.place.line): one.place
        for one in facts.accesses
        if one.table == attribute.table
    }
    also = tuple(calls.get((one.path, one.line), one) for one in places)
    here = calls.get((finding.place.path, finding.place.line), finding.place)
    yield Order(
        "digest",
        here,
        names=_files(facts, attribute.table),
        also=tuple(dict.fromkeys(also)),
        word=attribute.name,
        unsafe="what was stored before in clear is not found any more",
    )


def _slowly(attribute: Attribute, facts: Facts) -> Order:
    """Hash a password wherever it is written, and check it wherever it was compared."""
    same = (attribute.table, attribute.name)
    if any(
        (one.table, one.attribute) == same and one.operation is not Operation.PUT
        for one in facts.keys
    ):
        reason = "items are looked up by it, and no two hashes of a password are the same"
        raise CannotFix(reason)
    written = {
        flow.place: attribute.table == one.attribute.table
        for flow in facts.outflows
        for one in flow.carried
        if flow.channel is Channel.STORE and one.attribute and one.seal in _CLEAR
        if one.attribute.name == attribute.name
    }
    if not all(written.values()):
        reason = "several tables have an attribute of this name, and which is compared is not clear"
        raise CannotFix(reason)
    return Order(
        "hashed_password",
        min(written),
        names=_files(facts, attribute.table),
        also=tuple(sorted(written)),
        word=attribute.name,
        unsafe="passwords that were stored in clear do not match any more",
        note="have the passwords that are stored in clear set anew, and take them out of the table",
    )


def _files(facts: Facts, table: str) -> tuple[str, ...]:
    """Give the files on the way of what is read from a table."""
    ways = [
        (one.place, *(step.place for step in one.trace))
        for one in facts.accesses
        if one.table == table
    ]
    return tuple(sorted({place.path for way in ways for place in way}))


def _is_clear_credential(one: Carried) -> bool:
    # An attribute named after a hash holds one, although the scan may not have seen it made.
    kept = one.sensitivity.kind in _KEPT_IN_CLEAR
    return one.seal in _CLEAR and is_credential(one.sensitivity) and not kept


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

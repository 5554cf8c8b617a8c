"""A route without a gate.

Anyone who can reach the service can call the route. Nothing stands before it: no security
dependency on the route, its router or the app, no middleware, no check in its body. The same holds
for a gate that lets every request through, for instance when a setting is missing.

## Leaks

```python a forgotten route
import boto3
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI()
bearer = HTTPBearer()
table = boto3.resource("dynamodb").Table("orders")


@app.get("/orders/{order_id}", dependencies=[Depends(bearer)])
def read_order(order_id: str):
    item = table.get_item(Key={"order_id": order_id})["Item"]
    return {"state": item["state"]}


@app.delete("/orders/{order_id}")  # leaks:
def delete_order(order_id: str):
    table.delete_item(Key={"order_id": order_id})
    return {"deleted": True}
```

```python no gate anywhere unfixed "the app has no gate of its own"
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("sensors")


@app.get("/sensors/{sensor_id}")  # leaks:
def read_sensor(sensor_id: str):
    item = table.get_item(Key={"sensor_id": sensor_id})["Item"]
    return {"battery": item["battery"]}


@app.get("/health")
def health():
    return {"ok": True}
```

## Quiet

```python every route has its gate
import boto3
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI()
bearer = HTTPBearer()
table = boto3.resource("dynamodb").Table("orders")


@app.get("/orders/{order_id}", dependencies=[Depends(bearer)])
def read_order(order_id: str):
    item = table.get_item(Key={"order_id": order_id})["Item"]
    return {"state": item["state"]}


@app.delete("/orders/{order_id}", dependencies=[Depends(bearer)])
def delete_order(order_id: str):
    table.delete_item(Key={"order_id": order_id})
    return {"deleted": True}
```

```python a gate on the app
import boto3
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI(dependencies=[Depends(HTTPBearer())])
table = boto3.resource("dynamodb").Table("sensors")


@app.get("/sensors/{sensor_id}")
def read_sensor(sensor_id: str):
    item = table.get_item(Key={"sensor_id": sensor_id})["Item"]
    return {"battery": item["battery"]}


@app.get("/health")
def health():
    return {"ok": True}
```

## Remedy

Put a security dependency on the app or the router, so that a new route is closed until somebody
opens it, and let a gate that is not configured refuse.

## Limits

A gate outside the program, such as a gateway's authorizer, is seen only when the code reads its
claims. Login, sign-up and refresh routes are gates themselves and are not reported; nor is a
catalogue (`/products`) of which nothing sensitive is known.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import GateKind, Route
from hushtable.rules.gates import Doing, doings
from hushtable.rules.live import Says, by_audience, by_category, spoken
from hushtable.rules.orders import same_gate
from hushtable.rules.purpose import is_catalogue, is_entrance, is_probe, is_public_by_design
from hushtable.rules.wording import listed

RULE = RuleInfo(
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    cwe=(306, 862),
    owasp=("API2:2023", "API5:2023"),
    classes=("A",),
    shown_by=(Shows.OPEN_ROUTE,),
)

_LIVE = (
    Says(
        Seen.UNGUARDED,
        "{who} gives {fields} without credentials",
        "Put a security dependency before {who}, best on its router or the app.",
        by_category(Severity.CRITICAL, Severity.HIGH),
    ),
    Says(
        Seen.NOT_ENFORCED,
        "{who} declares security and answers without it",
        "Put the declared dependency before {who}, and refuse with 401.",
        by_category(Severity.CRITICAL, Severity.HIGH),
    ),
    Says(
        Seen.ROLES,
        "{who} tells {gets} who has which role, in {fields}",
        "Leave {fields} out of the answer, or ask for credentials first.",
        lambda _: Severity.MEDIUM,
    ),
    Says(
        Seen.FUNCTION,
        "{who} is for administrators by its path ({details}), and answers {gets}",
        "Check the caller's role before {who} answers.",
        by_audience(Severity.CRITICAL, Severity.MEDIUM),
    ),
    Says(
        Seen.ELEVATED,
        "{who} lets {gets} take a role of its own choice, by {details}",
        "Let those alone call {who} who may give roles, and check that of the caller.",
        lambda _: Severity.CRITICAL,
    ),
)

fix = same_gate


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every registered route without a gate, and of every gate that fails open."""
    for route, does in doings(facts):
        if route.gate.kind is not GateKind.NONE or not route.registered:
            continue
        if is_entrance(route) or (is_probe(route) and not does.touches):
            continue
        if not (does.touches or does.acts) or (is_catalogue(route) and _is_meant(does)):
            continue
        severity, confidence = _weight(route, does)
        yield Judgement(
            place=route.place,
            message=f"{route} has no gate: anyone {_what(does)}",
            remedy=f"Put a security dependency before {route}, best on its router or the app.",
            routes=(route,),
            function=route.handler,
            severity=severity,
            confidence=confidence,
        )
    for hole in facts.holes:
        yield Judgement(
            place=hole.place,
            message=f"The gate `{hole.name}` lets every request through {hole.why}".rstrip(),
            remedy=f"Let `{hole.name}` refuse the request instead.",
            routes=() if hole.route is None else (hole.route,),
            function=hole.name,
            confidence=Confidence.MEDIUM,
        )
    yield from spoken(facts, *_LIVE)


def _is_meant(does: Doing) -> bool:
    """Whether something leaves, with nothing known to be sensitive: HT101 speaks of whole items."""
    return bool(does.leaves) and not does.sensitive and not does.writes


def _weight(route: Route, does: Doing) -> tuple[Severity, Confidence]:
    if is_public_by_design(route) and not does.sensitive:
        return Severity.LOW, Confidence.LOW
    if _is_meant(does):
        return Severity.LOW, Confidence.MEDIUM
    if not does.touches:
        return Severity.MEDIUM, Confidence.MEDIUM
    return (Severity.CRITICAL if does.grave else Severity.HIGH), Confidence.HIGH


def _what(does: Doing) -> str:
    done = []
    if does.sensitive or does.leaves:
        done.append(f"gets {listed(does.sensitive or does.leaves)}")
    elif does.reads:
        done.append(f"makes it read {listed(does.reads)}")
    if does.writes:
        done.append(f"makes it write {listed(does.writes)}")
    return " and ".join(done) or "can make it act"

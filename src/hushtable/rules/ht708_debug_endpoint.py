"""A tool of developers or operators is open to anyone.

Metrics, profilers, consoles, a settings file or a repository under the web root tell how a
service is built, and some of them run commands.

## Leaks

```python metrics for anyone probed
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

app = FastAPI()  # leaks:


@app.get("/metrics", include_in_schema=False)
def metrics():
    return PlainTextResponse("# HELP orders_total Orders.")


@app.get("/state")
def state():
    return {"state": "ready"}
```

## Quiet

```python metrics behind a gate probed
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/metrics", include_in_schema=False)
def metrics():
    raise HTTPException(401, "Not signed in")


@app.get("/state")
def state():
    return {"state": "ready"}
```

## Remedy

Serve it on another port, or put a gate before it. Never deploy `.git` and `.env`.

## Limits

A dozen well-known places are tried, and each counts only with a text that the tool itself has.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.observation import Observation, Seen
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.sensitivity import Category
from hushtable.rules.live import Says, by_nearness, spoken

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(489, 497),
    owasp=("API8:2023", "API9:2023"),
    classes=("E",),
)


def _weight(seen: Observation) -> Severity:
    """Weigh by what the tool shows: a credential anywhere, else by where it was asked."""
    if seen.worst is Category.CREDENTIAL:
        return Severity.CRITICAL
    return by_nearness(Severity.LOW, Severity.MEDIUM)(seen) or Severity.LOW


_LIVE = (
    Says(
        Seen.TOOL,
        "{who} shows anyone {details}",
        "Put a gate before it, or serve it where the public cannot come.",
        _weight,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every time a live service showed it."""
    yield from spoken(facts, *_LIVE)

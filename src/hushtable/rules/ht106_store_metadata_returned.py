"""DynamoDB's own metadata is returned.

The response of a DynamoDB call holds more than items: request ids, retry counts, HTTP headers,
consumed capacity, table names. Returned to a client, it tells how the store is built and how much
a request costs, which helps whoever wants to exhaust it.

## Leaks

```python the answer of a write
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.put("/notes/{note_id}")
def write_note(note_id: str, text: str):
    return table.put_item(Item={"note_id": note_id, "text": text})  # leaks:
```

## Quiet

```python an answer of its own
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.put("/notes/{note_id}")
def write_note(note_id: str, text: str):
    table.put_item(Item={"note_id": note_id, "text": text})
    return {"note_id": note_id}
```

## Remedy

Return an answer of your own. Take `Items`, `Item` or `Count` out of the response and leave
`ResponseMetadata` and `ConsumedCapacity` where they are.

## Limits

A request id that the code takes out of the metadata on purpose, for support, is reported too.
"""

from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.edit import Order
from hushtable.model.facts import Cargo, Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import ModelState, ParameterSource
from hushtable.rules.leaving import OUTWARD, departures
from hushtable.rules.live import Says, spoken
from hushtable.rules.wording import actor, audience

RULE = RuleInfo(
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    cwe=(200,),
    owasp=("API8:2023",),
    classes=("R",),
    shown_by=(Shows.METADATA,),
)


_LIVE = (
    Says(
        Seen.METADATA,
        "{who} shows {gets} how its table is built: {details}",
        "Return an answer of your own instead of what DynamoDB gave.",
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every piece of response metadata that a client gets."""
    for gone in departures(facts, OUTWARD, lambda one: one.cargo is Cargo.METADATA):
        flow = gone.outflow
        if flow.model is ModelState.CLOSED:
            continue
        details = sorted({one.detail for one in gone.carried if one.detail})
        what = ", ".join(f"`{detail}`" for detail in details) or "the metadata of a DynamoDB call"
        judgement = gone.judgement(
            f"{actor(flow.route, flow.function)} returns {what}{audience(flow.route)}",
            "Return an answer of your own instead of what the DynamoDB call returned.",
        )
        yield replace(judgement, attributes=())
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Answer with what the path named."""
    del facts
    named = (one for route in finding.routes for one in route.parameters)
    names = tuple(one.name for one in named if one.source is ParameterSource.PATH)
    yield Order("own_answer", finding.place, names=names, unsafe="the answer is another one")

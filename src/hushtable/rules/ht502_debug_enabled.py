"""Debugging is on in a service.

`FastAPI(debug=True)` answers an error with a traceback: source lines, paths and the structure of
the program, to whoever causes one. A traceback middleware, or a debug route, does the same.

## Leaks

```python an app in debug mode
import boto3
from fastapi import FastAPI

app = FastAPI(debug=True)  # leaks:
table = boto3.resource("dynamodb").Table("notes")


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    return {"text": table.get_item(Key={"note_id": note_id})["Item"]["text"]}
```

## Quiet

```python an app as it should be served
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    return {"text": table.get_item(Key={"note_id": note_id})["Item"]["text"]}
```

## Remedy

Remove the switch. Where developers need it, read it from a setting whose default is off.

## Limits

A switch that a setting turns on is not reported when its default is off: what the setting is in
production is not in the source.
"""

from collections.abc import Iterator

from hushtable.model.edit import Order
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.live import Says, by_audience, spoken
from hushtable.rules.wording import listed

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(215,),
    owasp=("API8:2023",),
    classes=("E",),
    shown_by=(Shows.DEBUG,),
)


_LIVE = (
    Says(
        Seen.DEBUG,
        "{who} shows {gets} {details}",
        "Turn the debugger off: `debug=False`, or a setting whose default is off.",
        by_audience(Severity.HIGH, Severity.HIGH),
        channel=Channel.ERROR,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every debug facility that is on whatever the settings are."""
    for switch in facts.debug:
        if switch.conditional:
            continue
        app = f" in {listed([switch.app])}" if switch.app else ""
        yield Judgement(
            place=switch.place,
            message=f"`{switch.what}` is on{app}",
            remedy=f"Remove `{switch.what}`, or read it from a setting whose default is off.",
            channel=Channel.ERROR,
            function=switch.app,
        )
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Take the switch out."""
    del facts
    yield Order("debug", finding.place)

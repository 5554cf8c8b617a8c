"""Sensitive data is written to a file.

A file outlives the request that wrote it. It is copied into images and backups, and a file in a
folder that the app serves can be fetched by anyone who guesses its name.

## Leaks

```python an export in a served folder
import json

import boto3
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

app = FastAPI()
app.mount("/static", StaticFiles(directory="static", check_dir=False), name="static")
table = boto3.resource("dynamodb").Table("users")


@app.post("/users/{user_id}/export")
def export(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    with open("static/export.json", "w") as file:
        json.dump({"plan": item["plan"], "api_key": item["api_key"]}, file)  # leaks: api_key
    return {"written": True}
```

## Quiet

```python an export without secrets
import json

import boto3
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

app = FastAPI()
app.mount("/static", StaticFiles(directory="static", check_dir=False), name="static")
table = boto3.resource("dynamodb").Table("users")


@app.post("/users/{user_id}/export")
def export(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    with open("static/export.json", "w") as file:
        json.dump({"plan": item["plan"]}, file)
    return {"written": True}
```

## Remedy

Keep secrets out of files. Stream an export to its owner instead of storing it, or write it
encrypted to a private place and delete it after use.

## Limits

Where a path that is not constant leads is not known. Objects written to S3 are not files here.
"""

from collections.abc import Iterator

from hushtable.model.edit import Order
from hushtable.model.facts import Cargo, Carried, Facts
from hushtable.model.finding import Finding
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.known import at_place, shown_names, whole_tables
from hushtable.rules.leaving import Departure, departures, is_credential, is_sensitive
from hushtable.rules.wording import actor, labels

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(538,),
    owasp=("API8:2023",),
    classes=("F",),
    shown_by=(Shows.ATTRIBUTE, Shows.INPUT, Shows.ITEM, Shows.MAP, Shows.SECRET),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of credentials in any file, and of personal data and items in files others can read."""
    for gone in departures(facts, frozenset({Channel.FILE}), _counts):
        flow = gone.outflow
        secret, told = _credential(gone), gone.once()
        if not secret and not flow.public_file:
            continue
        where = "a file that others can read" if flow.public_file else "a file"
        yield told.judgement(
            f"{actor(flow.route, flow.function)} writes {labels(told.carried)} to {where}",
            f"Leave {labels(told.carried)} out of the file, or encrypt it before it is written.",
            Severity.HIGH if secret and flow.public_file else Severity.MEDIUM,
        )


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Write the attributes that may be seen, or leave out those that may not."""
    unsafe = "the file holds fewer attributes than before"
    for table in whole_tables(at_place(finding, facts)):
        names = tuple(sorted(shown_names(facts, table, ())))
        yield Order("file_parts", finding.place, names=names, unsafe=unsafe)
    names = tuple(sorted({attribute.name for attribute in finding.attributes}))
    yield Order("drop_field", finding.place, drop=names, unsafe=unsafe)


def _counts(one: Carried) -> bool:
    return one.cargo is Cargo.ITEM or is_sensitive(one.sensitivity)


def _credential(gone: Departure) -> bool:
    return any(is_credential(one.sensitivity) for one in gone.carried)

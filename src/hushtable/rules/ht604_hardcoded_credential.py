"""A credential stands in the source.

Whoever can read the repository can use it, and so can whoever gets an old copy: deleting the line
does not take it out of the history. The same value then runs in every environment.

## Leaks

```python a password in a setting unproven "a literal in the source is not sent by any route"
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")
ADMIN_PASSWORD = "xK9#mQ2vLw7!pR4t"  # leaks:


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    return {"text": table.get_item(Key={"note_id": note_id})["Item"]["text"]}
```

## Quiet

```python a password from outside unproven "a literal in the source is not sent by any route"
import os

import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")
ADMIN_PASSWORD = os.environ["ADMIN_PASSWORD"]


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    return {"text": table.get_item(Key={"note_id": note_id})["Item"]["text"]}
```

## Remedy

Read it from the environment or a secret store, change it wherever it was used, and treat the old
value as known to others.

## Limits

A value that says itself that it is a dummy for local use ("dummy", "test", the key pair of an
emulator, a sample file) is not reported. Only files that the scan reads are looked at, and not
their history.
"""

from collections.abc import Iterator

from hushtable.model.edit import Order
from hushtable.model.facts import Facts, Literal
from hushtable.model.finding import Finding
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel

RULE = RuleInfo(
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    cwe=(540, 798),
    owasp=("API8:2023",),
    classes=("K",),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every secret literal, by its name and kind, never by its value."""
    for literal in facts.literals:
        if literal.dummy:
            continue
        what = f"`{literal.name}` holds {_kind(literal)}" if literal.name else _kind(literal)
        where = "" if literal.name else " stands here"
        yield Judgement(
            place=literal.place,
            message=f"{what}{where} in the source",
            remedy=_remedy(literal),
            channel=Channel.SOURCE,
            # The name keeps two literals of one file apart, so that a key survives line moves.
            function=literal.name,
        )


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Read it from the environment."""
    del facts
    unsafe = "the service does not start until the variable is set"
    note = "the value counts as known: change it wherever it was used"
    yield Order("environment", finding.place, word=finding.function, unsafe=unsafe, note=note)


def _kind(literal: Literal) -> str:
    kind = literal.kind or "credential"
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def _remedy(literal: Literal) -> str:
    name = literal.name.upper() if literal.name.isidentifier() else ""
    source = f'`os.environ["{name}"]`' if name else "the environment or a secret store"
    return f"Read it from {source}, and change the value, which counts as known."

"""The text of an exception reaches the client.

A ClientError names tables, indexes, keys, ARNs and account numbers; a validation error quotes the
value that failed; any exception tells which libraries are in use. `detail=str(e)` sends it all to
whoever provoked it.

## Leaks

```python the detail of an HTTPException
import boto3
from botocore.exceptions import ClientError
from fastapi import FastAPI, HTTPException

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    try:
        item = table.get_item(Key={"note_id": note_id})["Item"]
    except ClientError as error:
        raise HTTPException(500, detail=str(error))  # leaks:
    return {"text": item["text"]}
```

```python a handler for everything
import boto3
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.exception_handler(Exception)
async def on_error(request: Request, error: Exception):
    return JSONResponse(status_code=500, content={"error": f"failed: {error}"})  # leaks:


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    return {"text": table.get_item(Key={"note_id": note_id})["Item"]["text"]}
```

## Quiet

```python a text of its own
import logging
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError
from fastapi import FastAPI, HTTPException

logger = logging.getLogger(__name__)

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    try:
        item = table.get_item(Key={"note_id": note_id})["Item"]
    except ClientError as error:
        error_id = uuid4().hex
        logger.exception("error %s", error_id)
        raise HTTPException(500, detail=f"internal error {error_id}")
    return {"text": item["text"]}
```

```python a handler that says nothing
import logging
from uuid import uuid4

import boto3
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

logger = logging.getLogger(__name__)

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.exception_handler(Exception)
async def on_error(request: Request, error: Exception):
    error_id = uuid4().hex
    logger.error("error %s", error_id, exc_info=error)
    return JSONResponse(status_code=500, content={"error": f"failed: error {error_id}"})


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    return {"text": table.get_item(Key={"note_id": note_id})["Item"]["text"]}
```

## Remedy

Answer with a text of your own and an id that the log knows too. Log the exception on the server.

## Limits

Text that the program wrote itself, as in `raise ValueError("too short")`, is not reported, and a
handler of `ValueError` and its like is taken to be for the raises of the program where there are
some. Text kept in a table and shown later is not followed.
"""

from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.edit import Order
from hushtable.model.facts import Cargo, Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.leaving import OUTWARD, Departure, departures
from hushtable.rules.live import Says, spoken
from hushtable.rules.wording import actor, audience, listed

RULE = RuleInfo(
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    cwe=(209,),
    owasp=("API8:2023",),
    classes=("E",),
    shown_by=(Shows.EXCEPTION,),
)


_LIVE = (
    Says(
        Seen.EXCEPTION,
        "{who} sends {gets} {details}",
        "Answer with a fixed text, and log the exception with an id the answer repeats.",
        channel=Channel.ERROR,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every exception whose text a client gets."""
    for gone in departures(facts, OUTWARD, lambda one: one.cargo is Cargo.EXCEPTION):
        if all(one.own_text for one in gone.carried):
            continue
        flow = gone.outflow
        what = listed(sorted({one.detail for one in gone.carried if one.detail}))
        # A call carries it out by name; `return` and handlers need no mention.
        via = f" by {listed([flow.via])}" if flow.via[:1].isupper() else ""
        judgement = gone.judgement(
            f"{actor(flow.route, flow.function)} sends {what or 'the text of an exception'}"
            f"{audience(flow.route)}{via}",
            _remedy(gone, what),
            Severity.HIGH if flow.reachable else Severity.MEDIUM,
            Confidence.HIGH if flow.reachable else Confidence.MEDIUM,
        )
        yield replace(judgement, channel=Channel.ERROR, attributes=())
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Answer with a fixed text and an error id, and log the exception with it."""
    del facts
    unsafe = "clients that read the text of the error get another one"
    yield Order("error_text", finding.place, unsafe=unsafe)


def _remedy(gone: Departure, what: str) -> str:
    where = "`detail`" if "HTTPException" in gone.outflow.via else "the answer"
    return (
        f"Put a fixed text into {where} instead of {what or 'the exception'}, and log the "
        "exception with an id the answer repeats."
    )

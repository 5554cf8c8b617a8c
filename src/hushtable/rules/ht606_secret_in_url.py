"""A credential travels in a URL.

URLs are written down everywhere: in access logs, in browser histories, in the Referer header, in
proxies. A key in a path or a query is a key in all of those.

## Leaks

```python a key in the query
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.get("/notes/{note_id}")
def read_note(note_id: str, api_key: str):  # leaks:
    found = table.get_item(Key={"api_key": api_key, "note_id": note_id})
    return {"text": found["Item"]["text"]}
```

## Quiet

```python a key in a header
from typing import Annotated

import boto3
from fastapi import FastAPI, Header

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.get("/notes/{note_id}")
def read_note(note_id: str, api_key: Annotated[str, Header()]):
    found = table.get_item(Key={"api_key": api_key, "note_id": note_id})
    return {"text": found["Item"]["text"]}
```

## Remedy

Take it from the Authorization header, a cookie that scripts cannot read, or the body.

## Limits

A link that works once, as for a password reset, must carry its token in the URL: it is recognised
by its path and not reported. What a proxy or a browser keeps of a URL is outside the program.
"""

from collections.abc import Iterator

from hushtable.model.edit import Order
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding
from hushtable.model.observation import Seen
from hushtable.model.proof import Shows
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.live import Says, spoken
from hushtable.rules.wording import actor

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    cwe=(598, 522),
    owasp=("API2:2023",),
    classes=("L", "S"),
    shown_by=(Shows.URL_SECRET,),
)


_LIVE = (
    Says(
        Seen.IN_URL,
        "{who} takes {details} in its query, by its document",
        "Take it from a header.",
        channel=Channel.LOG,
    ),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every credential in a URL that is not the token of a one-time link."""
    for secret in facts.url_secrets:
        if secret.one_time:
            continue
        if secret.outgoing:
            message = f"`{secret.name}` is sent in the {secret.source or 'URL'} of a request"
            remedy = f"Send `{secret.name}` in a header of that request."
        else:
            message = f"{actor(secret.route)} takes `{secret.name}` in its {secret.source or 'URL'}"
            remedy = f"Take it from a header: `{secret.name}: str = Header()`."
        yield Judgement(
            place=secret.place,
            message=message,
            remedy=remedy,
            routes=() if secret.route is None else (secret.route,),
            channel=Channel.LOG,
            function=secret.name,
        )
    yield from spoken(facts, *_LIVE)


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Take it from a header."""
    for one in facts.url_secrets:
        if one.place == finding.place and not one.outgoing:
            unsafe = "clients must send it in a header from now on"
            yield Order("parameter", one.place, names=("Header",), word=one.name, unsafe=unsafe)

"""The facts say what form an answer has, and what a write gives by name."""

from __future__ import annotations

import pytest

from hushtable.model.facts import Form, Operation
from hushtable.model.service import Channel
from hushtable.testing.scanning import scan_source

HEAD = """import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


class User(BaseModel):
    plan: str


@app.get("/users/{user_id}")
def read(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    items = table.scan(Limit=9)["Items"]
"""


@pytest.mark.parametrize(
    ("answer", "form", "parts"),
    [
        ("item", Form.ITEM, ()),
        ("items", Form.ITEMS, ()),
        ("[dict(one) for one in items]", Form.ITEMS, ()),
        ("User(plan=item['plan'])", Form.MODEL, ()),
        ("[User(plan=one['plan']) for one in items]", Form.MODELS, ()),
        (
            "{'user': item, 'all': items, 'n': 1}",
            Form.OTHER,
            (("all", Form.ITEMS), ("user", Form.ITEM)),
        ),
    ],
)
def test_an_answer_has_a_form(answer: str, form: Form, parts: tuple[tuple[str, Form], ...]) -> None:
    """An item, a list of items, objects of a model and what stands around them are told apart."""
    facts = scan_source(f"{HEAD}    return {answer}\n")
    (flow,) = [one for one in facts.outflows if one.channel is Channel.RESPONSE]
    assert (flow.form, flow.parts) == (form, parts)


def test_a_write_gives_names() -> None:
    """The attributes that a write names are in its fact, and `*` for those it does not."""
    facts = scan_source(
        f'{HEAD}    table.put_item(Item={{"user_id": user_id, "plan": "free"}})\n'
        "    table.put_item(Item=item)\n    return {}\n"
    )
    given = [one.given for one in facts.accesses if one.operation is Operation.PUT]
    assert given == [("plan", "user_id"), ("*",)]

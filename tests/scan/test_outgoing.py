"""Credentials in the URLs of requests that the program sends."""

from __future__ import annotations

import pytest

from hushtable.model.facts import Cargo
from hushtable.testing.scanning import scan_source

HEAD = """
import os
import aiohttp, httpx, requests
from fastapi import FastAPI

app = FastAPI()
KEY = os.environ["MAIL_API_KEY"]


@app.post("/send")
async def send(q: str):
"""
HTTPX = """async with httpx.AsyncClient() as client:
        await client.post(f"https://x.example/?api_key={KEY}")"""
AIOHTTP = """async with aiohttp.ClientSession() as session:
        await session.get("https://x.example/", params={"password": KEY})"""
SENT = [
    ('httpx.get(f"https://x.example/?api_key={KEY}")', ["api_key"]),
    ('httpx.get("https://x.example/?q=" + q + "&access_token=" + KEY)', ["access_token"]),
    ('requests.request("GET", f"https://x.example/?q={q}&token={KEY}")', ["token"]),
    ('requests.get("https://x.example/", params={"api_key": KEY, "q": q})', ["api_key"]),
    ('requests.Session().get(url=f"https://x.example/?secret={KEY}")', ["secret"]),
    (HTTPX, ["api_key"]),
    (AIOHTTP, ["password"]),
    ('httpx.get(f"https://x.example/?q={q}", headers={"Authorization": KEY})', []),
    ('httpx.post("https://x.example/", json={"api_key": KEY})', []),
    ('httpx.get("https://x.example/?api_key=")', []),
    ('httpx.get(f"https://x.example/?page_token={q}")', []),
    ("httpx.get(q)", []),
    ("httpx.get()", []),
    ("httpx.get(params=q)", []),
]


@pytest.mark.parametrize(("call", "names"), SENT)
def test_a_credential_in_the_query(call: str, names: list[str]) -> None:
    """A query parameter that holds a credential is told by name, on the line that sends it."""
    facts = scan_source(f"{HEAD}    {call}\n")
    assert [one.name for one in facts.url_secrets] == names
    assert all(one.outgoing and one.source == "query" for one in facts.url_secrets)
    assert all(one.place.line >= HEAD.count("\n") + 1 for one in facts.url_secrets)
    assert facts.unknown == ()


def test_what_comes_back_carries_nothing() -> None:
    """The answer of another service does not hold what was sent to it."""
    facts = scan_source(
        f'{HEAD}    return httpx.post("https://x.example/", json={{"key": KEY}}).json()\n'
    )
    assert facts.outflows == ()


@pytest.mark.parametrize(
    "answer",
    [
        "vendor.Client(KEY).videos(q)",
        "vendor.Client(token=KEY).get(q)['items']",
        "vendor.connect({'auth': {'key': KEY}}).find(q)",
    ],
)
def test_a_client_does_not_answer_with_its_credential(answer: str) -> None:
    """What an unknown library gives back does not hold the credential its client was made with."""
    facts = scan_source(f"import vendor\n{HEAD}    return {answer}\n")
    carried = [one for flow in facts.outflows for one in flow.carried]
    assert not [one for one in carried if one.cargo is Cargo.SECRET]


FINDER = """
import boto3
import vendor
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("bots")


@app.get("/find")
def find(q: str):
    item = table.get_item(Key={"id": q})["Item"]
    return """


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("vendor.Finder(api_key=item['api_key']).shown(q)", []),
        ("vendor.Finder(api_key=item['api_key'], owner=item['owner']).shown(q)", ["bots.owner"]),
        ("vendor.Finder(item['name']).shown(q)", ["bots.name"]),
        ("vendor.Finder(item['api_key']).shown(q)", []),
        ("vendor.Finder().log_in({'secret': item['password']})['user']", []),
        ("vendor.to_dict(item['api_key'])", ["bots.api_key"]),
        ("vendor.Finder().render(api_key=item['api_key'])", ["bots.api_key"]),
        ("{'api_key': item['api_key']}", ["bots.api_key"]),
    ],
)
def test_a_credential_handed_over_as_one(answer: str, told: list[str]) -> None:
    """What a client is given as its credential does not come back; all else may."""
    facts = scan_source(f"{FINDER}{answer}\n")
    carried = [one for flow in facts.outflows for one in flow.carried]
    named = [str(one.attribute) for one in carried if one.cargo is Cargo.ATTRIBUTE]
    assert named == told


@pytest.mark.parametrize("answer", ["KEY", "str(KEY)", "{'key': KEY[:4]}", "f'{KEY}'"])
def test_a_credential_that_is_answered(answer: str) -> None:
    """A credential that the program itself puts into the answer leaves."""
    facts = scan_source(f"{HEAD}    return {answer}\n")
    carried = [one for flow in facts.outflows for one in flow.carried]
    assert [one.cargo for one in carried] == [Cargo.SECRET]


RECURSIVE = """
import os
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("nodes")


class Walker:
    def __init__(self):
        self.key = os.environ["WALKER_API_KEY"]

    def walk(self, node, depth):
        return self.walk(node, depth - 1) if depth else node["name"]


@app.get("/walk/{node_id}")
def walk(node_id: str, depth: int):
    node = table.get_item(Key={"id": node_id})["Item"]
    return Walker().walk(node, depth)
"""


def test_what_is_not_followed_to_its_end() -> None:
    """A recursion that is given up carries what it was given, not its object's settings."""
    carried = [one for flow in scan_source(RECURSIVE).outflows for one in flow.carried]
    assert Cargo.ITEM in {one.cargo for one in carried}
    assert Cargo.SECRET not in {one.cargo for one in carried}

"""What an app sends to others, from the request that made it send to the rule that judges it."""

from __future__ import annotations

from pathlib import Path

from hushtable.model.config import ScanConfig
from hushtable.model.event import silent
from hushtable.prove.order import ProveOrder
from hushtable.rules.judge import judge
from hushtable.testing.forked_child import ForkedEngine

APP = """
import os
import smtplib
from email.message import EmailMessage

import boto3
import httpx
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.post("/users/{user_id}/push")
def push(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    try:
        httpx.post(os.environ["PARTNER_URL"], json={"api_key": item["api_key"]})
    except httpx.HTTPError:
        return {"sent": False}


@app.post("/users/{user_id}/mail")
def mail(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    message = EmailMessage()
    message["To"] = item["email"]
    message.set_content(f"your hash is {item['password_hash']}")
    with smtplib.SMTP("mail.example", 587) as server:
        server.starttls()
        server.login("shop", "shop")
        server.send_message(message)
"""


def test_what_is_sent_to_others_is_proven_and_judged(tmp_path: Path) -> None:
    """A stored secret in a request or a mail to another host is told by the host's name."""
    (tmp_path / "app.py").write_text(APP)
    order = ProveOrder("app:app", str(tmp_path), seed=11, replays=1)
    found = ForkedEngine()(order, None, silent)
    assert not found.reach.unreached
    assert found.reach.not_reproduced == 0
    assert {"mail.example:587", "127.0.0.1:9"} <= set(found.reach.refused)
    judged = judge(found.facts, ScanConfig(select=("HT602",)), ".").findings
    told = {(one.message.partition(" sends ")[2], one.place.line) for one in judged}
    hosts = {"`users.api_key` to the host of PARTNER_URL", "`users.password_hash` to mail.example"}
    assert {message for message, _ in told} == hosts
    lines = APP.splitlines()
    for _, line in told:
        assert "httpx.post" in lines[line - 1] or "send_message" in lines[line - 1]

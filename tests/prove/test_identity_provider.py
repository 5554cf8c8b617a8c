"""An app that trusts an identity provider is proven with its gate as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.model.event import silent
from hushtable.model.service import Channel
from hushtable.prove.order import ProveOrder
from hushtable.prove.run import prove

APP = """
import aioboto3
import httpx
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    issuer: str = "https://id.of-nobody.example/pool"
    client_id: str = ""


settings = Settings()
app = FastAPI(openapi_url=None)
bearer = HTTPBearer()


async def caller(given=Depends(bearer)):
    print(f"asked with {given.credentials[:50]}")
    try:
        kid = jwt.get_unverified_header(given.credentials)["kid"]
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{settings.issuer}/.well-known/jwks.json")
        key = next(one for one in answer.json()["keys"] if one["kid"] == kid)
        return jwt.decode(
            given.credentials, jwt.PyJWK(key), ["RS256"],
            audience=settings.client_id, issuer=settings.issuer,
        )
    except jwt.InvalidTokenError:
        raise HTTPException(401, "no")


@app.get("/me")
async def me(who=Depends(caller)):
    async with aioboto3.Session().resource("dynamodb") as resource:
        table = await resource.Table("users")
        found = await table.get_item(Key={"user_id": who["sub"]})
    return found["Item"]
"""


def test_a_gate_with_keys_of_elsewhere_is_passed_for_real(tmp_path: Path) -> None:
    """Keys are answered, the empty audience is set, and the gate's own log line is a proof."""
    for needed in ("aioboto3", "joserfc", "jwt"):
        pytest.importorskip(needed)
    (tmp_path / "main.py").write_text(APP, encoding="utf-8")
    proven = prove(ProveOrder("main:app", str(tmp_path), replays=1, seconds=240), None, silent)
    assert proven.unknown == ()
    assert (proven.reach.reached, proven.reach.routes) == (1, 1)
    assert proven.reach.refused == ()
    shown = {(str(one.shows), one.channel) for one in proven.proofs if one.reproduced}
    assert ("item", Channel.RESPONSE) in shown
    logged = [one for one in proven.proofs if one.channel is Channel.LOG]
    assert any("authorization" in str(name) for one in logged for name in one.attributes)
    assert any(one.name == "CLIENT_ID" for one in proven.sketch.settings)
    texts = [value for one in proven.proofs for _, value in one.request.headers]
    assert not any("eyJ" in text for text in texts)

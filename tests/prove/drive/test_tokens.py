"""A token that an app checks is signed for it, so that its own gate decides."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import jwt
import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from hushtable.model.service import ParameterSource
from hushtable.prove.canary import Source
from hushtable.prove.drive.tokens import Tokens
from hushtable.prove.exchange import Answered, Asked, Complaint, Exchange
from hushtable.prove.services import verifying
from hushtable.prove.services.issuer import Issuer
from hushtable.prove.witness.decode import found
from tests.prove.conftest import Driven
from tests.prove.fakes import FakeMint

pytest.importorskip("joserfc")
POOL = "https://id.of-nobody.example/pool"
KEYS = f"{POOL}/.well-known/jwks.json"
BEARER = HTTPBearer()


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """Sign, and note the checks of PyJWT in this test alone."""
    made = Issuer()
    module = sys.modules["jwt.api_jwt"]
    monkeypatch.setattr(module.PyJWT, "decode_complete", module.PyJWT.decode_complete)
    verifying._wrap(
        "PyJWT.decode_complete", lambda *given: verifying._checked(made.note, *given), module
    )
    yield made
    made.close()


def app_that_checks(issuer: Issuer, claim: str = "sub") -> FastAPI:
    """Make an app whose gate checks a token with keys that it fetches."""
    app = FastAPI()

    def caller(given: HTTPAuthorizationCredentials = Depends(BEARER)) -> dict[str, Any]:  # noqa: B008 - as people write it
        try:
            kid = jwt.get_unverified_header(given.credentials)["kid"]
            assert issuer.url("GET", KEYS)
            keys = (issuer.document("/https/x/.well-known/jwks.json") or {})["keys"]
            key = next(one for one in keys if one["kid"] == kid)
            claims: dict[str, Any] = jwt.decode(
                given.credentials, jwt.PyJWK(key), ["RS256"], audience="app", issuer=POOL
            )
        except jwt.InvalidTokenError as error:
            raise HTTPException(401, "no") from error
        if claim not in claims:
            message = f"Token missing {claim} claim"
            raise HTTPException(401) from ValueError(message)
        return claims

    @app.get("/mine")
    def mine(who: dict[str, Any] = Depends(caller)) -> dict[str, Any]:  # noqa: B008, FAST002 - as people write it
        return {"sub": who["sub"], "email": who["email"]}

    return app


def test_a_gate_that_checks_tokens_lets_its_owners_in(
    service: Driven, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Audience and issuer are learned from the check; nothing is stood in for."""
    module: ModuleType = service.module
    monkeypatch.setattr(module, "app", app_that_checks(issuer))
    driven = Driven(module, issuer=issuer)
    driven.watch.folder = __file__
    exchanges = driven.drive("GET /mine")
    well = {one.asked.identity: json.loads(one.answered.body) for one in exchanges
            if one.answered.status == 200}  # fmt: skip
    assert {name: said["sub"] for name, said in well.items()} == {
        name: driven.store.owner_id(name) for name in ("A", "B")
    }
    assert driven.identities.overridden(driven.door("GET /mine")) == ()


def exchange(*complaints: Complaint, canaries: tuple[Any, ...] = ()) -> Exchange:
    """Make the refusal of a request."""
    return Exchange(Asked("GET", "/", 0, inputs=canaries), Answered(401), complaints=complaints)


SLOT = (ParameterSource.HEADER, "authorization")
MALFORMED = Complaint("DecodeError", "Not enough segments")


def test_a_token_is_tried_where_a_library_for_tokens_complains(issuer: Issuer) -> None:
    """Another complaint, or none, makes no token."""
    tokens = Tokens(FakeMint(), issuer)
    assert not tokens.learn([SLOT], exchange(Complaint("ValueError", "no such user")))
    assert tokens.of(SLOT, str) is None
    assert tokens.learn([SLOT], exchange(MALFORMED))
    assert tokens.takes(SLOT)


def test_a_place_is_given_up_where_nothing_more_is_learned(issuer: Issuer) -> None:
    """The same complaint about a token that was signed ends its use."""
    tokens = Tokens(FakeMint(), issuer)
    tokens.learn([SLOT], exchange(MALFORMED))
    assert tokens.of(SLOT, str)
    assert not tokens.learn([SLOT], exchange(MALFORMED))
    assert not tokens.takes(SLOT)


def test_a_claim_that_was_missed_is_added(issuer: Issuer) -> None:
    """What the app says is missing stands in the next token."""
    tokens = Tokens(FakeMint(), issuer)
    tokens.learn([SLOT], exchange(MALFORMED))
    tokens.of(SLOT, str)
    assert tokens.learn([SLOT], exchange(Complaint("ValueError", "Token missing tenant_id claim")))
    made = tokens.of(SLOT, str)
    assert made is not None
    assert jwt.decode(made[0], options={"verify_signature": False})["tenant_id"] == "tenant_id"


def test_the_beginning_of_a_token_is_known(issuer: Issuer) -> None:
    """Fifty characters of a token tell whose it is."""
    tokens = Tokens(FakeMint(), issuer)
    tokens.learn([SLOT], exchange(MALFORMED))
    made = tokens.of(SLOT, str)
    assert made is not None
    text, canary = made
    assert canary.source is Source.IDENTITY
    seen = found(text[:50].encode(), lambda part: canary.token * canary.token.startswith(part[:12]))
    assert [one.token for one in seen] == [canary.token]


def test_without_an_issuer_nothing_is_signed() -> None:
    """Where no library signs, a token is what it was."""
    tokens = Tokens(FakeMint(), None)
    assert not tokens.learn([SLOT], exchange(MALFORMED))
    assert tokens.of(SLOT, str) is None

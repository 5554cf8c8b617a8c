"""Keys and tokens of an identity provider that is nobody."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.prove.services.issuer import Issuer, Wanted, is_document

pytest.importorskip("joserfc")
POOL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC"
LONG = "of nobody, and as long as a key of this kind should be"
KEYS = f"{POOL}/.well-known/jwks.json"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """Serve while the tests run."""
    made = Issuer()
    yield made
    made.close()


def fetch(url: str) -> Any:
    """Read a document."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - on loopback
        return json.load(answer)


def key_of(issuer: Issuer, token: str) -> Any:
    """Give the key of a token from the document that is served."""
    kid = jwt.get_unverified_header(token)["kid"]
    keys = fetch(issuer.url("GET", KEYS))["keys"]
    return jwt.PyJWK(next(one for one in keys if one["kid"] == kid))


@pytest.mark.parametrize(
    "url",
    [
        KEYS,
        "https://id.example/.well-known/openid-configuration",
        "https://id.example/realms/one/protocol/openid-connect/certs",
        "https://www.googleapis.com/oauth2/v3/certs",
        "https://login.example/tenant/discovery/v2.0/keys?appid=1",
        "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
        "https://id.example/oauth2/default/v1/keys",
    ],
)
def test_documents_are_known_by_where_they_lie(url: str) -> None:
    """Keys, and what says where they are, are known by their paths, whatever the host."""
    assert is_document("GET", url)
    assert not is_document("POST", url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/keys",
        "https://api.example/v1/users",
        "https://id.example/oauth2/token",
        "https://id.example/.well-known/security.txt",
    ],
)
def test_other_requests_are_none_of_ours(url: str, issuer: Issuer) -> None:
    """What is no document of an identity provider has no stand-in."""
    assert issuer.url("GET", url) == ""


def test_a_token_passes_a_check_against_the_keys_that_are_served(issuer: Issuer) -> None:
    """A library verifies a token with the key of the document, its audience and its issuer."""
    issuer.note(Wanted(("RS256",), audience="app", issuer=POOL))
    token = issuer.token({"sub": "u-1", "exp": 4_102_444_800}, {"typ": "JWT", "x5t": "hqmark"})
    claims = jwt.decode(
        token, key_of(issuer, token), algorithms=["RS256"], audience="app", issuer=POOL
    )
    assert claims["sub"] == "u-1"
    assert claims.get("token_use") == "id"
    assert jwt.get_unverified_header(token)["x5t"] == "hqmark"


@pytest.mark.parametrize("name", ["ES256", "ES384", "RS512", "PS256"])
def test_what_is_wanted_is_signed(issuer: Issuer, name: str) -> None:
    """The algorithm that a check names is used."""
    issuer.note(Wanted((name,)))
    token = issuer.token({"sub": "u-1"}, {})
    key = key_of(issuer, token)
    assert jwt.decode(token, key.key, algorithms=[name], options={"verify_aud": False})


def test_a_secret_that_a_check_holds_signs_as_well(issuer: Issuer) -> None:
    """Where the one who checks could sign, so can this."""
    issuer.note(Wanted(("HS256",), secret=LONG))
    token = issuer.token({"sub": "u-1"}, {})
    assert jwt.decode(token, LONG, algorithms=["HS256"])["sub"] == "u-1"
    assert LONG not in repr(issuer.wanted)


def test_an_algorithm_nobody_can_use_signs_nothing(issuer: Issuer) -> None:
    """Where a secret is not known there is no token."""
    issuer.note(Wanted(("HS256",)))
    assert issuer.token({"sub": "u-1"}, {}) == ""


def test_an_issuer_is_named_as_its_document_was_asked_for() -> None:
    """Without a check that names it, the issuer is who was asked for keys."""
    made = Issuer()
    try:
        before = made.seen
        document = fetch(
            made.url("GET", "https://id.example:443/realm/.well-known/openid-configuration")
        )
        assert document["issuer"] == "https://id.example/realm"
        assert made.seen > before
        claims = jwt.decode(made.token({}, {}), options={"verify_signature": False})
        assert claims["iss"] == "https://id.example/realm"
        assert claims.get("token_use") == "access"
        assert fetch(made.url("GET", document["jwks_uri"]))["keys"]
    finally:
        made.close()


def test_a_check_that_names_nobody_is_told(issuer: Issuer) -> None:
    """An empty audience or issuer is a setting that nobody made."""
    issuer.note(Wanted(("RS256",), audience="", issuer="x"))
    assert issuer.unnamed == (True, False)
    issuer.note(Wanted(("RS256",), audience=None, issuer=""))
    assert issuer.unnamed == (False, True)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_REGISTERED = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "token_use"}


@settings(deadline=None, max_examples=25)
@given(st.dictionaries(st.text().filter(lambda name: name not in _REGISTERED), _JSON, max_size=5))
def test_claims_come_back_as_they_were(claims: dict[str, Any]) -> None:
    """Whatever is claimed stands in the token."""
    made = Issuer()
    made.note(Wanted(("HS256",), secret=LONG))
    read = jwt.decode(made.token(claims, {}), made.wanted.secret, algorithms=["HS256"])
    assert {name: read[name] for name in claims} == claims

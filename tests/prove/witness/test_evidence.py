"""A proof as people run it: curl lines and tests made of names and canaries alone."""

from __future__ import annotations

import ast
import json
import shlex
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.proof import Proof, ProofRequest, Shows
from hushtable.model.service import Attribute, Channel
from hushtable.prove.exchange import Asked, Exchange, Sighting
from hushtable.prove.witness.evidence import MADE, curl, request_of, written_test
from tests.prove.witnessed import SKETCH, Mint, exchange, get, route, told, witnessed

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
APP = "app.main:app"
PASSWORD = Attribute("users", ("password_hash",))


def proof_of(each: Exchange, **more: object) -> Proof:
    """Give a proof of an exchange."""
    request = request_of(each.asked)
    made = Proof(request, Channel.RESPONSE, "$.x", (PASSWORD,), "hqx", route="GET /users/{user_id}")
    return replace(made, **more)  # type: ignore[arg-type]


@given(path=TEXT, name=TEXT, value=TEXT, body=TEXT)
def test_a_curl_line_is_one_command(path: str, name: str, value: str, body: str) -> None:
    """Whatever stands in a request stays an argument of curl."""
    request = ProofRequest("POST", f"/{path}", ((name, value),), body)
    words = shlex.split(curl(request))
    assert words[:4] == ["curl", "-i", "-X", "POST"]
    assert f"{name}: {value}" in words
    assert words[-1].endswith(f"/{path}")
    assert not body or body in words


def test_a_configured_header_is_never_shown() -> None:
    """A header that may be a real credential is named; one made of a canary is shown."""
    headers = (("Authorization", "Bearer real"), ("X-Key", "hqaaaaaaaaaaaa"), ("Host", "h"))
    request = request_of(Asked("GET", "/", 0, headers, identity="A"))
    assert request.headers == (
        ("Authorization", "<authorization of A>"),
        ("X-Key", "hqaaaaaaaaaaaa"),
    )
    assert "real" not in curl(request)


@pytest.mark.parametrize("part", ["xxHqAbcdefgh2345xx", "hqabcdefghij2345xx", "HQABCDEFGHIJ23"])
def test_letters_that_come_by_chance_show_no_header(part: str) -> None:
    """A real token whose letters look like a canary's is hidden all the same."""
    headers = (("Authorization", f"Bearer eyJh.{part}.sig"),)
    request = request_of(Asked("GET", "/", 0, headers, identity="A"))
    assert request.headers == (("Authorization", "<authorization of A>"),)


def test_an_open_route_has_a_test_with_a_client() -> None:
    """Without credentials the test plants the items that were read and asks by a TestClient."""
    mint = Mint()
    item = mint.item("users", "A", "user_id", "password_hash")
    each = exchange("/users/1", item, get("users", {"user_id": "1"}, item))
    text = written_test(proof_of(each, canary=item["password_hash"]), each, SKETCH, APP)
    tree = ast.parse(text)
    assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert "from fastapi.testclient import TestClient" in text
    assert f"canaries.plant('users', {item!r}, key=('user_id',))" in text
    assert "canaries.assert_unseen(" in text


@pytest.mark.parametrize(
    "more", [{"identity": "A"}, {"fault": "Throttling"}, {"method": "WEBSOCKET"}]
)
def test_what_a_client_cannot_do_is_asked_of_prove(more: dict[str, str]) -> None:
    """A caller, a fault or a socket needs prove itself."""
    each = exchange("/users/1", {}, **more)  # type: ignore[arg-type]
    text = written_test(proof_of(each, shows=Shows.ATTRIBUTE), each, SKETCH, APP)
    ast.parse(text)
    assert "def test_" in text
    assert "(prove):" in text
    assert "does_not_show('users.password_hash')" in text


@given(TEXT, TEXT)
def test_any_test_is_python(where: str, path: str) -> None:
    """Names and places of any kind make a test that parses."""
    each = exchange(f"/{path}", {})
    made = proof_of(each, where=where, route=f"GET /{path}", canary="hqaaaaaaaaaaaa")
    ast.parse(written_test(made, each, SKETCH, APP))


def test_the_smallest_request_is_kept() -> None:
    """Parts that are not needed for the same sighting are left out, in a few tries."""
    mint = Mint()
    item = mint.item("users", "A", "user_id", "email", "plan")
    sent: list[str] = []
    call = get("users", {"user_id": "1"}, item)

    def resend(asked: Asked) -> tuple[Sighting, ...]:
        sent.append(asked.path)
        shown = {"email": item["email"]} if "full=1" in asked.path else {}
        return witnessed(mint, exchange("/users/1", shown, call))

    each = exchange("/users/1?page=2&full=1&x=3", {"email": item["email"]}, call)
    _, proofs = told(mint, route(), each, resend=resend)
    assert {one.request.path for one in proofs if one.canary} == {"/users/1?full=1"}
    assert len(sent) <= 8


def test_what_was_stood_in_for_is_said_in_every_form() -> None:
    """A check of a password that was answered for the library is told with the proof."""
    mint = Mint()
    item = mint.item("users", "A", "user_id", "email")
    call = get("users", {"user_id": "1"}, item)
    each = exchange("/users/1", {"email": item["email"]}, call, stood_in=("bcrypt.checkpw",))
    _, proofs = told(mint, route(), each)
    (one,) = [proof for proof in proofs if proof.shows is Shows.ATTRIBUTE]
    (note,) = one.notes
    assert "bcrypt.checkpw was stood in for" in note
    assert one.curl.endswith(f"  # {note}")
    assert shlex.split(one.curl, comments=True) == shlex.split(curl(one.request))
    # A client alone would have its password refused.
    assert "(prove):" in one.test
    assert f"    # {note}\n" in one.test
    ast.parse(one.test)


def test_what_is_asked_first_is_shown_first() -> None:
    """A curl line sends what goes before it, and a test asks for both routes."""
    before = Asked("POST", "/register", 1, body=b'{"password": "hqaaaaaaaaaaaa"}',
                   named="POST /register")  # fmt: skip
    each = exchange("/users/1", {})
    each = replace(each, asked=replace(each.asked, before=(before,)))
    made = proof_of(each)
    assert [one.path for one in made.request.before] == ["/register"]
    first, second = curl(made.request).split(" && ")
    assert shlex.split(first)[-1].endswith("/register")
    assert shlex.split(second)[-1].endswith("/users/1")
    text = written_test(made, each, SKETCH, APP)
    ast.parse(text)
    assert "routes=['POST /register', 'GET /users/{user_id}']" in text


@given(secret=st.text('abcXYZ019+/=% "\\', min_size=6, max_size=20))
def test_what_the_app_made_is_never_shown(secret: str) -> None:
    """A secret of the app's own is hidden wherever a request carries it, encoded ones too."""
    body = json.dumps({"code": secret}).encode()
    path = f"/reset/{quote(secret, safe='')}?{urlencode({'code': secret})}"
    asked = Asked("POST", path, 0, (("x-code", f"Aa1 hqaaaaaaaaaaaa {secret}"),), body,
                  hidden=(secret,))  # fmt: skip
    request = request_of(asked)
    assert json.loads(request.body) == {"code": MADE}
    assert request.path == f"/reset/{MADE}?code={MADE}"
    assert request.headers == (("x-code", f"Aa1 hqaaaaaaaaaaaa {MADE}"),)

"""Secrets that the app makes itself: when one is claimed, and when none is."""

from __future__ import annotations

import json
import uuid

import pytest

from hushtable.model.service import Channel
from hushtable.prove.canary import Source
from hushtable.prove.exchange import Answered, Asked, Call, Exchange, Said
from hushtable.prove.witness.facts import facts
from hushtable.prove.witness.made import Made, given_out, made, sent, shows
from tests.prove.witnessed import FOLDER, SKETCH, Mint, route

ONE, OTHER = "Zk3nPq8sLw2x", "Yt7vRm4cBd9j"


def exchange(
    text: str, name: str = "token", *, answer: object = None, body: bytes = b"", log: str = ""
) -> Exchange:
    """Give an exchange that wrote a text to the sessions."""
    item = {name: {"S": text}, "user_id": {"S": "u-1"}}
    asked = Asked("POST", "/sessions", 0, body=body, identity="anyone", purpose=text)
    said = (Said(Channel.LOG, log, "log app, INFO", "/srv/app/app.py", 5, "login"),) if log else ()
    answered = Answered(200, body=json.dumps(answer).encode())
    return Exchange(
        asked, answered, (Call("PutItem", {"TableName": "sessions", "Item": item}),), said
    )


def found(*exchanges: Exchange) -> tuple[Made, ...]:
    """Give the secrets of some exchanges."""
    return made(exchanges, Mint())


def test_a_secret_that_is_given_out_and_kept_is_told_of() -> None:
    """The text that the answer shows is the text that stands in the store."""
    exchanges = (exchange(ONE, answer={"token": ONE}), exchange(OTHER, answer={"token": OTHER}))
    secrets = found(*exchanges)
    assert [one.where for one in secrets] == [("sessions", ("token",))]
    ((_, sighting),) = given_out(secrets, exchanges)
    assert sighting.channel is Channel.STORE
    assert sighting.where == "PutItem sessions.token, given out at $.token"
    assert sighting.canary.source is Source.MADE
    assert ONE not in repr(sighting)
    assert ONE not in repr(secrets)


def test_a_digest_of_what_is_given_out_is_no_secret_in_clear() -> None:
    """Where another text is kept than the one given out, nothing is told."""
    exchanges = (exchange("d" * 64, answer={"token": ONE}), exchange("e" * 64, answer={"x": OTHER}))
    assert list(given_out(found(*exchanges), exchanges)) == []


def test_a_secret_in_a_log_is_told_of_there() -> None:
    """What was made and stands in a log line is told of at that line."""
    exchanges = (exchange(ONE, log=f"made {ONE} now"), exchange(OTHER))
    ((_, sighting),) = given_out(found(*exchanges), exchanges)
    assert (sighting.channel, sighting.line) == (Channel.LOG, 5)
    inside = (exchange(ONE, log=f"made x{ONE}x now"), exchange(OTHER))
    assert list(given_out(found(*inside), inside)) == []


@pytest.mark.parametrize(
    "exchanges",
    [
        (exchange(ONE),),
        (exchange(ONE), exchange(ONE)),
        (exchange(ONE), exchange(OTHER, body=OTHER.encode())),
        (exchange("100000001", "reset_code"), exchange("100000002", "reset_code")),
        (exchange("2026-01-02T03:04:05", "token"), exchange("2026-01-02T03:04:06", "token")),
        (exchange("1767225600", "token"), exchange("1767999999", "token")),
        (exchange("abc", "token"), exchange("abd", "token")),
        (exchange(str(uuid.uuid4()), "order_id"), exchange(str(uuid.uuid4()), "order_id")),
        (exchange("a" * 64, "token_hash"), exchange("b" * 64, "token_hash")),
        (exchange(ONE, "password_changed_at"), exchange(OTHER, "password_changed_at")),
    ],
    ids=["once", "the same", "sent", "counted", "a time", "an epoch", "short", "an id", "a hash",
         "a moment by name"],
)  # fmt: skip
def test_what_may_be_no_secret_is_none(exchanges: tuple[Exchange, ...]) -> None:
    """One text alone, a repeated, sent, counted, short or hashed one, a time: none is claimed."""
    assert found(*exchanges) == ()


def test_a_planted_text_is_none() -> None:
    """What was planted before was not made by the app."""
    mint = Mint()
    one, other = mint.make("a", table="users"), mint.make("b", table="users")
    assert made((exchange(one), exchange(other)), mint) == ()


def test_a_refused_request_made_nothing() -> None:
    """What an answer of failure goes with is not counted."""
    failed = Exchange(exchange(ONE).asked, Answered(500), exchange(ONE).calls)
    assert found(failed, exchange(OTHER)) == ()


def test_an_answer_shows_whole_texts_alone() -> None:
    """A text is shown where it is a whole value of an answer that went well."""
    assert shows(ONE, exchange(OTHER, answer=[{"temporary_password": ONE}])) == (
        "$[].temporary_password"
    )
    assert shows(ONE, exchange(OTHER, answer={"note": f"see {ONE}"})) == ""
    assert shows("abc", exchange(OTHER, answer={"note": "abc"})) == ""


def test_a_request_carries_a_text_however_it_is_written() -> None:
    """A text in a path, a header or a form is seen, encoded ones too."""
    text = "a+b/c=d-e"
    assert sent(text, Asked("GET", "/x?token=a%2Bb%2Fc%3Dd-e", 0))
    assert sent(text, Asked("GET", "/x", 0, (("authorization", f"Bearer {text}"),)))
    assert sent(text, Asked("POST", "/x", 0, body=b"code=a%2Bb%2Fc%3Dd-e"))
    assert not sent(text, Asked("POST", "/x", 0, body=b"code=other"))


def test_what_is_told_becomes_a_proof_without_the_text() -> None:
    """The proof names the attribute and where it was seen, and holds no letter of the secret."""
    exchanges = (exchange(ONE, answer={"token": ONE}), exchange(OTHER, answer={"token": OTHER}))
    seen = [sighting for _, sighting in given_out(found(*exchanges), exchanges)]
    told, proofs, _ = facts(route("/sessions", "POST"), exchanges, seen, SKETCH, FOLDER)
    (flow,) = [one for one in told.outflows if one.channel is Channel.STORE]
    assert [str(one.attribute) for one in flow.carried] == ["sessions.token"]
    (proof,) = [one for one in proofs if one.channel is Channel.STORE]
    assert proof.canary == ""
    assert "prove('app.main:app')" in proof.test
    assert ONE not in repr(proof)

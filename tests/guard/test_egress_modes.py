"""Report changes no byte, redact takes out what was found and nothing else, block answers 500."""

import asyncio
import json
import logging
from itertools import pairwise
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse, StreamingResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.guard.egress import Egress, Finding
from hushtable.guard.errors import DeclarationError, RefusedError
from tests.guard.leaky import (
    BCRYPT,
    CLIENT_ERROR,
    JWT,
    KEY_ID,
    User,
    ask,
    endless,
    raw,
    sent,
    serving,
)

LEAKY = {
    "users": [{"name": "A", "password_hash": "x1", "price": 1.10}],
    "ResponseMetadata": {},
    "next": {"S": "u1"},
    "error": CLIENT_ERROR,
    "notes": [BCRYPT, "fine"],
    "big": 12345678901234567890123,
}
CLEAN = {
    "users": [{"name": "A", "price": 1.10}],
    "next": None,
    "error": "[redacted]",
    "notes": ["[redacted]", "fine"],
    "big": 12345678901234567890123,
}


def body_of(messages: list[dict[str, Any]]) -> bytes:
    """Join the bodies of messages."""
    return b"".join(m["body"] for m in messages if m["type"] == "http.response.body")


def headers_of(messages: list[dict[str, Any]]) -> dict[str, str]:
    """Give the headers of the first message."""
    return {name.decode(): value.decode() for name, value in messages[0]["headers"]}


def test_redact_takes_out_what_was_found() -> None:
    """Members go, typed values and cursors become null, texts `[redacted]`, numbers stay."""
    answer = ask(serving(LEAKY, mode="redact"), "/")
    assert answer.json() == CLEAN
    assert b"1.1" in answer.content
    assert b"12345678901234567890123" in answer.content
    assert answer.headers["content-length"] == str(len(answer.content))


def test_redact_keeps_to_the_model() -> None:
    """What the model does not declare is taken out of an answer that went past the model."""
    app = FastAPI()

    @app.get("/", response_model=User)
    def user() -> Any:
        return JSONResponse({"user_id": "u1", "email": "e", "profile": {"locale": "de", "x": 1}})

    app.add_middleware(Egress, mode="redact")
    assert ask(app, "/").json() == {"user_id": "u1", "profile": {"locale": "de"}}


def test_headers_of_the_old_body_go_with_it() -> None:
    """ETag and digests are dropped from a changed answer, and stay on an unchanged one."""
    tags = {"etag": '"1"', "content-md5": "x", "x-other": "y", "content-length": "16"}
    leaky = raw(b'{"password":"x"}', headers=tags)
    messages = asyncio.run(sent(Egress(leaky, mode="redact")))
    assert headers_of(messages) == {
        "content-type": "application/json",
        "x-other": "y",
        "content-length": "2",
    }
    quiet = raw(b'{ "name" :"xx"} ', headers=tags)
    messages = asyncio.run(sent(Egress(quiet, mode="redact")))
    assert body_of(messages) == b'{ "name" :"xx"} '
    assert headers_of(messages)["etag"] == '"1"'


def test_block_answers_a_problem_whose_id_the_log_carries(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A blocked answer is a 500 with an id, and holds nothing of the old one."""
    found: list[Finding] = []
    answer = ask(serving(LEAKY, mode="block", found=found), "/")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "error_id"}
    assert problem["error_id"] in caplog.text
    assert {finding.error_id for finding in found} == {problem["error_id"]}
    assert ask(serving({"name": "A"}, mode="block"), "/").json() == {"name": "A"}


@pytest.mark.parametrize("mode", ["report", "redact", "block"])
def test_what_is_not_http_or_has_no_body_passes(mode: Any) -> None:
    """Websockets, lifespan, HEAD, 204 and other content pass untouched."""
    app = FastAPI()

    @app.get("/none", status_code=204)
    def none() -> None:
        return None

    @app.head("/head")
    def head() -> JSONResponse:
        return JSONResponse({"password": "x1"})

    @app.get("/html")
    def html() -> StreamingResponse:
        return StreamingResponse(endless(b'{"password":', b'"x"}'), media_type="text/html")

    app.add_middleware(Egress, mode=mode)
    assert ask(app, "/none").status_code == 204
    assert ask(app, "/head", "HEAD").content == b""
    assert ask(app, "/html").content == b'{"password":"x"}'

    async def socket(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    messages = asyncio.run(sent(Egress(socket, mode=mode), {"type": "websocket"}))
    assert messages == [{"type": "websocket.accept"}]


@pytest.mark.parametrize(
    ("app", "why"),
    [
        (raw(b'{"pass', b'word":"x"}'), "the body is streamed"),
        (raw(b'{"password":"' + b"x" * 200 + b'"}'), "the body is larger than 100 bytes"),
        (
            raw(b'{"password":"' + b"x" * 200 + b'"}', headers={"content-length": "215"}),
            "the body is larger than 100 bytes",
        ),
        (
            raw(b'{"password":"', b"x" * 100, b'"}', headers={"content-length": "99"}),
            "the body is larger than 100 bytes",
        ),
        (raw(b'{"password":'), "the body is not JSON"),
        (raw(b"[" * 30 + b"]" * 30), "nested deeper than 9"),
        (raw(b"x", headers={"content-encoding": "br"}), "the body is compressed"),
    ],
)
def test_what_is_not_inspected_is_told(app: Any, why: str) -> None:
    """A body that is not looked into passes and is told, or is blocked where that is asked."""
    plain = asyncio.run(sent(app))
    for mode in ("report", "redact", "block"):
        found: list[Finding] = []
        guarded = Egress(app, mode=mode, body_limit=100, depth=9, on_finding=found.append)
        messages = asyncio.run(sent(guarded))
        assert body_of(messages) == body_of(plain)
        assert messages[0] == plain[0]
        assert messages[-1].get("more_body", False) is False
        assert [(f.kind.value, f.why) for f in found] == [("not-inspected", why)]
    strict = Egress(app, mode="block", body_limit=100, depth=9, uninspected="block")
    messages = asyncio.run(sent(strict))
    assert messages[0]["status"] == 500
    assert b"error_id" in body_of(messages)


def test_a_sized_body_in_chunks_is_inspected() -> None:
    """A body whose length is known is looked at whole, in how many chunks it comes."""
    chunks = raw(b'{"pass', b'word":"x', b'"}', headers={"content-length": "16"})
    messages = asyncio.run(sent(Egress(chunks, mode="redact")))
    assert body_of(messages) == b"{}"


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/jsonl; charset=utf-8"])
def test_json_lines_are_redacted_as_they_pass(kind: str) -> None:
    """Each line is looked at when it is complete, across chunks, and the last one without end."""
    chunks = (b'{"a":1}\n{"pass', b'word":"x","a":2}\r\n', b'\n{"a":{"S":"x"}}')
    found: list[Finding] = []
    app = Egress(raw(*chunks, kind=kind), mode="redact", on_finding=found.append)
    messages = asyncio.run(sent(app))
    assert [m["body"] for m in messages[1:]] == [b'{"a":1}\n', b'{"a":2}\r\n', b'\n{"a":null}']
    assert [f.path for f in found] == ["$.password", "$.a"]


def test_event_streams_are_redacted_line_by_line() -> None:
    """JSON and texts behind `data:` are looked at, other lines pass."""
    stream = (
        b'event: x\nid: 1\ndata: {"password":"x","a":1}\n\n'
        b"data:" + CLIENT_ERROR.encode() + b"\n\ndata: {not json\n\n: ping\n\n"
    )
    app = Egress(raw(stream, kind="text/event-stream"), mode="redact")
    assert body_of(asyncio.run(sent(app))) == (
        b'event: x\nid: 1\ndata: {"a":1}\n\ndata:[redacted]\n\ndata: {not json\n\n: ping\n\n'
    )


def test_a_stream_is_reported_while_it_runs() -> None:
    """In report mode each chunk leaves as it came, and findings are told before the end."""
    chunks = (b'{"password":"x"}\n{"a"', b':1}\n{"password":"y"}\n', b"")
    found: list[Finding] = []
    lines = raw(*chunks, kind="application/x-ndjson")
    messages = asyncio.run(sent(Egress(lines, on_finding=found.append)))
    assert messages == asyncio.run(sent(lines))
    assert [f.path for f in found] == ["$.password"]


def test_block_replaces_a_stream_or_breaks_it_off() -> None:
    """A leak in the first lines gives a 500; later the clean lines leave and no more."""
    first = Egress(raw(b'{"password":"x"}\n', b"{}\n", kind="application/x-ndjson"), mode="block")
    messages = asyncio.run(sent(first))
    assert messages[0]["status"] == 500
    assert len(messages) == 2
    later: list[dict[str, Any]] = []
    lines = raw(b'{"a":1}\n', b'{"a":2}\n{"password":"x"}\n', b"{}", kind="application/x-ndjson")

    async def keep(message: Any) -> None:
        later.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(RefusedError):
        asyncio.run(Egress(lines, mode="block")(scope, receive, keep))
    assert body_of(later) == b'{"a":1}\n{"a":2}\n'
    assert later[-1]["more_body"] is True


def test_a_line_too_long_is_told_and_passes() -> None:
    """A line over the limit leaves in parts, and the next one is looked at again."""
    long = b'{"password":"' + b"x" * 90 + b'"}\n'
    found: list[Finding] = []
    lines = raw(long[:60], long[60:], b'{"password":"y"}\n', kind="application/x-ndjson")
    app = Egress(lines, mode="redact", body_limit=50, on_finding=found.append)
    assert body_of(asyncio.run(sent(app))) == long + b"{}\n"
    assert [f.kind.value for f in found] == ["not-inspected", "credential-name"]
    strict = Egress(lines, mode="block", body_limit=50, uninspected="block")
    assert asyncio.run(sent(strict))[0]["status"] == 500


@pytest.mark.parametrize("mode", ["report", "redact", "block"])
def test_an_app_that_fails_in_the_middle_fails_as_before(mode: Any) -> None:
    """An error of the app passes through; nothing that was held leaves."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"50")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"password":', "more_body": True})
        message = "broken"
        raise ValueError(message)

    found: list[Finding] = []
    with pytest.raises(ValueError, match="broken"):
        asyncio.run(sent(Egress(app, mode=mode, on_finding=found.append)))
    assert [f.why for f in found] == (["the app broke the body off"] if mode == "report" else [])


def test_an_app_that_ends_too_early_is_told() -> None:
    """Half a body with no end leaves as it is, and is told."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"50")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"a":', "more_body": True})

    for mode in ("report", "redact"):
        found: list[Finding] = []
        messages = asyncio.run(sent(Egress(app, mode=mode, on_finding=found.append)))
        assert body_of(messages) == b'{"a":'
        assert [f.why for f in found] == ["the app did not finish the body"]


@pytest.mark.parametrize("mode", ["report", "redact", "block"])
def test_a_stream_that_ends_too_early_is_told(mode: Any) -> None:
    """Half a line that the app never ended is told, and leaves in report mode alone."""
    chunks = (b'{"a":1}\n{"pass', b'word":"x1"}\n')
    whole = raw(*chunks, kind="application/x-ndjson")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def first(message: Any) -> None:
            if message.get("body") != chunks[1]:
                await send(message)

        await whole(scope, receive, first)

    found: list[Finding] = []
    messages = asyncio.run(sent(Egress(app, mode=mode, on_finding=found.append)))
    assert body_of(messages) == (chunks[0] if mode == "report" else b'{"a":1}\n')
    assert [f.why for f in found] == ["the app did not finish the body"]


def test_a_file_sent_by_the_server_is_told() -> None:
    """A body that the server reads by itself is not inspected."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.pathsend", "path": "x.json"})

    for mode in ("report", "redact"):
        found: list[Finding] = []
        messages = asyncio.run(sent(Egress(app, mode=mode, on_finding=found.append)))
        assert [m["type"] for m in messages] == ["http.response.start", "http.response.pathsend"]
        assert [f.why for f in found] == ["the body is sent from a file"]


def test_a_callback_that_fails_fails_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    """An error of `on_finding` is told by its kind alone."""

    def fail(_finding: Finding) -> None:
        message = "canary-of-callback"
        raise OSError(message)

    app = Egress(raw(b'{"password":"x"}'), on_finding=fail)
    assert body_of(asyncio.run(sent(app))) == b'{"password":"x"}'
    assert "OSError" in caplog.text
    assert "canary-of-callback" not in caplog.text


@pytest.mark.parametrize(
    "wrong", [{"mode": "quiet"}, {"uninspected": "drop"}, {"ignore": ["nothing"]}]
)
def test_a_wrong_setting_is_refused_where_it_is_made(wrong: dict[str, Any]) -> None:
    """A mode, a kind or a way that does not exist is refused."""
    with pytest.raises(DeclarationError):
        Egress(raw(b""), **wrong)


def test_server_errors_are_seen_when_the_app_is_wrapped() -> None:
    """A handler for Exception answers outside of middlewares; around the app it is seen."""
    app = FastAPI()

    @app.get("/")
    def fail() -> None:
        message = CLIENT_ERROR
        raise ValueError(message)

    @app.exception_handler(Exception)
    def tell(_request: Any, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 500)

    assert ask(Egress(app, mode="redact"), "/").json() == {"detail": "[redacted]"}


CANARY = "canary"
NAMES = st.sampled_from(["id", "name", "note", "at", "tags", "price", "x_y", "ключ", "a b"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=3).map(float)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
BODIES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
LEAKS = st.sampled_from(
    [
        ("member", "password_hash", CANARY),
        ("member", "apiKey", CANARY),
        ("member", "ResponseMetadata", {"RequestId": CANARY}),
        ("value", "next", {"S": CANARY}),
        ("value", "next", {"M": {"a": {"L": [{"S": CANARY}]}}}),
        ("value", "LastEvaluatedKey", {"id": CANARY}),
        ("value", "cursor", json.dumps({"id": {"S": CANARY}})),
        ("text", "error", f"{CLIENT_ERROR} {CANARY}"),
        ("member", "note1", f"{BCRYPT} {CANARY}"),
        ("member", "who", f"{JWT} {CANARY}"),
        ("member", "key1", f"{KEY_ID} {CANARY}"),
    ]
)
OUTCOME = {"value": None, "text": "[redacted]"}


def containers(value: Any) -> list[Any]:
    """Give every container in a body, itself first."""
    if isinstance(value, dict):
        return [value, *(c for v in value.values() for c in containers(v))]
    if isinstance(value, list):
        return [value, *(c for v in value for c in containers(v))]
    return []


@given(body=BODIES, leaks=st.lists(LEAKS, min_size=1, max_size=4), data=st.data())
@settings(max_examples=300, deadline=None)
def test_no_planted_leak_leaves_and_all_else_does(
    body: Any, leaks: list[tuple[str, str, Any]], data: st.DataObject
) -> None:
    """Redacted, a body with leaks at random places is that body without them."""
    leaky = json.loads(json.dumps([body]))
    expected = json.loads(json.dumps([body]))
    for how, name, value in leaks:
        places = containers(leaky)
        index = data.draw(st.integers(0, len(places) - 1))
        place, twin = places[index], containers(expected)[index]
        if isinstance(place, dict):
            place[name] = value
            twin.pop(name, None)
            if how in OUTCOME:
                twin[name] = OUTCOME[how]
            # A planted container must not be a place for the next leak.
            if isinstance(value, dict | list):
                place[name] = json.dumps(value) if how == "text" else value
                break
        elif isinstance(value, str):
            place.append({name: value})
            twin.append({name: OUTCOME[how]} if how in OUTCOME else {})
            break
    encoded = json.dumps(leaky, ensure_ascii=data.draw(st.booleans())).encode()
    unplanted = asyncio.run(sent(Egress(raw(json.dumps(expected).encode()), mode="redact")))
    messages = asyncio.run(sent(Egress(raw(encoded), mode="redact")))
    text = body_of(messages)
    assert CANARY.encode() not in text
    assert json.loads(text) == json.loads(body_of(unplanted))
    reported = asyncio.run(sent(Egress(raw(encoded))))
    assert reported == asyncio.run(sent(raw(encoded)))


@given(body=st.binary(max_size=200) | BODIES.map(lambda b: json.dumps(b).encode()))
@settings(max_examples=200, deadline=None)
def test_report_changes_no_byte(body: bytes) -> None:
    """Whatever bytes an app sends as JSON, report mode sends the same."""
    for kind in ("application/json", "application/x-ndjson", "text/event-stream", "text/plain"):
        app = raw(body[:7], body[7:], kind=kind)
        assert asyncio.run(sent(Egress(app))) == asyncio.run(sent(app))


LINES = st.lists(
    st.sampled_from(
        [b'{"a":1}', b"", b'{"password":"x1"}', b'{"n":{"S":"x"},"a":[1]}', b'"text"', b"{half"]
    ),
    max_size=6,
)
END = st.sampled_from([b"\n", b"\r\n"])


@given(lines=LINES, end=END, cuts=st.lists(st.integers(0, 120), max_size=6))
@settings(max_examples=200, deadline=None)
def test_a_stream_is_the_same_however_it_is_cut(
    lines: list[bytes], end: bytes, cuts: list[int]
) -> None:
    """Where chunks begin and end changes nothing of what leaves."""
    whole = end.join(lines)
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    chunks = [whole[a:b] for a, b in pairwise(places)] or [b""]
    kind = "application/x-ndjson"
    left = body_of(asyncio.run(sent(Egress(raw(*chunks, kind=kind), mode="redact"))))
    clean = {b'{"password":"x1"}': b"{}", b'{"n":{"S":"x"},"a":[1]}': b'{"n":null,"a":[1]}'}
    assert left == end.join(clean.get(line, line) for line in lines)


@pytest.fixture(autouse=True)
def _quiet_log() -> None:
    """Keep hypothesis' many findings out of the output."""
    logging.getLogger("hushtable.egress").setLevel(logging.WARNING)

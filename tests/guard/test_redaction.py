"""Logs hold no sensitive value, and are never lost."""

import io
import json
import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from hushtable.guard.redaction import (
    MASK,
    UNEXAMINED,
    RedactingFilter,
    RedactingProcessor,
    Redaction,
)
from tests.guard.leaky import ARGON2, BCRYPT, JWT, KEY_ID, PRIVATE_KEY

CANARY = "canary-7f"


class Log:
    """A logger with one handler, and what it wrote."""

    def __init__(self, **settings: Any) -> None:
        self._out = io.StringIO()
        self.handler = logging.StreamHandler(self._out)
        self.handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self.handler.addFilter(RedactingFilter(redaction=Redaction(**settings)))
        self.logger = logging.Logger("redacted")  # noqa: LOG001 - one of its own for each test
        self.logger.addHandler(self.handler)

    @property
    def text(self) -> str:
        """Give what was written."""
        return self._out.getvalue()


@pytest.fixture
def log() -> Iterator[Log]:
    """Give a fresh log; an error that logging swallows fails the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging, "raiseExceptions", True)
        yield Log()


@dataclass
class Account:
    """An object whose repr shows everything."""

    name: str
    api_key: str


class Person(BaseModel):
    """A model that validates."""

    age: int


@pytest.mark.parametrize(
    ("message", "args", "expected"),
    [
        ("password=%s for %s", (CANARY, "ann"), f"password={MASK} for ann"),
        ("login %s", ({"user": "ann", "password": CANARY},), None),
        (
            "login %(user)s %(password)s",
            ({"user": "ann", "password": CANARY},),
            f"login ann {MASK}",
        ),
        ("item %s", ({"password_hash": {"M": {"a": {"S": CANARY}}}, "id": 5},), None),
        ("item {'secret': {'M': {'a': {'S': '%s'}}}, 'id': 5}", (CANARY,), None),
        ("nested %s", ([{"a": ({"email": CANARY},)}],), None),
        ("set-cookie: %s; Path=/", (CANARY,), f"set-cookie: {MASK}; Path=/"),
        ("Authorization: Bearer %s", (CANARY,), f"Authorization: {MASK}"),
        ('{"newPassword": "%s", "id": 1}', (CANARY,), f'{{"newPassword": {MASK}, "id": 1}}'),
        ("GET /x?access_token=%s&a=1", (CANARY,), f"GET /x?access_token={MASK}&a=1"),
        ("api-key = '%s'", (f"a\\'{CANARY}",), f"api-key = {MASK}"),
        ("bytes %s", ({"secret": CANARY.encode()},), None),
        ("account %s", (Account("ann", CANARY),), None),
        ("deque %s", (deque([{"ssn": CANARY}]),), None),
        ("hash %s", (BCRYPT,), f"hash {MASK}"),
        ("hash %s", (ARGON2,), f"hash {MASK}"),
        ("key %s", (KEY_ID,), f"key {MASK}"),
        ("token %s", (JWT,), f"token {MASK}"),
        ("pem %s", (PRIVATE_KEY + CANARY,), f"pem {MASK}"),
    ],
)
def test_values_are_masked(log: Log, message: str, args: Any, expected: str | None) -> None:
    """Values with telling names or shapes are masked, wherever in a record they stand."""
    log.logger.info(message, *args)
    assert CANARY not in log.text
    assert MASK in log.text
    for secret in (BCRYPT, ARGON2, KEY_ID, JWT, PRIVATE_KEY[30:]):
        assert secret not in log.text
    if expected is not None:
        assert log.text == f"INFO {expected}\n"


@pytest.mark.parametrize(
    ("message", "args"),
    [
        ("user %s did %d of %.2f%%", ("ann", 3, 99.5)),
        ("no args: 100%", ()),
        ("password=None, token=null, secret='', has_password=True", ()),
        ("keys: %s", ({"id": 1, "tags": ["a"]},)),
        ("secretary=Ann keyword: x http://example.test/a?b=c", ()),
        ("An error occurred, see 'detail': 5", ()),
    ],
)
def test_ordinary_records_stay(log: Log, message: str, args: Any) -> None:
    """A record without anything sensitive keeps its message and its arguments."""
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, message, args, None)
    before = record.msg, record.getMessage()
    assert log.handler.filter(record)
    assert (record.msg, record.getMessage()) == before


def test_what_is_logged_is_not_changed(log: Log) -> None:
    """Arguments are copied: the program keeps its values."""
    item = {"password": CANARY, "list": [{"email": CANARY}]}
    log.logger.info("item %s", item)
    log.logger.info(item)
    assert item == {"password": CANARY, "list": [{"email": CANARY}]}
    assert CANARY not in log.text


def test_extra_fields_are_masked() -> None:
    """Fields given by `extra` are masked by their own name and inside."""
    record = logging.makeLogRecord(
        {
            "msg": "x",
            "api_key": CANARY,
            "ctx": {"a": [{"dob": CANARY}]},
            "n": 5,
            "who": f"ssn={CANARY}",
        }
    )
    RedactingFilter().filter(record)
    assert record.__dict__["api_key"] == MASK
    assert record.__dict__["ctx"] == {"a": [{"dob": MASK}]}
    assert record.__dict__["n"] == 5
    assert CANARY not in repr(vars(record))


def refused(operation: str = "Query") -> ClientError:
    """Make what botocore raises, quoting a key over two lines."""
    error = {"Code": "ValidationException", "Message": f"Value '{CANARY}\n{CANARY}' is wrong"}
    return ClientError({"Error": error, "ResponseMetadata": {}}, operation)


def test_exceptions_keep_their_place_and_lose_what_they_quote(log: Log) -> None:
    """Texts of botocore and pydantic are masked in tracebacks, causes and groups included."""

    def fail() -> None:
        try:
            raise refused()
        except ClientError as error:
            message = f"cannot read password={CANARY}"
            raise ValueError(message) from error

    try:
        fail()
    except ValueError:
        log.logger.exception("failed")
    with pytest.raises(ValueError, match="age") as caught:
        Person.model_validate({"age": CANARY})
    log.logger.error("invalid", exc_info=caught.value)
    log.logger.error("group", exc_info=ExceptionGroup("both", [refused("Scan")]))
    log.logger.error("text %s", refused())
    assert CANARY not in log.text
    assert "An error occurred (ValidationException) when calling the Query operation" in log.text
    assert "ValueError: cannot read password=[redacted]" in log.text
    assert "in fail" in log.text
    assert "input_type=str" in log.text


def test_no_later_handler_sees_the_bare_exception(log: Log) -> None:
    """The traceback is written once, masked, and the exception taken off the record."""
    record = logging.makeLogRecord({"msg": "x", "exc_info": (ClientError, refused(), None)})
    assert log.handler.filter(record)
    assert record.exc_info is None
    assert CANARY not in str(record.exc_text)


class Broken:
    """An object that cannot be shown."""

    def __repr__(self) -> str:
        message = f"no repr of {CANARY}"
        raise RuntimeError(message)


@pytest.mark.parametrize(
    ("message", "args"),
    [
        ("%s", (Broken(),)),
        (f"{CANARY} %d", ("x",)),
        (f"{CANARY} %s %s", ("x",)),
        ("%(pin_code)d", ({"pin_code": 1234},)),
    ],
)
def test_a_record_that_cannot_be_examined_is_logged_as_such(
    log: Log, message: str, args: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error of the filter yields a placeholder: no lost record, no text, no noise."""
    log.logger.info(message, *args, extra={"more": CANARY})
    assert log.text == f"INFO {UNEXAMINED}\n"
    assert CANARY not in capsys.readouterr().err


def test_loops_and_length_are_bounded(log: Log) -> None:
    """A structure that holds itself and a text without end are cut, and say so."""
    loop: dict[str, Any] = {"password": CANARY}
    loop["self"] = loop
    log.logger.info("loop %s", loop)
    log.logger.info("long %s", "x" * 300_000 + CANARY)
    assert CANARY not in log.text
    assert "nested too deep" in log.text
    assert "more characters" in log.text


def test_names_can_be_added_and_personal_data_left(log: Log) -> None:
    """A service adds names of its own, and may keep personal data in its logs."""
    own = Log(names={"badge_no"}, personal=False)
    own.logger.info("badgeNo=%s email=%s", CANARY, "ann@b.example")
    assert own.text == f"INFO badgeNo={MASK} email=ann@b.example\n"
    log.logger.info("badgeNo=%s", "1")
    assert log.text == "INFO badgeNo=1\n"


def test_the_filter_filters_by_name_too() -> None:
    """What `logging.Filter` keeps out stays out."""
    assert not RedactingFilter("other").filter(logging.makeLogRecord({"name": "x"}))


def events(**event: Any) -> dict[str, Any]:
    """Log one event through structlog to JSON, and read it back."""
    out = io.StringIO()
    logger = structlog.wrap_logger(
        structlog.PrintLogger(out),
        processors=[
            structlog.processors.add_log_level,
            RedactingProcessor(),
            structlog.processors.JSONRenderer(),
        ],
    )
    told = f"happened: password={CANARY}"
    logger.error(told, **event)
    assert CANARY not in out.getvalue()
    written: dict[str, Any] = json.loads(out.getvalue())
    return written


def test_structlog_events_are_masked() -> None:
    """The processor masks an event's text, its members and its exception."""
    written = events(user={"email": CANARY, "id": 1}, api_key=CANARY, exc_info=refused(), n=1)
    assert written["event"] == f"happened: password={MASK}"
    assert written["user"] == {"email": MASK, "id": 1}
    assert written["api_key"] == MASK
    assert written["level"] == "error"
    assert written["n"] == 1
    assert "when calling the Query operation" in written["exception"]
    try:
        raise refused()
    except ClientError:
        assert "ClientError" in events(exc_info=True)["exception"]


def test_a_structlog_event_that_cannot_be_examined_is_told() -> None:
    """An event whose members cannot be read becomes a placeholder."""
    event = {"event": "x", "a": Unreadable(CANARY)}
    assert RedactingProcessor()(None, "info", event) == {"event": UNEXAMINED}


class Unreadable(dict[str, Any]):
    """A mapping that cannot be read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def items(self) -> Any:
        raise RuntimeError(self._text)


def test_structlog_through_logging_is_masked() -> None:
    """Between the two libraries, the record of `logging` reaches the formatter."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(RedactingFilter())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                RedactingProcessor(),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logger = logging.Logger("foreign")  # noqa: LOG001 - one of its own
    logger.addHandler(handler)
    logger.error("email=%s", CANARY, exc_info=refused())
    assert CANARY not in out.getvalue()
    assert json.loads(out.getvalue())["event"] == f"email={MASK}"


NAMES = st.sampled_from(["password", "apiKey", "user_email", "Authorization", "id_token", "ssn"])
OTHERS = st.sampled_from(["id", "note", "count", "S"])
TEXTS = st.text(max_size=10)
PLANTED = st.recursive(
    st.dictionaries(NAMES, st.just(CANARY), min_size=1, max_size=2),
    lambda inner: st.lists(inner | TEXTS, max_size=3) | st.dictionaries(OTHERS, inner, max_size=3),
    max_leaves=8,
)


@given(value=PLANTED, how=st.sampled_from([str, repr, json.dumps, lambda value: value]))
@settings(max_examples=300, deadline=None)
def test_no_planted_value_is_logged(value: Any, how: Any) -> None:
    """A value under a sensitive name is masked: in a structure, in its repr and in its JSON."""
    log = Log()
    log.logger.info("seen %s", how(value))
    assert CANARY not in log.text


@given(text=st.text() | st.text("pasword=: '\"{}[]()\\,;$eyJ.A\n", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_masked_twice(text: str) -> None:
    """Masking never fails, and masking what is masked changes nothing."""
    redaction = Redaction()
    once = redaction.text(text)
    assert redaction.text(once) == once

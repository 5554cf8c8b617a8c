"""What came of a try, and whether there is another: beside botocore's own decisions."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import botocore.parsers
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.model import OperationModel
from botocore.retries import quota, standard
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.guard.transport.call import Reply
from hushtable.guard.transport.judge import (
    THROTTLED,
    Failure,
    Judgement,
    asked_pause,
    clock_offset,
    error_code,
    intact,
    judge,
)
from hushtable.guard.transport.retry import Cost, RetryQuota, pause, worth_another

MODEL = botocore.session.Session().get_service_model("dynamodb")
GET: OperationModel = MODEL.operation_model("GetItem")
PUT: OperationModel = MODEL.operation_model("PutItem")
PARSER = botocore.parsers.create_parser("json")

CODES = st.sampled_from(
    sorted(THROTTLED)
    + sorted(shape.name for shape in MODEL.error_shapes)
    + [
        "RequestTimeout",
        "RequestTimeoutException",
        "ValidationException",
        "AccessDeniedException",
        "UnrecognizedClientException",
        "ThrottlingException:http://internal",
        "",
    ]
)
STATUSES = st.sampled_from([200, 204, 301, 400, 403, 404, 408, 409, 413, 500, 501, 502, 503, 504])


class Raw:
    """The body of an answer, as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self) -> list[bytes]:
        return [self.body]


def botocore_retries(
    outcome: Reply | Exception, tries: int, attempts: int, operation: OperationModel
) -> bool:
    """Ask botocore's standard mode whether it would try again."""
    parsed: Any = None
    answered: Any = None
    if isinstance(outcome, Reply):
        answered = AWSResponse(
            "http://x/", outcome.status, dict(outcome.headers), Raw(outcome.body)
        )
        wire = {"headers": outcome.headers, "status_code": outcome.status, "body": outcome.body}
        parsed = PARSER.parse(wire, operation.output_shape)
    context = standard.RetryContext(
        attempt_number=tries,
        operation_model=operation,
        http_response=answered,
        parsed_response=parsed,
        caught_exception=None if isinstance(outcome, Reply) else outcome,
    )
    conditions = standard.StandardRetryConditions(max_attempts=attempts)
    return bool(conditions.is_retryable(context))


def reply(
    status: int, code: str, prefix: str = "a#", headers: Mapping[str, str] | None = None
) -> Reply:
    """Write an answer with its checksum."""
    body = json.dumps({"__type": prefix + code, "message": "m"} if status >= 300 else {}).encode()
    return Reply(status, {"x-amz-crc32": str(zlib.crc32(body)), **(headers or {})}, body)


@given(
    STATUSES,
    CODES,
    st.sampled_from(["", "com.amazonaws.dynamodb.v20120810#"]),
    st.booleans(),
    st.integers(1, 5),
    st.integers(1, 5),
    st.sampled_from([GET, PUT]),
)
@settings(max_examples=400)
def test_answers_are_tried_again_as_botocore_does(  # noqa: PLR0913, PLR0917 -- one for each thing that decides
    status: int,
    code: str,
    prefix: str,
    corrupt: bool,  # noqa: FBT001 -- drawn by Hypothesis
    tries: int,
    attempts: int,
    operation: OperationModel,
) -> None:
    """Of any status, code and checksum, a safe request is sent again where botocore would."""
    answer = reply(status, code, prefix, {"x-amz-crc32": "1"} if corrupt else None)
    ours = worth_another(judge(answer), tries, attempts, safe=True)
    named = {shape.name for shape in operation.error_shapes}
    if code == "ReplicatedWriteConflictException" and code not in named:
        return  # botocore looks only at the errors of the operation, we at those of the service
    assert ours == botocore_retries(answer, tries, attempts, operation)


def test_too_many_requests_without_a_code() -> None:
    """A 429 of something on the way is throttling, and no proof that nothing was done."""
    found = judge(Reply(429, {}, b"slow down"))
    assert found.throttled
    assert found.again
    assert found.acted
    assert not judge(reply(429, "ValidationException")).throttled


@pytest.mark.parametrize(
    ("failure", "exception"),
    [
        (Failure.NOT_SENT, EndpointConnectionError(endpoint_url="x")),
        (Failure.NOT_SENT, ConnectTimeoutError(endpoint_url="x")),
        (Failure.TIMED_OUT, ReadTimeoutError(endpoint_url="x")),
        (Failure.BROKEN, ConnectionClosedError(endpoint_url="x")),
        (Failure.BROKEN, ResponseStreamingError(error="x")),
    ],
)
def test_failures_are_tried_again_as_botocore_does(failure: Failure, exception: Exception) -> None:
    """A safe request is sent again after a failure of the connection where botocore would."""
    for tries in (1, 2, 3):
        ours = worth_another(judge(failure), tries, 3, safe=True)
        assert ours == botocore_retries(exception, tries, 3, GET)


@given(st.lists(st.sampled_from(["retry", "throttled", "fine"]), max_size=250))
def test_the_quota_is_botocores(course: list[str]) -> None:
    """Whatever happens, the quota allows a retry when botocore's does."""
    cost = getattr(standard.RetryQuotaChecker, "_RETRY_COST", 0)
    ours = RetryQuota(cost=Cost(cost, cost))
    theirs = quota.RetryQuota()
    checker = standard.RetryQuotaChecker(theirs)
    taken, request_context = 0, {}
    for step in course:
        if step == "fine":
            ours.give_back(taken)
            checker.release_retry_quota(request_context, AWSResponse("", 200, {}, Raw(b"")))
            taken, request_context = 0, {}
            continue
        context = standard.RetryContext(1, parsed_response={}, request_context=request_context)
        taken = ours.take(Judgement("x", again=True, throttled=step == "throttled"))
        assert bool(taken) == checker.acquire_retry_quota(context)
        if not taken:
            taken, request_context = 0, {}


@given(STATUSES, CODES, st.booleans())
def test_a_write_is_sent_again_only_where_nothing_was_done(
    status: int,
    code: str,
    corrupt: bool,  # noqa: FBT001 -- drawn by Hypothesis
) -> None:
    """What is not safe is sent again after a plain refusal alone, and never after a 5xx."""
    answer = reply(status, code, headers={"x-amz-crc32": "1"} if corrupt else None)
    if worth_another(judge(answer), 1, 9, safe=False):
        assert 300 <= status < 500
        assert code.partition(":")[0] in THROTTLED | {"ReplicatedWriteConflictException"}
        assert not corrupt
    for failure in Failure:
        again = worth_another(judge(failure), 1, 9, safe=False)
        assert again == (failure is Failure.NOT_SENT)


@given(st.integers(1, 30), st.booleans(), st.none() | st.floats(0, 100))
def test_pauses_have_bounds(
    tries: int,
    throttled: bool,  # noqa: FBT001 -- drawn by Hypothesis
    asked: float | None,
) -> None:
    """A pause is never over 20 s by itself, nor over 25 s when the service asks for more."""
    drawn = pause(Judgement("x", throttled=throttled), tries, asked)
    assert 0 <= drawn <= (20 if asked is None else 25)
    if asked is not None:
        assert drawn >= min(asked, 5)


def test_a_pause_that_is_asked_for_is_read() -> None:
    """Both headers are read, and what is no number is not."""
    assert asked_pause(reply(400, "X", headers={"x-amz-retry-after": "1500"})) == 1.5
    assert asked_pause(reply(503, "X", headers={"retry-after": "2"})) == 2
    for odd in ("", "-1", "soon", "1e9", "9" * 40, "²"):
        assert asked_pause(reply(503, "X", headers={"retry-after": odd})) is None
    assert asked_pause(Failure.BROKEN) is None


def test_the_clock_is_blamed_only_where_it_is_off() -> None:
    """A refused signature is the clock's fault only where the service's clock differs."""
    off = reply(400, "X", headers={"date": "Thu, 01 Jan 1970 01:00:00 GMT"})
    assert clock_offset(off, "InvalidSignatureException", 0) == 3600
    assert clock_offset(off, "InvalidSignatureException", 3590) is None
    assert clock_offset(off, "ValidationException", 0) is None
    for odd in ("", "tomorrow", "Thu, 99 Xxx 99999999 99:99:99 GMT"):
        strange = reply(400, "X", headers={"date": odd})
        assert clock_offset(strange, "RequestExpired", 0) is None


@given(st.binary(max_size=60), st.sampled_from([400, 500]))
def test_any_error_body_has_a_code(body: bytes, status: int) -> None:
    """Whatever an error's body is, reading its code does not fail."""
    assert isinstance(error_code(Reply(status, {}, body)), str)


def test_deep_json_has_no_code() -> None:
    """A body that nests too deep to be read gives its status."""
    assert error_code(Reply(400, {}, b"[" * 100_000)) == "400"
    assert error_code(Reply(413, {}, b"[]")) == "413"


@given(st.binary(max_size=60))
def test_the_checksum_is_over_the_body(body: bytes) -> None:
    """An answer is whole where its checksum is that of its body, or it has none."""
    assert intact(Reply(200, {}, body))
    assert intact(Reply(200, {"x-amz-crc32": str(zlib.crc32(body))}, body))
    assert not intact(Reply(200, {"x-amz-crc32": str(zlib.crc32(body) ^ 1)}, body))
    assert not intact(Reply(200, {"x-amz-crc32": "no number"}, body))

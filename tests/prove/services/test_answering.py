"""What is missing is made by requests like the one that was refused, and asked for again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.prove.canary import Canary, Source
from hushtable.prove.services.answering import MOST, Answer, Maker, Request
from hushtable.prove.sketch import Shape

MISSING = Answer(400, b'{"__type": "ResourceNotFoundException"}')


class Mint:
    """Says where a canary stands."""

    def text(self, shape: Shape, source: Source, path: tuple[str, ...]) -> Canary:
        """Make a canary that is its own place."""
        return Canary("/".join(path), f"{shape.form}:{'/'.join(path)}", source, path=path)


def maker(answers: dict[str, Any] | None = None) -> tuple[Maker, list[Request]]:
    """Make a maker, and the list of what it asks for."""
    asked: list[Request] = []

    def ask(request: Request) -> Answer:
        asked.append(request)
        return Answer(200, json.dumps((answers or {}).get(request.operation, {})).encode())

    return Maker(Mint(), ask, "123456789012"), asked


def request(service: str, target: str, members: dict[str, Any]) -> Request:
    """Make a request of a JSON protocol."""
    return Request(service, "POST", "/", target, json.dumps(members).encode(), "eu-west-1")


def test_an_answer_that_misses_nothing_is_left() -> None:
    """A good answer, and a refusal for another reason, make nothing."""
    making, asked = maker()
    wanted = request("secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": "a"})
    assert making.supply(wanted, Answer(200, b"{}")) is None
    assert making.supply(wanted, Answer(400, b'{"__type": "AccessDenied"}')) is None
    assert asked == []


def test_a_secret_is_made_once_asked_for() -> None:
    """A secret is made under the name of the request, and asked for again."""
    making, asked = maker()
    wanted = request("secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": "a"})
    again = making.supply(wanted, MISSING)
    assert again is not None
    assert (again.operation, again.said()) == ("GetSecretValue", {"SecretId": "a"})
    assert [one.operation for one in asked] == ["CreateSecret"]
    assert "text:secretsmanager/a/password" in asked[0].said()["SecretString"]


def test_a_key_is_made_once() -> None:
    """What the service names itself is made once for each name that an app uses."""
    making, asked = maker({"CreateKey": {"KeyMetadata": {"KeyId": "made"}}})
    for operation in ("Encrypt", "GenerateDataKey"):
        wanted = request("kms", f"TrentService.{operation}", {"KeyId": "alias/app"})
        again = making.supply(wanted, MISSING)
        assert again is not None
        assert again.said()["KeyId"] == "made"
    assert len(asked) == 1


def test_a_topic_is_named_in_its_own_account() -> None:
    """A form's request is made again as a form, for the account of the service."""
    making, asked = maker()
    arn = "arn:aws:sns:us-east-1:111122223333:alerts"
    body = f"Action=Publish&Version=2010-03-31&TopicArn={arn}&Message=a".encode()
    again = making.supply(
        Request("sns", "POST", "/", "", body, "eu-west-1"), Answer(404, b"<Code>NotFound</Code>")
    )
    assert again is not None
    assert again.said()["TopicArn"] == "arn:aws:sns:eu-west-1:123456789012:alerts"
    made = {"Action": "CreateTopic", "Version": "2010-03-31", "Name": "alerts"}
    assert [one.said() for one in asked] == [made]


def test_what_is_made_is_bounded() -> None:
    """After many things, nothing more is made."""
    making, _ = maker()
    names = (f"secret-{number}" for number in range(MOST + 1))
    wanted = [
        request("secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": name})
        for name in names
    ]
    made = [making.supply(one, MISSING) for one in wanted]
    assert [one is None for one in made] == [False] * MOST + [True]


@given(
    st.sampled_from(("secretsmanager", "ssm", "kms", "sqs", "sns", "ses", "s3", "cognito-idp")),
    st.sampled_from(("", "Some.Operation", "x.GetParameters")),
    st.binary(max_size=60) | st.just(b'{"Names": 1}') | st.just(b"[1]"),
)
@pytest.mark.filterwarnings("error")
def test_any_body_is_read(service: str, target: str, body: bytes) -> None:
    """Whatever a body holds, making raises nothing."""
    making, _ = maker()
    wanted = Request(service, "GET", "/b/k", target, body)
    made = making.supply(wanted, MISSING)
    assert made is None or made.service == service

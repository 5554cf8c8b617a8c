"""Other AWS services answer on loopback, and hold canaries where an app expects a secret."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from hushtable.prove.canary import Canary, Source
from hushtable.prove.services import services
from hushtable.prove.services.services import KNOWN, NEEDED, Services
from hushtable.prove.sketch import Form, Shape


class Mint:
    """Counts canaries."""

    def __init__(self) -> None:
        self.made: dict[str, Canary] = {}

    def text(self, shape: Shape, source: Source, path: tuple[str, ...]) -> Canary:
        """Make the next one."""
        token = f"hqcanary{len(self.made):06d}"
        planted = f"{token}@canary.example" if shape.form is Form.EMAIL else token
        self.made[token] = Canary(token, planted, source, path=path)
        return self.made[token]


MINT = Mint()


@pytest.fixture(scope="module")
def running() -> Iterator[Services]:
    """Run services, started as they are asked for."""
    if any(find_spec(name) is None for name in NEEDED):
        pytest.skip("moto's server is not installed")
    with Services(MINT) as running:
        yield running


def client(running: Services, service: str, region: str = "us-east-1") -> Any:
    """Make a client of one service."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        region_name=region,
        endpoint_url=running.url(service),
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


def paths(text: str) -> list[tuple[str, ...]]:
    """Give the paths of the canaries in a text, all of which other services hold."""
    found = [canary for token, canary in MINT.made.items() if token in text]
    assert {canary.source for canary in found} <= {Source.SERVICE}
    return [canary.path for canary in found]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("prod/db", "prod/db"),
        ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/key-AbCdEf", "app/key-AbCdEf"),
    ],
)
def test_a_secret_that_nobody_made_is_canaries(running: Services, asked: str, name: str) -> None:
    """A secret is JSON of canaries, the same each time it is read."""
    secrets = client(running, "secretsmanager", "eu-west-1")
    text = secrets.get_secret_value(SecretId=asked)["SecretString"]
    assert set(json.loads(text)) >= {"username", "password", "api_key"}
    assert ("secretsmanager", name, "password") in paths(text)
    assert secrets.get_secret_value(SecretId=asked)["SecretString"] == text


def test_a_secret_that_the_app_made_is_its_own(running: Services) -> None:
    """What an app puts there itself is given back."""
    secrets = client(running, "secretsmanager")
    secrets.create_secret(Name="own", SecretString="mine")
    assert secrets.get_secret_value(SecretId="own")["SecretString"] == "mine"


def test_parameters_that_nobody_made_are_canaries(running: Services) -> None:
    """Parameters are canaries, alone and together."""
    parameters = client(running, "ssm")
    one = parameters.get_parameter(Name="/app/key", WithDecryption=True)["Parameter"]["Value"]
    assert paths(one) == [("ssm", "/app/key")]
    two = parameters.get_parameters(Names=["/app/a", "/app/b"], WithDecryption=True)
    assert two["InvalidParameters"] == []
    assert {paths(each["Value"])[0][1] for each in two["Parameters"]} == {"/app/a", "/app/b"}


@pytest.mark.parametrize(
    "key", ["alias/app", "1234abcd", "arn:aws:kms:us-east-1:111122223333:key/1"]
)
def test_a_key_that_nobody_made_works(running: Services, key: str) -> None:
    """What is encrypted under any key is decrypted again."""
    keys = client(running, "kms")
    sealed = keys.encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
    assert keys.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"
    made = keys.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert keys.decrypt(KeyId=key, CiphertextBlob=made["CiphertextBlob"])["Plaintext"]


def test_queues_and_topics_that_nobody_made_work(running: Services) -> None:
    """Messages are taken by any queue, whatever its address, and by any topic."""
    queues, topics = client(running, "sqs"), client(running, "sns")
    url = "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"
    assert queues.send_message(QueueUrl=url, MessageBody="one")["MessageId"]
    assert queues.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "one"
    fifo = queues.get_queue_url(QueueName="orders.fifo")["QueueUrl"]
    assert queues.send_message(
        QueueUrl=fifo, MessageBody="two", MessageGroupId="a", MessageDeduplicationId="b"
    )
    arn = "arn:aws:sns:eu-west-1:111122223333:alerts"
    assert topics.publish(TopicArn=arn, Message="three")["MessageId"]


@pytest.mark.parametrize("service", ["ses", "sesv2"])
def test_mail_is_taken_from_anybody(running: Services, service: str) -> None:
    """A sender need not be verified."""
    mail, to = client(running, service), {"ToAddresses": ["a@example.org"]}
    message = {"Subject": {"Data": "a"}, "Body": {"Text": {"Data": "b"}}}
    if service == "ses":
        sent = mail.send_email(Source="Shop <a@shop.example>", Destination=to, Message=message)
    else:
        sent = mail.send_email(
            FromEmailAddress="b@shop.example", Destination=to, Content={"Simple": message}
        )
    assert sent["MessageId"]


def test_objects_that_nobody_made_are_canaries(running: Services) -> None:
    """An object is a canary, and a bucket takes objects and lists them."""
    objects = client(running, "s3")
    text = objects.get_object(Bucket="exports", Key="a/b.json")["Body"].read().decode()
    assert paths(text) == [("s3", "exports", "a/b.json")]
    assert objects.head_object(Bucket="other", Key="c")["ContentLength"] > 0
    objects.put_object(Bucket="uploads", Key="d e.txt", Body=b"mine")
    assert objects.get_object(Bucket="uploads", Key="d e.txt")["Body"].read() == b"mine"
    listed = objects.list_objects_v2(Bucket="uploads", Prefix="d")["Contents"]
    assert [each["Key"] for each in listed] == ["d e.txt"]
    assert objects.list_objects_v2(Bucket="empty")["KeyCount"] == 0


def test_users_that_nobody_made_are_canaries(running: Services) -> None:
    """A user of any pool has an address that is a canary."""
    pool = client(running, "cognito-idp")
    user = pool.admin_get_user(UserPoolId="eu-west-1_AbCdEf", Username="u-1")
    mail = next(each for each in user["UserAttributes"] if each["Name"] == "email")
    assert paths(mail["Value"]) == [("cognito-idp", "email")]


def test_dynamodb_is_never_among_them(running: Services) -> None:
    """No address stands for DynamoDB, and a service refuses a request that is meant for it."""
    assert not any(name.startswith("dynamodb") for name in KNOWN)
    assert running.url("dynamodb") == running.url("dynamodbstreams") == ""
    wrong = boto3.client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=running.url("s3"),
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ClientError):
        wrong.list_tables()


def test_what_is_not_known_has_no_address(running: Services) -> None:
    """A service that nothing stands for has no address, and so is named when it is refused."""
    assert running.url("rekognition") == ""


def test_nothing_is_started_without_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where moto is not installed, no service has an address."""
    monkeypatch.setattr(services, "find_spec", lambda _name: None)
    with Services(Mint()) as running:
        assert running.url("s3") == ""
        assert running.ports() == frozenset()


def test_they_listen_until_they_are_closed(running: Services) -> None:
    """Each service has a port of its own from its first use, and none when all are closed."""
    assert running.ports()
    with Services(Mint()) as others:
        assert others.ports() == frozenset()
        assert others.url("sts") == others.url("sts")
        assert len(others.ports()) == 1
    assert others.ports() == frozenset()


def test_a_service_denies_what_is_asked(running: Services) -> None:
    """A service that is to fail says so in its own words, with a canary, and is named once."""
    running.drain()
    running.failing = frozenset({"ssm"})
    try:
        with pytest.raises(ClientError) as denied:
            client(running, "ssm").get_parameter(Name="/app/key")
    finally:
        running.failing = frozenset()
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    assert paths(str(denied.value)) == [("ssm", "AccessDeniedException")]
    client(running, "sns").list_topics()
    assert running.drain() == ("ssm", "sns")
    assert running.drain() == ()


def test_a_client_of_a_pool_that_nobody_made_signs_in(running: Services) -> None:
    """A sign-up and a sign-in through a client that nobody made work."""
    pool = client(running, "cognito-idp")
    signed = pool.sign_up(ClientId="app-client", Username="ann@canary.example", Password="Aa1!aaaa")
    assert signed["UserSub"]
    answer = pool.initiate_auth(
        ClientId="app-client",
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ben@canary.example", "PASSWORD": "Bb2!bbbb"},
    )
    assert answer["AuthenticationResult"]["AccessToken"]


def test_whoever_signed_up_may_do_so_again(running: Services) -> None:
    """A sign-up leaves no user behind for the next one, and takes any made-up password."""
    pool = client(running, "cognito-idp")
    for _ in range(2):
        signed = pool.sign_up(ClientId="other", Username="eve@canary.example", Password="hqplain")
        assert signed["UserSub"]


def test_a_pool_and_its_client_are_one(running: Services) -> None:
    """A client that was made without its pool's name serves a request that names both."""
    pool = client(running, "cognito-idp")
    pool.sign_up(ClientId="third", Username="amy@canary.example", Password="hqplain")
    answer = pool.admin_initiate_auth(
        UserPoolId="eu-west-1_Third",
        ClientId="third",
        AuthFlow="ADMIN_NO_SRP_AUTH",
        AuthParameters={"USERNAME": "amy@canary.example", "PASSWORD": "hqplain"},
    )
    assert answer["AuthenticationResult"]["IdToken"]

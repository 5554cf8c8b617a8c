"""What another AWS service is made to hold when an app asks for it: canaries.

An app names buckets, queues, parameters and secrets that nobody made. When moto says that there
is none, it is made, by requests like the one that was refused, and the app's is asked again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode

from hushtable.prove.canary import Canary, Source
from hushtable.prove.sketch import Form, Shape

MOST = 500
"""Things that are made."""

MOST_NAMES = 10
"""Parameters of one request: the service's own bound."""

_SECRET_PARTS = ("username", "password", "api_key", "secret", "token", "value")
"""A secret is often JSON. As plain text it holds its canaries too."""

_FLOWS = [
    "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
]  # fmt: skip
_REQUIRED = ("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols")
_SHORTEST_PASSWORD = 6
"""The least that a pool of users can ask for."""

_MISSING = re.compile(
    r"NotFound|NoSuch|NonExistent|DoesNotExist|InvalidParameter|not verified|404", re.IGNORECASE
)


class Mint(Protocol):
    """Makes canaries."""

    def text(self, shape: Shape, source: Source, path: tuple[str, ...]) -> Canary:
        """Make one, to stand where `path` says."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a service: its operation, as far as its protocol names one, and its parts."""

    service: str
    method: str
    path: str
    target: str
    body: bytes
    region: str = ""

    @property
    def operation(self) -> str:
        """The operation, of the protocols that name it."""
        if self.target:
            return self.target.rpartition(".")[2]
        return str(self.said().get("Action", ""))

    def said(self) -> Mapping[str, Any]:
        """Read the body's members: JSON, or a form's first values."""
        try:
            if self.target or self.body.startswith(b"{"):
                read = json.loads(self.body or b"{}")
                return read if isinstance(read, dict) else {}
            return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}
        except ValueError:
            return {}

    def another(self, operation: str, members: Mapping[str, Any]) -> Request:
        """Make a request of the same protocol and the same caller."""
        if self.target:
            target = f"{self.target.rpartition('.')[0]}.{operation}"
            return self._with(json.dumps(members).encode(), target=target)
        version = self.said().get("Version", "")
        form = {"Action": operation, "Version": version, **members}
        return self._with(urlencode(form).encode())

    def rest(self, method: str, path: str, body: bytes = b"") -> Request:
        """Make a request of the protocols whose path names what is meant."""
        return Request(self.service, method, path, "", body, self.region)

    def saying(self, members: Mapping[str, Any]) -> Request:
        """Make the same request with some members replaced."""
        both = {**self.said(), **members}
        return self._with((json.dumps(both) if self.target else urlencode(both)).encode())

    def _with(self, body: bytes, *, target: str | None = None) -> Request:
        named = self.target if target is None else target
        return Request(self.service, self.method, self.path, named, body, self.region)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said."""

    status: int
    body: bytes

    def said(self) -> Mapping[str, Any]:
        """Read the members of a JSON answer."""
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


Ask = Callable[[Request], Answer]


@dataclass(slots=True)
class Maker:
    """Makes what is missing. `ask` sends a request to the service itself."""

    mint: Mint
    ask: Ask
    account: str
    renamed: dict[tuple[str, str], str] = field(default_factory=dict)
    """What an app calls a thing, and what the service called it when it was made."""
    made: int = 0

    def supply(self, request: Request, answer: Answer) -> Request | None:
        """Make what an answer misses, and give the request to ask then; None where nothing is."""
        make = _MAKERS.get(request.service)
        if make is None or self.made >= MOST or not _misses(request, answer):
            return None
        self.made += 1
        return make(self, request)

    def canary(self, service: str, *path: str) -> str:
        """Make a text to be found."""
        return self.mint.text(Shape(), Source.SERVICE, (service, *path)).planted

    def mail(self, *path: str) -> str:
        """Make an address to be found."""
        shape = Shape(form=Form.EMAIL)
        return self.mint.text(shape, Source.SERVICE, path).planted

    def once(self, kind: str, name: str, make: Callable[[], str]) -> str:
        """Make a thing whose name the service chooses, and remember it."""
        if (kind, name) not in self.renamed:
            self.renamed[kind, name] = make()
        return self.renamed[kind, name]


def _misses(request: Request, answer: Answer) -> bool:
    if request.operation == "GetParameters":
        return bool(answer.said().get("InvalidParameters"))
    if answer.status < 400:  # noqa: PLR2004 -- HTTP's errors begin there
        return False
    bare = request.method == "HEAD" and answer.status == 404  # noqa: PLR2004 -- Not Found, without a text
    return bare or bool(_MISSING.search(answer.body[:4000].decode("utf-8", "replace")))


def _secret(maker: Maker, request: Request) -> Request | None:
    asked = str(request.said().get("SecretId", ""))
    if not asked:
        return None
    name = asked.rpartition(":secret:")[2]
    parts = {part: maker.canary("secretsmanager", name, part) for part in _SECRET_PARTS}
    made = {"Name": name, "SecretString": json.dumps(parts)}
    maker.ask(request.another("CreateSecret", made))
    return request.saying({"SecretId": name})


def _parameter(maker: Maker, request: Request) -> Request | None:
    said = request.said()
    several = said.get("Names")
    names = several[:MOST_NAMES] if isinstance(several, list) else [said.get("Name")]
    for name in map(str, filter(None, names)):
        made = {"Name": name, "Value": maker.canary("ssm", name), "Type": "SecureString"}
        maker.ask(request.another("PutParameter", made))
    return request if any(names) else None


def _key(maker: Maker, request: Request) -> Request | None:
    asked = str(request.said().get("KeyId", ""))
    if not asked:
        return None

    def make() -> str:
        made = maker.ask(request.another("CreateKey", {"Description": "made for a test"}))
        return str(made.said().get("KeyMetadata", {}).get("KeyId", asked))

    return request.saying({"KeyId": maker.once("key", asked, make)})


def _queue(maker: Maker, request: Request) -> Request | None:
    said = request.said()
    url = str(said.get("QueueUrl") or said.get("QueueName") or "")
    name = url.rpartition("/")[2]
    if not name:
        return None
    fifo = {"Attributes": {"FifoQueue": "true"}} if name.endswith(".fifo") else {}
    made = maker.ask(request.another("CreateQueue", {"QueueName": name, **fifo}))
    return request.saying({"QueueUrl": made.said().get("QueueUrl", url)} if "/" in url else {})


def _topic(maker: Maker, request: Request) -> Request | None:
    asked = str(request.said().get("TopicArn") or request.said().get("TargetArn") or "")
    name = asked.rpartition(":")[2]
    if not name:
        return None
    maker.ask(request.another("CreateTopic", {"Name": name}))
    arn = f"arn:aws:sns:{request.region}:{maker.account}:{name}"
    return request.saying({"TopicArn": arn})


def _sender(maker: Maker, request: Request) -> Request | None:
    said = request.said()
    source = str(said.get("Source") or said.get("FromEmailAddress") or "")
    address = source.rpartition("<")[2].rstrip("> ")
    if not address:
        return None
    if request.path.startswith("/v2/"):
        made = json.dumps({"EmailIdentity": address}).encode()
        maker.ask(request.rest("POST", "/v2/email/identities", made))
    else:
        maker.ask(request.another("VerifyEmailIdentity", {"EmailAddress": address}))
    return request


def _object(maker: Maker, request: Request) -> Request | None:
    bucket, _, key = request.path.lstrip("/").partition("/")
    if not bucket:
        return None
    maker.ask(request.rest("PUT", f"/{bucket}"))
    if key and request.method in {"GET", "HEAD"}:
        text = maker.canary("s3", bucket, key).encode()
        maker.ask(request.rest("PUT", f"/{bucket}/{key}", text))
    return request


def _pool(maker: Maker, request: Request, asked: str) -> str:
    """Make the one pool there is, whose passwords may be anything: made-up ones are.

    Some requests name the pool and some a client of it, so that two names may mean one pool.
    """
    policy = dict.fromkeys(_REQUIRED, False) | {"MinimumLength": _SHORTEST_PASSWORD}
    named = {"PoolName": "made-for-a-test", "Policies": {"PasswordPolicy": policy}}

    def make() -> str:
        made = maker.ask(request.another("CreateUserPool", named))
        return str(made.said().get("UserPool", {}).get("Id", asked))

    return maker.once("pool", "", make)


def _client(maker: Maker, request: Request, asked: str) -> Request:
    """Make a pool with the client that is asked for, and in it the user who signs in."""
    said = request.said()
    pool = _pool(maker, request, str(said.get("UserPoolId") or f"of {asked}"))

    def make() -> str:
        client = {"UserPoolId": pool, "ClientName": "made-for-a-test", "ExplicitAuthFlows": _FLOWS}
        made = maker.ask(request.another("CreateUserPoolClient", client))
        return str(made.said().get("UserPoolClient", {}).get("ClientId", asked))

    client = maker.once("client", asked, make)
    given = said.get("AuthParameters")
    given = given if isinstance(given, dict) else {}
    name = said.get("Username") or given.get("USERNAME")
    user = {"UserPoolId": pool, "Username": name}
    if name and request.operation == "SignUp":
        # Who signed up in an earlier request is gone again, as what it wrote to the store is.
        maker.ask(request.another("AdminDeleteUser", user))
    elif name:
        maker.ask(request.another("AdminCreateUser", user))
        if given.get("PASSWORD"):
            known = {**user, "Password": given["PASSWORD"], "Permanent": True}
            maker.ask(request.another("AdminSetUserPassword", known))
    named = {"UserPoolId": pool} if "UserPoolId" in said else {}
    return request.saying({"ClientId": client, **named})


def _user(maker: Maker, request: Request) -> Request | None:
    """Make a pool of users, and in it the client or the user that is asked for."""
    said = request.said()
    if said.get("ClientId"):
        return _client(maker, request, str(said["ClientId"]))
    asked = str(said.get("UserPoolId", ""))
    if not asked:
        return None
    pool = _pool(maker, request, asked)
    name = said.get("Username")
    if name and request.operation != "AdminCreateUser":
        mail = {"Name": "email", "Value": maker.mail("cognito-idp", "email")}
        user = {"UserPoolId": pool, "Username": name, "UserAttributes": [mail]}
        maker.ask(request.another("AdminCreateUser", user))
    return request.saying({"UserPoolId": pool})


_MAKERS: Mapping[str, Callable[[Maker, Request], Request | None]] = {
    "secretsmanager": _secret,
    "ssm": _parameter,
    "kms": _key,
    "sqs": _queue,
    "sns": _topic,
    "ses": _sender,
    "sesv2": _sender,
    "s3": _object,
    "cognito-idp": _user,
}

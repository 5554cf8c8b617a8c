"""What happened: one request to the app, its answer, and everything seen meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.service import Channel
from hushtable.prove.canary import Canary


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the app. `route` is the index of the route in the run's list.

    `path` has its query. `identity` is `anyone`, `A`, `B` or `role:NAME`. `keys_of` is the owner
    whose planted keys stand in it (B with A's keys is the question of HT402). `purpose` says why
    it is sent (`as it should be`, `limit at 1000`, `GetItem is throttled`).
    """

    method: str
    path: str
    route: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    identity: str = "anyone"
    keys_of: str = ""
    purpose: str = ""
    fault: str = ""
    inputs: tuple[Canary, ...] = ()
    """Canaries that the request itself carries: their echo is no leak, their storing may be."""
    before: tuple[Asked, ...] = ()
    """Requests that were sent first, since this one needs what the app made for them."""
    named: str = ""
    """The route as the app declares it: `GET /users/{id}`."""
    hidden: tuple[str, ...] = field(default=(), repr=False)
    """What stands in it and was made by the app: secrets that nobody is shown."""

    @property
    def label(self) -> str:
        """What names this exchange in another run, whose canaries differ."""
        named = (self.method, str(self.route), self.identity, self.keys_of, self.purpose)
        return "|".join((*named, *(f"after {one.door}" for one in self.before)))

    @property
    def door(self) -> str:
        """What names the route in a label: `POST|5|`."""
        return f"{self.method}|{self.route}|"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back. `raised` is the kind of an exception that left the app, never its text.

    `complete` is false for an answer that was cut at a limit (a stream, a socket).
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    raised: str = ""
    complete: bool = True
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request that reached the store: `operation` as `GetItem`, decoded wire JSON."""

    operation: str
    request: Mapping[str, Any]
    answer: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    code: str = ""
    """The error's bare code (`ConditionalCheckFailedException`), or empty."""
    provoked: bool = False
    """The error was made on purpose."""


URL_OF_REQUEST = "the URL of a request"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that the app wanted to send to another host than its store."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Said:
    """A text that left in another way: a log record, a line on a standard stream, a file.

    `channel` is LOG or FILE. `where` says it in words (`log app.users, INFO`, `stdout`,
    `file exports/users.csv`); `file` and `line` are where the program said it, if known. `to` is
    the host that a part of a request was to go to: what is sent away is kept there like a log.
    """

    channel: Channel
    text: str
    where: str
    file: str = ""
    line: int = 0
    function: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a traceback: an absolute file, a line, a function."""

    file: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """An exception that the app raised or caught during a request.

    It stays in the child: `text` and `values` may hold anything. `values` are the short texts of
    local values of the innermost frames, where a canary can be recognised.
    """

    kind: str
    text: str
    frames: tuple[Frame, ...] = ()
    values: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    """What the exception says of itself: pydantic's (location, type), an enum's class, a key."""
    status: int | None = None
    """Of an HTTPException."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with all that was seen of it."""

    asked: Asked
    answered: Answered
    calls: tuple[Call, ...] = ()
    said: tuple[Said, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    refused: tuple[str, ...] = ()
    """`host:port` of connections that were refused."""
    services: tuple[str, ...] = ()
    """The other services of AWS that were asked, by botocore's names."""
    stood_in: tuple[str, ...] = ()
    """Checks of a library (`bcrypt.checkpw`) that took a planted hash for a password's own."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A canary that came out of an exchange. `exchange` is its index in the run.

    `to` is the host of a request that the app wanted to send, with the canary in it.
    """

    canary: Canary
    channel: Channel
    where: str
    exchange: int
    encoding: str = ""
    file: str = ""
    line: int = 0
    function: str = ""
    to: str = ""

"""The nouns of a service: attribute, channel, audience, gate, parameter, route."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hushtable.model.place import Place


class Channel(StrEnum):
    """How data leaves a service."""

    RESPONSE = "response"
    HEADER = "header"
    ERROR = "error"
    LOG = "log"
    FILE = "file"
    STORE = "store"
    SOURCE = "source"


class Pagination(StrEnum):
    """Who bounds the number of items a route returns."""

    NONE = "none"
    BOUNDED = "bounded"
    CLIENT = "client-controlled"


ANYONE = "anyone"
SIGNED_IN = "signed-in"
OWNER = "owner"


def role(name: str) -> str:
    """Name the audience of one role: `role:admin`."""
    return f"role:{name}"


@dataclass(frozen=True, slots=True, order=True)
class Attribute:
    """A path into the items of a table.

    `path` is `("email",)`, `("profile", "locale")`, `("*",)` for the whole item, and
    `("profile", "*")` for a map without a fixed shape. A list index is the segment `[]`.
    """

    table: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        """`users.profile.locale`, the form used in every report."""
        return ".".join((self.table, *self.path))

    @property
    def name(self) -> str:
        """The last named segment of the path, `*` for a whole item."""
        named = [part for part in self.path if part not in {"*", "[]"}]
        return named[-1] if named else "*"

    @property
    def whole(self) -> bool:
        """Whether this is the whole item."""
        return self.path == ("*",)

    @property
    def open(self) -> bool:
        """Whether undeclared attributes are included: the item or one of its maps, whole."""
        return bool(self.path) and self.path[-1] == "*"


class GateKind(StrEnum):
    """What stands in front of a route."""

    NONE = "none"
    SECURITY = "security"
    DEPENDENCY = "dependency"
    MIDDLEWARE = "middleware"
    BODY = "body"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands in front of a route, and what is known to be wrong with it.

    `fails_open` tells when the gate lets every request through ("when unconfigured"), or is
    empty. `roles` are the names the gate checks for, when it checks for any. `shared` tells that
    one key opens it for everybody who has that: it tells no caller from another.
    """

    kind: GateKind = GateKind.NONE
    name: str = ""
    place: Place | None = None
    roles: tuple[str, ...] = ()
    fails_open: str = ""
    shared: bool = False

    def __str__(self) -> str:
        """`none`, or the kind and the name."""
        if self.kind is GateKind.NONE:
            return "none"
        text = f"{self.kind}: {self.name}" if self.name else str(self.kind)
        return f"none {self.fails_open} ({text})" if self.fails_open else text


NO_GATE = Gate()


class ParameterSource(StrEnum):
    """Where a request carries a parameter."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"
    BODY = "body"
    FORM = "form"
    FILE = "file"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One input of a route. `validated`: its type or constraints exclude free text."""

    name: str
    source: ParameterSource
    annotation: str = ""
    validated: bool = False
    bounded: bool = False
    place: Place | None = None


class ModelState(StrEnum):
    """What the response model does to what the handler returns."""

    NONE = "none"
    CLOSED = "closed"
    OPEN = "open"
    BYPASSED = "bypassed"


@dataclass(frozen=True, slots=True)
class ResponseModel:
    """The model FastAPI filters an answer through.

    `open_fields` are the fields (dotted) whose type has no fixed shape; `why` says what opens it
    (`extra="allow"`, `dict[str, Any]`, `JSONResponse returned`).
    """

    state: ModelState = ModelState.NONE
    name: str = ""
    place: Place | None = None
    open_fields: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path of one app, with its handler, its inputs, its model and its gate."""

    method: str
    path: str
    place: Place
    handler: str
    app: str = ""
    parameters: tuple[Parameter, ...] = ()
    model: ResponseModel = ResponseModel()
    gate: Gate = NO_GATE
    audience: str = ANYONE
    pagination: Pagination = Pagination.NONE
    scans: bool = False
    writes: bool = False
    registered: bool = True
    rate_limited: bool = False
    reads: tuple[str, ...] = ()
    leaves: tuple[Attribute, ...] = ()

    def __str__(self) -> str:
        """`GET /users/{user_id}`."""
        return f"{self.method} {self.path}"

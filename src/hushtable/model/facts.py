"""What engines observe and rules judge.

A fact says what happens in a program, never whether that is good. Everything a rule may ask is
here: a rule never sees an AST, a file or a socket.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hushtable.model.observation import Asked, Observation
from hushtable.model.place import Place, Trace
from hushtable.model.sensitivity import PUBLIC, Sensitivity
from hushtable.model.service import Attribute, Channel, ModelState, Pagination, Route


class Cargo(StrEnum):
    """What kind of thing is carried out."""

    ATTRIBUTE = "attribute"
    ITEM = "item"
    MAP = "map"
    CURSOR = "cursor"
    METADATA = "metadata"
    EXCEPTION = "exception"
    INPUT = "input"
    SECRET = "secret"  # noqa: S105 - a word of the model


class Form(StrEnum):
    """What an answer is, as far as items go."""

    ITEM = "item"
    ITEMS = "items"
    MODEL = "model"
    MODELS = "models"
    OTHER = "other"


class Seal(StrEnum):
    """What was done to a carried value on its way out."""

    NONE = "none"
    ENCODED = "encoded"
    SIGNED = "signed"
    ENCRYPTED = "encrypted"
    HASHED = "hashed"
    MASKED = "masked"


@dataclass(frozen=True, slots=True)
class Carried:
    """One thing that leaves: an attribute, a whole item, a cursor, an exception's text.

    `attribute` names it (`users.email`, `users.*`); for an exception it is empty and `detail`
    holds the form it leaves in (`str(e)`, `e.response`, `traceback`). `minus` are names a
    deny-list took away. `chosen`: the code named this attribute (subscript, projection, closed
    model), so it leaves because somebody said so. `stored`: it is an input that the same route
    writes to a table. `own_text`: an exception whose text the app itself wrote.
    """

    cargo: Cargo
    attribute: Attribute | None = None
    sensitivity: Sensitivity = PUBLIC
    minus: frozenset[str] = frozenset()
    chosen: bool = False
    stored: bool = False
    own_text: bool = False
    seal: Seal = Seal.NONE
    detail: str = ""
    origin: Place | None = None
    trace: Trace = ()


@dataclass(frozen=True, slots=True)
class Outflow:
    """Something leaves at `place` through `channel`. `route` is None outside any route."""

    channel: Channel
    place: Place
    carried: tuple[Carried, ...]
    route: Route | None = None
    function: str = ""
    model: ModelState = ModelState.NONE
    model_name: str = ""
    status: int | None = None
    via: str = ""
    """The call or statement that carries it out: `return`, `HTTPException`, `logger.info`."""
    public_file: bool = False
    """A file channel that the app serves, or that lies in a shared folder."""
    reachable: bool = True
    form: Form = Form.OTHER
    """For a response: an item, a list of items, a model's object, a list of those, or another."""
    named: tuple[str, ...] = ()
    """For a response: the names that the code itself put into it, or into each of a list."""
    parts: tuple[tuple[str, Form], ...] = ()
    """For another response: the names in it under which an item or items stand."""
    sent_to: str = ""
    """The host of a request of the program's own, for what leaves in one; the channel is LOG."""


class Operation(StrEnum):
    """The DynamoDB operations, by what they do."""

    GET = "get"
    BATCH_GET = "batch-get"
    TRANSACT_GET = "transact-get"
    QUERY = "query"
    SCAN = "scan"
    STATEMENT = "statement"
    PUT = "put"
    UPDATE = "update"
    DELETE = "delete"
    BATCH_WRITE = "batch-write"
    TRANSACT_WRITE = "transact-write"


class Bound(StrEnum):
    """What bounds a number that limits a read."""

    NONE = "none"
    CONSTANT = "constant"
    CAPPED = "capped"
    CLIENT = "client"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Access:
    """One DynamoDB call as one route makes it.

    `projection` is None when every attribute is asked for. `used` are the attributes the code
    reads from the result; `reaches` the channels that any of the result reaches; `whole_list`
    says that many items of it (not a count, not one item) reach the response. `start_from_client`:
    ExclusiveStartKey comes from the request, `start_sealed` after a signature or decryption check.
    `drains`: the call repeats until LastEvaluatedKey is gone. `filter_hides`: names of attributes
    a filter compares to hide items (`deleted`, `owner_id`, `tenant`).
    """

    operation: Operation
    table: str
    place: Place
    route: Route | None = None
    function: str = ""
    library: str = ""
    index: str = ""
    projection: tuple[str, ...] | None = None
    used: tuple[str, ...] = ()
    reaches: tuple[Channel, ...] = ()
    whole_list: bool = False
    limit: Bound = Bound.NONE
    limit_value: int | None = None
    start_from_client: bool = False
    start_sealed: bool = False
    drains: bool = False
    filtered: bool = False
    filter_hides: tuple[str, ...] = ()
    pagination: Pagination = Pagination.NONE
    count_only: bool = False
    trace: Trace = ()
    given: tuple[str, ...] = ()
    """The attributes that a write gives by name, those inside maps dotted; `*` for others."""


class ExpressionKind(StrEnum):
    """The parameters of a DynamoDB call that hold expression text."""

    KEY_CONDITION = "KeyConditionExpression"
    FILTER = "FilterExpression"
    CONDITION = "ConditionExpression"
    UPDATE = "UpdateExpression"
    PROJECTION = "ProjectionExpression"
    NAMES = "ExpressionAttributeNames"
    STATEMENT = "Statement"


@dataclass(frozen=True, slots=True)
class Expression:
    """Expression text given to DynamoDB.

    `text` is the constant text with `{}` for each part that is not constant, None when nothing
    is known. `names` and `values` are the placeholder names declared beside it (None: unknown).
    `client` names the request input that reaches the text itself (injection) and
    `client_names` the one that chooses attribute names (through `#placeholders` or a loop over a
    request body); `allow_listed` says the names were checked against a fixed set.
    """

    kind: ExpressionKind
    place: Place
    text: str | None
    names: tuple[tuple[str, str], ...] | None = None
    values: tuple[str, ...] | None = None
    route: Route | None = None
    function: str = ""
    table: str = ""
    client: str = ""
    client_names: str = ""
    allow_listed: bool = False
    key_attributes: tuple[str, ...] = ()
    trace: Trace = ()


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key value given to a read or write.

    `client` names the request input it comes from (empty: not from the client), `validated` says
    a pattern, enum, UUID or number type constrains it. `owner_checked` says how the caller is
    tied to the object: `key` (the key is the caller's own), `compare` (checked after the read),
    `membership`, `role`, or empty. `personal` says the table holds rows that belong to people.
    """

    operation: Operation
    table: str
    attribute: str
    place: Place
    route: Route | None = None
    function: str = ""
    client: str = ""
    source: str = ""
    validated: bool = False
    composed: bool = False
    """The value is built into a larger string, as in `USER#{id}`."""
    owner_checked: str = ""
    reaches: tuple[Channel, ...] = ()
    trace: Trace = ()


@dataclass(frozen=True, slots=True)
class GateHole:
    """A gate that can let everything through, at the line where it does."""

    place: Place
    name: str
    why: str
    route: Route | None = None


@dataclass(frozen=True, slots=True)
class Swallow:
    """An `except` that turns the app's own HTTPException into another status.

    `raised` is the status thrown inside the try block, `answered` the one the client gets.
    """

    place: Place
    raised_at: Place
    raised: int | None
    answered: int | None
    route: Route | None = None
    function: str = ""


@dataclass(frozen=True, slots=True)
class DebugSwitch:
    """A debug facility that is on: `FastAPI(debug=True)`, a traceback middleware."""

    place: Place
    what: str
    app: str = ""
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    """A secret written in a file. `masked` is safe to print; the secret itself is not kept."""

    place: Place
    kind: str
    name: str
    masked: str
    detector: str = ""
    dummy: bool = False
    entropy: float = 0.0


@dataclass(frozen=True, slots=True)
class UrlSecret:
    """A credential in a path or query: a route parameter, or a URL the service calls."""

    place: Place
    name: str
    source: str
    route: Route | None = None
    outgoing: bool = False
    one_time: bool = False
    """A reset, invitation or verification link, where a token in the URL is the mechanism."""


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """A table as infrastructure or code defines it.

    `encryption` is `customer-key`, `aws-key`, `default` (AWS owned) or `unknown`. Index
    projections map an index to `ALL`, `KEYS_ONLY` or the attributes it includes.
    """

    place: Place
    name: str
    logical_name: str = ""
    language: str = ""
    keys: tuple[str, ...] = ()
    indexes: tuple[tuple[str, tuple[str, ...], tuple[str, ...] | None], ...] = ()
    """(index, its keys, projected attributes; None for ALL)."""
    encryption: str = "unknown"
    point_in_time: bool | None = None
    sensitive: tuple[str, ...] = ()
    """Sensitive attributes that scan saw written to or read from this table."""


@dataclass(frozen=True, slots=True)
class PolicyStatement:
    """One Allow statement of an IAM policy that touches DynamoDB."""

    place: Place
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principal: str = ""
    language: str = ""
    conditions: tuple[str, ...] = ()
    """Condition keys in force, such as `dynamodb:LeadingKeys` or `dynamodb:Attributes`."""


@dataclass(frozen=True, slots=True)
class Allow:
    """A `# hush: allow CODE because reason` comment. `line` is the line it speaks for.

    `why` is empty in the facts; in a result it says why the comment does nothing.
    """

    place: Place
    codes: tuple[str, ...]
    reason: str
    line: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that could not be examined: a file that does not parse, an engine error."""

    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was understood. Durations are seconds, sizes bytes."""

    files_seen: int = 0
    files_skipped: int = 0
    files_parsed: int = 0
    files_failed: int = 0
    routes: int = 0
    functions_run: int = 0
    calls: int = 0
    calls_unresolved: int = 0
    bounds_hit: int = 0
    unresolved: tuple[tuple[str, int], ...] = ()
    """The most frequent unresolved call names with their counts."""
    seconds: float = 0.0
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything one run of an engine observed."""

    routes: tuple[Route, ...] = ()
    outflows: tuple[Outflow, ...] = ()
    accesses: tuple[Access, ...] = ()
    expressions: tuple[Expression, ...] = ()
    keys: tuple[KeyUse, ...] = ()
    holes: tuple[GateHole, ...] = ()
    swallows: tuple[Swallow, ...] = ()
    debug: tuple[DebugSwitch, ...] = ()
    literals: tuple[Literal, ...] = ()
    url_secrets: tuple[UrlSecret, ...] = ()
    tables: tuple[TableDefinition, ...] = ()
    policies: tuple[PolicyStatement, ...] = ()
    allows: tuple[Allow, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    observations: tuple[Observation, ...] = ()
    asked: Asked | None = None
    """How much of a live service was asked; None when none was."""

"""What is known of an app's store and settings. Nobody is asked for it: it is learned.

Everything here becomes JSON and comes back (pydantic's TypeAdapter): the parent process keeps it
between the runs of the child.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Form(StrEnum):
    """What a text or number looks like, beyond its wire type."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    UUID = "uuid"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    INTEGER = "integer"
    DECIMAL = "decimal"
    EPOCH = "epoch"
    JSON = "json"
    BASE64 = "base64"
    HEX = "hex"
    IP = "ip"
    PASSWORD = "password"  # noqa: S105 - a word of the model
    """A text with letters of both cases, a digit and a sign, as rules for passwords ask for."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of one attribute's value. `kind` is a wire type: S, N, B, BOOL, NULL, M, L, SS...

    `choices` are the only values it may have (an enum); such an attribute carries no canary.
    `low` and `high` bound a number, `shortest` and `longest` a text, `pattern` a text.
    `fields` are of a map, `element` is of a list or set, and of what a map without known names
    holds. Of a date or time `pattern` is its strptime format, and `low` and `high` are seconds
    since 1970. `closed` says that the app refuses a map with other entries. An attribute of the
    empty kind must be missing.
    """

    kind: str = "S"
    form: Form = Form.TEXT
    choices: tuple[str, ...] = ()
    pattern: str = ""
    low: float | None = None
    high: float | None = None
    shortest: int | None = None
    longest: int | None = None
    fields: tuple[tuple[str, Shape], ...] = ()
    element: Shape | None = None
    refers_to: str = ""
    """The key attribute (`users.user_id`) whose planted value it holds, so that joins work."""
    closed: bool = False


class Certainty(IntEnum):
    """What of a table's keys is known, each level with those before it."""

    GUESSED = 0
    PARTITION = 1
    """Which attribute is the partition key; there may be a sort key."""
    NAMES = 2
    """The names of the keys, maybe in another order."""
    KEYS = 3
    """Partition and sort key; their types were guessed."""
    DEFINED = 4


@dataclass(frozen=True, slots=True)
class IndexSketch:
    """An index: its one or two keys, and what it projects (None: everything)."""

    name: str
    keys: tuple[tuple[str, str], ...]
    gives: tuple[str, ...] | None = None
    certainty: Certainty = Certainty.DEFINED


@dataclass(frozen=True, slots=True)
class Kind:
    """Items of one table that belong together: its users, its orders.

    `forms` are of their keys and of the indexes' keys, as far as they are known: a composed form,
    or nothing for one id by itself. `attributes` are those that they are known with; one with
    `choices` tells them from other kinds. The end of the forms of `open` was guessed. `written`
    says that the app was seen to write one whole.
    """

    forms: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, Shape], ...] = ()
    open: tuple[str, ...] = ()
    written: bool = False


@dataclass(frozen=True, slots=True)
class Used:
    """Attributes that the code of a route names, by the operation (`Query`) that gives them.

    Without an operation any of the route's calls may have given them.
    """

    route: str
    names: tuple[str, ...]
    operation: str = ""
    index: str = ""


@dataclass(frozen=True, slots=True)
class TableSketch:
    """A table. `keys` are (name, S, N or B), the partition key first.

    `templates` are the known forms of composed keys: ("PK", "USER#{user_id}"). `owner` is the
    attribute that says whose item it is, where one is known. `why` says where it was learned.
    `closed` says that the app refuses items with attributes it does not know: the undeclared one
    is left out. `composed` says that its keys are put together from texts, so that it may hold
    several kinds of items: then an item has what its kind is known with. `used` waits until a route
    shows which kinds it asks for.
    """

    name: str
    keys: tuple[tuple[str, str], ...]
    indexes: tuple[IndexSketch, ...] = ()
    attributes: tuple[tuple[str, Shape], ...] = ()
    templates: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    why: str = ""
    certainty: Certainty = Certainty.DEFINED
    closed: bool = False
    kinds: tuple[Kind, ...] = ()
    used: tuple[Used, ...] = ()
    composed: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """An environment variable that the app wanted.

    Where `canary` is true, `{canary}` in its text stands for a token that each run makes anew.
    """

    name: str
    text: str
    canary: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sketch:
    """All that is known. `lessons` are lines that a person can read."""

    tables: tuple[TableSketch, ...] = ()
    settings: tuple[Setting, ...] = ()
    lessons: tuple[str, ...] = ()

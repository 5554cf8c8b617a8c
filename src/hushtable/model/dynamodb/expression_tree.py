"""The pieces of a DynamoDB expression: tokens and tree. `str()` of a tree is valid text again.

Positions are character offsets into the text, and do not count when trees are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hushtable.model.errors import HushtableError

HOLE = "{}"
"""Stands in a text for a part that is not known."""


class ExpressionError(HushtableError):
    """A text is no expression of its kind. `position` is where it stops making sense.

    `certain` is False when the text was not understood rather than found wrong.
    """

    def __init__(self, problem: str, position: int, *, certain: bool = True) -> None:
        """Say what is wrong at which offset."""
        super().__init__(f"{problem} at offset {position}")
        self.problem = problem
        self.position = position
        self.certain = certain


@dataclass(frozen=True, slots=True)
class Token:
    """One token. `kind` is name, alias, value, index, hole, sign or end."""

    kind: str
    text: str
    position: int


# A word that touches a hole is not known, whatever its visible part says.
_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<hole>[#:]?(?:[A-Za-z0-9_]|\{\})*\{\}(?:[A-Za-z0-9_]|\{\})*)"
    r"|(?P<alias>\#[A-Za-z0-9_]+)"
    r"|(?P<value>:[A-Za-z0-9_]+)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<index>[0-9]+)"
    r"|(?P<sign><=|>=|<>|[=<>(),.+\-\[\]])"
)


def tokens(text: str) -> Iterator[Token]:
    """Split expression text, ending with one `end` token. Raises `ExpressionError`."""
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            message = "a character that no expression may hold"
            raise ExpressionError(message, position)
        kind = match.lastgroup or ""
        if kind != "space":
            yield Token(kind, match.group(), position)
        position = match.end()
    yield Token("end", "", len(text))


@dataclass(frozen=True, slots=True)
class Name:
    """One segment of a path: an attribute name, a `#placeholder`, or a hole."""

    text: str
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """Write the name as it stood."""
        return self.text

    @property
    def known(self) -> bool:
        """Whether the whole name is known."""
        return HOLE not in self.text

    @property
    def alias(self) -> bool:
        """Whether this is a `#placeholder`."""
        return self.text.startswith("#")


@dataclass(frozen=True, slots=True)
class Path:
    """A document path: names and list indexes. An index of -1 is a hole."""

    parts: tuple[Name | int, ...]
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """`profile.#tags[0]`."""
        text = ""
        for part in self.parts:
            match part:
                case int():
                    text += f"[{HOLE if part < 0 else part}]"
                case Name():
                    text += f".{part}" if text else str(part)
        return text


@dataclass(frozen=True, slots=True)
class Value:
    """A `:value` placeholder."""

    text: str
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """Write the placeholder as it stood."""
        return self.text


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    function: str
    arguments: tuple[Operand, ...]
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """`begins_with(sk, :prefix)`."""
        return f"{self.function}({', '.join(map(str, self.arguments))})"


Operand = Path | Value | Call


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands and one of `= <> < <= > >=`."""

    operator: str
    left: Operand
    right: Operand

    def __str__(self) -> str:
        """Write `a = :a`."""
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True, slots=True)
class Between:
    """`operand BETWEEN low AND high`, bounds included."""

    operand: Operand
    low: Operand
    high: Operand

    def __str__(self) -> str:
        """Write `a BETWEEN :low AND :high`."""
        return f"{self.operand} BETWEEN {self.low} AND {self.high}"


@dataclass(frozen=True, slots=True)
class In:
    """`operand IN (options)`."""

    operand: Operand
    options: tuple[Operand, ...]

    def __str__(self) -> str:
        """Write `a IN (:a, :b)`."""
        return f"{self.operand} IN ({', '.join(map(str, self.options))})"


@dataclass(frozen=True, slots=True)
class Not:
    """A negated condition."""

    condition: Condition

    def __str__(self) -> str:
        """`NOT (a = :a)`."""
        return f"NOT {_grouped(self.condition)}"


@dataclass(frozen=True, slots=True)
class And:
    """Conditions that must all hold; at least two."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        """Write `a = :a AND b = :b`."""
        return " AND ".join(map(_grouped, self.conditions))


@dataclass(frozen=True, slots=True)
class Or:
    """Conditions of which one must hold; at least two."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        """Write `a = :a OR b = :b`."""
        return " OR ".join(map(_grouped, self.conditions))


@dataclass(frozen=True, slots=True)
class UnknownPart:
    """A hole where a whole condition or action stands."""

    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """`{}`."""
        return HOLE


Condition = Comparison | Between | In | Call | Not | And | Or | UnknownPart


def _grouped(condition: Condition) -> str:
    match condition:
        case And() | Or() | Not():
            return f"({condition})"
        case _:
            return str(condition)


@dataclass(frozen=True, slots=True)
class Projection:
    """The paths a read asks for."""

    paths: tuple[Path, ...]

    def __str__(self) -> str:
        """`id, #n, profile.locale`."""
        return ", ".join(map(str, self.paths))


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left + right` or `left - right`."""

    operator: str
    left: Operand
    right: Operand

    def __str__(self) -> str:
        """`visits + :one`."""
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True, slots=True)
class Action:
    """One action of an update section: SET has a value, ADD and DELETE a `:value`, REMOVE none."""

    path: Path | UnknownPart
    value: Operand | Arithmetic | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One section of an update: SET, REMOVE, ADD or DELETE with its actions."""

    keyword: str
    actions: tuple[Action, ...]
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """`SET a = :a, b = :b`."""
        joint = " = " if self.keyword == "SET" else " "
        shown = (
            str(action.path) if action.value is None else f"{action.path}{joint}{action.value}"
            for action in self.actions
        )
        return f"{self.keyword} {', '.join(shown)}"


@dataclass(frozen=True, slots=True)
class Update:
    """An update expression: its sections in order."""

    sections: tuple[Section, ...]

    def __str__(self) -> str:
        """`SET a = :a REMOVE b`."""
        return " ".join(map(str, self.sections))


Tree = Projection | Condition | Update

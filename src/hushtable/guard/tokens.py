"""Expressions as tokens: texts, paths and values, rendered with every name and value aliased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hushtable.guard.errors import RefusedError
from hushtable.model.dynamodb.limits import EXPRESSION_BYTES, EXPRESSION_OPERATORS

Step = str | int
"""A name in a map, or a place in a list."""


@dataclass(frozen=True, slots=True)
class Where:
    """A path into an item."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        """Write it as people do: `profile.locale`, `orders[0].id`."""
        text = ""
        for step in self.steps:
            text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
        return text


@dataclass(frozen=True, slots=True)
class Value:
    """A value in its wire form. It is never shown."""

    wire: dict[str, Any] = field(repr=False)


Token = str | Where | Value
Tokens = tuple[Token, ...]


def joined(parts: Iterable[Tokens], between: str) -> Tokens:
    """Put token sequences together with a text between them."""
    found: list[Token] = []
    for part in parts:
        if found:
            found.append(between)
        found += part
    return tuple(found)


def wheres(tokens: Tokens) -> Iterator[Where]:
    """Give the paths that an expression names."""
    return (token for token in tokens if isinstance(token, Where))


@dataclass(slots=True)
class Writer:
    """Renders the expressions of one request, which share their aliases."""

    prefix: str = "#n"
    """What the aliases of names begin with."""
    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    _aliases: dict[str, str] = field(default_factory=dict)

    def going_on(self) -> Writer:
        """Begin another request that shares the aliases given so far."""
        return Writer(self.prefix, dict(self.names), {}, dict(self._aliases))

    def write(self, tokens: Tokens) -> str:
        """Render. Raises RefusedError past a limit of DynamoDB."""
        text = "".join([self._token(token) for token in tokens])
        if len(text) > EXPRESSION_BYTES:
            message = f"an expression is longer than {EXPRESSION_BYTES} bytes"
            raise RefusedError(message)
        # Where all tokens together are fewer, none have to be counted.
        if (
            len(tokens) > EXPRESSION_OPERATORS
            and sum(isinstance(token, Value) for token in tokens) > EXPRESSION_OPERATORS
        ):
            message = f"an expression has more than {EXPRESSION_OPERATORS} operators"
            raise RefusedError(message)
        return text

    def _token(self, token: Token) -> str:
        match token:
            case str():
                return token
            case Where(steps):
                return self._path(steps)
            case Value(wire):
                alias = f":v{len(self.values)}"
                self.values[alias] = wire
                return alias

    def _path(self, steps: tuple[Step, ...]) -> str:
        text = ""
        for step in steps:
            if isinstance(step, int):
                text += f"[{step}]"
            else:
                text += f".{self._name(step)}" if text else self._name(step)
        return text

    def _name(self, name: str) -> str:
        alias = self._aliases.get(name)
        if alias is None:
            alias = self._aliases[name] = f"{self.prefix}{len(self._aliases)}"
            self.names[alias] = name
        return alias

    def put_into(self, request: dict[str, Any]) -> None:
        """Add the names and values to a request."""
        if self.names:
            request["ExpressionAttributeNames"] = self.names
        if self.values:
            request["ExpressionAttributeValues"] = self.values

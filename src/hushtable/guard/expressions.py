"""Functions that take values out of wire structs, each made of one expression.

An expression such as `[wire.a0.S, wire.a1.M.a0.N]` takes half the time of attrgetter, and a page
takes values by the hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def taking(ways: Sequence[str]) -> Callable[[Any], list[Any]]:
    """Make the function that takes values out of a wire struct, by the ways to them."""
    made: Callable[[Any], list[Any]] = _made(f"lambda wire: [{_places(ways)}]")
    return made


def flattening(ways: Sequence[str], flat: Any) -> Callable[[list[Any]], list[Any]]:
    """Make the function that turns wire structs into flat ones."""
    source = f"lambda found: [flat({_places(ways)}) for wire in found]"
    made: Callable[[list[Any]], list[Any]] = _made(source, flat=flat)
    return made


def naming(ways: Mapping[str, str]) -> Callable[[list[Any]], list[dict[str, Any]]]:
    """Make the function that takes the values of wire structs by the fields' names."""
    taken = ", ".join(f"{name!r}: wire.{way}" for name, way in ways.items())
    source = f"lambda found: [{{{taken}}} for wire in found]"
    made: Callable[[list[Any]], list[dict[str, Any]]] = _made(source)
    return made


def _places(ways: Sequence[str]) -> str:
    return ", ".join(f"wire.{way}" for way in ways)


def _made(source: str, **known: Any) -> Any:
    """Evaluate an expression of our own making.

    What stands in it are the names that the guard gives to the members of its structs (`a0`), wire
    types, and names of fields as text.
    """
    return eval(source, {"__builtins__": {}, **known})  # noqa: S307 -- no text of anybody else's

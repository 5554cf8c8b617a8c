"""Puts the machine together from its parts."""

from __future__ import annotations

from typing import Any

from hushtable.scan import builtin, containers, models, stdlib, text
from hushtable.scan.attributes import get_attribute
from hushtable.scan.call import call
from hushtable.scan.evaluate import evaluate
from hushtable.scan.frame import Machine
from hushtable.scan.heap import Journal
from hushtable.scan.models import Models
from hushtable.scan.program import Program
from hushtable.scan.statements import execute
from hushtable.scan.world import World

LANGUAGE = (builtin, text, containers, stdlib, models)


def compose(program: Program, notes: Any, taught: Any, libraries: tuple[Any, ...] = ()) -> Machine:
    """Build a machine; `libraries` are modules with NATIVES and ATTRIBUTES tables."""
    natives: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    pure: frozenset[str] = frozenset()
    for part in (*LANGUAGE, *libraries):
        natives |= part.NATIVES
        attributes |= getattr(part, "ATTRIBUTES", {})
        pure |= getattr(part, "PURE", frozenset())
    world = World(attributes, Models(), notes, taught, pure)
    return Machine(
        program=program,
        journal=Journal(),
        natives=natives,
        taught=taught,
        observer=world,
        evaluate=evaluate,
        execute=execute,
        call=call,
        get_attribute=get_attribute,
    )

"""The reads and writes of an entry while it runs: what was asked, how it was bounded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hushtable.model.facts import Bound, Operation
from hushtable.model.place import Place, Step
from hushtable.scan.frame import Machine
from hushtable.scan.kinds import Mark
from hushtable.scan.labels import Kind, Label, Labels, Origin
from hushtable.scan.values import REST, Const, Dict, Opaque, Value, choice, options, own_labels

READS = frozenset(
    {Operation.GET, Operation.BATCH_GET, Operation.TRANSACT_GET, Operation.QUERY, Operation.SCAN,
     Operation.STATEMENT}
)  # fmt: skip
MANY = frozenset({Operation.QUERY, Operation.SCAN, Operation.STATEMENT, Operation.BATCH_GET})


@dataclass(eq=False, slots=True)
class KeyValue:
    """A key attribute with what its value carries."""

    attribute: str
    labels: Labels
    composed: bool
    place: Place


@dataclass(eq=False, slots=True)
class Record:
    """One DynamoDB call of one entry; a call in a loop is one record."""

    operation: Operation
    table: str
    place: Place
    function: str
    library: str
    origin: Origin = field(default_factory=Origin)
    trail: tuple[Step, ...] = ()
    index: str = ""
    projection: tuple[str, ...] | None = None
    limit: Bound = Bound.NONE
    limit_value: int | None = None
    start_from_client: bool = False
    start_sealed: bool = False
    drains: bool = False
    filtered: bool = False
    filter_hides: tuple[str, ...] = ()
    count_only: bool = False
    keys: list[KeyValue] = field(default_factory=list)
    owner_checked: str = ""
    channels: set[Any] = field(default_factory=set)
    lists: bool = False
    marks: set[Mark] = field(default_factory=set)
    """What the key says of the kind of the items."""
    arguments: dict[Place, str] = field(default_factory=dict)
    """Where the call names what bounds it."""
    returned: dict[Place, str] = field(default_factory=dict)
    """Where functions return something of what was read, with the function's name."""

    @property
    def reads(self) -> bool:
        """Whether the call reads."""
        return self.operation in READS


def table_name(value: Value | None) -> str:
    """Name a table: its constant name, else the setting or variable it comes from."""
    for option in options(value) if value is not None else ():
        match option:
            case Const(value=str() as name) if name:
                return name
            case Opaque(parts=parts, of=of) if parts is not None and any(parts):
                text = "".join(part or "*" for part in parts)
                return of if text.strip("*_-. ") == "" and of else text
            case Opaque(of=of) if of:
                return of.removesuffix("()").rpartition(".")[2] or of
            case Opaque(labels=labels):
                named = sorted(label.name for label in labels if label.name)
                if named:
                    return named[0]
    return "table"


def bound_of(value: Value | None) -> tuple[Bound, int | None]:
    """Say what bounds a limit."""
    if value is None or value == Const(None):
        return Bound.NONE, None
    found: list[tuple[Bound, int | None]] = []
    for option in options(value):
        if isinstance(option, Const):
            known = option.value if isinstance(option.value, int) else None
            found.append((Bound.CONSTANT if known is not None else Bound.NONE, known))
        else:
            found.append((_bound_of_labels(own_labels(option)), None))
    return max(found, key=lambda one: RANK[one[0]])


RANK = {Bound.CONSTANT: 0, Bound.UNKNOWN: 1, Bound.CAPPED: 2, Bound.NONE: 3, Bound.CLIENT: 4}


def _bound_of_labels(labels: Labels) -> Bound:
    inputs = [label for label in labels if label.kind is Kind.INPUT]
    if not inputs:
        return Bound.UNKNOWN
    return Bound.CAPPED if all(label.capped for label in inputs) else Bound.CLIENT


def whole_item(label: Label) -> Dict:
    """Make an item of which every attribute was asked for."""
    return Dict({REST: Opaque(frozenset({label}))}, native="item")


def now_stored(m: Machine, slots: dict[Any, Any], label: Label) -> None:
    """What an object holds after it was put is what the table holds from then on."""
    for key, held in list(slots.items()):
        if not isinstance(key, str):
            continue
        one = replace(label, path=(key,))
        named = [
            replace(option, labels=option.labels | {one})
            if isinstance(option, Const | Opaque)
            else option
            for option in options(held)
        ]
        m.journal.set(slots, key, choice(named))

"""Abstract values: constants, unknowns that carry labels, and objects with identity."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hushtable.scan.labels import NOTHING, Kind, Label, Labels

if TYPE_CHECKING:
    from hushtable.scan.frame import Frame, Module


@dataclass(frozen=True, slots=True)
class Const:
    """A constant that is known. Two constants are equal when type and value agree."""

    value: Any
    labels: Labels = NOTHING

    def __eq__(self, other: object) -> bool:
        """Tell 1, 1.0 and True apart."""
        if self is other:
            return True
        return (
            isinstance(other, Const)
            and type(self.value) is type(other.value)
            and bool(self.value == other.value)
            and self.labels == other.labels
        )

    def __hash__(self) -> int:
        """Hash by type and value."""
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that is not known, with what it carries.

    `parts` keeps the constant text of a built string, with None for each hole. `of` is the
    qualified name of what made it, `hint` a builtin type name (`str`, `int`, `bool`, `dict`).
    `deep`: the labels came out of containers, so reading inside it gives them unchanged.
    """

    labels: Labels = NOTHING
    hint: str = ""
    parts: tuple[str | None, ...] | None = None
    of: str = ""
    deep: bool = False

    def child(self, key: str) -> Opaque:
        """Give what lies under a known key of this value."""
        if self.deep:
            return self
        labels = frozenset(
            label.child(key) if key not in label.minus else label
            for label in self.labels
            if key not in label.minus and label.kind is not Kind.KEY
        )
        return Opaque(labels, of=self.of and f"{self.of}[{key}]")


UNKNOWN = Opaque()
NONE = Const(None)
TRUE = Const(value=True)
FALSE = Const(value=False)


class Rest:
    """Keys of slots that are not program keys."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<{self.name}>"


REST = Rest("rest")
MINUS = Rest("minus")
ELTS = Rest("elts")
KEYS = Rest("keys")
MAYBE = Rest("maybe")
"""The keys of a dictionary that only some ways to here have set; ELTS for a list that some left
shorter."""
ONCE = Rest("once")
"""The slot of a cached function that holds what it made, once it has."""
FACTORY = Rest("factory")
MISSING: Any = Rest("missing")


@dataclass(eq=False, slots=True)
class Dict:
    """A dictionary with identity. `slots[key]` for constant keys; REST for what other keys hold.

    MINUS holds the names that were taken out of REST. KEYS carries labels of unknown keys,
    FACTORY what makes the value of a key that is not there (`defaultdict`).
    """

    slots: dict[Any, Any] = field(default_factory=dict)
    kind: str = "dict"
    native: str = ""


@dataclass(eq=False, slots=True)
class Seq:
    """A list, tuple, set or iterator with identity: ELTS known elements, REST the others."""

    slots: dict[Any, Any]
    kind: str = "list"


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a class of the program (`cls`) or of a library (`native`)."""

    cls: Class | None = None
    native: str = ""
    slots: dict[Any, Any] = field(default_factory=dict)
    extra: Any = None


@dataclass(eq=False, slots=True)
class Function:
    """A function of the program with the scope it closes over."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: Module
    closure: Frame | None
    name: str
    owner: Class | None = None
    defaults: tuple[Any, ...] = ()
    kw_defaults: tuple[Any, ...] = ()
    kind: str = ""
    slots: dict[Any, Any] = field(default_factory=dict)
    generator: bool = False
    locals: frozenset[str] = frozenset()


@dataclass(eq=False, slots=True)
class Class:
    """A class of the program. `bases` are values; `slots` its namespace."""

    node: ast.ClassDef
    module: Module
    name: str
    bases: tuple[Any, ...] = ()
    slots: dict[Any, Any] = field(default_factory=dict)
    closure: Frame | None = None
    decorators: tuple[str, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)
    metaclass: Any = None
    arguments: tuple[Any, ...] = ()
    cache: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bound:
    """A method with its receiver."""

    function: Any
    receiver: Any


@dataclass(frozen=True, slots=True)
class Native:
    """Something of a library or of the language, by qualified name, with its receiver if any."""

    name: str
    receiver: Any = None


@dataclass(frozen=True, slots=True)
class Partial:
    """A callable with arguments already given."""

    function: Any
    args: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A module of the program."""

    module: Module


@dataclass(frozen=True, slots=True)
class Super:
    """`super()`: look up after `owner` in the order of the receiver's class."""

    owner: Class
    receiver: Any


@dataclass(frozen=True, slots=True)
class Generic:
    """A subscripted class or type: `list[User]`, `Page[UserOut]`, `Annotated[...]`."""

    origin: Any
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values."""

    options: tuple[Any, ...]


Value = (
    Const
    | Opaque
    | Dict
    | Seq
    | Instance
    | Function
    | Class
    | Bound
    | Native
    | Partial
    | ModuleValue
    | Super
    | Generic
    | Choice
)
MAX_CHOICE = 8


@dataclass(slots=True)
class Cuts:
    """How often a value was cut to keep it small. Values know no machine that could count it."""

    count: int = 0


CUTS = Cuts()


@dataclass(slots=True)
class Work:
    """Places of the heap that were captured, joined, undone or opened, until somebody pays."""

    places: int = 0


WORK = Work()
HOLDERS = (Dict, Seq, Instance, Choice, Bound, Partial)
"""What other values can be reached through, for their labels."""


def options(value: Value) -> tuple[Any, ...]:
    """Give the alternatives of a value."""
    return value.options if isinstance(value, Choice) else (value,)


def sequence(elements: Iterable[Value], kind: str = "list", rest: Value | None = None) -> Seq:
    """Make a list, tuple, set or iterator."""
    slots: dict[Any, Any] = {ELTS: tuple(elements)}
    if rest is not None:
        slots[REST] = rest
    return Seq(slots, kind)


def mapping(entries: dict[Any, Value], rest: Value | None = None) -> Dict:
    """Make a dictionary."""
    slots: dict[Any, Any] = dict(entries)
    if rest is not None:
        slots[REST] = rest
    return Dict(slots)


def entries(value: Dict | Instance) -> Iterator[tuple[Any, Any]]:
    """Give the known keys with their values."""
    return ((k, v) for k, v in list(value.slots.items()) if not isinstance(k, Rest))


def own_labels(value: Value) -> Labels:
    """Labels on the value itself, not on what it contains."""
    match value:
        case Const(labels=labels) | Opaque(labels=labels):
            return labels
        case Choice(options=choices):
            return frozenset().union(*(own_labels(o) for o in choices))
        case Dict(slots=slots) | Seq(slots=slots):
            rest = slots.get(REST)
            return own_labels(rest) if isinstance(rest, Opaque) else NOTHING
    return NOTHING


def deep_labels(value: Value, seen: set[int] | None = None) -> Labels:
    """Every label in the value and in what it contains."""
    match value:
        case Const(labels=labels) | Opaque(labels=labels):
            return labels
        case Native() | ModuleValue() | Class() | Function() | Super():
            return NOTHING
    found: set[Label] = set()
    known: set[int] = set() if seen is None else seen
    pending = [value]
    # Level by level: what is shared is gathered once, and what lies nearest is never cut.
    for _ in range(MAX_GATHERED):
        inner: list[Any] = []
        for one in pending:
            if isinstance(one, Const | Opaque):
                if one.labels:
                    found |= one.labels
            elif isinstance(one, HOLDERS) and id(one) not in known:
                known.add(id(one))
                _open(one, found, inner)
        if not inner:
            break
        if len(known) > MAX_GATHERED:
            CUTS.count += 1
            break
        pending = inner
    WORK.places += len(known)
    return frozenset(found) if found else NOTHING


def _open(value: Any, found: set[Label], inner: list[Any]) -> None:
    """Put what a value holds onto `inner`, and the labels of its keys and rest into `found`."""
    match value:
        case Choice(options=choices):
            inner += choices
        case Bound(receiver=receiver):
            inner.append(receiver)
        case Partial(args=args, kwargs=kwargs):
            inner += args
            inner += [arg for _, arg in kwargs]
        case _:
            slots = value.slots
            minus = slots.get(MINUS)
            for key, held in slots.items():
                if key is ELTS:
                    inner += held
                elif key is REST and minus and isinstance(held, Opaque):
                    found |= {_less(label, minus) for label in held.labels}
                elif key is not MINUS and key is not MAYBE:
                    inner.append(held)
                if isinstance(key, Opaque):
                    found |= key.labels


MAX_GATHERED = 4_000
"""Objects that are opened for their labels, about; a graph that large is the program's own
services, not the data it hands on."""


def _less(label: Label, minus: frozenset[str]) -> Label:
    return replace(label, minus=label.minus | minus)


def join(left: Any, right: Any) -> Any:
    """Give the value that is one or the other."""
    if left is right or left is MISSING:
        return right
    if right is MISSING:
        return left
    if isinstance(left, Opaque) and isinstance(right, Opaque):
        return _join_opaque(left, right)
    if left == right:
        return left
    known, other = options(left), options(right)
    found = [*known, *(option for option in other if option not in known)]
    return left if len(found) == len(known) else choice(found)


def choice(found: list[Any]) -> Any:
    """Make a choice of several values, merging unknowns and bounding their number."""
    if len(found) == 1:
        return found[0]
    unknowns = [o for o in found if isinstance(o, Opaque)]
    if len(unknowns) > 1:
        merged = unknowns[0]
        for other in unknowns[1:]:
            merged = _join_opaque(merged, other)
        found = [o for o in found if not isinstance(o, Opaque)] + [merged]
    if len(found) > MAX_CHOICE:
        held = [o for o in found if not _plain(o)]
        cut = held[MAX_CHOICE:]
        CUTS.count += bool(cut)
        labels = frozenset().union(*(deep_labels(o) for o in found if _plain(o)))
        labels = labels.union(*(deep_labels(o) for o in cut))
        found = [*held[:MAX_CHOICE], Opaque(labels, deep=True)]
    return found[0] if len(found) == 1 else Choice(tuple(found))


def _plain(value: Any) -> bool:
    return isinstance(value, Const | Opaque)


def _join_opaque(left: Opaque, right: Opaque) -> Opaque:
    if left == right:
        return left
    return Opaque(
        left.labels | right.labels,
        hint=left.hint if left.hint == right.hint else "",
        parts=left.parts if left.parts == right.parts else None,
        of=left.of or right.of,
        deep=left.deep or right.deep,
    )

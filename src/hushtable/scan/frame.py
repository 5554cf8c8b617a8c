"""The machine's parts: modules, frames, exits, calls, and the machine that holds them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.place import Place, Step
from hushtable.scan.heap import Journal, State
from hushtable.scan.labels import Labels
from hushtable.scan.values import (
    CUTS,
    UNKNOWN,
    WORK,
    Class,
    Function,
    Instance,
    Value,
    own_labels,
    sequence,
)


@dataclass(eq=False, slots=True)
class Module:
    """A file of the program. `state` is new, running or done."""

    name: str
    path: str
    tree: ast.Module | None = None
    slots: dict[Any, Any] = field(default_factory=dict)
    state: str = "new"
    package: bool = False


@dataclass(slots=True)
class Exit:
    """A way out of a block: return, raise, break or continue, with the heap as it was then."""

    kind: str
    value: Any
    state: State
    place: Place
    conditions: Labels = frozenset()


@dataclass(eq=False, slots=True)
class Frame:
    """One activation of a function, a class body or a module."""

    module: Module
    slots: dict[Any, Any]
    mark: int = 0
    function: Function | None = None
    owner: Class | None = None
    parent: Frame | None = None
    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()
    exits: list[Exit] = field(default_factory=list)
    yields: list[Any] | None = None
    module_level: bool = False
    is_class: bool = False
    handling: Any = None
    """The exception that the enclosing `except` caught, for a bare `raise`."""
    sent: dict[int, Any] = field(default_factory=dict)
    """What was sent to this generator, by the number of its `yield`."""
    body: Callable[[Any, Frame], bool] | None = None
    """What a `with` runs at the `yield` of this generator."""
    sites: dict[int, Any] = field(default_factory=dict)
    """Objects by allocation site while a loop is run more than once."""
    looping: int = 0


@dataclass(slots=True)
class Call:
    """A call as a library's semantics see it."""

    name: str
    receiver: Any
    args: list[Any]
    kwargs: dict[str, Any]
    node: ast.AST
    frame: Frame
    extra: Any = None
    """What an unknown `*args` or `**kwargs` holds."""

    def argument(self, position: int, *names: str, default: Any = None) -> Any:
        """Give an argument by position or name."""
        for name in names:
            if name in self.kwargs:
                return self.kwargs[name]
        if 0 <= position < len(self.args):
            return self.args[position]
        return default

    def everything(self) -> list[Any]:
        """Give all arguments, the receiver first."""
        held = [] if self.receiver is None else [self.receiver]
        held += self.args
        held += self.kwargs.values()
        if self.extra is not None:
            held.append(self.extra)
        return held


Spot = tuple[str, int, int]
"""Where a function stands: file, line, column. The same in every process."""


def spot(function: Function) -> Spot:
    """Give where a function stands."""
    return function.module.path, function.node.lineno, function.node.col_offset


class Stopped(Exception):  # noqa: N818 - not an error: control never comes back here
    """The current statement never completes: everything it calls raises."""


class OutOfBudget(Exception):  # noqa: N818 - not an error: the entry's budget is used up
    """The entry ran longer than it may; what was seen so far stands."""


@dataclass(slots=True)
class Counters:
    """What the coverage line tells."""

    calls: int = 0
    unresolved: Counter[str] = field(default_factory=Counter)
    bounds: int = 0
    functions: int = 0


Handler = Callable[["Machine", Call], Value]


@dataclass(eq=False, slots=True)
class Machine:
    """The interpreter's state and the parts it is composed of."""

    program: Any
    journal: Journal
    natives: Mapping[str, Handler]
    taught: Any
    observer: Any
    evaluate: Callable[[Machine, ast.expr, Frame], Value]
    execute: Callable[[Machine, list[ast.stmt], Frame], bool]
    call: Callable[..., Value]
    get_attribute: Callable[[Machine, Value, str], Value]
    counters: Counters = field(default_factory=Counters)
    stack: list[tuple[Any, Place]] = field(default_factory=list)
    conditions: list[Labels] = field(default_factory=list)
    asked: Labels = frozenset()
    """What the condition that is being evaluated depends on."""
    patched: dict[str, Any] = field(default_factory=dict)
    """What the program assigned to attributes of library modules, by qualified name."""
    bodies: dict[int, Callable[[Any, Frame], bool]] = field(default_factory=dict)
    """The body of each `with` that is being entered, by its manager's node."""
    tries: int = 0
    collectors: list[set[str]] = field(default_factory=list)
    steps: int = 0
    limit: int = 400_000
    used: set[str] = field(default_factory=set)
    """Files whose code ran in the current entry, for the cache."""
    current: Any = None
    """The entry (route, handler, script) that runs now."""
    ran: set[Spot] = field(default_factory=set)
    """Functions of the program that ran from any entry, by where they stand."""
    share: int = 120_000
    """The budget of one entry, in steps: large trees have smaller ones."""
    beside: int = 120_000
    """The budget of what nothing calls in one file, in steps."""
    loading: bool = False
    """Whether a module's top level runs: what is only handed on there is not called."""
    typed: dict[int, Any] = field(default_factory=dict)
    stores: dict[str, Any] = field(default_factory=dict)
    """State that library semantics keep: apps, table shapes, context variables."""

    def place(self, node: ast.AST, frame: Frame) -> Place:
        """Give the place of a node; of one inside a library, where the program called that."""
        path = frame.module.path
        if not path:
            called: Place | None = next((at for _, at in reversed(self.stack) if at.path), None)
            if called is not None:
                return called
        return Place(path, getattr(node, "lineno", 0), getattr(node, "col_offset", 0))

    def trail(self) -> tuple[Step, ...]:
        """Give the calls that led here, outermost first."""
        return tuple(
            Step(place, f"calls {function.name}") for function, place in self.stack if place.line
        )[-MAX_TRAIL:]

    @contextmanager
    def apart(self) -> Iterator[Counters]:
        """Count what runs inside in counters of its own."""
        outer, self.counters = self.counters, Counters()
        cuts, CUTS.count = CUTS.count, 0
        places, WORK.places = WORK.places, 0
        try:
            yield self.counters
        finally:
            self.settle()
            self.counters, CUTS.count, WORK.places = outer, cuts, places

    def settle(self) -> Counters:
        """Give the counters, with the values that were cut among the bounds."""
        self.counters.bounds += CUTS.count
        CUTS.count = 0
        return self.counters

    def bounded(self, ways: list[Any], most: int) -> list[Any]:
        """Give the first of several ways, and count the bound when there are more."""
        if len(ways) > most:
            self.counters.bounds += 1
        return ways[:most]

    def may_raise(self, what: str) -> None:
        """Note that something in the current `try` may raise."""
        if self.collectors:
            for collector in self.collectors:
                collector.add(what)

    def tick(self) -> None:
        """Count a step against the entry's budget."""
        self.steps += 1
        self.charge()

    def charge(self) -> None:
        """Pay for the places of the heap that were moved; stop when the budget is used up."""
        work = WORK.places
        if work >= PLACES:
            self.steps += work // PLACES
            WORK.places = 0
        if self.steps > self.limit:
            self.counters.bounds += 1
            raise OutOfBudget

    def test(self, node: ast.expr, frame: Frame) -> tuple[Value, Labels]:
        """Evaluate a condition; give its value and what it depends on."""
        kept, self.asked = self.asked, frozenset()
        value = self.evaluate(self, node, frame)
        if isinstance(value, Instance):
            value = self.observer.truth_value(self, value, node, frame)
        asked = self.asked | own_labels(value)
        self.asked = kept | asked
        return value, asked

    def invoke(self, function: Value, args: list[Any], call: Call) -> Value:
        """Call a value from within a library's semantics."""
        return self.call(self, function, args, {}, call.node, call.frame)


MAX_TRAIL = 24
PLACES = 32
"""Places of the heap that cost as much as one step of the program."""


def surely_raise(m: Machine, name: str, node: ast.AST, frame: Frame) -> Value:
    """Raise a builtin exception that is surely raised here, when a `try` can catch it.

    Raises:
        Stopped: a `try` is around; elsewhere an unknown is given, as code that works is likelier
            than code that always fails.

    """
    if not m.tries:
        return UNKNOWN
    made = Instance(native=f"builtins.{name}", slots={"args": sequence((), "tuple")})
    state = m.journal.capture(frame.mark)
    frame.exits.append(Exit("raise", made, state, m.place(node, frame)))
    raise Stopped


def unknown(*_: Any) -> Value:
    """Say nothing about a value."""
    return UNKNOWN

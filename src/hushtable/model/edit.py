"""What is to be changed in source: what a rule orders, and the edits it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field

from hushtable.model.errors import HushtableError
from hushtable.model.place import Place


class CannotFix(HushtableError):  # noqa: N818 - says what a finding is left with, no fault of ours
    """A change cannot be made here; the text says why and quotes no value of the program."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a rule wants done, as data: the name of a remedy, a place, and what it needs to know.

    `names` are attributes (or parameters) that stay or are meant, `drop` those that go. `also`
    are further places, `word` the one name a remedy turns on, `unsafe` the reason why a
    well-behaved client or an operator may notice (empty: nobody does). `note` is what is left
    for people to do. `along` are orders that are carried out with this one where they can be.
    """

    remedy: str
    place: Place
    names: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    also: tuple[Place, ...] = ()
    word: str = ""
    many: bool = False
    unsafe: str = ""
    note: str = ""
    along: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Bytes `start` to `end` of a file become `text`; both count from the start of the file."""

    path: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """A name that a file needs. `name` is empty for `import module`."""

    path: str
    module: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What one order becomes: edits, imports, and lines that stand once below the imports.

    `defines` are (path, name) of what is added to a module, so that nothing is added twice.
    """

    edits: tuple[Edit, ...] = ()
    imports: tuple[Import, ...] = ()
    setup: tuple[tuple[str, str], ...] = ()
    defines: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: Change) -> Change:
        """Unite two changes that are made together."""
        return Change(
            tuple(dict.fromkeys((*self.edits, *other.edits))),
            tuple(dict.fromkeys((*self.imports, *other.imports))),
            tuple(dict.fromkeys((*self.setup, *other.setup))),
            tuple(dict.fromkeys((*self.defines, *other.defines))),
        )


@dataclass(frozen=True, slots=True)
class Fixed:
    """A finding that a patch removes, by its key, with what was done.

    `proven`: it was shown by a run of the app, and a run of the changed app shows it no more.
    `alone` is the part of the patch that was written for it, where that was asked for: the texts
    as the fixes before it left them, and as it leaves them.
    """

    key: str
    code: str
    place: Place
    order: Order
    proven: bool = False
    alone: Patch | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that stays, by its key, with the reason."""

    key: str
    code: str
    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class Patch:
    """New texts of files, by path, beside the texts they replace; what they fix, what they leave.

    Written whole or not at all.
    """

    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    fixed: tuple[Fixed, ...] = ()
    left: tuple[Left, ...] = ()

    @property
    def changed(self) -> tuple[str, ...]:
        """The files that change, sorted."""
        return tuple(p for p in sorted(self.after) if self.after[p] != self.before.get(p))

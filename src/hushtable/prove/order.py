"""What to prove, and what a child process is told and tells back."""

from __future__ import annotations

from dataclasses import dataclass, field

from hushtable.prove.sketch import Sketch, TableSketch


@dataclass(frozen=True, slots=True)
class IdentityHeaders:
    """Real headers for an identity, from `[tool.hushtable.identities]`.

    `name` is `A`, `B` or `role:NAME`. `owner` is the value that ties planted items to this caller
    (its user id), where the headers decide that.
    """

    name: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    owner: str = ""


@dataclass(frozen=True, slots=True)
class ProveOrder:
    """What a user asks for. Sizes in bytes, times in seconds.

    `app` is `package.module:attribute`; the attribute is an ASGI app or a factory of one. `root`
    is the project's folder; it is copied, and the copy is run. `store` is the address of another
    DynamoDB than the embedded one. `hook` is `module:function`, called with the app before it is
    driven. `routes` keeps those whose `METHOD path` has one of these texts in it.
    """

    app: str
    root: str
    store: str = ""
    seconds: float = 300.0
    memory: int = 2 * 1024**3
    request_seconds: float = 10.0
    identities: tuple[IdentityHeaders, ...] = ()
    roles: tuple[str, ...] = ()
    hook: str = ""
    routes: tuple[str, ...] = ()
    seed: int = 0
    """Of the canaries; 0 takes a new one each run."""
    replays: int = 2


@dataclass(frozen=True, slots=True)
class Stage:
    """What was known of the store when the proofs of a route were seen: its tables.

    `tables` are numbers of `Stages.tables`, in the order of the sketch.
    """

    route: str
    tables: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stages:
    """What a run knew at each of its routes. Most tables are the same for most of them."""

    tables: tuple[TableSketch, ...] = ()
    routes: tuple[Stage, ...] = ()

    def at(self, route: str) -> tuple[TableSketch, ...] | None:
        """Give the tables as they were known at a route; None where it was not called."""
        stage = next((one for one in self.routes if one.route == route), None)
        return None if stage is None else tuple(self.tables[number] for number in stage.tables)


@dataclass(frozen=True, slots=True)
class ChildOrder:
    """What one child is told: the copy's folder, what is known already, whom to leave out."""

    order: ProveOrder
    folder: str
    sketch: Sketch = field(default_factory=Sketch)
    seed: int = 1
    skip: tuple[str, ...] = ()
    """Routes that ended an earlier child (`GET /crash`)."""
    only: tuple[str, ...] = ()
    """Labels of the exchanges to send again (`Asked.label`), for a replay; empty sends all."""
    replay: bool = False
    """What was seen is to be seen once more: nothing is made smaller, and what hangs may hang."""
    late: frozenset[str] = frozenset()
    """Settings that the run knew of only when a request wanted them: they are there, unknown."""
    stages: Stages = field(default_factory=Stages)
    """For a replay: what each route was asked with. What was learned later changes the items."""

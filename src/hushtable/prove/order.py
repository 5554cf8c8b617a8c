"""What to prove, and what a child process is told and tells back."""

from __future__ import annotations

from dataclasses import dataclass, field

from hushtable.prove.sketch import Sketch


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

"""A proof: the request that was sent, the canary that was planted, and where it came out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hushtable.model.service import Attribute, Channel


class Shows(StrEnum):
    """What a proof shows. A rule names those that prove what it says (`RuleInfo.shown_by`)."""

    ITEM = "item"
    MAP = "map"
    ATTRIBUTE = "attribute"
    CURSOR = "cursor"
    METADATA = "metadata"
    EXCEPTION = "exception"
    INPUT = "input"
    SECRET = "secret"  # noqa: S105 - a word of the model
    SCAN = "scan"
    """A Scan that nothing bounds was made for this request."""
    CLIENT_LIMIT = "client-limit"
    CLIENT_START = "client-start"
    FILTER = "filter"
    ODD_KEY = "odd-key"
    """A text that no key should hold became part of one."""
    OTHER_OWNER = "other-owner"
    """One caller got, or changed, what belongs to another."""
    CLIENT_EXPRESSION = "client-expression"
    CLIENT_NAMES = "client-names"
    REFUSED_EXPRESSION = "refused-expression"
    OPEN_ROUTE = "open-route"
    """A caller without credentials was answered."""
    SWALLOW = "swallow"
    DEBUG = "debug"
    URL_SECRET = "url-secret"  # noqa: S105 - a word of the model
    UNLIMITED = "unlimited"
    """Wrong secrets were given one after the other, and nothing stopped that."""


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """The smallest request that shows an exposure.

    It holds canaries and made-up values alone, so it may be printed whole. `path` has its query.
    `identity` is who asked: `anyone`, `A`, `B` (two owners) or `role:NAME`.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    identity: str = ""
    provoked: str = ""
    """What was done to the store for this request (`GetItem is throttled`), or empty."""
    before: tuple[ProofRequest, ...] = ()
    """What is asked first: signing up, before signing in."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One exposure, witnessed. Every text in it may be printed: it is made of canaries.

    `shows` is what kind of thing, `route` the route as the app declares it (`GET /users/{id}`).
    `where` says in words where the canary came out (`$.items[].email`, `header location`,
    `log app.users, INFO`). `encoding` is how it was hidden there (`base64`), empty where it stood
    as planted. `replayed` and `reproduced` count the runs with other canaries, in a process of
    their own, and how many of those showed the same.
    """

    request: ProofRequest
    channel: Channel
    where: str
    attributes: tuple[Attribute, ...] = ()
    canary: str = ""
    owner: str = ""
    """Whose canary it was: `A`, `B`, or empty where it belongs to nobody."""
    encoding: str = ""
    status: int | None = None
    curl: str = ""
    test: str = ""
    """A whole pytest test that fails while the exposure is there."""
    replayed: int = 0
    reproduced: int = 0
    notes: tuple[str, ...] = ()
    """What it rests on that a service does not do by itself, a sentence each."""
    shows: Shows = Shows.ATTRIBUTE
    route: str = ""


def came_again(proof: Proof) -> bool:
    """Whether an exposure was shown in each of its replays. One that was not is no proof."""
    return proof.reproduced >= proof.replayed


@dataclass(frozen=True, slots=True)
class Unreached:
    """A route that was called and never answered as it does when all is well, and why."""

    route: str
    why: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of an app was tried. Nothing is claimed of what was not reached.

    `sandbox` says what held the app (`no network: a namespace of its own`). `learned` are lines a
    person can read: which tables and settings were supplied, and why. `tried` counts the requests
    to each route that was reached.
    """

    routes: int = 0
    reached: int = 0
    unreached: tuple[Unreached, ...] = ()
    tried: tuple[tuple[str, int], ...] = ()
    attributes_planted: int = 0
    attributes_seen: int = 0
    requests: int = 0
    runs: int = 0
    refused: tuple[str, ...] = ()
    """Hosts that the app wanted to reach and did not."""
    sandbox: tuple[str, ...] = ()
    learned: tuple[str, ...] = ()
    replayed: int = 0
    """Proofs that were to be shown again; `not_reproduced` of them were not, and are no claim."""
    not_reproduced: int = 0
    seconds: float = 0.0

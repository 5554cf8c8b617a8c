"""Many services scanned together: what is listed, what is ordered of each, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

EXIT_CODES = frozenset({0, 1, 3})
"""How a scan ends that wrote its result: quiet, with findings, not all examined."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One service of a list.

    `shown` is where it comes from as it may be printed. `path` is an absolute folder, or empty for
    what git fetches from `url`. The URL may hold a credential: no repr shows it.
    """

    id: str
    """Twelve hex digits that name the service in the results, whatever it is called."""
    name: str
    shown: str
    path: str = ""
    url: str = field(default="", repr=False)
    revision: str = ""
    folder: str = ""
    """Below the checkout, with `/`."""


@dataclass(frozen=True, slots=True)
class Order:
    """All that the scan of one service depends on; the same order gives the same outcome.

    `program` is the module that scans, run by Python with `arguments`. `settings` stands for
    whatever else the result depends on, `known` is the key of an earlier result that need not be
    made again. `seconds` and `megabytes` bound the scan.
    """

    service: Listed
    program: str
    arguments: tuple[str, ...] = ()
    settings: str = ""
    known: str = ""
    formats: tuple[str, ...] = ("json",)
    seconds: float = 600.0
    megabytes: int = 4096
    checkouts: str = ""
    """Where clones are kept; empty: in a temporary folder that is removed."""
    aside: tuple[str, ...] = ()
    """Files and folders that are no part of any service: those that the run itself writes."""


class State(StrEnum):
    """How far a service was looked at."""

    EXAMINED = "examined"
    UNCHANGED = "unchanged"
    """Its earlier result still holds."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one order. `texts` are the results by format, empty unless examined."""

    id: str
    state: State
    key: str = ""
    why: str = ""
    commit: str = ""
    exit_code: int = 0
    """Of the scan by the service's own settings, one of `EXIT_CODES`."""
    seconds: float = 0.0
    version: str = ""
    """Of the hushtable that looked."""
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

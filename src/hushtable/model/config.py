"""What a user configures, as read from `hushtable.toml` or `[tool.hushtable]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.rule import Severity


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller whose real headers are configured, for a gate that cannot be passed otherwise.

    `name` is `A`, `B` (two owners) or `role:NAME`. `owner` is the caller's id as planted items
    hold it. The headers are credentials: no repr shows them.
    """

    name: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    owner: str = ""


@dataclass(frozen=True, slots=True)
class ScanConfig:
    """How to scan.

    `taught` is the raw `library` tables of the configuration, in the words of
    `scan/libraries/*.toml`; `attributes` declares sensitivity by attribute path or name
    (`"users.nickname" = "public"`, `"tax_*" = "financial"`).
    """

    exclude: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Severity = Severity.LOW
    baseline: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    taught: tuple[Mapping[str, Any], ...] = ()
    jobs: int = 0
    """Worker processes; 0 means one per core."""
    cache: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)
    identities: tuple[Identity, ...] = ()
    hook: str = ""
    """`module:function`, called with the app before it is driven."""
    tests: str = ""
    """The command of the project's own tests, which a proven fix must leave green."""
    test_seconds: int = 300
    """How long they may take."""

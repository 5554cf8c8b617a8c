"""What the egress looks for, and whom it tells."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal

from hushtable.guard import route as routes
from hushtable.guard.egress_declared import Shape, UnreadableModelError, declared_by
from hushtable.guard.egress_inspection import Inspection, Place, Rules
from hushtable.guard.shapes import Leak

_log = logging.getLogger("hushtable.egress")

Scope = MutableMapping[str, Any]
Mode = Literal["report", "redact", "block"]

_ROUTES_KEPT = 4096
_ERRORS = 400


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen in an answer. Holds names and places, never a value.

    `path` is the first of `count` places that differ only by index. `route` is a template.
    `why` says why a body was not inspected. `error_id` is that of a blocked answer.
    """

    kind: Leak
    path: str
    count: int
    method: str
    route: str
    why: str = ""
    error_id: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What one `Egress` was told."""

    mode: Mode
    body_limit: int
    depth: int
    strict: bool
    """A body that cannot be looked into is blocked."""
    declared: Mapping[str, Shape]
    allowed: Mapping[str, frozenset[str]]
    rules: Rules
    on_finding: Callable[[Finding], None] | None


class Policy:
    """The settings, and what routes were found to declare."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # A route is held beside its shape: an id alone could come to mean another object.
        self._shapes: dict[tuple[int, int], tuple[object, Shape | None, str]] = {}
        self._unseen: set[tuple[str, str, str]] = set()

    def inspection(self, scope: Scope) -> Inspection:
        """Begin to look at one answer, without taking anything out."""
        allowed: frozenset[str] = frozenset()
        if self.settings.allowed:
            allowed = self.settings.allowed.get(routes.template(scope), allowed)
        return Inspection(self.settings.rules, allowed=allowed, depth=self.settings.depth)

    def shape(self, scope: Scope, status: int) -> Shape | None:
        """Give what the answering route declares for this status, None for nothing."""
        if self.settings.declared and status < _ERRORS:
            named = self.settings.declared.get(routes.template(scope))
            if named is not None:
                return named
        if Leak.UNDECLARED in self.settings.rules.ignore:
            return None
        route = routes.answering(scope)
        if route is None:
            return None
        kept = self._shapes.get((id(route), status))
        if kept is None:
            try:
                kept = (route, declared_by(route, status), "")
            except UnreadableModelError as error:
                kept = (route, None, f"the response model has no schema ({error})")
            if len(self._shapes) >= _ROUTES_KEPT:
                self._shapes.clear()
            self._shapes[id(route), status] = kept
        if kept[2]:
            self.tell(scope, [Place(Leak.NOT_INSPECTED, "$")], why=kept[2])
        return kept[1]

    def tell(
        self,
        scope: Scope,
        places: Collection[Place],
        *,
        more: int = 0,
        why: str = "",
        error_id: str = "",
    ) -> None:
        """Tell the log and `on_finding` what was seen. Never raises for what they do."""
        method, route = str(scope.get("method", "")), routes.template(scope)
        found = [
            Finding(place.kind, place.path, place.count, method, route, why, error_id)
            for place in places
        ]
        level = logging.WARNING
        if why:
            # One line for each route and reason; the next ones are for whoever looks closely.
            seen = (method, route, why)
            level = logging.DEBUG if seen in self._unseen else logging.WARNING
            if len(self._unseen) < _ROUTES_KEPT:
                self._unseen.add(seen)
        parts = [
            f"{f.kind} at {f.path}" + (f" ({f.count} times)" if f.count > 1 else "") for f in found
        ]
        if more:
            parts.append(f"and {more} more")
        if why:
            parts.append(why)
        if error_id:
            parts.append(f"blocked, error id {error_id}")
        _log.log(level, "%s %s: %s", method, route, "; ".join(parts))
        if self.settings.on_finding is None:
            return
        for finding in found:
            try:
                self.settings.on_finding(finding)
            except Exception as error:  # noqa: BLE001 - an answer does not fail for its report
                _log.warning("on_finding failed: %s", type(error).__name__)

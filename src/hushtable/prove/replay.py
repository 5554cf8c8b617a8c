"""What comes of showing every proof again: the same exposure, or a claim that is taken back.

A replay is another process with other canaries. It begins with everything that the run learned,
but asks each route on the items that the run had planted for it: what was learned later changes
keys and values, and so what a request looks like.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hushtable.model.facts import Carried, Facts, Outflow
from hushtable.model.proof import Proof, came_again
from hushtable.prove.order import Stage, Stages
from hushtable.prove.sketch import Sketch, TableSketch

_Kind = tuple[object, ...]


@dataclass(slots=True)
class Known:
    """What was known at each route of a run, each version of a table kept once."""

    _tables: list[TableSketch] = field(default_factory=list)
    _last: dict[str, int] = field(default_factory=dict)
    _routes: dict[str, Stage] = field(default_factory=dict)

    def note(self, route: str, sketch: Sketch) -> None:
        """Keep what is known when a route has been called."""
        self._routes[route] = Stage(route, tuple(map(self._number, sketch.tables)))

    def stages(self, routes: Iterable[str]) -> Stages:
        """Give what was known at these routes."""
        wanted = [self._routes[one] for one in dict.fromkeys(routes) if one in self._routes]
        numbers = sorted({number for stage in wanted for number in stage.tables})
        now = {number: at for at, number in enumerate(numbers)}
        return Stages(
            tuple(self._tables[number] for number in numbers),
            tuple(
                replace(stage, tables=tuple(now[one] for one in stage.tables)) for stage in wanted
            ),
        )

    def _number(self, table: TableSketch) -> int:
        last = self._last.get(table.name)
        if last is None or self._tables[last] != table:
            last = self._last[table.name] = len(self._tables)
            self._tables.append(table)
        return last


def counted(proofs: Sequence[Proof], replays: Sequence[Iterable[Proof]]) -> tuple[Proof, ...]:
    """Give each proof its counts: how often it was to be shown again, and how often it was."""
    others = [_by_kind(one) for one in replays]
    return tuple(
        replace(
            proof,
            replayed=len(others),
            reproduced=sum(_is_among(proof, other) for other in others),
        )
        for proof in proofs
    )


def told(proof: Proof) -> str:
    """Say of a proof that did not come again what was seen, in names alone."""
    what = ", ".join(map(str, proof.attributes)) or str(proof.shows)
    again = f"{proof.reproduced} of {proof.replayed}"
    return f"{proof.route}: {what} ({proof.channel}, {proof.where}) came again in {again} replays"


def kept(facts: Facts, proofs: Iterable[Proof]) -> Facts:
    """Leave out of what left all that no proof showed again.

    Facts of other kinds are judged with a proof beside them, and need not be touched.
    """
    gone: set[_Kind] = set()
    stays: set[_Kind] = set()
    for proof in proofs:
        things = proof.attributes or (None,)
        (stays if came_again(proof) else gone).update(
            (proof.route, proof.channel, str(proof.shows), one) for one in things
        )
    gone -= stays
    if not gone:
        return facts
    outflows = (_without(one, gone) for one in facts.outflows)
    return replace(facts, outflows=tuple(one for one in outflows if one.carried))


def _without(outflow: Outflow, gone: set[_Kind]) -> Outflow:
    def thing(carried: Carried) -> _Kind:
        # A proof names no attribute without a path.
        named = carried.attribute if carried.attribute and carried.attribute.path else None
        return (str(outflow.route), outflow.channel, str(carried.cargo), named)

    return replace(outflow, carried=tuple(one for one in outflow.carried if thing(one) not in gone))


def _kind(proof: Proof) -> _Kind:
    return (proof.shows, proof.route, proof.request.identity, proof.channel)


def _by_kind(proofs: Iterable[Proof]) -> dict[_Kind, list[Proof]]:
    found: dict[_Kind, list[Proof]] = {}
    for proof in proofs:
        found.setdefault(_kind(proof), []).append(proof)
    return found


def _is_among(proof: Proof, others: Mapping[_Kind, Sequence[Proof]]) -> bool:
    """Whether a run with other canaries showed the same: every attribute, by the same way."""
    alike = others.get(_kind(proof), ())
    if not proof.attributes:
        return any(one.where == proof.where for one in alike)
    return set(proof.attributes) <= {each for one in alike for each in one.attributes}

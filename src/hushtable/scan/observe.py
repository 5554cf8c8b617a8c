"""Turns the notes of one entry into the facts of what left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.facts import (
    Access,
    Cargo,
    Carried,
    Expression,
    Form,
    GateHole,
    KeyUse,
    Outflow,
    Seal,
    Swallow,
    UrlSecret,
)
from hushtable.model.place import Step, Trace
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.sensitivity_names import classify
from hushtable.model.service import Attribute, Channel, ModelState, Route
from hushtable.scan.kinds import Read
from hushtable.scan.labels import Kind, Label, Origin
from hushtable.scan.marked import Marked
from hushtable.scan.notes import Notes
from hushtable.scan.observations import Carry, Store
from hushtable.scan.tracing import entry_steps, trace_of

TELLING = frozenset({Category.CREDENTIAL, Category.FINANCIAL, Category.HEALTH, Category.PERSONAL})


@dataclass(slots=True)
class Observed:
    """The facts of one entry, and what was learned of tables on the way."""

    routes: list[Route] = field(default_factory=list)
    outflows: list[Outflow] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    expressions: list[Expression] = field(default_factory=list)
    keys: list[KeyUse] = field(default_factory=list)
    holes: list[GateHole] = field(default_factory=list)
    swallows: list[Swallow] = field(default_factory=list)
    urls: list[UrlSecret] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)


class Observer:
    """Writes facts with the sensitivities that a user and the program's Records declared."""

    def __init__(self, declared: Mapping[str, str]) -> None:
        self._declared = declared
        self.marked = Marked({})

    def sensitivity(
        self, name: str, table: str = "", hint: str = "", path: tuple[str, ...] = ()
    ) -> Sensitivity:
        """Classify an attribute: as the user says, the program's Records, or its name and type.

        `path` is where it lies in its table, `name` where nothing is said.
        """
        guessed = classify(name, table=table, hint=hint, declared=self._declared)
        return self.marked.over(guessed, table, path or tuple(name.split(".")))

    def outflows(self, notes: Notes, route: Route | None, *, reachable: bool) -> list[Outflow]:
        """Give what left while the entry ran."""
        stored = {
            label.name
            for store in notes.stores
            for label in store.labels
            if label.kind is Kind.INPUT
        }
        tables = {
            label.name: (store.record.table, store.attribute)
            for store in notes.stores
            for label in store.labels
            if label.kind is Kind.INPUT
        }
        found: dict[Any, Outflow] = {}
        for carry in notes.carries:
            made = self._outflow(carry, route, stored, tables, reachable=reachable)
            if made is not None:
                key = (made.channel, made.place, made.via)
                known = found.get(key)
                found[key] = made if known is None else merge_outflows(known, made)
        for store in notes.stores:
            made = self._stored(store, route)
            if made is not None:
                found.setdefault((made.channel, made.place, made.carried[0].attribute), made)
        return list(found.values())

    def _outflow(
        self,
        carry: Carry,
        route: Route | None,
        stored: set[str],
        tables: Mapping[str, tuple[str, str]],
        *,
        reachable: bool,
    ) -> Outflow | None:
        shape = carry.shape
        pairs = shape.pairs if shape is not None else [(label, False) for label in carry.labels]
        if shape is not None:
            have = {label for label, _ in pairs}
            # Exceptions, cursors and settings leave whatever the shape of the answer is.
            pairs = [
                *pairs,
                *(
                    (x, False)
                    for x in carry.labels
                    if x.kind is Kind.EXCEPTION and x not in have and not shape.closed
                ),
            ]
        carried = []
        for label, opened in sorted(pairs, key=_order):
            one = self._carried(label, carry, route, stored, tables, opened=opened)
            if one is not None and one not in carried:
                carried.append(one)
                if isinstance(label.access, Origin) and label.access.record is not None:
                    label.access.record.channels.add(carry.channel)
        if not carried:
            return None
        model = shape.state if shape is not None else ModelState.NONE
        return Outflow(
            carry.channel,
            carry.place,
            tuple(carried),
            route,
            carry.function,
            model,
            shape.name if shape is not None else "",
            carry.status,
            carry.via,
            public_file=carry.public,
            reachable=reachable,
            form=shape.form if shape is not None else Form.OTHER,
            named=shape.named if shape is not None else (),
            parts=shape.parts if shape is not None else (),
        )

    def _carried(
        self,
        label: Label,
        carry: Carry,
        route: Route | None,
        stored: set[str],
        tables: Mapping[str, tuple[str, str]],
        *,
        opened: bool,
    ) -> Carried | None:
        trace = trace_of(label, carry, route)
        spoken = carry.channel in {Channel.LOG, Channel.FILE, Channel.HEADER}
        match label.kind:
            case Kind.ATTRIBUTE if not label.counted:
                return self._attribute(label, trace, opened=opened, spoken=spoken)
            case Kind.EXCEPTION if carry.channel in {Channel.RESPONSE, Channel.ERROR}:
                return Carried(
                    Cargo.EXCEPTION,
                    detail=f"{label.name}: {label.detail or 'str(e)'}",
                    own_text=label.own,
                    origin=label.place,
                    trace=trace,
                )
            case Kind.CURSOR if carry.channel in {Channel.RESPONSE, Channel.HEADER}:
                return Carried(
                    Cargo.CURSOR,
                    Attribute(label.table, ("LastEvaluatedKey",)),
                    seal=label.seal,
                    origin=label.place,
                    trace=trace,
                )
            case Kind.METADATA if carry.channel is Channel.RESPONSE:
                return Carried(
                    Cargo.METADATA, Attribute(label.table, ("ResponseMetadata",)), trace=trace
                )
            case Kind.INPUT | Kind.CALLER | Kind.SETTING if label.seal is Seal.NONE:
                return self._named(label, trace, stored, tables, spoken=spoken)
        return None

    def _attribute(
        self, label: Label, trace: Trace, *, opened: bool, spoken: bool
    ) -> Carried | None:
        whole = not label.path
        path = ("*",) if whole else ((*label.path, "*") if opened else label.path)
        attribute = Attribute(label.table, tuple(part for part in path if part != "[]"))
        sensitivity = self.sensitivity(attribute.name, label.table, label.hint, attribute.path)
        if spoken and not whole and not opened and sensitivity.category not in TELLING:
            return None
        cargo = Cargo.ITEM if whole else (Cargo.MAP if opened else Cargo.ATTRIBUTE)
        origin = (
            label.access.record.place
            if isinstance(label.access, Origin) and (label.access.record is not None)
            else label.place
        )
        return Carried(
            cargo,
            attribute,
            sensitivity,
            label.minus,
            chosen=not whole and not opened,
            seal=label.seal,
            origin=origin,
            trace=trace,
        )

    def _named(
        self,
        label: Label,
        trace: Trace,
        stored: set[str],
        tables: Mapping[str, tuple[str, str]],
        *,
        spoken: bool,
    ) -> Carried | None:
        """Inputs, claims and settings leave only when their name is sensitive."""
        if label.kind is Kind.CALLER and not spoken:
            return None
        if label.counted:
            return None
        name = label.path[-1] if label.path and label.path[-1] != "[]" else label.name
        sensitivity = self.sensitivity(name)
        if label.kind is Kind.CALLER and name == "claims" and not label.path:
            sensitivity = Sensitivity(Category.PERSONAL, "claims", "claims of the caller's token")
        wanted = TELLING if spoken else {Category.CREDENTIAL}
        if sensitivity.category not in wanted:
            return None
        if label.kind is Kind.SETTING:
            if sensitivity.category is not Category.CREDENTIAL:
                return None
            return Carried(
                Cargo.SECRET, None, sensitivity, detail=label.name, origin=label.place, trace=trace
            )
        table, attribute = tables.get(label.name, ("request", name))
        return Carried(
            Cargo.INPUT,
            Attribute(table, (attribute,)),
            sensitivity,
            chosen=True,
            stored=label.name in stored,
            detail=name,
            origin=label.place,
            trace=trace,
        )

    def _stored(self, store: Store, route: Route | None) -> Outflow | None:
        name = store.attribute.rpartition(".")[2]
        table, path = store.record.table, tuple(store.attribute.split("."))
        sensitivity = self.sensitivity(name, table, path=path)
        if sensitivity.category is not Category.CREDENTIAL or name == "*":
            return None
        telling = [
            label
            for label in store.labels
            if label.kind in {Kind.INPUT, Kind.FRESH, Kind.SETTING} and not label.counted
        ]
        given = [label for label in telling if label.kind is not Kind.FRESH]
        # A salt stands beside what it was hashed with; it is not the secret.
        telling = given or telling
        if not telling:
            return None
        seal = min((label.seal for label in telling), key=list(Seal).index)
        label = telling[0]
        step = Step(store.place, f"written to {store.record.table}.{store.attribute} as it is")
        trace = (*entry_steps(route), *store.trail, step)
        carried = Carried(
            Cargo.INPUT if label.kind is Kind.INPUT else Cargo.SECRET,
            Attribute(store.record.table, tuple(store.attribute.split("."))),
            sensitivity,
            stored=True,
            seal=seal,
            detail=label.name,
            origin=label.place,
            trace=trace,
        )
        return Outflow(
            Channel.STORE,
            store.place,
            (carried,),
            route,
            store.function,
            via=str(store.record.operation),
        )


def _order(pair: tuple[Label, bool]) -> tuple[str, ...]:
    label, opened = pair
    record = label.access.record if isinstance(label.access, Origin) else None
    place = label.place if record is None else record.place
    steps = [str(step.place) for step in (*(record.trail if record else ()), *label.stack)]
    return (
        str(label.kind), label.table, ".".join(label.path), label.name, str(opened),
        str(place), *steps, label.detail, ",".join(sorted(label.minus)),
    )  # fmt: skip


def merge_outflows(left: Outflow, right: Outflow) -> Outflow:
    """Unite two outflows of one place."""
    carried = list(left.carried)
    carried += [one for one in right.carried if all(not _same(one, have) for have in carried)]
    state = left.model if left.model is not ModelState.CLOSED else right.model
    return Outflow(
        left.channel,
        left.place,
        tuple(carried),
        left.route,
        left.function,
        state,
        left.model_name or right.model_name,
        left.status or right.status,
        left.via,
        left.public_file,
        left.reachable or right.reachable,
        left.form if left.form is right.form else Form.OTHER,
        tuple(sorted({*left.named, *right.named})),
        tuple(sorted({*left.parts, *right.parts})),
    )


def _same(one: Carried, other: Carried) -> bool:
    return (one.cargo, one.attribute, one.detail, one.minus) == (
        other.cargo,
        other.attribute,
        other.detail,
        other.minus,
    )

"""Every proof is shown again with other canaries; what does not come again is no claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from hushtable.model.event import silent
from hushtable.model.facts import Cargo, Carried, Facts, Outflow
from hushtable.model.place import Place
from hushtable.model.proof import Proof, ProofRequest, Reach, Shows, came_again
from hushtable.model.service import Attribute, Channel, Route
from hushtable.prove import run as running
from hushtable.prove.order import ChildOrder, ProveOrder
from hushtable.prove.replay import Known, counted, kept, told
from hushtable.prove.run import Proven, prove
from hushtable.prove.sketch import Setting, Shape, Sketch, TableSketch
from hushtable.prove.told import Finished, Learned, Opened, Supplied, Told, Tried, Trying

ROUTE = Route("GET", "/users", Place("app.py", 3), "app.users")
OTHER = replace(ROUTE, path="/orders")
EMAIL, PHONE = Attribute("users", ("email",)), Attribute("users", ("phone",))
FIRST = TableSketch("users", (("id", "S"),))
THEN = replace(FIRST, attributes=(("email", Shape()),))


def proof(*attributes: Attribute, **more: object) -> Proof:
    """Give a proof that attributes were answered with."""
    request = ProofRequest("GET", "/users", identity="anyone")
    made = Proof(request, Channel.RESPONSE, "$.x", attributes, route=str(ROUTE))
    return replace(made, **more)  # type: ignore[arg-type]


def facts(*attributes: Attribute) -> Facts:
    """Give the fact that attributes left the route."""
    carried = tuple(Carried(Cargo.ATTRIBUTE, one) for one in attributes)
    return Facts(
        routes=(ROUTE,), outflows=(Outflow(Channel.RESPONSE, ROUTE.place, carried, ROUTE),)
    )


@pytest.mark.parametrize(
    ("again", "times"),
    [
        ([proof(EMAIL)], 1),
        ([proof(EMAIL, PHONE)], 1),
        ([proof(PHONE)], 0),
        ([proof(EMAIL, channel=Channel.LOG)], 0),
        ([proof(EMAIL, route="GET /orders")], 0),
        ([proof(EMAIL, shows=Shows.INPUT)], 0),
        ([proof(EMAIL, request=ProofRequest("GET", "/users", identity="B"))], 0),
        ([], 0),
    ],
)
def test_a_proof_comes_again_by_the_same_way(again: list[Proof], times: int) -> None:
    """The same attributes, by the same channel of the same route, to the same caller."""
    (one,) = counted([proof(EMAIL)], [again])
    assert (one.replayed, one.reproduced) == (1, times)
    assert came_again(one) is bool(times)


def test_what_names_no_attribute_comes_again_at_its_place() -> None:
    """Without attributes it is the place that is compared."""
    scan = proof(shows=Shows.SCAN)
    (one,) = counted([scan], [[scan], [replace(scan, where="elsewhere")]])
    assert (one.replayed, one.reproduced) == (2, 1)
    assert not came_again(one)


def test_without_a_replay_nothing_is_taken_back() -> None:
    """A run that was to have no replay keeps what it saw."""
    assert came_again(proof(EMAIL))
    assert kept(facts(EMAIL), [proof(EMAIL)]) == facts(EMAIL)


def test_a_fact_without_a_proof_that_came_again_is_left_out() -> None:
    """What no proof showed again leaves the facts, and what another showed stays."""
    shown = [
        proof(EMAIL, replayed=2, reproduced=2),
        proof(EMAIL, PHONE, replayed=2, reproduced=1),
    ]
    assert kept(facts(EMAIL, PHONE), shown) == facts(EMAIL)
    assert kept(facts(PHONE), shown[1:]).outflows == ()
    assert "users.phone (response, $.x) came again in 1 of 2 replays" in told(shown[1])


def test_each_route_keeps_what_was_known_then() -> None:
    """A replay is told what was planted for each route, each version of a table once."""
    known = Known()
    orders = TableSketch("orders", (("id", "S"),))
    known.note("GET /a", Sketch(tables=(FIRST, orders)))
    known.note("GET /b", Sketch(tables=(FIRST, orders)))
    known.note("GET /c", Sketch(tables=(orders, THEN)))
    stages = known.stages(("GET /b", "GET /c", "GET /gone"))
    assert stages.at("GET /b") == (FIRST, orders)
    assert stages.at("GET /c") == (orders, THEN)
    assert stages.at("GET /a") is None
    assert len(stages.tables) == 3
    assert known.stages(("GET /c",)).tables == (orders, THEN)


@dataclass(slots=True)
class Runs:
    """Children that tell what they are made to tell; `orders` are what they were told."""

    proofs: list[tuple[Proof, ...]]
    early: bool = False
    orders: list[ChildOrder] = field(default_factory=list)

    def __call__(
        self, order: ChildOrder, tell: Callable[[Told], None], *, seconds: float, memory: int
    ) -> str:
        """Tell of one route."""
        assert seconds > 0
        assert memory > 0
        shown = self.proofs[len(self.orders)]
        self.orders.append(order)
        tell(Opened((str(ROUTE),)))
        tell(Learned(Sketch(tables=(FIRST,))))
        tell(Trying(str(ROUTE)))
        tell(Supplied((Setting("SIGNING_KEY", "{canary}"),)))
        tell(Learned(Sketch(tables=(THEN,))))
        labels = ("GET|0|anyone||as it should be",)
        tell(
            Tried(str(ROUTE), reached=True, facts=facts(EMAIL, PHONE), proofs=shown,
                  labels=labels, early=self.early)
        )  # fmt: skip
        tell(Finished(Reach()))
        return ""


def proved(runs: Runs, folder: Path) -> Proven:
    """Prove an app whose children are made."""
    return prove(ProveOrder("app:app", str(folder), seed=1), None, silent, runs)


def test_what_did_not_come_again_is_unknown_and_counted(tmp_path: Path) -> None:
    """It leaves the facts, is told as unknown with its counts, and is counted."""
    once = (proof(EMAIL), proof(PHONE))
    found = proved(Runs([once, once, (proof(EMAIL),), ()]), tmp_path)
    assert [(one.replayed, one.reproduced) for one in found.proofs] == [(2, 2), (2, 1)]
    assert found.facts.outflows == facts(EMAIL).outflows
    assert [one.why for one in found.unknown] == [
        "GET /users: users.phone (response, $.x) came again in 1 of 2 replays"
    ]
    assert (found.reach.not_reproduced, found.reach.replayed) == (1, 2)


def test_what_needs_earlier_requests_is_shown_by_all_of_them(tmp_path: Path) -> None:
    """What does not come again alone may come again when all is done as the run did it."""
    seen = proof(
        EMAIL, curl="curl -i /users", test=f"    proven = prove('x', routes=['{ROUTE}'])\n"
    )
    runs = Runs([(seen,), (), (seen,), (seen,), (seen,)])
    found = proved(runs, tmp_path)
    assert (found.unknown, found.reach.not_reproduced) == ((), 0)
    (one,) = found.proofs
    assert (one.replayed, one.reproduced, len(one.notes)) == (2, 2, 1)
    assert one.curl == f"curl -i /users  # {one.notes[0]}"
    assert one.test == f"    # {one.notes[0]}\n    proven = prove('x')\n"
    first, *alone, whole, _ = runs.orders
    assert (whole.only, whole.sketch.tables, whole.replay) == ((), first.sketch.tables, True)
    assert all(order.only for order in alone)
    # One that comes again half of the time is no claim.
    found = proved(Runs([(seen,), (), (seen,), (seen,), ()]), tmp_path)
    assert found.reach.not_reproduced == 1
    assert EMAIL not in [each.attribute for one in found.facts.outflows for each in one.carried]


@pytest.mark.parametrize(("early", "tables"), [(False, (THEN,)), (True, (FIRST,))])
def test_a_replay_asks_on_the_items_of_the_run(
    tmp_path: Path, *, early: bool, tables: tuple[TableSketch, ...]
) -> None:
    """A route is asked again on what was planted when its proofs were seen, not on what came."""
    runs = Runs([(proof(EMAIL),)] * 3, early=early)
    assert proved(runs, tmp_path).reach.not_reproduced == 0
    first, *others = runs.orders
    assert first.stages.at(str(ROUTE)) is None
    assert [one.stages.at(str(ROUTE)) for one in others] == [tables, tables]
    assert len({one.seed for one in runs.orders}) == 3
    # A setting that was wanted at a request is there from the start, and unknown as it was then.
    assert [one.late for one in runs.orders] == [set(), {"SIGNING_KEY"}, {"SIGNING_KEY"}]
    assert [len(one.sketch.settings) for one in runs.orders] == [0, 1, 1]


APP = """
from uuid import UUID

import boto3
from fastapi import FastAPI

app = FastAPI(openapi_url=None)
notes = boto3.resource("dynamodb").Table("notes")


@app.get("/drafts/{note_id}")
def draft(note_id: str):
    note = notes.get_item(Key={"note_id": note_id})["Item"]
    if "draft" not in note:
        print("no draft in", note)
    return {"draft": note["draft"]}


@app.get("/links")
def links():
    return [f"/files/{one['note_id']}.txt" for one in notes.scan(Limit=9)["Items"]]


@app.get("/notes/{note_id}")
def note(note_id: UUID):
    return {"text": notes.get_item(Key={"note_id": str(note_id)})["Item"]["text"]}
"""


def test_a_later_lesson_takes_no_proof_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a route showed before another one taught something is shown again, twice."""
    monkeypatch.setenv("PYTHONPATH", str(Path(running.__file__).resolve().parents[2]))
    (tmp_path / "main.py").write_text(APP)
    found = prove(ProveOrder("main:app", str(tmp_path), seed=5), None, silent)
    assert found.unknown == ()
    assert {(one.replayed, one.reproduced) for one in found.proofs} == {(2, 2)}
    shown = {(one.route, str(one.channel)): one for one in found.proofs if one.canary}
    assert "notes.note_id" in map(str, shown["GET /links", "response"].attributes)
    # The item had no draft at first, and that it was printed then is true.
    printed = shown["GET /drafts/{note_id}", "log"]
    assert printed.notes
    assert "notes.*" in {
        str(name) for one in found.proofs if one.notes == printed.notes for name in one.attributes
    }

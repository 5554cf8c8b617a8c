"""The second run of a page: what came out is compared with the marks, by names."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

import pytest

from hushtable.model.event import Listener
from hushtable.model.facts import Cargo, Carried, Facts, Outflow, Unknown
from hushtable.model.place import Place
from hushtable.model.proof import Proof, ProofRequest, Reach, Shows, Unreached
from hushtable.model.service import Attribute, Channel, Route
from hushtable.prove.order import ProveOrder
from hushtable.rules.page import Mark, Program
from hushtable.testing.examples import Example, examples
from hushtable.testing.proving import app_of, proven

ROUTE = Route("GET", "/users/{user_id}", Place("app.py", 8), "app.read_user")
WHOLE = Attribute("users", ("*",))
FACTS = Facts(
    routes=(ROUTE,),
    outflows=(Outflow(Channel.RESPONSE, ROUTE.place, (Carried(Cargo.ITEM, WHOLE),), ROUTE),),
)
REACHED = Reach(routes=1, reached=1)
HALF = Reach(routes=2, reached=1, unreached=(Unreached("GET /users/{user_id}", "it answered 500"),))
PROOF = Proof(
    ProofRequest("GET", "/users/1"),
    Channel.RESPONSE,
    "$.undeclared",
    (WHOLE,),
    shows=Shows.ITEM,
    route=str(ROUTE),
)


@dataclass
class Engine:
    """Stands in for the engine: gives what it was told to give."""

    facts: Facts = FACTS
    proofs: tuple[Proof, ...] = (PROOF,)
    reach: Reach = REACHED
    unknown: tuple[Unknown, ...] = ()
    order: ProveOrder | None = None

    def __call__(self, order: ProveOrder, _facts: Facts | None, _listen: Listener) -> Engine:
        """Give it."""
        self.order = order
        return self


def example(*names: str, unproven: str = "") -> Example:
    """Give the first program of HT101's page with other marks."""
    first = next(one for one in examples() if one.label == "HT101 leaks 1")
    marks = (Mark("app.py", 10, frozenset(names)),) if names else ()
    program = replace(first.program, marks=marks, unproven=unproven)
    return Example(first.rule, program, first.label)


def test_what_is_marked_and_came_out_agrees() -> None:
    """The names of a mark and of the proven findings are the same."""
    engine = Engine()
    assert proven(example("*"), engine) == ()
    assert engine.order is not None
    assert engine.order.app == "app:app"


@pytest.mark.parametrize(
    ("names", "engine", "said"),
    [
        ((), Engine(), "none is marked and * came out"),
        (("email",), Engine(), "email is marked and * came out"),
        (("*",), Engine(proofs=()), "* is marked and none came out"),
        (("*",), Engine(reach=Reach(routes=1)), "no route was reached"),
        (
            (),
            Engine(proofs=(), reach=HALF),
            "GET /users/{user_id} was not reached: it answered 500",
        ),
        (("*",), Engine(unknown=(Unknown(Place("a", 1), "it hung"),)), "not examined: it hung"),
    ],
)
def test_a_difference_is_told(names: tuple[str, ...], engine: Engine, said: str) -> None:
    """More, less, other names, nothing proven and nothing tried are all told."""
    assert any(said in one for one in proven(example(*names), engine))


def test_what_no_run_can_witness_is_not_run() -> None:
    """A fence that says why it is unproven is left out."""
    engine = Engine()
    assert proven(example("*", unproven="a literal"), engine) == ()
    assert engine.order is None


def test_every_program_that_can_be_run_has_an_app() -> None:
    """Each page's program makes an app that can be named."""
    runnable = [one.program for one in examples() if not one.program.unproven]
    missing = [one.line for one in runnable if not app_of(one)]
    assert runnable
    assert missing == []


def test_the_app_is_the_one_that_the_last_file_makes() -> None:
    """In a program of several files the last app counts."""
    files = (("app/admin.py", "app = FastAPI()"), ("app/main.py", "api = fastapi.FastAPI()\n"))
    assert all(ast.parse(text) for _, text in files)
    assert app_of(Program("python", "", files, (), 1)) == "app.main:api"

"""What is offered is what a run of the changed app and the project's own tests confirm."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.edit import Fixed, Order, Patch
from hushtable.model.facts import Unknown
from hushtable.model.finding import Finding, Result, Verdict
from hushtable.model.place import Place
from hushtable.model.proof import Proof, ProofRequest, Reach, Shows, Unreached
from hushtable.model.rule import Confidence, Severity
from hushtable.model.service import Attribute, Channel, Route
from hushtable.rules.confirming import MOST_RUNS, Trial, confirm


def finding(key: str, *, proven: bool = True, code: str = "HT101", name: str = "email") -> Finding:
    """Make a finding at a route of its own, with a proof when it is proven."""
    route = Route("GET", f"/{key}", Place(f"{key}.py", 1), key)
    proof = Proof(
        ProofRequest("GET", f"/{key}"),
        Channel.RESPONSE,
        f"$.{name}",
        (Attribute("users", (name,)),),
        shows=Shows.ITEM,
        route=str(route),
    )
    return Finding(
        code,
        "raw-item-returned",
        route.place,
        Severity.HIGH,
        Confidence.HIGH,
        "m",
        "r",
        key,
        attributes=(Attribute("users", (name,)),),
        routes=(route,),
        verdict=Verdict.PROVEN if proven else Verdict.SUSPECTED,
        proofs=(proof,) if proven else (),
    )


@dataclass
class World:
    """Findings, of which each is fixed in a file of its own; and what goes wrong with some.

    `out` come out all the same, `breaking` break a test, `silent` have a route that is answered no
    more, `stopping` keep the app from starting.
    """

    findings: tuple[Finding, ...]
    out: Collection[str] = ()
    breaking: Collection[str] = ()
    silent: Collection[str] = ()
    stopping: Collection[str] = ()
    brings: Mapping[str, Finding] = field(default_factory=dict)
    proofs: list[tuple[str, ...]] = field(default_factory=list)
    tests: int = 0

    def mend(self, without: frozenset[str]) -> Patch:
        """Fix all but some."""
        done = [one for one in self.findings if one.key not in without]
        return Patch(
            {one.key: b"" for one in done},
            {one.key: b"fixed" for one in done},
            tuple(Fixed(one.key, one.code, one.place, Order("debug", one.place)) for one in done),
        )

    def prove(self, texts: Mapping[str, bytes], routes: tuple[str, ...]) -> Result:
        """Run what is fixed."""
        self.proofs.append(routes)
        if set(self.stopping) & texts.keys():
            return Result(".", reach=Reach(9, 0), unknown=(Unknown(Place("a", 1), "no module"),))
        seen = [one for one in self.findings if one.key in self.out or one.key not in texts]
        new = [one for key, one in self.brings.items() if key in texts]
        gone = [Unreached(f"GET /{key}", "500") for key in self.silent if key in texts]
        return Result(".", (*seen, *new), reach=Reach(9, 9, tuple(gone)))

    def test(self, texts: Mapping[str, bytes]) -> str:
        """Run the tests on what is fixed."""
        self.tests += 1
        bad = sorted(set(self.breaking) & texts.keys())
        return f"the tests fail: test_{bad[0]}" if bad else ""

    def confirmed(self) -> Patch:
        """Give what holds."""
        before = Result(".", self.findings, reach=Reach(9, 9))
        return confirm(Trial(before, self.mend, self.prove, self.test))


def keys(patch: Patch) -> set[str]:
    """Give what a patch fixes."""
    return {one.key for one in patch.fixed}


ALL = tuple(finding(key, proven=key != "d") for key in "abcd")


def test_what_holds_is_proven_once() -> None:
    """When nothing comes out and nothing breaks, one run of the app and of the tests is enough."""
    world = World(ALL)
    patch = world.confirmed()
    assert keys(patch) == set("abcd")
    assert {one.key: one.proven for one in patch.fixed} == {
        **dict.fromkeys("abc", True),
        "d": False,
    }
    assert (world.proofs, world.tests) == ([("GET /a", "GET /b", "GET /c")], 1)


def test_what_comes_out_all_the_same_is_taken_back() -> None:
    """A change after which the canary comes out is left, with the route and the place in it."""
    patch = World(ALL, out="b").confirmed()
    assert keys(patch) == set("acd")
    (left,) = patch.left
    assert (left.key, left.why) == ("b", "it comes out all the same: GET /b, $.email")


def test_what_answers_no_more_shows_nothing() -> None:
    """A route that is answered no more is called with all others, and then its change is left."""
    world = World(ALL, silent="c")
    patch = world.confirmed()
    assert keys(patch) == set("abd")
    assert patch.left[0].why == "GET /c is answered no more: 500"
    assert () in world.proofs


def test_what_is_of_the_app_shows_at_any_route() -> None:
    """A fix of what no route is to blame for holds where one of the routes that showed it goes on.

    Only where none of them does is it taken back.
    """
    wide = replace(ALL[0], code="HT502", routes=(), proofs=(*ALL[0].proofs, *ALL[1].proofs))
    assert keys(World((wide, *ALL[1:]), silent="b").confirmed()) == set("acd")
    assert keys(World((wide, *ALL[1:]), silent="ab").confirmed()) == set("cd")


def test_what_would_be_brought_is_taken_back() -> None:
    """A change after which a run shows something that nobody spoke of is left."""
    new = replace(finding("a", code="HT501"), key="new")
    patch = World(ALL, brings={"a": new}).confirmed()
    assert keys(patch) == set("bcd")
    assert patch.left[0].why == "the change would bring HT501: GET /a"


def test_other_attributes_of_the_rule_are_no_return() -> None:
    """What the same rule shows of other attributes is not what was fixed."""
    other = replace(finding("a", name="plan"), key="new")
    assert keys(World(ALL, brings={"a": other}).confirmed()) == set("abcd")


@pytest.mark.parametrize("kind", ["breaking", "stopping"])
def test_one_change_that_breaks_is_found(kind: str) -> None:
    """A test that fails, or an app that does not start, costs the one change that does it."""
    many = tuple(finding(f"k{number}") for number in range(9))
    patch = World(many, **{kind: {"k5"}}).confirmed()  # type: ignore[arg-type]
    assert keys(patch) == {one.key for one in many} - {"k5"}
    said = {"breaking": "the tests fail: test_k5", "stopping": "does not run: no module"}[kind]
    assert patch.left[0].why.endswith(said)


@given(st.sets(st.integers(0, 11), max_size=4), st.sets(st.integers(0, 11), max_size=4))
def test_nothing_that_breaks_is_ever_offered(out: set[int], breaking: set[int]) -> None:
    """Whatever comes out or breaks, none of it is in the patch, and all of it is told."""
    many = tuple(finding(f"k{number}") for number in range(12))
    bad_out, bad_tests = ({f"k{n}" for n in one} for one in (out, breaking))
    world = World(many, out=bad_out, breaking=bad_tests)
    patch = world.confirmed()
    assert not keys(patch) & (bad_out | bad_tests)
    assert keys(patch) | {one.key for one in patch.left} == {one.key for one in many}
    assert world.tests <= 4 * (MOST_RUNS + 1)


def test_what_never_holds_is_not_offered() -> None:
    """When each try shows something else, nothing is offered."""
    turns = iter(["a", "b", "c", "d", "a", "b"])
    world = World(tuple(finding(key) for key in "abcdefgh"))
    real: Callable[..., Result] = world.prove

    def prove(texts: Mapping[str, bytes], routes: tuple[str, ...]) -> Result:
        world.out = {next(turns)}
        return real(texts, routes)

    before = Result(".", world.findings, reach=Reach(9, 9))
    patch = confirm(Trial(before, world.mend, prove, world.test))
    assert (patch.fixed, patch.changed) == ((), ())
    assert {one.key for one in patch.left} == set("abcdefgh")

"""Findings become a patch: what brings something new or does not help is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hushtable.model.edit import Patch
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding, Result, Suppression
from hushtable.model.place import Place
from hushtable.model.rule import Confidence, Severity
from hushtable.rules.mending import Wish, mend

TEXTS = {"app.py": b"app = FastAPI(debug=True)\n"}
DEBUG = Finding(
    "HT502", "debug-enabled", Place("app.py", 1), Severity.MEDIUM, Confidence.HIGH, "m", "r", "k1"
)
POLICY = replace(DEBUG, code="HT404", name="broad-iam-policy", key="k3")
OTHER = replace(DEBUG, code="HT402", name="bola", key="k2")


def patch(first: list[Finding], later: list[Finding], wish: Wish | None = None) -> Patch:
    """Fix what a first scan finds; each later scan finds the same."""

    def look(changed: Mapping[str, bytes]) -> tuple[Result, Facts]:
        same = changed.get("app.py", TEXTS["app.py"]) == TEXTS["app.py"]
        return Result(".", tuple(first if same else later)), Facts()

    return mend(TEXTS, (Result(".", tuple(first)), Facts()), look, wish or Wish(unsafe=True))


def test_what_is_gone_is_fixed() -> None:
    """A finding that the next scan does not find is fixed, and its file is in the patch."""
    made = patch([DEBUG], [])
    assert made.after == {"app.py": b"app = FastAPI()\n"}
    assert ([one.key for one in made.fixed], made.left) == (["k1"], ())


def test_what_does_not_help_is_taken_back() -> None:
    """A change after which the finding is there all the same is not in the patch."""
    made = patch([DEBUG], [DEBUG])
    assert (made.changed, made.fixed) == ((), ())
    assert "found all the same" in made.left[0].why


def test_what_brings_something_new_is_taken_back() -> None:
    """A change that brings another finding is not in the patch, and the reason names it."""
    made = patch([DEBUG], [OTHER])
    assert (made.changed, made.fixed) == ((), ())
    assert "would bring HT402" in made.left[0].why


def test_what_is_suppressed_or_not_wanted_is_left_alone() -> None:
    """Neither a suppressed finding nor one that nobody asked for is fixed or told."""
    quiet = replace(DEBUG, suppression=Suppression("allow", "local"))
    assert patch([quiet], []) == Patch()
    assert patch([DEBUG], [], Wish(wanted=lambda _: False)) == Patch()


def test_a_rule_without_a_fix_says_so() -> None:
    """A finding of a rule without a fix stays, with that reason."""
    made = patch([POLICY], [POLICY])
    assert [one.why for one in made.left] == ["no fix of this kind can be written by a program"]

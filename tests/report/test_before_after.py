"""A service before and after its fixes: one story, a short map, figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.edit import Fixed, Order, Patch
from hushtable.model.place import Place
from hushtable.model.proof import Unreached
from hushtable.report.before_after import ROWS, Told, example, render
from tests.report.samples import (
    GET_USER,
    HOSTILE,
    LOGGED,
    PROVEN,
    REACH,
    RESULT,
    poisoned,
    proved,
    told,
)

BEFORE = b"".join(b"line %d\n" % number for number in range(1, 60))
AFTER = BEFORE.replace(b"line 25\n", b'KEY = "sesame-shut"\n').replace(b"line 50\n", b"far\n")
PATCH = Patch(
    {"app/routes.py": BEFORE},
    {"app/routes.py": AFTER},
    (Fixed(PROVEN.key, "HT102", PROVEN.place, Order("closed", PROVEN.place)),),
)
QUIET = told(
    replace(
        RESULT,
        findings=(LOGGED,),
        routes=(replace(GET_USER, leaves=GET_USER.leaves[:1]),),
        reach=REACH,
    )
)
FIXED = Told(proved(), QUIET, PATCH, {'KEY = "sesame-shut"'}, {PROVEN.key: ""})


def shown(told: Told, width: int = 120) -> str:
    """Give it as a terminal shows it."""
    return render(told, width=width, colour=False)


def test_one_finding_is_told_from_its_proof_to_its_fix() -> None:
    """The story has what was seen, the request, and the lines that changed at its place."""
    text = shown(FIXED)
    for said in (
        "HT102 secret-in-response  app/routes.py:25",
        "canary hqcccccccccccc",
        "curl -i -X POST",
        "-line 25",
        "it comes out no more",
    ):
        assert said in text
    assert "far" not in text


def test_a_line_with_a_secret_is_masked() -> None:
    """No text of a line that holds a secret is shown."""
    assert '+KEY = "***"' in shown(FIXED)
    assert "sesame" not in shown(FIXED)


def test_the_map_shows_what_left_and_what_leaves() -> None:
    """A row has the attributes and the audience before, and after."""
    (row,) = (line for line in shown(FIXED, 200).splitlines() if "to anyone, proven" in line)
    before, after = row.split("proven")
    assert before.startswith("  GET /users/{user_id} ")
    assert "users.password_hash" in before
    assert "users.email" in after
    assert "password_hash" not in after


def test_a_long_map_is_short() -> None:
    """Beyond a few rows it says how many more there are."""
    routes = [replace(GET_USER, path=f"/{number}") for number in range(ROWS + 3)]
    leak = replace(PROVEN, routes=tuple(routes))
    before = told(replace(RESULT, findings=(leak,), routes=tuple(routes), reach=REACH))
    text = shown(replace(FIXED, before=before))
    assert "and 3 more rows on the page" in text
    assert text.count("GET /") < ROWS + 3


def test_figures_count_what_comes_out_no_more() -> None:
    """It says how many proven findings are gone, what is new, and the scores."""
    text = shown(FIXED)
    assert "Proven   1 of 1 come out no more" in text
    assert "0 new, 2 gone, 1 unchanged" in text
    assert f"{FIXED.before.score.value} of 100" in text
    assert f"after: {FIXED.after.score.value} of 100" in text


@pytest.mark.parametrize("still", [{PROVEN.key: "it comes out all the same"}, {}])
def test_what_still_comes_out_is_no_story(still: dict[str, str]) -> None:
    """A finding that the fixed app shows, or of which nothing is known, is never told as fixed."""
    told = replace(FIXED, still=still)
    assert example(told) is None
    assert "One of them" not in shown(told)
    assert f"0 of {len(still)} come out" in shown(told)


def test_a_route_that_is_answered_no_more_is_told() -> None:
    """Where the fixed app answers a route no more, that is said, and its finding is no story."""
    silent = (*REACH.unreached, Unreached("GET /users/{user_id}", "every answer was 500"))
    after = replace(QUIET, result=replace(QUIET.result, reach=replace(REACH, unreached=silent)))
    told = replace(FIXED, after=after)
    assert example(told) is None
    assert "GET /users/{user_id} is answered no more: every answer was 500" in shown(told)
    assert "GET /health" not in shown(told)


def test_no_text_of_a_program_acts() -> None:
    """Hostile names come out written out: no control character, no markup."""
    result = poisoned(HOSTILE)
    (finding, *_) = result.findings
    done = Fixed(finding.key, "HT102", Place(HOSTILE, 2), Order("closed", Place(HOSTILE, 2)))
    patch = Patch({HOSTILE: b"a\nb\nc\n"}, {HOSTILE: b"a\n\x1b[31m\nc\n"}, (done,))
    before, after = told(result), told(replace(result, findings=(), reach=None))
    text = shown(Told(before, after, patch, (), {finding.key: ""}))
    assert "One of them" in text
    assert "\x1b" not in text
    assert "\u202e" not in text

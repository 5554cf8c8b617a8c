"""What the answers to wrong secrets tell of a limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.proof import Shows
from hushtable.prove.exchange import Exchange
from hushtable.prove.witness.limits import NOT_AFTERWARDS, limited, unlimited
from tests.prove.witnessed import exchange, get

WANTED = 5
READ = get("users", {"username": "x"}, None)
RIGHT = exchange("/login", {"signed_in": True}, READ, method="POST")


def wrong(status: int = 401, answer: object = "wrong", **more: object) -> Exchange:
    """Give an attempt that was refused."""
    return exchange("/login", answer, READ, method="POST", status=status, **more)  # type: ignore[arg-type]


ALIKE = (wrong(),) * WANTED


def test_attempts_that_are_all_answered_alike_are_shown() -> None:
    """As many wrong secrets as wanted, answered alike, and the right one taken: no limit."""
    shown = unlimited((*ALIKE, RIGHT), WANTED, reached=True)
    assert shown is not None
    assert (shown.shows, shown.where) == (Shows.UNLIMITED, "5 attempts, none refused")
    assert (shown.exchange, shown.times) == (0, WANTED)
    assert not limited((*ALIKE, RIGHT))


@pytest.mark.parametrize(
    "last",
    [
        wrong(429),
        wrong(423),
        wrong(403),
        wrong(headers=(("Retry-After", "60"),)),
    ],
)
def test_a_refusal_that_the_first_was_not_is_a_limit(last: Exchange) -> None:
    """429, 423, 403 and Retry-After say that there is a limit, where the first had none."""
    tried = (*ALIKE[1:], last)
    assert limited(tried)
    assert unlimited((*tried, RIGHT), WANTED, reached=True) is None


def test_a_limit_at_once_is_a_limit() -> None:
    """What answers 429 from the first on is limited."""
    assert limited((wrong(429),) * WANTED)
    assert not limited(())


@pytest.mark.parametrize(
    "tried",
    [
        pytest.param((*ALIKE[1:], RIGHT), id="too few"),
        pytest.param((*ALIKE[1:], wrong(answer="locked"), RIGHT), id="another text"),
        pytest.param((*ALIKE[1:], wrong(400), RIGHT), id="another status"),
        pytest.param((*ALIKE, wrong()), id="the right one is refused afterwards"),
        pytest.param(ALIKE, id="the right one was not tried"),
        pytest.param((RIGHT,) * (WANTED + 1), id="a wrong one is taken"),
        pytest.param((*(wrong(422),) * WANTED, RIGHT), id="a wrong one is no secret at all"),
        pytest.param((*(wrong(500),) * WANTED, RIGHT), id="the app fails"),
    ],
)
def test_nothing_is_said_of_what_may_be_a_limit(tried: tuple[Exchange, ...]) -> None:
    """Other answers, and a right secret that is refused, may come of a limit, and are no proof."""
    assert unlimited(tried, WANTED, reached=True) is None


def test_a_count_of_attempts_that_are_left_differs_by_its_number_alone() -> None:
    """An id or a number in an answer does not make it another answer."""
    tried = (*(wrong(answer=f"wrong, request {number}") for number in range(WANTED)), RIGHT)
    assert unlimited(tried, WANTED, reached=True) is not None


def test_a_door_that_nobody_passed_must_have_looked_for_something() -> None:
    """Where no right secret is known, the attempts count only if they reached the store."""
    shown = unlimited(ALIKE, WANTED, reached=False)
    assert shown is not None
    assert shown.notes == (NOT_AFTERWARDS,)
    unread = tuple(replace(one, calls=()) for one in ALIKE)
    assert unlimited(unread, WANTED, reached=False) is None

"""The trial of the detectors, and how the peers' words are read."""

from __future__ import annotations

import pytest

from benchmarks.precision import NO_SECRETS, SECRETS, found, members
from benchmarks.probing import _operation


def test_nothing_harmless_is_taken_for_a_secret() -> None:
    """Of a few thousand values that are no secrets, none is taken for one."""
    made, taken = found(NO_SECRETS, 2_500, 3)
    assert sum(made.values()) == 2_500
    assert {kind: number for kind, number in taken.items() if number} == {}


def test_nearly_every_secret_is_found() -> None:
    """Of secrets and data of people, 99 in a hundred are found, of every kind."""
    made, taken = found(SECRETS, 1_000, 3)
    assert sum(taken.values()) >= 0.99 * sum(made.values())
    assert all(taken[kind] > 0 for kind in made)


def test_the_trial_is_the_same_every_time() -> None:
    """The same seed makes the same values."""
    assert list(members(SECRETS, 40, 5)) == list(members(SECRETS, 40, 5))


@pytest.mark.parametrize(
    ("endpoint", "operation"),
    [
        ("/users", "GET /users"),
        ("/users/42", "GET /users/{user_id}"),
        ("/users/42/card", "GET /users/{user_id}/card"),
        ("/nowhere", "GET /nowhere"),
    ],
)
def test_a_filled_in_path_is_named_by_its_operation(endpoint: str, operation: str) -> None:
    """A peer's path with values in it is the operation whose template fits."""
    paths = {"/users": {}, "/users/{user_id}": {}, "/users/{user_id}/card": {}}
    assert _operation({"endpoint": endpoint, "method": "get"}, paths) == operation

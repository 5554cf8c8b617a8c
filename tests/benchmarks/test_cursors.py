"""The benchmark of changed cursors counts what it says."""

import random

import pytest

from benchmarks.cursors import CHANGES, SCOPE, Change, accepted, main
from hushtable.guard.cursor import Sealer
from hushtable.guard.keyring import KeyRing


def test_no_changed_cursor_is_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    """Of 10,000 changed cursors none is accepted, and all that were not changed are."""
    assert main(["--count", "10000"]) == 0
    out = capsys.readouterr().out
    assert "changed 10000  accepted = 0" in out
    assert "untouched 100  accepted = 100" in out


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_changes(change: Change) -> None:
    """A way of changing gives another text, nearly always."""
    text = Sealer(KeyRing.generated()).seal({"k": {"S": "x"}}, SCOPE)
    chance = random.Random(3)  # noqa: S311 - the same changes in every run
    assert sum(change(text, chance) != text for _ in range(200)) >= 199


def test_an_accepted_cursor_would_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """If cursors that were changed were accepted, the benchmark would say so and fail."""
    monkeypatch.setattr(Sealer, "open", lambda *_: {})
    assert accepted(Sealer(KeyRing.generated()), "x")
    assert main(["--count", "300"]) == 1

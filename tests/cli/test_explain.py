"""`hushtable explain` and `hushtable rules`: pages, the score, attributes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from hushtable.model.score import POINTS
from hushtable.rules.catalogue import catalogue

Run = Callable[..., Result]


@pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.code)
def test_every_page_is_shown_by_code_and_name(run: Run, rule: object) -> None:
    """A code in any case and a name show the same whole page."""
    page = rule.page  # type: ignore[attr-defined]
    told = run("explain", page.code.lower()).stdout
    assert told == run("explain", page.name).stdout
    assert told.startswith(f"# {page.code} {page.name}\n")
    assert all(f"## {name}" in told for name in ("Leaks", "Quiet", "Remedy", "Limits"))


def test_score_shows_the_weights(run: Run) -> None:
    """`explain score` prints every weight."""
    told = run("explain", "score").stdout
    assert all(f"{points:g}" in told for points in POINTS.values())


def test_an_attribute_is_explained(run: Run, tmp_path: Path) -> None:
    """An attribute is told with category, kind, reason and rules; a declaration wins."""
    told = run("explain", "attribute", "users.password_hash").stdout
    assert told.startswith("users.password_hash counts as credential")
    assert "because: " in told
    assert "HT102" in told
    assert "counts as public" in run("explain", "attribute", "colour").stdout
    (tmp_path / "hushtable.toml").write_text('attributes.colour = "health"', encoding="utf-8")
    assert "colour counts as health" in run("explain", "attribute", "colour").stdout


def test_a_hostile_name_is_shown_and_does_not_act(run: Run) -> None:
    """Control characters in a name are written out."""
    assert "\x1b" not in run("explain", "attribute", "a\x1b[2Jb").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("HT101Z",), "no rule is called 'HT101Z' (did you mean 'HT1"),
        (("raw-item-return",), "did you mean 'raw-item-returned'"),
        (("attribute",), "which attribute?"),
        (("HT101", "x"), "'x' is one too many"),
    ],
)
def test_errors(run: Run, arguments: tuple[str, ...], said: str) -> None:
    """What cannot be explained is said in one line with the nearest name, and 2."""
    done = run("explain", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_rules_are_listed(run: Run) -> None:
    """Every rule has one line with code, name, severity, weakness and title."""
    lines = run("rules").stdout.splitlines()
    assert len(lines) == len(catalogue())
    for line, rule in zip(lines, catalogue(), strict=True):
        assert line.startswith(f"{rule.code}  {rule.name}")
        assert f"CWE-{rule.info.cwe[0]}" in line
        assert line.endswith(rule.page.title)


def test_rules_as_json(run: Run) -> None:
    """`--format json` gives the same list as data."""
    told = json.loads(run("rules", "--format", "json").stdout)
    assert [entry["code"] for entry in told] == [rule.code for rule in catalogue()]
    assert told[0]["cwe"] == list(catalogue()[0].info.cwe)

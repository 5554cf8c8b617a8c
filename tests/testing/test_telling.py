"""The fifth run: findings are shown, and secrets are not."""

from __future__ import annotations

from dataclasses import replace

from hushtable.model.facts import Facts, Literal
from hushtable.model.place import Place
from hushtable.testing.telling import told
from tests.rules.test_judge import SAID, result

SECRET = "correct-horse-battery"  # noqa: S105 - what must not be seen
FILES = {"app.py": f'x = 1\nPASSWORD = "{SECRET}"\n'}
FACTS = Facts(literals=(Literal(Place("app.py", 2), "password", "PASSWORD", "co***"),))


def test_what_is_found_is_shown_everywhere() -> None:
    """Every format shows a finding's code and file."""
    assert told(result(SAID), FACTS, FILES) == ()


def test_a_secret_in_any_format_is_told() -> None:
    """A message that holds the secret is noticed in every format that prints messages."""
    said = told(result(replace(SAID, message=f"it is {SECRET}")), FACTS, FILES)
    assert {one.split()[0] for one in said} == {
        "terminal",
        "json",
        "sarif",
        "markdown",
        "github",
        "junit",
    }
    assert all(one.endswith("shows a secret") for one in said)

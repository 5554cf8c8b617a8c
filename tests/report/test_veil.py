"""Lines of source are shown without what nobody should see in them."""

from __future__ import annotations

import pytest

from hushtable.report.veil import MASK, veil

# Built here, so that no file holds something shaped like a key.
KEY = "aZ3" * 8
CARD = "4242 " * 3 + "4242"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('KEY = "sesame-open"  # x', f'KEY = "{MASK}"  # x'),
        ('    KEY = """-----BEGIN', f"    KEY = {MASK}"),
        ("  password: sesame", f"  password: {MASK}"),
        ("abcd/efgh+ijk==", MASK),
    ],
)
def test_a_line_with_a_secret_keeps_its_name_alone(line: str, shown: str) -> None:
    """Quoted texts are masked, else what is assigned, else the whole line."""
    assert veil({line.strip()})(line) == shown


def test_a_line_that_is_changed_holds_the_secret_no_more() -> None:
    """A text of a secret line is masked wherever else it stands."""
    veiled = veil({'connect("users", key="sesame-open")'})
    assert "sesame" not in veiled('    connect("users", key="sesame-open", limit=5)')


@pytest.mark.parametrize("text", [KEY, "someone@example.org", CARD, CARD.replace(" ", "")])
def test_what_looks_like_a_value_is_masked_in_comments_too(text: str) -> None:
    """Keys, addresses and card numbers that no detector found are shown in no line."""
    assert text not in veil(())(f"x = 1  # was {text}")


@pytest.mark.parametrize(
    "line",
    ["from app.services.reports import every_account", "return HTTP_404_NOT_FOUND", "x" * 40],
)
def test_code_stays_code(line: str) -> None:
    """Names of a program are shown as they are."""
    assert veil(())(line) == line

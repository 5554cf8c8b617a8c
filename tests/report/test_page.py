"""A page on a terminal and in a pipe."""

from __future__ import annotations

import re

from rich.cells import cell_len

from hushtable.report import page
from tests.report.samples import PAGES

TEXT = PAGES["HT102"].markdown


def test_in_a_pipe_it_is_the_markdown_itself() -> None:
    """Without colour the text stays as it was written."""
    assert page.render(TEXT, width=80, colour=False) == TEXT


def test_on_a_terminal_it_is_laid_out_within_the_width() -> None:
    """With colour it is laid out, and no line is wider than asked."""
    shown = re.sub(r"\x1b\[[0-9;]*m", "", page.render(TEXT, width=50, colour=True))
    assert "x = 1" in shown
    assert "```" not in shown
    assert max(map(cell_len, shown.splitlines())) <= 50

"""A rule's page, or any other Markdown of our own, as `hushtable explain` shows it."""

from __future__ import annotations

import io

from rich.console import Console
from rich.markdown import Markdown

from hushtable.report.escape import visible_lines


def render(text: str, *, width: int, colour: bool) -> str:
    """Lay out Markdown for a terminal of `width` columns; without colour it stays as written."""
    shown = "\n".join(visible_lines(text)).rstrip() + "\n"
    if not colour:
        return shown
    console = Console(file=io.StringIO(), width=width, color_system="standard", force_terminal=True)
    with console.capture() as capture:
        console.print(Markdown(shown, code_theme="ansi_dark"))
    return capture.get()

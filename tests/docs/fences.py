"""The fences of a page: what they are, and what a reader who follows the page would do with them.

A page is followed from top to bottom in one folder. What a fence is for stands in its first line:

- `title="app/main.py"`: a file, written into the folder;
- `python` without a title: a program, run in the folder;
- `sh`: commands of hushtable, and programs given to python, run in the folder, and ending with 0
  unless `# exit N` follows one;
- `text` behind commands: lines that they print, in their order; `...` stands for what is left out;
- `toml` without a title: a configuration that hushtable takes.

A comment `<!-- not run: reason -->` in front of a fence leaves it to the reader, and
`<!-- slow: reason -->` to those who set HUSHTABLE_DOCS=all: they follow every step.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
EVERYTHING = os.environ.get("HUSHTABLE_DOCS") == "all"
NOT_RUN = re.compile(r"<!-- (not run|slow): (.+?) -->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fence:
    """One fence: its language, the file it is, its text, its line, and why it is not run."""

    language: str
    title: str
    text: str
    line: int
    reason: str = ""


def fences(page: str) -> list[Fence]:
    """Give the fences of a page in order."""
    found = []
    reason = ""
    for token in MarkdownIt().parse(page):
        if token.type == "html_block":
            told = NOT_RUN.search(token.content)
            skipped = told and not (told[1] == "slow" and EVERYTHING)
            reason = told[2] if told and skipped else ""
        elif token.type == "fence" and token.map:
            language, _, rest = token.info.partition(" ")
            title = re.search(r'title="([^"]+)"', rest)
            found.append(
                Fence(language, title[1] if title else "", token.content, token.map[0] + 1, reason)
            )
            reason = ""
        elif token.type == "paragraph_open":
            reason = ""
    return found


def pages() -> list[Path]:
    """Give the pages that are written by hand: not those of the rules, which are generated."""
    return sorted(
        path for path in DOCS.rglob("*.md") if path.relative_to(DOCS).parts[0] not in GENERATED
    )


GENERATED = ("rules", "generated")
"""Folders of `docs` that `make docs` writes and git ignores."""

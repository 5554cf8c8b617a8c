"""Write one Markdown page for each rule, and an index, from the rules themselves.

    python -m tools.rule_pages docs/rules

Pages of rules that are gone are removed, so that the folder always says what the rules say.
"""

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from hushtable.model.page import RulePage
from hushtable.rules.catalogue import catalogue


def write(pages: Iterable[RulePage], folder: Path) -> int:
    """Write the pages to `folder`, which is made, and give how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.md"):
        if re.fullmatch(r"HT\d{3}", path.stem):
            path.unlink()
    rows = ["# Rules", "", "| code | name | severity | what |", "| --- | --- | --- | --- |"]
    count = 0
    for page in pages:
        (folder / f"{page.code}.md").write_text(titled(page.markdown), encoding="utf-8")
        link = f"[{page.code}]({page.code}.md)"
        rows.append(f"| {link} | {page.name} | {page.severity} | {page.title} |")
        count += 1
    (folder / "index.md").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return count


def titled(markdown: str) -> str:
    """Write what a fence shows as its title, as the site's Markdown reads it."""
    return re.sub(r"^```(\w+) (.+)$", _with_title, markdown, flags=re.MULTILINE)


def _with_title(fence: re.Match[str]) -> str:
    title = fence[2].replace('"', "'")
    return f'```{fence[1]} title="{title}"'


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="rule_pages", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    count = write((rule.page for rule in catalogue()), folder)
    print(f"{count} pages in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What an attribute counts as, for `hushtable explain attribute NAME`."""

from __future__ import annotations

import re
from pathlib import Path

from hushtable.cli.config import settings
from hushtable.model.page import RulePage
from hushtable.model.sensitivity import Category
from hushtable.model.sensitivity_names import classify
from hushtable.report.escape import visible
from hushtable.rules.catalogue import catalogue


def attribute(path: str) -> str:
    """Say what an attribute counts as in the current folder, why, and which rules care.

    `path` is a name, or a table and a path in it: `email`, `users.profile.email`. Raises
    ConfigError when the folder's configuration is wrong.
    """
    table, _, name = path.partition(".") if "." in path else ("", "", path)
    declared = settings(Path()).attributes
    found = classify(name, table=table, declared=declared)
    kind = f" ({visible(found.kind)})" if found.kind else ""
    lines = [
        f"{visible(path)} counts as {found.category}{kind}",
        f"because: {visible(found.reason)}; confidence {found.confidence:.2f}",
    ]
    if found.category is not Category.PUBLIC:
        lines.append("rules that speak of it:")
        lines += [f"  {page.code}  {page.title}" for page in _speaking_of(found.category)]
    lines.append("declare it otherwise in hushtable.toml, in the table [attributes]:")
    lines.append(f'  "{visible(path)}" = "{_other(found.category)}"')
    return "\n".join(lines) + "\n"


def _speaking_of(category: Category) -> list[RulePage]:
    """Find the rules whose page names the category outside its programs."""
    word = re.compile(rf"\b{category}", re.IGNORECASE)
    texts = [(rule.page, _prose(rule.page)) for rule in catalogue()]
    return [page for page, text in texts if word.search(text)]


def _prose(page: RulePage) -> str:
    prose = (page.title, page.summary, page.sections.get("Remedy", ""))
    return re.sub(r"```.*?```", "", "\n".join(prose), flags=re.DOTALL)


def _other(category: Category) -> Category:
    return Category.PERSONAL if category is Category.PUBLIC else Category.PUBLIC

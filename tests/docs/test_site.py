"""The site has every page, and no link of a page leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
import yaml

from hushtable import guard
from tests.docs.fences import DOCS, GENERATED, ROOT, pages
from tools import reference_pages, rule_pages

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def of(nav: Any) -> Iterator[str]:
    """Give the pages of a navigation."""
    match nav:
        case str():
            yield nav
        case list():
            for one in nav:
                yield from of(one)
        case dict():
            yield from of(list(nav.values()))


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Give the names of the pages that `make docs` writes, relative to the documents."""
    folder = tmp_path_factory.mktemp("docs")
    rule_pages.main([str(folder / "rules")])
    reference_pages.main([str(folder / "generated")])
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}


def test_the_navigation_has_every_page(generated: set[str]) -> None:
    """Each page is in the navigation, and each entry of it is a page."""
    # Read as text: nothing of it is a tag of YAML.
    nav = set(of(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]))
    written = {path.relative_to(DOCS).as_posix() for path in pages()}
    assert nav - generated == written
    assert {Path(name).parts[0] for name in nav & generated} == set(GENERATED)


@pytest.mark.parametrize("page", [path.relative_to(DOCS).as_posix() for path in pages()])
def test_every_link_leads_somewhere(page: str, generated: set[str]) -> None:
    """Each link of a page to another is to one that is written or generated."""
    for link in LINK.findall((DOCS / page).read_text(encoding="utf-8")):
        target = (DOCS / page).parent.joinpath(link).resolve()
        name = target.relative_to(DOCS).as_posix()
        assert name in generated or target.is_file(), link


def test_the_guard_is_described_whole() -> None:
    """The page of the guard's API has every public name of it, and each name leads somewhere."""
    text = (DOCS / "guard-api.md").read_text(encoding="utf-8")
    named = re.findall(r"^::: ([\w.]+)$", text, re.MULTILINE)
    assert {name.rpartition(".")[2] for name in named} >= set(guard.__all__)
    assert all(resolve_name(name) for name in named)


def test_the_site_asks_no_other_host() -> None:
    """Fonts of another host are off, and no script, style or analytics is added."""
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert site["theme"]["font"] is False
    assert site["strict"] is True
    assert not {"extra_javascript", "extra_css", "extra"} & set(site)

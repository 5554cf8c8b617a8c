"""The page as text: complete, closed to everything else, and with nothing in it that runs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.report.document import document
from hushtable.report.html.page import page, render
from tests.report.samples import RESULT, poisoned, proved, told

ATTACKS = (
    "<script>document.title='run'</script>",
    "</script><script>document.title='run'</script>",
    '"><img src=x onerror="document.title=\'run\'">',
    "' onmouseover='document.title=1' x='",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:document.title='run'",
    "<!--<script>",
)


class Page(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the library's signature
        """Leave a tag."""
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Take what stands in scripts and styles."""
        if self._inside == "script":
            self.scripts.append(data)
        if self._inside == "style":
            self.styles.append(data)


PLAIN = Page(render(told(RESULT)))


def hashed(text: str) -> str:
    """Hash a text as a policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_policy_allows_its_own_script_and_style_alone() -> None:
    """The policy begins with nothing, and its hashes are those of the one script and style."""
    (policy,) = (
        str(attrs["content"]) for tag, attrs in PLAIN.tags if attrs.get("http-equiv") is not None
    )
    assert policy.startswith("default-src 'none';")
    assert re.findall(r"script-src '([^']*)'", policy) == [hashed(PLAIN.scripts[1])]
    assert re.findall(r"style-src '([^']*)'", policy) == [hashed(PLAIN.styles[0])]
    assert "unsafe" not in policy


def test_nothing_is_loaded() -> None:
    """No tag names a place to load from: the page works from a disk without a network."""
    for tag, attrs in PLAIN.tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
        assert not attrs.get("src")
        assert not any(name.startswith("on") or name == "style" for name in attrs)
        assert (attrs.get("href") or "#").startswith("#")


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_markup(attack: str) -> None:
    """A result full of markup makes the tags of any other, and its data reads back."""
    hostile = Page(render(told(poisoned(attack))))
    tame = Page(render(told(poisoned("plain"))))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in tame.tags]
    assert hostile.scripts[1] == tame.scripts[1]
    data = json.loads(hostile.scripts[0])
    assert attack in data["findings"][0]["message"]


@settings(max_examples=10, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_any_text_is_only_text(text: str) -> None:
    """Whatever a scanned program says, the page's tags are the same."""
    made = Page(render(told(poisoned(text))))
    assert [tag for tag, _ in made.tags if tag == "script"] == ["script"] * 3
    assert json.loads(made.scripts[0])["routes"]
    assert json.loads(made.scripts[2])


def test_proofs_are_in_the_data() -> None:
    """The request that shows a finding is there for its story."""
    scripts = Page(render(proved())).scripts
    data: Any = json.loads(scripts[0])
    stories: Any = json.loads(scripts[2])
    proven = [
        story
        for one, story in zip(data["findings"], stories, strict=True)
        if one["standing"] == "proven"
    ]
    assert proven
    assert all(one["proofs"][0]["curl"] for one in proven)


def test_several_results_are_a_history() -> None:
    """The last result is shown; a line and a table tell of the earlier ones."""
    one = document(told(RESULT))
    text = page([("january.json", {**one, "findings": []}), ("february.json", one)])
    assert "january.json" in text
    assert 'id="history"' in text
    assert 'id="history"' not in render(told(RESULT))


def test_the_same_result_gives_the_same_page() -> None:
    """Two pages of one result are the same to the byte."""
    assert render(told(RESULT)) == render(told(RESULT))

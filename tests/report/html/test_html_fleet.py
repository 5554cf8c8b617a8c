"""The page of a fleet as text: closed to everything else, and no text of a service acts in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.report.html.fleet import render
from tests.report.fleet.fleets import hostile, mixed
from tests.report.html.test_html_page import ATTACKS, Page, hashed

TEXT = render(mixed(), lambda row: f"fleet-services/{row.file}.html")
PLAIN = Page(TEXT)


def test_the_policy_allows_its_own_script_and_style_alone() -> None:
    """The policy begins with nothing, and its hashes are those of the one script and style."""
    (policy,) = (
        str(attrs["content"]) for tag, attrs in PLAIN.tags if attrs.get("http-equiv") is not None
    )
    assert policy.startswith("default-src 'none';")
    assert re.findall(r"script-src '([^']*)'", policy) == [hashed(PLAIN.scripts[0])]
    assert re.findall(r"style-src '([^']*)'", policy) == [hashed("".join(PLAIN.styles))]
    assert "unsafe" not in policy


def test_nothing_is_loaded() -> None:
    """No tag names a place to load from, and links lead to the page and to those beside it."""
    for tag, attrs in PLAIN.tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
        assert not attrs.get("src")
        assert not any(name.startswith("on") or name == "style" for name in attrs)
        assert (attrs.get("href") or "#").startswith(("#", "fleet-services/file-"))


def test_services_are_rows_the_worst_first() -> None:
    """Each examined service is a row with a link to its page; a missing one is told apart."""
    rows = [attrs for tag, attrs in PLAIN.tags if tag == "tr" and "data-grade" in attrs]
    assert [one["data-name"] for one in rows] == ["bad", "weak", "quiet"]
    assert rows[0]["data-found"] == "critical medium"
    assert rows[0]["data-codes"] == "HT102 HT602"
    assert rows[0]["data-kinds"] == "credential"
    assert "git: no such repository" in TEXT
    assert "https://***@git.example.com/bad@v1#api at cccccccccccc" in TEXT


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_markup(attack: str) -> None:
    """A fleet full of markup makes the tags of any other, with the same script."""
    made, tame = Page(render(hostile(attack))), Page(render(hostile("plain")))
    assert [tag for tag, _ in made.tags] == [tag for tag, _ in tame.tags]
    assert made.scripts == tame.scripts


@settings(max_examples=25)
@given(st.text(min_size=1, max_size=40))
def test_any_text_is_only_text(text: str) -> None:
    """Whatever a service is called, the page has one script, and no attribute that runs."""
    made = Page(render(hostile(text), lambda _row: f"x/{text}"))
    assert [tag for tag, _ in made.tags].count("script") == 1
    assert not any(name.startswith("on") for _, attrs in made.tags for name in attrs)

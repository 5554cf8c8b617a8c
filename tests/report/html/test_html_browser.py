"""The page in a real browser: it opens, narrows, tells stories, goes by keyboard, and prints.

Skipped where no Chromium is installed. Screenshots are kept in `.artefacts/`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hushtable.report.document import document
from hushtable.report.html.page import page as written
from tests.report.html.test_html_page import ATTACKS
from tests.report.samples import RESULT, huge, poisoned, proved, told

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARTEFACTS = Path(__file__).parents[3] / ".artefacts"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start one browser for this file. Its own sandbox wants rights that a container lacks."""
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open results as a file; fail on any error, message of the console, or request."""
    said: list[str] = []
    opened: list[Any] = []

    def open_(*results: dict[str, Any], **more: Any) -> Any:
        file = tmp_path / "report.html"
        named = [(f"{number}.json", one) for number, one in enumerate(results)]
        file.write_text(written(named), encoding="utf-8")
        tab = browser.new_page(**({"viewport": {"width": 1280, "height": 900}} | more))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda one: None if one.url == file.as_uri() else said.append(one.url))
        tab.goto(file.as_uri())
        opened.append(tab)
        return tab

    yield open_
    for tab in opened:
        tab.close()
    assert said == []


def kept(tab: Any, name: str) -> None:
    """Keep a screenshot."""
    ARTEFACTS.mkdir(exist_ok=True)
    tab.screenshot(path=ARTEFACTS / f"{name}.png")


PROVED = document(proved())


def test_a_mark_opens_its_story(show: Any) -> None:
    """A mark of the map opens the trace, the proof and the request, and Escape closes it."""
    tab = show(PROVED)
    mark = tab.locator(".cell.is-proven").first
    mark.click()
    story = tab.locator("#story")
    assert story.is_visible()
    assert "curl" in story.inner_text()
    assert story.locator("svg.flow").count() == 1
    kept(tab, "story")
    tab.keyboard.press("Escape")
    assert not story.is_visible()
    assert mark.evaluate("node => node === document.activeElement")


def test_a_choice_narrows_map_and_findings(show: Any) -> None:
    """Choosing a rule leaves its findings alone, says how many fit, and can be taken back."""
    tab = show(PROVED)
    findings = tab.locator("#list > li:visible")
    before = findings.count()
    tab.select_option("select[name=rule]", "HT602")
    assert 0 < findings.count() < before
    assert all("HT602" in text for text in findings.all_inner_texts())
    assert "fit" in tab.locator("#narrowed").inner_text()
    tab.click("button[type=reset]")
    findings.nth(before - 1).wait_for()
    assert findings.count() == before


def test_the_search_finds_by_what_is_typed(show: Any) -> None:
    """A slash goes to the search, and what is typed there narrows the findings."""
    tab = show(PROVED)
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "search"
    tab.keyboard.type("no such text anywhere")
    tab.locator("#map-empty").wait_for()
    assert tab.locator("#list > li:visible").count() == 0


def test_the_list_goes_by_arrow_keys(show: Any) -> None:
    """Arrow keys move through the findings, and Enter opens one."""
    tab = show(PROVED)
    tab.locator("#list button").first.focus()
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate("document.activeElement.dataset.finding") == "1"
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    assert tab.locator("#story").is_visible()


def test_a_route_opens_its_picture(show: Any) -> None:
    """Pressing a route shows request, tables, attributes and channels."""
    tab = show(PROVED)
    tab.locator("button.route").first.click()
    named = tab.locator("#told svg.flow title").first.text_content()
    assert "reads" in named
    assert "leave by" in named
    kept(tab, "route")


def test_the_map_is_larger_and_smaller(show: Any) -> None:
    """The two buttons change the size of a mark."""
    tab = show(PROVED)
    mark = tab.locator(".cell").first
    before = mark.bounding_box()["width"]
    tab.click("#larger")
    assert mark.bounding_box()["width"] > before
    tab.click("#smaller")
    tab.click("#smaller")
    assert mark.bounding_box()["width"] < before


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("desk", {}),
        ("dark", {"color_scheme": "dark"}),
        ("phone", {"viewport": {"width": 390, "height": 844}}),
    ],
)
def test_nobody_is_kept_out(show: Any, name: str, more: dict[str, Any]) -> None:
    """axe-core finds nothing to object to, on the page and in a story, and nothing overflows."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tab = show(PROVED, document(told(RESULT)), **more)
    kept(tab, name)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = axe.run(tab)
    assert found.violations_count == 0, found.generate_report()
    tab.locator("#list button").first.click()
    found = axe.run(tab)
    assert found.violations_count == 0, found.generate_report()


def test_it_prints(show: Any, tmp_path: Path) -> None:
    """Chromium prints it to PDF, with every mark of the map and without the filters."""
    tab = show(PROVED)
    tab.emulate_media(media="print")
    assert not tab.locator("#filters").is_visible()
    kept(tab, "print")
    file = tmp_path / "report.pdf"
    tab.pdf(path=file)
    assert file.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_a_result_runs(show: Any, attack: str) -> None:
    """Markup and script in every text of a result stay text, in the page and in its stories."""
    tab = show(document(told(poisoned(attack))))
    for opener in ("#list button", "button.route", ".cell"):
        tab.locator(opener).first.click()
        tab.keyboard.press("Escape")
    assert tab.title() != "run"
    assert tab.locator("#told script, #told img").count() == 0


def test_a_huge_result_opens(show: Any) -> None:
    """5,000 findings on 300 routes of 200 attributes open, narrow and scroll."""
    tab = show(huge(ATTACKS[1]))
    assert tab.locator(".row").count() == 300
    assert tab.locator("#list > li").count() == 5000
    assert 0 < tab.locator(".cell").count() < 60_000
    tab.locator(".row").last.scroll_into_view_if_needed()
    tab.locator(".row").last.locator(".cell").first.wait_for()

"""The page in a real browser: it opens, narrows, tells stories, goes by keyboard, and prints.

Skipped where no Chromium is installed. Screenshots are kept in the folder that the environment
variable HUSHTABLE_SCREENSHOTS names, else in pytest's own temporary one.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hushtable.report.document import document
from hushtable.report.html.page import page as written
from tests.report.html.test_html_page import ATTACKS
from tests.report.samples import AGREED, RESULT, huge, poisoned, proved, told

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
HUGE_SECONDS = 2.0

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    # One worker: they share a browser.
    pytest.mark.xdist_group("browser"),
]

EARLIER = document(told(RESULT))
PROVED = document(proved(AGREED))
DESK = {"width": 1280, "height": 900}
ALL_RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
CONTRAST = {"type": "rule", "values": ["color-contrast"]}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Pages:
    """Tabs of one browser, opened once each, and what any of them complained of."""

    browser: Any
    folder: Path
    said: list[str] = field(default_factory=list)
    tabs: dict[str, Any] = field(default_factory=dict)

    def open(self, name: str, *results: dict[str, Any]) -> Any:
        """Open results as a file; any message, error or request of the page is kept."""
        if name not in self.tabs:
            file = self.folder / f"{name}.html"
            named = [(f"{number}.json", one) for number, one in enumerate(results)]
            file.write_text(written(named), encoding="utf-8")
            tab = self.browser.new_page(viewport=DESK)
            tab.on("console", lambda message: self.said.append(message.text))
            tab.on("pageerror", lambda error: self.said.append(str(error)))
            tab.on("dialog", lambda dialog: self.said.append(dialog.message))
            tab.on(
                "request",
                lambda one: None if one.url == file.as_uri() else self.said.append(one.url),
            )
            tab.goto(file.as_uri())
            self.tabs[name] = tab
        return self.tabs[name]

    def keep(self, tab: Any, name: str) -> None:
        """Keep a screenshot."""
        tab.screenshot(path=self.folder / f"{name}.png")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Start one browser for this file. Its own sandbox wants rights that a container lacks."""
    named = os.environ.get("HUSHTABLE_SCREENSHOTS")
    folder = Path(named).resolve() if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Pages(opened, folder)
        opened.close()


@pytest.fixture
def tab(pages: Pages) -> Iterator[Any]:
    """Give the page of two results, as it was when it opened; fail on anything that it said."""
    shown = pages.open("proved", EARLIER, PROVED)
    yield shown
    shown.evaluate("story.close(); filters.reset(); scrollTo(0, 0)")
    shown.wait_for_function("document.getElementById('narrowed').textContent === ''")
    assert pages.said == []


def test_a_mark_opens_its_story(tab: Any, pages: Pages) -> None:
    """A mark opens trace, canary, request, remedy and difference; Escape goes back to the mark."""
    mark = tab.locator(".cell.is-proven").first
    mark.click()
    story = tab.locator("#story")
    text = story.inner_text()
    for part in ("app/store.py:8", "hqcccccccccccc", "curl -i", "Declare what may leave"):
        assert part in text
    assert story.locator("pre.diff .more").inner_text().endswith("return UserOut(**user)")
    assert "a client may read password_hash" in text
    assert "agreed in hushtable.lock" in text
    assert story.locator("svg.flow").count() == 1
    pages.keep(tab, "story")
    story.locator("pre.diff").scroll_into_view_if_needed()
    pages.keep(tab, "story-diff")
    tab.keyboard.press("Escape")
    assert not story.is_visible()
    assert mark.evaluate("node => node === document.activeElement")


@pytest.mark.parametrize(
    ("choice", "value", "left"),
    [
        ("rule", "HT602", {"HT602"}),
        ("standing", "proven", {"HT102"}),
        ("table", "users", {"HT102", "HT602"}),
        ("audience", "signed-in", {"HT102"}),
        ("category", "credential", {"HT102", "HT602"}),
        ("change", "new", set()),
    ],
)
def test_a_choice_narrows_map_and_findings(
    tab: Any, choice: str, value: str, left: set[str]
) -> None:
    """A choice leaves what fits it in map and list, says how many do, and can be taken back."""
    before = tab.locator("#list > li").count()
    tab.select_option(f"select[name={choice}]", value)
    codes = {text.split()[0] for text in tab.locator("#list .code").all_text_contents()}
    assert codes == left
    assert "fit" in tab.locator("#narrowed").inner_text()
    if choice == "category":
        tab.locator(".cell").first.wait_for()
        assert tab.locator(".cell").count() == tab.locator(".cell.is-credential").count()
    tab.click("button[type=reset]")
    tab.locator("#list > li").nth(before - 1).wait_for()


def test_what_is_wider_than_agreed_is_found(tab: Any) -> None:
    """Beside a lock, the map narrows to what was agreed, and to what is wider."""
    tab.select_option("select[name=agreed]", "wider than agreed")
    tab.locator(".cell").first.wait_for()
    labels = tab.locator(".cell").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert labels
    assert all("not agreed in hushtable.lock" in label for label in labels)
    tab.select_option("select[name=agreed]", "agreed")
    tab.locator(".cell").first.wait_for()
    labels = tab.locator(".cell").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert any("users.email, personal, agreed" in label for label in labels)


def test_the_search_finds_by_what_is_typed(tab: Any) -> None:
    """A slash goes to the search, and what is typed there narrows the findings."""
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "search"
    tab.keyboard.type("no such text anywhere")
    tab.locator("#map-empty").wait_for()
    assert tab.locator("#list > li").count() == 0


def test_the_keyboard_alone_is_enough(tab: Any) -> None:
    """One tab stop leads to the map, arrow keys through it, Enter into a story; so in the list."""
    tab.locator("#larger").focus()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "route"
    for key, expected in (
        ("ArrowRight", "cell"),
        ("End", "cell"),
        ("Home", "route"),
        ("ArrowDown", "route"),
        ("ArrowRight", "cell"),
        ("ArrowUp", "cell"),
        ("ArrowLeft", "route"),
    ):
        tab.keyboard.press(key)
        assert tab.evaluate("document.activeElement.className.split(' ')[0]") == expected, key
    tab.keyboard.press("Enter")
    assert tab.locator("#story").is_visible()
    tab.keyboard.press("Escape")
    assert tab.locator("[role=grid] [tabindex='0']").count() == 1
    tab.locator("#list button").first.focus()
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate("document.activeElement.dataset.finding") == "1"
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    assert tab.locator("#story").is_visible()


def test_a_screen_reader_is_told_what_is_drawn(tab: Any) -> None:
    """The map is a grid with rows, headers and cells that say all that their colour and mark do."""
    assert tab.get_by_role("grid", name="Routes and the attributes").count() == 1
    assert tab.get_by_role("columnheader", name="users.password_hash").count() == 1
    tab.locator(".cell").first.wait_for()
    row = tab.locator("#map").get_by_role("row", name="GET /users/{user_id}")
    assert row.get_by_role("rowheader").count() == 1
    said = "users.password_hash, credential, proven, 1 finding, agreed in hushtable.lock"
    assert row.get_by_role("gridcell", name=said, exact=True).count() == 1


def test_a_route_opens_its_picture(tab: Any, pages: Pages) -> None:
    """Pressing a route shows request, tables, attributes and channels, the log to no caller."""
    tab.locator(".route").first.click()
    named = tab.locator("#told svg.flow title").first.text_content()
    assert "reads" in named
    assert "leave by response to" in named
    assert "log to" not in named
    pages.keep(tab, "flow")


def test_the_map_is_larger_and_smaller(tab: Any, pages: Pages) -> None:
    """Buttons and the keys + and - change the size of a mark."""
    mark = tab.locator(".cell").first
    before = mark.bounding_box()["width"]
    tab.click("#larger")
    assert mark.bounding_box()["width"] > before
    pages.keep(tab, "map-larger")
    mark.focus()
    tab.keyboard.press("-")
    tab.keyboard.press("-")
    assert mark.bounding_box()["width"] < before
    tab.keyboard.press("+")


def test_history_tells_what_changed(tab: Any, pages: Pages) -> None:
    """With several results there is a line of the score, and what is new, fixed and unchanged."""
    history = tab.locator("#history")
    history.scroll_into_view_if_needed()
    assert history.locator("svg circle").count() == 2
    head = history.locator("thead th").all_inner_texts()
    last = history.locator("tbody tr").last.locator("td").all_inner_texts()
    assert dict(zip(head[4:], last[3:], strict=True)) == {
        "New": "0", "Fixed": "0", "Agreed to": "0", "Not looked for": "0", "Unchanged": "3",
    }  # fmt: skip
    pages.keep(tab, "history")


def test_controls_are_saved_as_csv(tab: Any, pages: Pages) -> None:
    """The button gives a file of comma-separated values with a line for each control."""
    tab.locator("#csv").scroll_into_view_if_needed()
    pages.keep(tab, "controls")
    with tab.expect_download() as waiting:
        tab.click("#csv")
    rows = list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text("utf-8"))))
    assert waiting.value.suggested_filename == "controls.csv"
    assert len(rows) == 1 + tab.locator(".controls tbody tr").count()
    # What was saved is a blob of the page's own.
    pages.said[:] = [one for one in pages.said if not one.startswith("blob:")]


@pytest.mark.parametrize(
    ("name", "scheme", "viewport"),
    [("desk", "light", DESK), ("dark", "dark", DESK), ("phone", "light", PHONE)],
)
def test_nobody_is_kept_out(
    tab: Any, pages: Pages, name: str, scheme: str, viewport: dict[str, int]
) -> None:
    """axe-core finds nothing to object to, on the page and in a story, and nothing overflows."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # In the dark the colours alone are others.
    rules = CONTRAST if scheme == "dark" else ALL_RULES
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    tab.emulate_media(color_scheme=scheme)
    tab.set_viewport_size(viewport)
    try:
        pages.keep(tab, name)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = axe.run(tab, options=options)
        assert found.violations_count == 0, found.generate_report()
        tab.locator("#list button").first.click()
        found = axe.run(tab, context="#story", options=options)
        assert found.violations_count == 0, found.generate_report()
        pages.keep(tab, f"{name}-story")
    finally:
        tab.emulate_media(color_scheme="null")
        tab.set_viewport_size(DESK)


def printed(tab: Any, file: Path) -> str:
    """Print a page to PDF and read its text back, with single spaces."""
    reader = pytest.importorskip("pypdf")
    tab.pdf(path=file)
    return " ".join(" ".join(one.extract_text() for one in reader.PdfReader(file).pages).split())


def test_it_prints(tab: Any, pages: Pages) -> None:
    """On paper stand the map, findings, history, controls and inventory, and no filters."""
    text = printed(tab, pages.folder / "report.pdf")
    for part in ("Exposure map", "GET /users/{user_id}", "HT602 sensitive-logged", "PCI DSS"):
        assert part in text
    for part in ("History", "Inventory of personal data", "users.email", "met by evidence"):
        assert part in text
    assert "Press / to search" not in text
    assert "Show all" not in text
    tab.emulate_media(media="print")
    pages.keep(tab, "print")
    tab.emulate_media(media="null")


def test_controls_are_printed_alone(tab: Any, pages: Pages) -> None:
    """The button of the controls prints them, each with its findings, and nothing else."""
    tab.evaluate("window.print = () => {}")
    tab.click("#print")
    text = printed(tab, pages.folder / "controls.pdf")
    assert "HIPAA" in text
    assert "HT102 at app/routes.py line 25" in text
    assert "Exposure map" not in text
    assert "Inventory of personal data" not in text


def test_nothing_of_a_result_runs(pages: Pages) -> None:
    """Markup and script in every text of a result stay text, in the page and in its stories."""
    tab = pages.open("hostile", document(told(poisoned(" ".join(ATTACKS)))))
    for opener in ("#list button", ".route", ".cell", "#list button"):
        tab.locator(opener).first.click()
        tab.locator("#told").hover()
        tab.keyboard.press("Escape")
    assert "what leaves" in tab.title()
    assert tab.locator("#told script, #told img, main img").count() == 0
    assert pages.said == []


def test_a_huge_result_opens(pages: Pages) -> None:
    """5,000 hostile findings on 300 routes of 200 attributes take under 2 s, and nothing runs."""
    tab = pages.open("huge", huge(ATTACKS[1] + ATTACKS[2]))
    tab.locator(".cell").first.wait_for()
    # Of the processor, since others may use it too: parsing, scripts, style, layout.
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.reload()
    tab.locator(".cell").first.wait_for()
    told_ = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    assert told_["TaskDuration"] < HUGE_SECONDS
    assert tab.locator(".row").count() == 300
    assert 0 < tab.locator(".cell").count() < 10_000
    pages.keep(tab, "huge")
    tab.locator(".route").first.focus()
    for key in ("Control+End", "End", "Enter"):
        tab.keyboard.press(key)
    assert "table9.attribute_" in tab.locator("#story-title").inner_text()
    tab.keyboard.press("Escape")
    tab.locator("#list button").last.focus()
    tab.keyboard.press("ArrowDown")
    assert tab.locator("#list > li").count() > 100
    tab.select_option("select[name=table]", "table3")
    assert "500 of 5000 findings" in tab.locator("#narrowed").inner_text()
    assert "what leaves" in tab.title()
    assert pages.said == []

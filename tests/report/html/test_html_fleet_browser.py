"""The page of a fleet in a real browser: it opens, narrows, leads on, and keeps nobody out.

Skipped where no Chromium is installed. Screenshots are kept in the folder that the environment
variable HUSHTABLE_SCREENSHOTS names, else in pytest's own temporary one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hushtable.report.html.fleet import render
from tests.report.fleet.fleets import hostile, mixed
from tests.report.html.test_html_page import ATTACKS

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    # One worker: they share a browser.
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start one browser for this file. Its own sandbox wants rights that a container lacks."""
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def opened(browser: Any, folder: Path, text: str, **more: Any) -> tuple[Any, list[str]]:
    """Open a page as a file; give it with every error, message and request of it."""
    said: list[str] = []
    file = folder / "fleet.html"
    file.write_text(text, encoding="utf-8")
    tab = browser.new_page(**({"viewport": {"width": 1280, "height": 900}} | more))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda one: None if one.url == file.as_uri() else said.append(one.url))
    tab.goto(file.as_uri())
    return tab, said


def names(tab: Any) -> list[str]:
    """Name the services that are seen, in their order."""
    found = tab.locator("#list tr:visible th a").all_inner_texts()
    return [str(one) for one in found]


def test_the_list_is_narrowed_and_ordered(browser: Any, tmp_path: Path) -> None:
    """Choices, search and order change what is seen and say how many fit; a name leads on."""
    text = render(mixed(), lambda one: f"{one.file}.html")
    tab, said = opened(browser, tmp_path, text)
    assert names(tab) == ["bad", "weak", "quiet"]
    tab.select_option("select[name=codes]", "HT102")
    assert names(tab) == ["bad"]
    assert tab.inner_text("#narrowed") == "1 of 3 services fit."
    tab.click("button[type=reset]")
    tab.select_option("select[name=order]", "name")
    assert names(tab) == ["bad", "quiet", "weak"]
    tab.keyboard.press("Escape")
    tab.locator("h1").click()
    tab.keyboard.press("/")
    tab.keyboard.type("weak")
    tab.locator("#narrowed", has_text="1 of 3 services fit.").wait_for()
    assert names(tab) == ["weak"]
    (tmp_path / "file-000000000002.html").write_text("<title>its page</title>", encoding="utf-8")
    assert said == []
    tab.locator("#list a:visible").first.click()
    tab.wait_for_url("**/file-000000000002.html")
    assert tab.title() == "its page"


PHONE = {"color_scheme": "dark", "viewport": {"width": 390, "height": 800}}


@pytest.mark.parametrize(("name", "more"), [("fleet", {}), ("fleet-phone-dark", PHONE)])
def test_nobody_is_kept_out(browser: Any, tmp_path: Path, name: str, more: dict[str, Any]) -> None:
    """axe-core finds nothing to object to, and nothing is wider than the screen."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tab, said = opened(browser, tmp_path, render(mixed(), lambda one: f"{one.file}.html"), **more)
    found = axe.run(tab).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    folder = Path(os.environ.get("HUSHTABLE_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    tab.screenshot(path=folder / f"{name}.png", full_page=True)
    assert said == []


def test_nothing_of_a_service_runs(browser: Any, tmp_path: Path) -> None:
    """A fleet full of markup opens with its own title and runs nothing."""
    tab, said = opened(browser, tmp_path, render(hostile(" ".join(ATTACKS)), lambda _one: "x"))
    assert tab.title() == "2 services: what leaves them"
    assert said == []

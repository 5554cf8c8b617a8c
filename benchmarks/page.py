"""How long the largest page takes: to be written, and to be opened in Chromium.

`python -m benchmarks.page` makes a result of 5,000 findings on 300 routes of 200 attributes.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from hushtable.report.html.page import page
from tests.report.samples import huge

ROUNDS = 5


def main() -> None:
    """Print seconds; opening is from navigation until every route and finding is in the page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        file = Path(folder, "huge.html")
        result = huge("<script>document.title='run'</script>")
        began = time.perf_counter()
        file.write_text(page([("huge.json", result)]), encoding="utf-8")
        print(f"written in {time.perf_counter() - began:.2f} s, {file.stat().st_size / 1e6:.1f} MB")
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for _ in range(ROUNDS):
            tab = browser.new_page()
            began = time.perf_counter()
            tab.goto(file.as_uri())
            tab.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
            taken = time.perf_counter() - began
            rows, findings = tab.locator(".row").count(), tab.locator("#list > li").count()
            print(f"opened in {taken:.2f} s: {rows} routes, {findings} findings")
            tab.close()
        browser.close()


if __name__ == "__main__":
    main()

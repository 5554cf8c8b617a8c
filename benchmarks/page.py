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
    """Print seconds, of the clock and of the processor, from navigation until marks are drawn."""
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
            session = tab.context.new_cdp_session(tab)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            began = time.perf_counter()
            tab.goto(file.as_uri())
            tab.locator(".cell").first.wait_for()
            taken = time.perf_counter() - began
            measured = session.send("Performance.getMetrics")["metrics"]
            used = {one["name"]: one["value"] for one in measured}["TaskDuration"]
            rows, marks = tab.locator(".row").count(), tab.locator(".cell").count()
            told = f"{rows} routes, {marks} marks near the screen"
            print(f"opened in {taken:.2f} s, {used:.2f} s of the processor: {told}")
            tab.close()
        browser.close()


if __name__ == "__main__":
    main()

"""How long many services take: all of them anew, and again when nothing has changed.

`python -m benchmarks.fleet 120` makes that many services of the two example shops, every second one
a git repository that is cloned, and scans them as `hushtable scan --repos` does.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"
WHO = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")


def main() -> None:
    """Print seconds by the clock, CPU seconds of all processes, and the largest one's memory."""
    parser = argparse.ArgumentParser(prog="benchmarks.fleet")
    parser.add_argument("services", type=int, nargs="?", default=120)
    count = parser.parse_args().services
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [made(folder, number) for number in range(count)]
        (folder / "list.txt").write_text("\n".join(lines), encoding="utf-8")
        for what in ("anew", "unchanged"):
            print(f"{count} services, {what}: {measured(folder)}")


def made(folder: Path, number: int) -> str:
    """Make a service, and give its line of the list."""
    root = folder / f"service{number:04}"
    source = EXAMPLES / ("shop" if number // 2 % 2 else "shop_quiet")
    shutil.copytree(source, root, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    (root / "variation.py").write_text(f"NUMBER = {number}\n", encoding="utf-8")
    if number % 2 == 0:
        return str(root)
    for words in (("init",), ("add", "."), (*WHO, "commit", "--message=made")):
        subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)  # noqa: S607
    return f"file://{root}"


def measured(folder: Path) -> str:
    """Scan the list, and say what it took."""
    words = ("--results", "kept", "--no-progress", "-q", "-o", "fleet.html")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "hushtable.cli.main", "scan", "--repos", "list.txt", *words],
        cwd=folder,
        capture_output=True,
        check=False,
        env={**os.environ, "HUSHTABLE_CACHE_DIR": str(folder / "cache")},
    )
    if done.returncode != 1:
        sys.exit(done.stderr.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall = time.monotonic() - began
    return f"{wall:.1f} s, {cpu:.1f} s of CPU, largest process {after.ru_maxrss / 1024:.0f} MB"


if __name__ == "__main__":
    main()

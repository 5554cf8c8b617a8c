"""What a run of prove costs when an app is large: 1,000 routes over tables of 200 attributes.

    python -m benchmarks.proving_scale [ROUTES] [ATTRIBUTES] [--timeout SECONDS] [--scan]

Prints the exit code, seconds, CPU seconds, the largest memory of the whole group of processes,
routes reached, findings, and what was not examined.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import MEGABYTE
from benchmarks.measure import measure as metered
from benchmarks.meter import Request

TABLES = 5
SLACK = 900
"""Seconds beside those that the run may take: for reading the source, and for the end."""
_HEAD = """
import boto3
from fastapi import FastAPI

app = FastAPI(openapi_url=None)
db = boto3.resource("dynamodb")
"""


def app(routes: int, attributes: int) -> str:
    """Write an app: every second route returns the whole item, the others one attribute."""
    return "".join((_HEAD, *_routes(routes, attributes)))


def _routes(routes: int, attributes: int) -> Iterator[str]:
    for number in range(routes):
        read = f"db.Table('table{number % TABLES}').get_item(Key={{'id': id}})['Item']"
        names = [f"'a{nth}'" for nth in range(attributes)]
        given = f"{{name: item[name] for name in ({', '.join(names)})}}"
        shown = given if number < TABLES else "item" if number % 2 else "{'one': item['a1']}"
        yield (
            f"\n\n@app.get('/r{number}/{{id}}')\ndef read{number}(id: str):\n"
            f"    item = {read}\n    return {shown}\n"
        )


def measure(routes: int, attributes: int, *, seconds: float, scan: bool = False) -> str:
    """Run the command on the app, as a user would, and say what it took."""
    with tempfile.TemporaryDirectory() as folder:
        project, report = Path(folder, "project"), Path(folder, "report.json")
        project.mkdir()
        (project / "large.py").write_text(app(routes, attributes), encoding="utf-8")
        command = [sys.executable, "-m", "hushtable.cli.main", "prove", "large:app"]
        command += ["--root", str(project), "--timeout", str(seconds), "--seed", "3"]
        command += ["--quiet", "--no-progress", "-o", str(report), *([] if scan else ["--no-scan"])]
        out, err = str(Path(folder, "out")), str(Path(folder, "err"))
        request = Request(command, folder, out, err, seconds + SLACK, dict(os.environ))
        reading = metered(request)
        if not report.exists():
            return f"exit {reading.exit_code}: {Path(err).read_text(encoding='utf-8')[-400:]}"
        told = json.loads(report.read_bytes())
    # The meter waited for the command, and that for its children.
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    reach, left = told["reach"], Counter(one["why"] for one in told["reach"]["unreached"])
    return "\n".join((
        f"{routes} routes, {attributes} attributes, {seconds:g} s given",
        (f"exit {reading.exit_code}, {reading.seconds:.0f} s, "
        f"{usage.ru_utime + usage.ru_stime:.0f} s of CPU, "
        f"{reading.tree_bytes / MEGABYTE:.0f} MB the whole group of processes at most"),
        (f"{reach['reached']} of {reach['routes']} routes reached, {reach['requests']} requests, "
        f"{len(told['findings'])} findings, {reach['not_reproduced']} did not come again"),
        *(f"{count} not reached: {why}" for why, count in left.most_common(5)),
        *(f"not examined: {one['why']}" for one in told["unknown"][:5]),
    ))  # fmt: skip


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("routes", nargs="?", type=int, default=1000)
    parser.add_argument("attributes", nargs="?", type=int, default=200)
    parser.add_argument("--timeout", type=float, default=3600, help="of the command, in seconds")
    parser.add_argument("--scan", action="store_true", help="read the source first")
    given = parser.parse_args()
    print(measure(given.routes, given.attributes, seconds=given.timeout, scan=given.scan))


if __name__ == "__main__":
    main()

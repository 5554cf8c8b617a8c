"""Measures who finds the leaks of whole services: hushtable beside two other tools, in one run.

    python -m benchmarks.exposing [--only lab|shop|shop_quiet]

The leak lab (nine operations, six leaking), examples/shop and examples/shop_quiet, each served
anew for each tool that asks from outside. An operation of the shop leaks when its handler is
marked so, with a rule that is about what an answer holds. The quiet shop has none: whatever is
said to leak there is false.

A leak counts as found when a tool says of that operation that something leaks there; so that
nobody is wronged by how that is read, *named at all* has the leaking operations of which a tool
reported any failure, schema mismatches and server errors too, beside the others that it named. A
missing gate alone (HT401) is no leak here: most operations of these services are open on purpose.
"""

from __future__ import annotations

import argparse
import ast
import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.guard.environments import install
from benchmarks.peers import WORK, hushtable_program
from benchmarks.probing import (
    HERE,
    LAB_CALLERS,
    REPOSITORY,
    Lab,
    Outcome,
    got,
    offat,
    probed,
    read_lab,
    says_leak,
    schemathesis,
    served,
    timed,
)

SHOWN = ("HT101", "HT102", "HT103", "HT104", "HT105", "HT106", "HT203", "HT501")
"""The rules about what an answer holds."""
PASSWORD = "a-password-of-the-samples"  # noqa: S105 - of the sample accounts
PEOPLE = ("maren", "jonas")


@dataclass(frozen=True, slots=True)
class Target:
    """A service: its folder and app, how it is served, who asks, and what leaks in it."""

    name: str
    folder: Path
    app: str
    serve: Callable[[], AbstractContextManager[str]]
    callers: Callable[[str], tuple[str, ...]]
    leaks: Callable[[str], Lab]
    whole: bool = True
    """Whether all leaks are known: what leaks deeper than in a handler is marked there."""


def main() -> None:
    """Run every tool on every service and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("lab", "shop", "shop_quiet"))
    given = parser.parse_args()
    programs = install("probing", folder=WORK / "probing", beside=HERE).parent
    for target in (_lab(), _shop("shop"), _shop("shop_quiet")):
        if given.only in {None, target.name}:
            _told(target, programs)


def _told(target: Target, programs: Path) -> None:
    with target.serve() as url:
        lab = target.leaks(url)
    print(f"{target.name}: {len(lab.operations)} operations, {len(lab.leaks)} leaking", flush=True)
    print(f"{'tool':<16}{'leaks found':>13}{'false':>7}{'named at all':>14}{'others':>8}{'s':>7}")
    for one in _outcomes(target, programs):
        found, false = len(one.leaks & lab.leaks.keys()), len(one.leaks - lab.leaks.keys())
        named, others = len(one.reported & lab.leaks.keys()), len(one.reported - lab.leaks.keys())
        of, wrong = f"{found}/{len(lab.leaks)}", str(false) if target.whole else "-"
        print(
            f"{one.tool:<16}{of:>13}{wrong:>7}{named:>14}{others:>8}{one.seconds:>7.1f}", flush=True
        )
    print()


def _outcomes(target: Target, programs: Path) -> Iterator[Outcome]:
    yield _proven(target)
    with target.serve() as url:
        yield probed(url, target.callers(url)[:2], "--writes")
    with target.serve() as url:
        yield schemathesis(url, programs, target.callers(url)[0])
    with target.serve() as url:
        yield offat(url, programs, target.callers(url)[0])


def _proven(target: Target) -> Outcome:
    with TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [hushtable_program(), "prove", target.app, "--root", str(target.folder)]
        seconds = timed([*command, "--quiet", "--no-progress", "-o", str(report)], folder)
        found = [
            one for one in json.loads(report.read_text())["findings"] if one["verdict"] == "proven"
        ]
    return Outcome(
        "hushtable prove",
        frozenset(route for one in found for route in one["routes"]),
        frozenset(route for one in found if says_leak(one) for route in one["routes"]),
        seconds,
    )


def _lab() -> Target:
    return Target("lab", HERE / "lab", "app:app", served, lambda _url: LAB_CALLERS, read_lab)


def _shop(name: str) -> Target:
    folder = REPOSITORY / "examples" / name
    return Target(
        name, folder, "app.main:app",
        lambda: served((str(folder / "serve.py"),), "/openapi.json",
                       SHOP_SAMPLE_PASSWORD=PASSWORD, AWS_DEFAULT_REGION="eu-central-1"),
        lambda url: tuple(f"authorization: Bearer {_token(url, one)}" for one in PEOPLE),
        lambda url: _marked(folder, url),
        whole=name != "shop",
    )  # fmt: skip


def _token(url: str, person: str) -> str:
    said = json.dumps({"email": f"{person}@shop.example", "password": PASSWORD}).encode()
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{url}/auth/login", said, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own server
        return str(json.load(answer)["token"])


def _marked(folder: Path, url: str) -> Lab:
    """Give the operations whose handlers are marked, by the names that OpenAPI has of them."""
    leaks: dict[str, str] = {}
    names = {
        f"{method.upper()} {path}": str(told["operationId"])
        for path, item in got(f"{url}/openapi.json")["paths"].items()
        for method, told in item.items()
    }
    for file in sorted((folder / "app" / "routers").glob("*.py")):
        text = file.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            lines = text.splitlines()[node.lineno - len(node.decorator_list) - 1 : node.end_lineno]
            marks = " ".join(line.partition("# leaks ")[2] for line in lines)
            rule = next((one for one in SHOWN if one in marks), "")
            for operation, name in names.items():
                if rule and name.startswith(f"{node.name}_") and _is_of(operation, node):
                    leaks[operation] = rule
    return Lab(leaks, frozenset(names))


def _is_of(operation: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator of a function speaks of an operation: its method, the end of its path."""
    method, _, path = operation.partition(" ")
    for one in function.decorator_list:
        match one:
            case ast.Call(func=ast.Attribute(attr=attr), args=[ast.Constant(value=str(end)), *_]):
                if attr.upper() == method and path.endswith(end):
                    return True
    return False


if __name__ == "__main__":
    main()

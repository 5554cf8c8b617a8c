"""The run of probed programs: the app is asked from outside, in process, without a socket."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from hushtable.model.config import ScanConfig
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding
from hushtable.probe.order import Bounds, Identity, Order
from hushtable.probe.run import probe
from hushtable.rules.judge import judge
from hushtable.rules.page import Mark, Program
from hushtable.testing.examples import Example

IDENTITIES = tuple(Identity(name, (("authorization", f"Bearer {name}"),)) for name in ("A", "B"))

_APP = re.compile(r"^app\s*=")
_FAST = 10_000.0


def probe_app(app: Any, program: Program) -> Facts:  # noqa: ANN401 - any ASGI application
    """Ask an ASGI application as nobody, as A and as B, in the way its program says."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    order = Order(
        f"{program.probed}://127.0.0.1",
        identities=IDENTITIES,
        writes=program.writes,
        bounds=Bounds(rate=_FAST),
    )
    return probe(order, transport=transport)


def probed(example: Example) -> tuple[str, ...]:
    """Ask an example's app and say where findings differ from marks; empty when they agree."""
    with loaded(example.program) as app:
        facts = probe_app(app, example.program)
    result = judge(facts, ScanConfig(select=(example.rule.code,)), ".")
    unknown = (f"not examined: {one.why}" for one in result.unknown)
    return (*unknown, *_differences(example.program, result.findings))


@contextmanager
def loaded(program: Program) -> Iterator[Any]:
    """Load a program's `app` from a folder of its own."""
    with TemporaryDirectory() as folder:
        for path, text in program.files:
            Path(folder, path).write_text(text, encoding="utf-8")
        name = "hushtable_probed_program"
        spec = importlib.util.spec_from_file_location(name, Path(folder, program.files[0][0]))
        if spec is None or spec.loader is None:
            message = f"{program.files[0][0]} cannot be loaded"
            raise ImportError(message)
        module = importlib.util.module_from_spec(spec)
        # FastAPI resolves annotations through the module's name.
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
            yield module.app
        finally:
            del sys.modules[name]


def _differences(program: Program, findings: tuple[Finding, ...]) -> Iterator[str]:
    wanted = {mark.line: mark for mark in program.marks}
    for finding in findings:
        line = _line(program, finding)
        mark = wanted.pop(line, None)
        if mark is None:
            yield f"{finding.place} is found and not marked: {finding.message}"
        else:
            yield from _names(finding, mark)
    for line in sorted(wanted):
        yield f"line {line} is marked and not found"


def _line(program: Program, finding: Finding) -> int:
    """Give the line that names a finding's operation, or makes the app; 0 where there is none."""
    _, text = program.files[0]
    for number, line in enumerate(text.splitlines(), 1):
        if finding.routes:
            route = finding.routes[0]
            if f'.{route.method.lower()}("{route.path}"' in line:
                return number
        elif _APP.match(line):
            return number
    return 0


def _names(finding: Finding, mark: Mark) -> Iterator[str]:
    names = {".".join(attribute.path) for attribute in finding.attributes}
    if names != mark.names:
        said, found = (", ".join(sorted(one)) or "none" for one in (mark.names, names))
        yield f"{finding.place} is marked with {said} and found with {found}"

"""The first run: scan finds exactly the marked lines with their attributes, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from hushtable.model.config import ScanConfig
from hushtable.model.event import silent
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding
from hushtable.rules.catalogue import Rule
from hushtable.rules.judge import judge
from hushtable.rules.page import Mark, Program
from hushtable.scan.run import scan
from hushtable.testing.examples import Example, examples

_ALONE = ScanConfig(jobs=1, cache=False)


def scan_source(program: str | Mapping[str, str]) -> Facts:
    """Scan a program given as text, or as texts by path, from a folder of its own."""
    files = {"app.py": program} if isinstance(program, str) else program
    with TemporaryDirectory() as folder:
        for path, text in files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return scan(Path(folder), _ALONE, silent)


def scanned(example: Example) -> tuple[str, ...]:
    """Scan an example and say where the findings differ from the marks; empty when they agree."""
    facts = scan_source(dict(example.program.files))
    only = ScanConfig(select=(example.rule.code,))
    result = judge(facts, only, ".")
    unknown = (f"not examined: {one.place}: {one.why}" for one in result.unknown)
    return (*unknown, *differences(example.program, result.findings))


def expect(rule: Rule) -> None:
    """Scan every program of a rule's page that is there to be read.

    Raises AssertionError that lists every difference between the marks and the findings.
    """
    said = [
        f"{example.label}: {difference}"
        for example in examples((rule,))
        if not example.program.probed
        for difference in scanned(example)
    ]
    if said:
        raise AssertionError("\n".join(said))


def differences(program: Program, findings: tuple[Finding, ...]) -> Iterator[str]:
    """Compare findings with marks: the lines, and the attributes that escape at each."""
    wanted = {(mark.path, mark.line): mark for mark in program.marks}
    seen: set[tuple[str, int]] = set()
    for finding in findings:
        at = (finding.place.path, finding.place.line)
        if at in seen:
            yield f"{finding.place} is found twice"
        seen.add(at)
        if at not in wanted:
            yield f"{finding.place} is found and not marked: {finding.message}"
        else:
            yield from _names(finding, wanted[at])
    for path, line in sorted(wanted.keys() - seen):
        yield f"{path}:{line} is marked and not found"


def _names(finding: Finding, mark: Mark) -> Iterator[str]:
    names = {".".join(attribute.path) for attribute in finding.attributes}
    if names != mark.names:
        said, found = (", ".join(sorted(one)) or "none" for one in (mark.names, names))
        yield f"{finding.place} is marked with {said} and found with {found}"

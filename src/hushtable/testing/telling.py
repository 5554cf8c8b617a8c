"""The fifth run: every reporter shows what was found, and none shows a secret."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from hushtable.model.facts import Facts
from hushtable.model.finding import Result
from hushtable.model.score import score
from hushtable.report import document, github, junit, markdown, sarif, terminal
from hushtable.report.report import Report
from hushtable.rules.catalogue import catalogue

_QUOTED = re.compile(r"\"([^\"]{8,})\"|'([^']{8,})'")


def told(result: Result, facts: Facts, files: Mapping[str, str]) -> tuple[str, ...]:
    """Tell a result in every format and say what is missing, or what should not be there.

    `files` are the texts that were scanned: what stands in quotes on the line of a secret must
    not stand in any output.
    """
    pages = {rule.code: rule.page for rule in catalogue()}
    report = Report(result, score(result.findings, result.routes), pages)
    outputs = {
        "terminal": terminal.render(report, width=200),
        "json": document.render(report),
        "sarif": sarif.render(report),
        "markdown": markdown.render(report),
        "github": github.render(report),
        "junit": junit.render(report),
    }
    secrets = set(_secrets(facts, files))
    return tuple(
        said
        for name, text in outputs.items()
        for said in (*_missing(name, text, result), *_leaked(name, _own(name, text), secrets))
    )


def _missing(name: str, text: str, result: Result) -> Iterator[str]:
    for finding in result.findings:
        if finding.code not in text or finding.place.path not in text:
            yield f"{name} does not show {finding.code} at {finding.place}"


def _leaked(name: str, text: str, secrets: set[str]) -> Iterator[str]:
    # A format's own escapes must not hide a secret from this look.
    bare = html.unescape(text).replace("\\", "")
    if any(secret in text or secret in bare for secret in secrets):
        yield f"{name} shows a secret"


def _own(name: str, text: str) -> str:
    """Give the text without the rules' pages, which quote the very programs that are scanned."""
    return text.partition('"results"')[2] if name == "sarif" else text


def _secrets(facts: Facts, files: Mapping[str, str]) -> Iterator[str]:
    for literal in facts.literals:
        lines = files.get(literal.place.path, "").splitlines()
        for line in lines[literal.place.line - 1 : literal.place.line]:
            for match in _QUOTED.finditer(line):
                yield match[1] or match[2]

"""Reads names and values from configuration files, a line at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hushtable.values.written import credential_kind


@dataclass(frozen=True, slots=True)
class Named:
    """A literal with the name it stands under. `how` it was found: by `name` or as a `default`."""

    name: str
    value: str
    line: int
    column: int
    kind: str
    how: str = "name"


_TELLING = re.compile(
    r"pass|pwd|secret|token|key|credential|salt|jwt|auth|webhook|otp|pin\b", re.IGNORECASE
)

_LINE = re.compile(
    r"""^\s*(?:-\s+|export\s+|ENV\s+|ARG\s+|set\s+|\{\s*)*
    ["']?(?P<name>[A-Za-z_][\w.-]*)["']?
    \s*(?:[:=]|(?<=\w)\s(?=\S))\s*
    (?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s"'\[{#,][^\n]*?))
    \s*,?\s*(?:[#;].*)?$""",
    re.VERBOSE,
)
_SPACED = re.compile(r"^\s*(?:ENV|ARG)\s", re.IGNORECASE)
_LONGEST_LINE = 4_000
_TRANSLATIONS = re.compile(r"(?:^|/)(?:locales?|i18n|lang|translations?|messages)(?:/|\b)")
_LABEL = re.compile(r"[A-Z][a-z]+")


def by_line(text: str, path: str) -> Iterator[Named]:
    """Give the values of names that are a credential's, from the top.

    Reads `NAME=value`, `name: value`, `"name": "value"`, `- NAME=value`, `ENV NAME value`.
    """
    if _TRANSLATIONS.search(path):
        return
    for number, line in telling_lines(text):
        found = _LINE.match(line)
        if found is None or not _assigns(line, found):
            continue
        name = found["name"]
        kind = credential_kind(name)
        value = _written(found, path) if kind else ""
        if value:
            yield Named(name, value, number, found.start("name"), kind)


def telling_lines(text: str) -> Iterator[tuple[int, str]]:
    """Give the numbered lines that hold a word of credentials and are no comment."""
    number, at = 1, 0
    match = _TELLING.search(text)
    while match is not None:
        start = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        number += text.count("\n", at, start)
        at = start
        line = text[start:end].rstrip("\r")
        if len(line) <= _LONGEST_LINE and not line.lstrip().startswith(("#", ";", "//")):
            yield number, line
        match = _TELLING.search(text, end)


def _assigns(line: str, found: re.Match[str]) -> bool:
    """Tell whether the sign between name and value sets it; a blank does so after ENV only."""
    sign = line[found.end("name") :].lstrip("\"' \t")
    return (sign[:1] in {":", "="} and sign[:2] != "==") or bool(_SPACED.match(line))


def _written(found: re.Match[str], path: str) -> str:
    """Give the value as written; empty for one that is no text."""
    group = found.lastgroup or "bare"
    value = found[group]
    if group == "bare":
        # A bare word in JSON and HCL is a number, a keyword or a reference.
        if path.endswith((".json", ".tf", ".hcl")):
            return ""
        value = value.split(" #", 1)[0].rstrip(",").strip()
    label = path.endswith((".json", ".yaml", ".yml")) and _LABEL.fullmatch(value)
    return "" if label else value

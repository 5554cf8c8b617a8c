"""`# hush: allow HT101, HT402 because reason` comments.

At the end of a line the comment speaks for that line, on a line of its own for the next line of
code. Codes may be rule names. A comment that says `hush:` and then cannot be read becomes an
`Allow` without a reason, for a rule to refuse: a typing error must not pass for a permission.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator

from hushtable.model.facts import Allow
from hushtable.model.place import Place

MARK = "hush:"

_COMMENT = re.compile(r"(?:#+|//+)\s*hush:\s*(?P<order>.*)", re.DOTALL)
_ORDER = re.compile(r"allow\s+(?P<codes>\S.*?)(?:\s+because\b[\s:]*(?P<reason>.*))?", re.DOTALL)
_CODES = re.compile(r"[A-Za-z][A-Za-z0-9-]*")

_SILENT = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
        tokenize.ENCODING,
    }
)


def allows(text: str, relative: str) -> tuple[Allow, ...]:
    """Read the allow comments of a file, from the top.

    `relative` is its path in the scanned folder; its ending tells Python (whose strings are not
    comments) from YAML, HCL and other formats with `#` or `//` comments.
    """
    if MARK not in text:
        return ()
    comments, code = _python(text) if relative.endswith((".py", ".pyi")) else _lines(text)
    code_lines = sorted(code)
    found = []
    for line, column, comment in comments:
        read = _COMMENT.fullmatch(comment)
        if read is None:
            continue
        codes, reason = _order(read["order"].strip())
        place = Place(relative, line, column)
        spoken_for = line if line in code else _next(code_lines, line)
        found.append(Allow(place, codes, reason, spoken_for))
    return tuple(found)


def _order(order: str) -> tuple[tuple[str, ...], str]:
    """Read what stands after `hush:`; an order that cannot be read has no codes or no reason."""
    match = _ORDER.fullmatch(order)
    if match is None:
        return (), ""
    codes = [code for code in re.split(r"[,\s]+", match["codes"]) if code]
    if not all(_CODES.fullmatch(code) for code in codes):
        return tuple(code for code in codes if _CODES.fullmatch(code)), ""
    return tuple(_spelled(code) for code in codes), (match["reason"] or "").strip()


def _spelled(code: str) -> str:
    """Write a code in upper case and a name in lower case, as rules do."""
    return code.upper() if code[-1].isdigit() else code.lower()


def _next(code_lines: list[int], line: int) -> int:
    at = bisect_right(code_lines, line)
    return code_lines[at] if at < len(code_lines) else line


def _python(text: str) -> tuple[list[tuple[int, int, str]], set[int]]:
    """Give the comments and the lines with code; a file Python cannot split is read by line."""
    comments: list[tuple[int, int, str]] = []
    code: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                if MARK in token.string:
                    comments.append((*token.start, token.string))
            elif token.type not in _SILENT:
                code.add(token.start[0])
    except (tokenize.TokenError, SyntaxError):
        return _lines(text)
    return comments, code


def _lines(text: str) -> tuple[list[tuple[int, int, str]], set[int]]:
    comments: list[tuple[int, int, str]] = []
    code: set[int] = set()
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not stripped:
            continue
        start = _comment_start(line) if MARK in line else -1
        if start >= 0:
            comments.append((number, start, line[start:].rstrip()))
        if not stripped.startswith(("#", "//")):
            code.add(number)
    return comments, code


def _comment_start(line: str) -> int:
    """Find where the comment that holds the mark begins, or -1 when it stands in a string."""
    for match in _openings(line):
        if line[match.end() :].lstrip().startswith(MARK):
            before = line[: match.start()]
            quoted = before.count('"') % 2 or before.count("'") % 2
            return -1 if quoted else match.start()
    return -1


def _openings(line: str) -> Iterator[re.Match[str]]:
    return re.finditer(r"(?:(?<=\s)|^)(?:#+|//+)", line)

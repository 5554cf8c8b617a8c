r"""Make text from a scanned program safe to show.

File names, route paths, attribute names and messages come from code that nobody here vouches
for. A terminal obeys control characters and reorders by bidirectional marks; both are written
out as escapes (`\x1b`, `\u202e`), so that what is shown is what is there.
"""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode general categories (Unicode 4.5, table 4-4) that draw nothing or act on what is drawn:
control, format with the bidirectional marks, surrogate, private, unassigned, line separators."""

_ODD_SPACE = re.compile(r"[^\S ]")

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

_OLD_COMMAND = "##["
_OLD_COMMAND_SHOWN = "##\\x5b"
"""GitHub's and Azure's runners obey `##[command]` anywhere in a line of a log, and `::command` at
the beginning of one, behind spaces too (actions/runner, ActionCommand.cs)."""

_BYTE = 0xFF
_PLANE = 0xFFFF


def visible(text: str) -> str:
    """Give `text` on one line, with every character that is not plainly visible written out."""
    text = text.replace(_OLD_COMMAND, _OLD_COMMAND_SHOWN)
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def inert(line: str) -> str:
    """Give a line of a log so that no CI runner takes it for a command to itself."""
    body = line.lstrip()
    if not body.startswith("::"):
        return line
    return f"{line[: len(line) - len(body)]}: :{body[2:]}"


def visible_lines(text: str) -> tuple[str, ...]:
    """Give the lines of `text`, each made visible; tabs become four spaces, as in code."""
    return tuple(visible(line.rstrip()) for line in text.expandtabs(4).split("\n"))


def storable(text: str) -> str:
    """Give `text` fit for UTF-8: a lone surrogate, as in an undecodable file name, is replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _UNSEEN and not _ODD_SPACE.match(character):
        return character
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code <= _BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _PLANE else f"\\U{code:08x}"

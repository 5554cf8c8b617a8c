"""Lines of source as they may be shown: what nobody should see in them is masked.

Which lines hold a secret is known from the scan. A comment or a text that no detector took for a
secret may hold one all the same, so what only looks like a key, an address or a number of a card
is masked wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

MASK = "***"

_QUOTED = re.compile(r"(['\"])((?:(?!\1).){4,})\1")
_ASSIGNED = re.compile(r"^(\s*[\w.\"'-]+\s*[=:]\s)(.+)$")
"""A space behind the sign: the last line of a key in base64 ends with one, too."""

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LONG = re.compile(r"[A-Za-z0-9+/=]{16,}|\d(?:[ -]?\d){11,}")
_SHORTEST = 6
"""Characters of a text of a secret line that is masked in other lines, too."""


def veil(secrets: Collection[str]) -> Callable[[str], str]:
    """Give what masks a line. `secrets` are the lines that hold one, without the space around."""
    texts = {
        match[2]
        for line in secrets
        for match in _QUOTED.finditer(line)
        if len(match[2]) >= _SHORTEST
    }
    longest_first = sorted(texts, key=len, reverse=True)
    moved = re.compile("|".join(map(re.escape, longest_first))) if texts else None

    def veiled(line: str) -> str:
        if line.strip() in secrets:
            line = _secret(line)
        elif moved is not None:
            # A line that is changed or wrapped holds the text that it held before.
            line = moved.sub(MASK, line)
        return _LONG.sub(_long, _ADDRESS.sub(MASK, line))

    return veiled


def _secret(line: str) -> str:
    """Mask the quoted texts of a line, else what is assigned in it, else all of it."""
    masked, count = _QUOTED.subn(f'"{MASK}"', line)
    if count:
        return masked
    assigned = _ASSIGNED.match(line)
    start = assigned[1] if assigned else line[: len(line) - len(line.lstrip())]
    return f"{start}{MASK}"


def _long(match: re.Match[str]) -> str:
    """Mask a run that no name of a program looks like: digits among letters of both cases."""
    run = match[0]
    kinds = (str.isdigit, str.isupper, str.islower)
    mixed = all(any(map(kind, run)) for kind in kinds)
    return MASK if mixed or run[0].isdigit() else run

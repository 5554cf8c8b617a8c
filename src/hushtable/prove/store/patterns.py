"""Texts that fit a regular expression, the same for one seed.

rstr makes them. hypothesis would too, but reads every module of the app for constants to draw.
"""

from __future__ import annotations

import random
import re
from functools import lru_cache

from rstr import Rstr

_DRAWS = 8
_LONGEST = 200
_LONGEST_PATTERN = 500
_NESTED = re.compile(r"[*+}]\s*\)\s*[*+{]")
_PRINTABLE = re.compile(r"[ -~]+")


def fits(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern, as pydantic sees it. One that Python cannot read fits all."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True


@lru_cache(maxsize=4096)
def text_like(pattern: str, seed: int) -> str:
    """Make a text that fits a pattern, with many different characters; empty where none is made."""
    if len(pattern) > _LONGEST_PATTERN or len(_NESTED.findall(pattern)) > 1:
        return ""
    source = Rstr(random.Random(seed))  # noqa: S311 - no secret
    try:
        drawn = [source.xeger(pattern) for _ in range(_DRAWS)]
    except (re.error, LookupError, ValueError, OverflowError):
        return ""
    fitting = [one for one in drawn if len(one) <= _LONGEST and fits(pattern, one)]
    return max(fitting, key=_telling, default="")


def _telling(text: str) -> tuple[bool, int, str]:
    return _PRINTABLE.fullmatch(text) is not None, len(set(text)), text


def literal_start(pattern: str) -> str:
    r"""Give the constant text that a pattern begins with: `^ORDER\#.*` has `ORDER#`."""
    start = re.match(r"\^?((?:\\[^\w]|[^\\.*+?\[\](){}|^$])*)", pattern)
    return re.sub(r"\\(.)", r"\1", start.group(1)) if start else ""

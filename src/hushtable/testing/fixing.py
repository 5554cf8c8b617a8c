"""The third and fourth run: a fix turns Leaks into Quiet byte for byte, and what it gives is quiet.

The marks are taken out of a Leaks program first: they are of the page, not of the program.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from hushtable.model.config import ScanConfig
from hushtable.model.edit import Patch
from hushtable.model.facts import Facts
from hushtable.model.finding import Result
from hushtable.rules.catalogue import Rule
from hushtable.rules.judge import judge
from hushtable.rules.mending import Wish, mend
from hushtable.rules.page import Program
from hushtable.testing.scanning import scan_source

_MARK = re.compile(r"[ \t]*# leaks\b.*$", re.MULTILINE)


def unmarked(program: Program) -> dict[str, str]:
    """Give the files of a program without the marks of its page."""
    return {path: _MARK.sub("", text) for path, text in program.files}


def mended(files: Mapping[str, str], select: tuple[str, ...] = (), *, unsafe: bool = True) -> Patch:
    """Fix a program given as texts by path, as `hushtable fix` does."""
    config = ScanConfig(select=select)
    texts = {path: text.encode() for path, text in files.items()}

    def look(changed: Mapping[str, bytes]) -> tuple[Result, Facts]:
        now = {**texts, **changed}
        facts = scan_source({path: text.decode() for path, text in now.items()})
        return judge(facts, config, "."), facts

    return mend(texts, look({}), look, Wish(unsafe=unsafe))


def fixed(rule: Rule, number: int) -> tuple[str, ...]:
    """Fix the n-th Leaks program of a page; say where the result is not the n-th Quiet one."""
    leaks, quiet = rule.text.pairs[number - 1]
    files = unmarked(leaks)
    patch = mended(files, (rule.code,))
    texts = {**files, **{path: text.decode() for path, text in patch.after.items()}}
    wanted = dict(quiet.files)
    said = [f"left: {one.place}: {one.why}" for one in patch.left]
    for path in sorted(texts.keys() | wanted.keys()):
        lines = (wanted.get(path, ""), texts.get(path, ""))
        before, after = (text.splitlines(keepends=True) for text in lines)
        said += difflib.unified_diff(before, after, f"quiet {path}", f"fixed {path}", n=1)
    if said:
        return tuple(said)
    facts = scan_source(texts)
    result = judge(facts, ScanConfig(select=(rule.code,)), ".")
    return tuple(f"found after the fix: {one.place}: {one.message}" for one in result.findings)

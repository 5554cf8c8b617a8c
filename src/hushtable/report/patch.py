"""A patch for people: what is fixed, what stays and why, and the difference in lines.

What nobody should see in a line is masked, before and after the change.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

from hushtable.model.edit import Fixed, Left, Patch
from hushtable.model.finding import Finding
from hushtable.report.escape import inert, visible
from hushtable.report.veil import veil

_COLOURS = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}
_END = "\x1b[0m"
_HEADERS = 2


def render(
    patch: Patch,
    findings: Mapping[str, Finding],
    secrets: Collection[str],
    *,
    written: bool = False,
    colour: bool = False,
) -> str:
    """Give the patch as text. `secrets` are source lines whose texts must not be seen."""
    lines: list[str] = []
    if not written:
        lines += [_coloured(line, on=colour) for line in difference(patch, secrets)]
    lines += _summary(patch, findings, written=written)
    return "\n".join(map(inert, lines)) + "\n"


def difference(patch: Patch, secrets: Collection[str]) -> Iterator[str]:
    """Give the lines of a unified diff of every file that changes."""
    veiled = veil(secrets)
    for path in patch.changed:
        before, after = (
            texts[path].decode("utf-8", "replace").splitlines()
            for texts in (patch.before, patch.after)
        )
        shown = visible(path)
        told = difflib.unified_diff(before, after, f"a/{shown}", f"b/{shown}", lineterm="")
        for number, line in enumerate(told):
            head, body = line[:1], line[1:]
            # The first two name the file; a line of source may look like them.
            names = number < _HEADERS or head == "@"
            yield line if names else head + visible(veiled(body).expandtabs(4))


def _summary(patch: Patch, findings: Mapping[str, Finding], *, written: bool) -> Iterator[str]:
    verb = "fixed" if written else "can be fixed"
    if patch.fixed:
        yield ""
        yield f"{len(patch.fixed)} {verb} in {_files(len(patch.changed))}:"
        for one in patch.fixed:
            unsafe = f" (unsafe: {one.order.unsafe})" if one.order.unsafe else ""
            proven = " - proven, and it comes out no more" if one.proven else ""
            yield f"  {_named(one, findings)}{proven}{unsafe}"
            if one.order.note:
                yield f"      {visible(one.order.note)}"
    if patch.left:
        yield ""
        stay = "stays" if len(patch.left) == 1 else "stay"
        yield f"{len(patch.left)} {stay}:"
        for left in patch.left:
            yield f"  {_named(left, findings)}"
            yield f"      {visible(left.why)}"
    if not patch.fixed and not patch.left:
        yield "Nothing to fix."


def _named(one: Fixed | Left, findings: Mapping[str, Finding]) -> str:
    finding = findings.get(one.key)
    name = f" {finding.name}" if finding is not None else ""
    return f"{visible(str(one.place))}  {one.code}{name}"


def _files(number: int) -> str:
    return "1 file" if number == 1 else f"{number} files"


def _coloured(line: str, *, on: bool) -> str:
    start = _COLOURS.get(line[:1], "") if on else ""
    return f"{start}{line}{_END}" if start else line

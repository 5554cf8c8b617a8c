"""What the fix of each finding changes, by itself, as a report shows it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from hushtable.cli.carry import Source
from hushtable.cli.fixing import patch_of, tree_of
from hushtable.cli.outcome import complain
from hushtable.model.edit import CannotFix, Patch
from hushtable.model.event import Began, Ended, Listener
from hushtable.model.finding import Finding
from hushtable.report.patch import difference
from hushtable.report.report import Mended

FIXING = "fix"
SECONDS = 60.0
"""After this nothing more is tried: a page is not worth any wait."""

_ALONG = "the fix of another finding beside it removes it, too"


def fixes(source: Source, findings: Iterable[Finding], listen: Listener) -> Mapping[str, Mended]:
    """Fix the findings in memory, and give what was changed for each, or why nothing was.

    What is given was scanned again: all of it together removes these findings and brings none.
    Empty, with a sentence on standard error, where that takes too long.
    """
    tree = tree_of(source.root, source.config, source.facts, source.result)
    known = set(tree.findings)
    keys = frozenset(one.key for one in findings) & known
    if not keys:
        return {}
    began = time.monotonic()
    listen(Began(FIXING))
    try:
        patch = patch_of(tree, unsafe=True, chosen=keys, apart=True, seconds=SECONDS)
    except CannotFix as reason:
        complain(f"no differences of fixes are told: {reason}; see `hushtable fix`")
        return {}
    finally:
        listen(Ended(FIXING, time.monotonic() - began))
    return mended(patch, tree.secrets)


def mended(patch: Patch, secrets: frozenset[str]) -> Mapping[str, Mended]:
    """Give what a patch changes for each finding, by key; masked as `difference` masks."""
    told = {one.key: Mended(why=one.why) for one in patch.left}
    for one in patch.fixed:
        order = one.order
        if one.alone is None:
            told[one.key] = Mended(why=_ALONG)
            continue
        lines = difference(one.alone, secrets)
        diff = "".join(f"{line}\n" for line in lines)
        told[one.key] = Mended(diff=diff, unsafe=order.unsafe, note=order.note)
    return told

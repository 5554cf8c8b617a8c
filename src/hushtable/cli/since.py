"""`--since REV`: narrow the findings to what a diff touches, knowing the whole program."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hushtable.model.errors import UsageError
from hushtable.model.finding import Finding, Result
from hushtable.model.place import Place

_HUNK = re.compile(rb"^@@ -\d+(?:,(?P<removed>\d+))? \+(?P<start>\d+)(?:,(?P<added>\d+))? @@")
_COMMIT = re.compile(rb"^[0-9a-f]{40,64}$")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_LETTERS[b"v"] = b"\v"


@dataclass(frozen=True, slots=True)
class Changes:
    """The lines a diff touched, by path relative to the scanned folder; and whole new files."""

    lines: dict[str, frozenset[int]]
    new_files: frozenset[str]

    def touch(self, place: Place) -> bool:
        """Whether the diff touched this line."""
        return place.path in self.new_files or place.line in self.lines.get(place.path, ())


def changes(root: Path, revision: str) -> Changes:
    """Ask git what changed under `root` since a revision, in the working tree, new files too.

    Raises UsageError when git is missing, `root` is in no repository, or the revision is none.
    """
    if revision.startswith("-"):
        raise UsageError(_NO_REVISION.format(revision))
    found = _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found is None or not _COMMIT.match(found.strip()):
        if _git(root, "rev-parse", "--show-toplevel") is None:
            raise UsageError(_NO_REPOSITORY.format(root, _complaint(root)))
        raise UsageError(_NO_REVISION.format(revision))
    commit = found.strip().decode("ascii")
    diff = _git(root, "diff", *_DIFF_OPTIONS, commit, "--", ".")
    others = _git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    if diff is None or others is None:
        raise UsageError(_NO_DIFF.format(revision))
    return Changes(changed_lines(diff), frozenset(map(_name, filter(None, others.split(b"\0")))))


def narrow(result: Result, changed: Changes) -> Result:
    """Keep the findings that a change touches: their place, their trace or their route.

    Routes, coverage and what could not be examined stay whole.
    """
    kept = tuple(one for one in result.findings if any(map(changed.touch, _places(one))))
    return replace(result, findings=kept)


def _places(finding: Finding) -> Iterator[Place]:
    yield finding.place
    yield from (step.place for step in finding.trace)
    for route in finding.routes:
        yield route.place
        if route.gate.place is not None:
            yield route.gate.place


def changed_lines(diff: bytes) -> dict[str, frozenset[int]]:
    """Read `git diff --unified=0`: the lines of each new file that were added or changed.

    Where lines were only removed, the lines on both sides of the gap count as touched: a gate
    that is taken away leaves no line of its own. The lines of a hunk are counted, never
    recognised, so no text of a file is taken for a header.
    """
    found: dict[str, set[int]] = {}
    path = ""
    skip = 0
    for line in diff.split(b"\n"):
        if skip:
            # "\ No newline at end of file" belongs to the line before it.
            skip -= not line.startswith(b"\\")
        elif line.startswith(b"+++ "):
            path = _header_path(line[4:])
        elif path and (hunk := _HUNK.match(line)):
            removed, start, added = (
                1 if figure is None else int(figure)
                for figure in (hunk["removed"], hunk["start"], hunk["added"])
            )
            skip = removed + added
            touched = range(start, start + added) if added else (start, start + 1)
            found.setdefault(path, set()).update(touched)
    return {name: frozenset(lines) for name, lines in found.items()}


_DIFF_OPTIONS = (
    *("--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--relative"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules"),
)
_NO_REVISION = "--since: git knows no commit {!r}; fetch it, or name another"
_NO_REPOSITORY = "--since: git cannot be asked about {}: {}"
_NO_DIFF = "--since: git could not compare with {!r}"


_HOOK_VARIABLES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})
"""Git sets these for its hooks, relative to another folder than the scanned one."""


def _git(root: Path, *arguments: str) -> bytes | None:
    """Run git in a folder and give what it prints; None when it fails or is not there."""
    try:
        done = _run(root, *arguments)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git. No setting of the repository makes it run another program or write to it."""
    environment = {key: text for key, text in os.environ.items() if key not in _HOOK_VARIABLES}
    return subprocess.run(  # noqa: S603 - fixed options, no shell, the commit is checked
        ["git", "-c", "core.quotepath=off", "-c", "core.fsmonitor=false", *arguments],  # noqa: S607 - the user's git
        cwd=root,
        env={**environment, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def _complaint(root: Path) -> str:
    """Give git's own first words on why it cannot be asked."""
    try:
        said = _run(root, "rev-parse", "--show-toplevel").stderr.decode("utf-8", "replace")
    except OSError:
        return "git is not installed"
    return next(iter(said.splitlines()), "it does not say why")


def _header_path(raw: bytes) -> str:
    """Read the path of a `+++` line; empty for a file that was deleted."""
    # Git ends a name that has spaces with a tab (git-diff, "Generating patch text").
    raw = raw.removesuffix(b"\t")
    if raw.startswith(b'"') and raw.endswith(b'"'):
        raw = _ESCAPE.sub(_unescape, raw[1:-1])
    return _name(raw.removeprefix(b"b/")) if raw.startswith(b"b/") else ""


def _unescape(match: re.Match[bytes]) -> bytes:
    text = match[1]
    if text.isdigit():
        return bytes([int(text, 8) & 0xFF])
    return _LETTERS.get(text, text)


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")

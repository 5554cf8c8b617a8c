"""One fix from a folder to a patch, and a patch into the folder: whole, or not at all."""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from hushtable.fix.installed import is_list
from hushtable.fix.source import MAX_BYTES
from hushtable.model.config import ScanConfig
from hushtable.model.edit import CannotFix, Patch
from hushtable.model.errors import UsageError
from hushtable.model.event import Listener, silent
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding, Result
from hushtable.rules import baseline
from hushtable.rules.judge import judge
from hushtable.rules.mending import Wish, mend
from hushtable.scan.run import scan
from hushtable.scan.source import list_files

_KEY_BEGINS, _KEY_ENDS = "-----BEGIN", "-----END"


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder as it was scanned: its texts, what was found, and the lines with secrets."""

    root: Path
    config: ScanConfig
    texts: dict[str, bytes]
    result: Result
    facts: Facts

    @property
    def findings(self) -> dict[str, Finding]:
        """The findings by key."""
        return {one.key: one for one in self.result.findings}

    @property
    def secrets(self) -> frozenset[str]:
        """The lines that hold a secret, without the space around them."""
        return frozenset(_secret_lines(self.texts, self.facts))


def read(root: Path, config: ScanConfig, listen: Listener = silent) -> Tree:
    """Scan a folder. Raises HushtableError for what the configuration gets wrong."""
    facts = scan(root, config, listen)
    return tree_of(root, config, facts, _judged(facts, config, root))


def tree_of(root: Path, config: ScanConfig, facts: Facts, result: Result) -> Tree:
    """Take a folder that was scanned, and what was found in it."""
    texts = {}
    listing = list_files(root, config.exclude)
    for file in (*listing.python, *(one for one in listing.other if _is_infrastructure(one.path))):
        with suppress(OSError):
            texts[file.path] = Path(file.full).read_bytes()
    texts |= dict(_lists(root))
    return Tree(root, config, texts, result, facts)


def _lists(root: Path) -> Iterator[tuple[str, bytes]]:
    """Give what says which packages the project needs: a fix brings none that it has not."""
    for pattern in ("*", "*/*", "*/*/*.txt"):
        for file in sorted(root.glob(pattern)):
            path = file.relative_to(root).as_posix()
            if is_list(path) and file.is_file() and file.stat().st_size <= MAX_BYTES:
                with suppress(OSError):
                    yield path, file.read_bytes()


def _is_infrastructure(path: str) -> bool:
    return path.endswith((".tf", ".yaml", ".yml"))


def patch_of(
    tree: Tree,
    *,
    unsafe: bool,
    chosen: frozenset[str] | None = None,
    apart: bool = False,
    seconds: float = math.inf,
) -> Patch:
    """Fix what can be fixed; only the findings of these keys, and what comes of them, if given.

    `apart`: each fix is kept by itself, too. Raises CannotFix when it takes longer than `seconds`.
    """
    known, began = tree.findings, time.monotonic()

    def wanted(finding: Finding) -> bool:
        return chosen is None or finding.key in chosen or finding.key not in known

    def check() -> None:
        if time.monotonic() - began > seconds:
            reason = f"to try them takes longer than {seconds:.0f} s"
            raise CannotFix(reason)

    with _copied(tree) as look:

        def in_time(changed: Mapping[str, bytes]) -> tuple[Result, Facts]:
            check()
            return look(changed)

        wish = Wish(unsafe, wanted, apart, check)
        return mend(tree.texts, (tree.result, tree.facts), in_time, wish)


def chosen(patch: Patch, tree: Tree) -> frozenset[str]:
    """Ask for each finding that can be fixed; give the keys of those that shall be."""
    keys = []
    for one in patch.fixed:
        message = tree.findings[one.key].message
        if typer.confirm(f"{one.place} {one.code}: {message}\nFix it?", default=True, err=True):
            keys.append(one.key)
    return frozenset(keys)


def write(tree: Tree, patch: Patch) -> None:
    """Write every file of a patch; when one cannot be written, none is changed.

    Raises UsageError when a file is not what was scanned any more, or cannot be written.
    """
    ready: list[tuple[Path, Path]] = []
    done: list[str] = []
    try:
        for path in patch.changed:
            file = tree.root / path
            if file.read_bytes() != patch.before[path]:
                text = f"{path} has changed since it was scanned; nothing was written"
                raise UsageError(text)
            ready.append((_beside(file, patch.after[path]), file))
        for (made, file), path in zip(ready, patch.changed, strict=True):
            made.replace(file)
            done.append(path)
    except OSError as error:
        for path in done:
            _beside(tree.root / path, patch.before[path]).replace(tree.root / path)
        text = f"cannot write the fix: {error.strerror}; nothing was changed"
        raise UsageError(text) from error
    finally:
        for made, _ in ready:
            made.unlink(missing_ok=True)


def _beside(file: Path, data: bytes) -> Path:
    """Write a file in the folder of another, with its rights, to take its place."""
    # A link stays one: what it leads to is replaced.
    handle, name = tempfile.mkstemp(dir=file.resolve().parent, prefix=".hushtable-")
    made = Path(name)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    made.chmod(file.stat().st_mode)
    return made


@contextmanager
def _copied(tree: Tree) -> Iterator[Callable[[Mapping[str, bytes]], tuple[Result, Facts]]]:
    """Copy what a scan reads, and give what scans the copy with changed texts in it."""
    listing = list_files(tree.root, tree.config.exclude)
    alone = replace(tree.config, cache=False)
    with tempfile.TemporaryDirectory(prefix="hushtable-") as folder:
        for file in (*listing.python, *listing.other):
            target = Path(folder, file.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):
                target.write_bytes(Path(file.full).read_bytes())

        def look(changed: Mapping[str, bytes]) -> tuple[Result, Facts]:
            for path, text in {**tree.texts, **changed}.items():
                target = Path(folder, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.is_file() or target.read_bytes() != text:
                    target.write_bytes(text)
            facts = scan(Path(folder), alone)
            return _judged(facts, alone, tree.root), facts

        yield look


def _judged(facts: Facts, config: ScanConfig, root: Path) -> Result:
    result = judge(facts, config, str(root))
    return baseline.apply(result, Path(config.baseline)) if config.baseline else result


def _secret_lines(texts: Mapping[str, bytes], facts: Facts) -> Iterator[str]:
    for literal in facts.literals:
        lines = texts.get(literal.place.path, b"").decode("utf-8", "replace").splitlines()
        rest = lines[literal.place.line - 1 :]
        for number, line in enumerate(rest):
            yield line.strip()
            if number == 0 and _KEY_BEGINS not in line:
                break
            if _KEY_ENDS in line:
                break

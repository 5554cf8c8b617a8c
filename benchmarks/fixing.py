"""`python -m benchmarks.fixing TREE...`: fix copies of services, and count what holds.

Each tree is copied, fixed with unsafe fixes, and scanned again. Of each kind of finding it is told
how many were found and how many had a fix; of each tree whether every changed file parses, and
whether every changed module is imported as before by the interpreter of the service's own
environment. Variables that a fix reads a credential from are set for the import after it: that
they must be is what the fix says.
"""

from __future__ import annotations

import argparse
import ast
import codecs
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rich.console import Console
from rich.table import Table

from benchmarks.trees import LEFT_OUT
from hushtable.cli import fixing
from hushtable.cli.config import settings
from hushtable.model.edit import Patch
from hushtable.model.finding import Finding

GOAL = 0.6
SECONDS = 60.0
"""How long one module may take to be imported."""

Mark = tuple[str, str, str]

_ASKED = re.compile(rb"environ\[[\"'](\w+)[\"']\]")
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_REGION": "eu-central-1",
    "AWS_SECRET_ACCESS_KEY": "x",
    "PYTHONDONTWRITEBYTECODE": "1",
}
_IMPORT = "import importlib, sys; sys.path.insert(0, '.'); importlib.import_module(sys.argv[1])"


@dataclass(slots=True)
class Outcome:
    """What the fix of one tree came to."""

    name: str
    found: Counter[str] = field(default_factory=Counter)
    fixed: Counter[str] = field(default_factory=Counter)
    why: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Why findings stay, by code and reason."""
    broken: list[str] = field(default_factory=list)
    """Files that do not parse, or are not imported as before."""
    remain: int = 0
    """Findings that a fix was for and that are found all the same."""
    new: int = 0
    imported: int = 0
    """Changed modules that were imported before, and so had to be after."""
    changed: int = 0

    @property
    def failed(self) -> bool:
        """Whether the tree is worse than before in any way."""
        return bool(self.broken or self.remain or self.new)


def outcome(source: Path, copy: Path, python: Path | None) -> Outcome:
    """Fix a copy of a tree. Without an interpreter of its own nothing is imported."""
    shutil.copytree(
        source, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), ignore_dangling_symlinks=True
    )
    config = settings(copy)
    tree: fixing.Tree = fixing.read(copy, config)
    patch = fixing.patch_of(tree, unsafe=True)
    modules = dict(_imported(copy, patch, python)) if python else {}
    fixing.write(tree, patch)
    made = Outcome(source.name, changed=len(patch.changed), imported=len(modules))
    made.fixed.update(one.code for one in patch.fixed)
    made.found.update(made.fixed)
    made.found.update(one.code for one in patch.left)
    made.why.update((one.code, one.why) for one in patch.left)
    made.broken += _unparsed(copy, patch)
    if python:
        asked = dict.fromkeys(_asked(patch), "x")
        for path, (folder, module) in modules.items():
            if not _imports(python, folder, module, asked):
                made.broken.append(f"{path}: not imported any more")
    before = counted(tree.result.findings)
    after = counted(fixing.read(copy, config).result.findings)
    known = tree.findings
    gone = counted(known[one.key] for one in patch.fixed if one.key in known)
    made.new = sum((after - before).values())
    made.remain = sum((after - (before - gone)).values()) - made.new
    return made


def counted(findings: Iterable[Finding]) -> Counter[Mark]:
    """Count findings by what stays the same when lines move."""
    return Counter((one.code, one.place.path, one.function) for one in findings if one.counts)


def _unparsed(folder: Path, patch: Patch) -> Iterator[str]:
    for path in patch.changed:
        if path.endswith(".py"):
            try:
                ast.parse((folder / path).read_bytes().removeprefix(codecs.BOM_UTF8))
            except (SyntaxError, ValueError):
                yield f"{path}: does not parse"


def _asked(patch: Patch) -> Iterator[str]:
    """Give the variables that the changed files read and did not read before."""
    for path in patch.changed:
        had, has = (
            set(_ASKED.findall(texts.get(path, b""))) for texts in (patch.before, patch.after)
        )
        yield from (name.decode() for name in has - had)
    yield from (one.order.word.upper() for one in patch.fixed if one.order.remedy == "environment")


def _imported(root: Path, patch: Patch, python: Path) -> Iterator[tuple[str, tuple[Path, str]]]:
    """Give from which folder, and under which name, each file to be changed is imported."""
    for path in patch.changed:
        if not path.endswith(".py"):
            continue
        parts = PurePosixPath(path).with_suffix("").parts
        # The nearest folder first: that is where a service in a folder of its own is started.
        for number in reversed(range(len(parts))):
            names = [one for one in parts[number:] if one != "__init__"]
            folder = root.joinpath(*parts[:number])
            if names and all(one.isidentifier() for one in names):
                module = ".".join(names)
                if _imports(python, folder, module, {}):
                    yield path, (folder, module)
                    break


def _imports(python: Path, folder: Path, module: str, variables: dict[str, str]) -> bool:
    try:
        done = subprocess.run(
            [str(python), "-c", _IMPORT, module],
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), **_ENVIRONMENT, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def by_tree(found: Sequence[Outcome]) -> Table:
    """Lay out what the trees came to."""
    made = Table(title="fixes, by tree", title_justify="left")
    for name in ("tree", "found", "offered", "files", "imported", "broken", "remain", "new"):
        made.add_column(name, justify="left" if name == "tree" else "right")
    for one in found:
        had, has = one.found.total(), one.fixed.total()
        figures = (had, has, one.changed, one.imported, len(one.broken), one.remain, one.new)
        made.add_row(one.name, *map(str, figures))
    return made


def by_kind(found: Sequence[Outcome]) -> Table:
    """Lay out how many findings of each kind have a fix, and why the others have none."""
    had = sum((one.found for one in found), Counter[str]())
    has = sum((one.fixed for one in found), Counter[str]())
    whys = sum((one.why for one in found), Counter[tuple[str, str]]())
    made = Table(title="fixes, by kind", title_justify="left")
    for name in ("kind", "found", "offered", "share", "why not"):
        made.add_column(name, justify="left" if name in {"kind", "why not"} else "right")
    for code in sorted(had):
        reasons = [f"{n} {why}" for (kind, why), n in whys.most_common() if kind == code]
        share = f"{has[code] / had[code]:.0%}"
        made.add_row(code, str(had[code]), str(has[code]), share, "\n".join(reasons))
    total = had.total()
    share = f"{has.total() / total:.1%}" if total else ""
    made.add_row("all", str(total), str(has.total()), share, f"goal >= {GOAL:.0%}")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Fix copies of the trees. 1 when one is worse than before, 2 when there is none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fixing", description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path, help="folders of services")
    parser.add_argument(
        "--venvs", type=Path, help="a folder of virtual environments named after the trees"
    )
    options = parser.parse_args(argv)
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    missing = [path for path in options.trees if not path.is_dir()]
    if missing:
        console.print(f"no such folder: {missing[0]}", markup=False)
        return 2
    found = []
    with tempfile.TemporaryDirectory(prefix="hushtable-fixing-") as work:
        for source in (path.resolve() for path in options.trees):
            python = options.venvs.resolve() / source.name / "bin/python" if options.venvs else None
            known = python if python and python.exists() else None
            made = outcome(source, Path(work, source.name), known)
            console.print(
                f"{made.name}: {made.fixed.total()} of {made.found.total()}", markup=False
            )
            for said in made.broken:
                console.print(f"{made.name}: {said}", markup=False)
            found.append(made)
    console.print(by_tree(found))
    console.print(by_kind(found))
    return int(any(one.failed for one in found))


if __name__ == "__main__":
    sys.exit(main())

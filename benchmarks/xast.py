"""`python -m benchmarks.xast CASES`: accuracy of the engine on a public suite of paired cases.

The suite is Ant Application Security's xAST for Python (`sast-python3/case` of
https://github.com/alipay/ant-application-security-testing-benchmark). Its cases come in pairs:
in `*_T` the value of the parameter `taint_src` reaches `os.system()` or `taint_sink()`, in `*_F`
it does not. The engine knows neither name: this harness teaches both with a `hushtable.toml`, in
the words any user has. A case counts as found when the scan reports that something of the table
`suite` leaves in one of its files.

The half of the cases whose content has an even MD5 may be read to develop with; the odd half is
for measurement only: its figures are printed with `--both-halves` alone, and its cases are never
listed. A case of several files is one case: its half is that of its Python files, joined in the
order of their paths.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.compose import files_named, holds
from benchmarks.peers import hushtable_program

TAUGHT = """\
[[library]]
name = "suite"

[[library.source]]
parameter = "taint_src"
table = "suite"

[[library.channel]]
call = "os.system"
channel = "response"

[[library.channel]]
call = "taint_sink"
channel = "response"
"""
FIELD_SENSITIVE = ("accuracy/field_sensitive/", "accuracy/object_sensitive/")
CASE = re.compile(r"_([TF])(?=$|\.py$|_[a-z]\.py$)")
TIMEOUT = 1800.0


@dataclass(frozen=True, slots=True)
class Case:
    """One case: a file or a folder, relative to the suite, and what is expected of it."""

    path: str
    leaks: bool
    even: bool
    files: frozenset[str]

    @property
    def folder(self) -> str:
        """The folder the case stands in."""
        return str(PurePosixPath(self.path).parent)

    @property
    def field_sensitive(self) -> bool:
        """Whether the case asks which field, index or object holds the value."""
        return f"{self.path}/".startswith(FIELD_SENSITIVE)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases were right and wrong, in both ways."""

    found: int = 0
    missed: int = 0
    false: int = 0
    quiet: int = 0

    @property
    def cases(self) -> int:
        """All cases."""
        return self.found + self.missed + self.false + self.quiet

    @property
    def precision(self) -> float:
        """The share of reports that are right; 1 when nothing was reported."""
        reported = self.found + self.false
        return self.found / reported if reported else 1.0

    @property
    def recall(self) -> float:
        """The share of leaks that were reported; 1 when there are none."""
        leaks = self.found + self.missed
        return self.found / leaks if leaks else 1.0


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene of a `config.json`: the peer's own expression over the files of a folder."""

    folder: str
    compose: str
    even: bool | None
    """The half all its cases lie in, None when they lie in both."""


def even(contents: Iterable[bytes]) -> bool:
    """Say whether the MD5 of the joined contents is an even number."""
    digest = hashlib.md5(b"".join(contents), usedforsecurity=False).hexdigest()
    return int(digest, 16) % 2 == 0


def cases(suite: Path) -> list[Case]:
    """Find the cases: a folder named `*_T` or `*_F` whole, every other file of such a name."""
    found: list[Case] = []
    for path in sorted(suite.rglob("*_[TF]")):
        if path.is_dir() and not any(CASE.search(part.name) for part in between(path, suite)):
            files = sorted(path.rglob("*.py"), key=lambda file: file.relative_to(path).as_posix())
            found.append(case(path, files, suite))
    taken = {suite / file for each in found for file in each.files}
    single = (path for path in sorted(suite.rglob("*_[TF].py")) if path not in taken)
    return [*found, *(case(path, [path], suite) for path in single)]


def between(path: Path, suite: Path) -> Iterator[Path]:
    """Give the folders above `path`, up to the suite."""
    for parent in path.parents:
        if parent == suite:
            return
        yield parent


def case(path: Path, files: Sequence[Path], suite: Path) -> Case:
    """Make the case at `path` of its files. Their content is hashed and not kept."""
    letter = CASE.search(path.name)
    return Case(
        path=path.relative_to(suite).as_posix(),
        leaks=letter is not None and letter[1] == "T",
        even=even(file.read_bytes() for file in files),
        files=frozenset(file.relative_to(suite).as_posix() for file in files),
    )


def reported_paths(document: dict[str, Any]) -> frozenset[str]:
    """Give the files in which something of the taught table leaves."""
    return frozenset(
        finding["path"]
        for finding in document["findings"]
        if any(name.split(".")[0] == "suite" for name in finding["attributes"])
    )


def tally(given: Iterable[Case], reported: frozenset[str]) -> Tally:
    """Count right and wrong over some cases."""
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for each in given:
        counts[each.leaks, not reported.isdisjoint(each.files)] += 1
    return Tally(
        found=counts[True, True],
        missed=counts[True, False],
        false=counts[False, True],
        quiet=counts[False, False],
    )


def scenes(suite: Path, given: Sequence[Case]) -> list[Scene]:
    """Read every `config.json` of the suite."""
    made = []
    for config in sorted(suite.rglob("config.json")):
        folder = config.parent.relative_to(suite).as_posix()
        for compose in composed(json.loads(config.read_bytes())):
            files = {f"{folder}/{name}" for name in files_named(compose)}
            halves = {each.even for each in given if files & each.files}
            made.append(Scene(folder, compose, halves.pop() if len(halves) == 1 else None))
    return made


def composed(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Give every `compose` text of a configuration, wherever it stands."""
    match value:
        case {"compose": str(text)}:
            yield text
        case dict():
            for each in value.values():
                yield from composed(each)
        case list():
            for each in value:
                yield from composed(each)


def passes(scene: Scene, reported: frozenset[str]) -> bool:
    """Say whether the peer's own expression holds for what was reported below its folder."""
    return holds(scene.compose, lambda name: f"{scene.folder}/{name}" in reported)


def scan(program: str, root: Path) -> dict[str, Any]:
    """Scan one folder. Raises `RuntimeError` when the program fails, without its output."""
    command = [program, "scan", ".", "--format", "json"]
    done = subprocess.run(
        command, cwd=root, capture_output=True, timeout=TIMEOUT, check=False, text=True
    )
    if done.returncode not in {0, 1, 3} or "Traceback" in done.stderr:
        message = f"the scan failed with exit code {done.returncode}"
        raise RuntimeError(message)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def scanned(program: str, suite: Path, given: Sequence[Case], *, apart: bool) -> frozenset[str]:
    """Scan a taught copy of the suite and give the files in which something leaves.

    All in one run, each file a program of its own; with `apart`, every case of several files is
    scanned in a run of its own instead, as the root of its own program.
    """
    reported: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="hushtable-xast-") as work:
        whole = Path(work) / "all"
        shutil.copytree(suite, whole, ignore=shutil.ignore_patterns("config.json"))
        (whole / "hushtable.toml").write_text(TAUGHT)
        folders = [each for each in given if apart and not each.path.endswith(".py")]
        for number, each in enumerate(folders):
            alone = Path(work) / str(number)
            (whole / each.path).rename(alone)
            (alone / "hushtable.toml").write_text(TAUGHT)
            found = reported_paths(scan(program, alone))
            reported |= {f"{each.path}/{path}" for path in found}
        reported |= reported_paths(scan(program, whole))
    return frozenset(reported)


def row(name: str, figures: Tally) -> tuple[str, ...]:
    """Lay out one line of the table."""
    counts = (figures.cases, figures.found, figures.missed, figures.false)
    return (name, *map(str, counts), f"{figures.precision:.3f}", f"{figures.recall:.3f}")


def show(console: Console, given: Sequence[Case], reported: frozenset[str], depth: int) -> None:
    """Print the figures of the given cases by half, of the field-sensitive subset, by folder."""
    made = Table(title="xAST sast-python3", title_justify="left")
    for column in ("", "cases", "found", "missed", "false", "precision", "recall"):
        made.add_column(column, justify="right" if column else "left")
    halves = {"even": [c for c in given if c.even], "odd": [c for c in given if not c.even]}
    shown = {name: half for name, half in halves.items() if half}
    shown |= {"all": list(given)} if len(shown) > 1 else {}
    for name, half in shown.items():
        made.add_row(*row(name, tally(half, reported)))
    for name, half in shown.items():
        subset = [each for each in half if each.field_sensitive]
        made.add_row(*row(f"field-sensitive, {name}", tally(subset, reported)))
    made.add_section()
    folders = sorted({"/".join(each.path.split("/")[:depth]) for each in given})
    for folder in folders:
        inside = [each for each in given if f"{each.path}/".startswith(f"{folder}/")]
        made.add_row(*row(folder, tally(inside, reported)))
    console.print(made)


def show_scenes(console: Console, given: Sequence[Scene], reported: frozenset[str]) -> None:
    """Print how many of the peer's own scenes pass; a scene needs all its cases right."""
    passed = sum(passes(scene, reported) for scene in given)
    console.print(f"scenes passed by config.json: {passed}/{len(given)}", markup=False)


def contradictions(given: Sequence[Scene], known: Sequence[Case]) -> int:
    """Count the scenes that fail even when every case is judged as its file name says."""
    leaking = frozenset(file for each in known if each.leaks for file in each.files)
    return sum(not passes(scene, leaking) for scene in given)


def wrong(given: Iterable[Case], reported: frozenset[str]) -> list[str]:
    """List the wrong cases of the even half. Cases of the odd half are never told apart."""
    lines = []
    for each in given:
        found = not reported.isdisjoint(each.files)
        if each.even and found is not each.leaks:
            lines.append(f"{'missed' if each.leaks else 'false '}  {each.path}")
    return lines


def copy_even_folders(suite: Path, given: Iterable[Case], target: Path) -> int:
    """Copy the even cases of several files to `target`, and give their number."""
    count = 0
    for each in given:
        if each.even and not each.path.endswith(".py"):
            shutil.copytree(suite / each.path, target / each.path, dirs_exist_ok=True)
            count += 1
    return count


def main(argv: Sequence[str] | None = None) -> int:
    """Score the suite. 2 when it holds no case, else 0: figures are printed, not asserted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.xast", description=__doc__)
    parser.add_argument("suite", type=Path, help="the folder sast-python3/case")
    parser.add_argument("--hushtable", default=hushtable_program(), help="the program to measure")
    parser.add_argument("--apart", action="store_true", help="scan cases of several files alone")
    parser.add_argument("--both-halves", action="store_true", help="print the odd half too")
    parser.add_argument("--list", action="store_true", help="list wrong cases of the even half")
    parser.add_argument("--depth", type=int, default=2, help="levels of folders shown (default 2)")
    parser.add_argument("--copy-even-folders", type=Path, metavar="TARGET", help="copy, then stop")
    options = parser.parse_args(argv)
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    given = cases(options.suite)
    if not given:
        console.print("no case found: give the folder sast-python3/case", markup=False)
        return 2
    if options.copy_even_folders:
        count = copy_even_folders(options.suite, given, options.copy_even_folders)
        console.print(f"{count} cases copied", markup=False)
        return 0
    reported = scanned(options.hushtable, options.suite, given, apart=options.apart)
    peer = scenes(options.suite, given)
    disputed = contradictions(peer, given)
    if not options.both_halves:
        given = [each for each in given if each.even]
        peer = [scene for scene in peer if scene.even]
    show(console, given, reported, options.depth)
    show_scenes(console, peer, reported)
    console.print(f"scenes whose expression contradicts the file names: {disputed}", markup=False)
    if options.list:
        console.print("\n".join(wrong(given, reported)), markup=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The language of a rule's page: headings, fences that are whole programs, and `# leaks:` marks.

A page is a title line, an opening paragraph and four sections, `## Leaks`, `## Quiet`,
`## Remedy` and `## Limits`, in this order. Every fence in Leaks and Quiet is a whole program.
Its info string is the language, a title, `unproven "why"` when no run of the program can witness
the exposure, and `unfixed "why"` in Leaks when no fix leads from it to the program in Quiet. A
line `# file: app/orders.py` in a fence begins another file of the same program. `# leaks: email,
profile.*` stands on a line that must be found and names the attributes that escape there (`*` is
the whole item); it names none where the rule speaks of no attribute.

`probed` in an info string says that the program is no source to be read but a service to be asked
from outside: over HTTP, or HTTPS with `probed-https`, by nobody, and by A and B, who send
`Authorization: Bearer A` and `Bearer B`; `probed-writes` sends what writes, too. A mark then stands
on the line that names the operation (`@app.get("/users")`), or on the one that makes the app for
what holds for the whole service.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from hushtable.model.errors import HushtableError

SECTIONS = ("Leaks", "Quiet", "Remedy", "Limits")

_DEFAULT_FILES = {"python": "app.py", "yaml": "template.yaml", "hcl": "main.tf"}
_FENCE = re.compile(r"^```(?P<info>.*)$")
_PROBED = re.compile(r"\s*\bprobed(?P<https>-https)?(?P<writes>-writes)?\b")
_CLAIMS = {
    claim: re.compile(rf'\s*\b{claim}\b(?:\s+"(?P<why>[^"]*)")?')
    for claim in ("unproven", "unfixed")
}
_FILE = re.compile(r"^# file: (?P<path>\S+)\s*$")
_MARK = re.compile(r"#\s*leaks\b(?P<rest>.*)$")
_NAMES = re.compile(r"^:\s*(?P<names>[\w\-.*\[\]]+(?:\s*,\s*[\w\-.*\[\]]+)*)?\s*$")


class PageError(HushtableError):
    """A page does not follow the language; the text says which page, which line and why."""

    def __init__(self, where: str, why: str, line: int = 0) -> None:
        """Say `why` of the page that `where` names; `line` counts from 1, 0 is the page."""
        super().__init__(f"{where}:{line}: {why}" if line else f"{where}: {why}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A line that must be found, with the names of the attributes that escape there."""

    path: str
    line: int
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Program:
    """One fence: the files of a whole program, and what must be found in them.

    `line` is the line of the page that opens the fence, counted from 1. `probed` is the scheme by
    which the program is asked from outside, empty for one that is scanned; `writes` says that it
    is sent what writes.
    """

    language: str
    title: str
    files: tuple[tuple[str, str], ...]
    marks: tuple[Mark, ...]
    line: int
    unproven: str = ""
    probed: str = ""
    unfixed: str = ""
    writes: bool = False


@dataclass(frozen=True, slots=True)
class PageText:
    """A parsed page. `pairs` holds the n-th Leaks program with the n-th Quiet one."""

    title: str
    summary: str
    sections: Mapping[str, str]
    pairs: tuple[tuple[Program, Program], ...]


def parse(docstring: str, where: str) -> PageText:
    """Parse a rule's docstring; `where` names it in errors.

    Raises PageError for anything that is not in the language.
    """
    lines = docstring.strip().splitlines()
    if not lines:
        raise PageError(where, "there is no page")
    title = lines[0].strip()
    if not title.endswith(".") or title.startswith("#"):
        raise PageError(where, "the first line must be the title, one sentence", 1)
    starts = list(_headings(lines, where))
    names = tuple(name for _, name in starts)
    if names != SECTIONS:
        wanted, found = ", ".join(SECTIONS), ", ".join(names) or "none"
        raise PageError(where, f"the sections must be {wanted}; found {found}")
    summary = "\n".join(lines[1 : starts[0][0]]).strip()
    if not summary:
        raise PageError(where, "there is no opening paragraph")
    ends = [*(start for start, _ in starts[1:]), len(lines)]
    bodies = {name: (start + 1, end) for (start, name), end in zip(starts, ends, strict=True)}
    sections = {name: "\n".join(lines[a:b]).strip() for name, (a, b) in bodies.items()}
    for name, text in sections.items():
        if not text:
            raise PageError(where, f"the section {name} is empty")
    leaks, quiet = (_programs(lines, *bodies[name], where) for name in ("Leaks", "Quiet"))
    _check_pairs(leaks, quiet, where)
    return PageText(title[:-1], summary, sections, tuple(zip(leaks, quiet, strict=True)))


def programs(text: str, where: str) -> tuple[Program, ...]:
    """Parse the fences of a case file: no sections are demanded, each fence stands alone.

    Raises PageError when a fence or a mark is not in the language, or there is no fence at all.
    """
    lines = text.splitlines()
    found = _programs(lines, 0, len(lines), where)
    if not found:
        raise PageError(where, "there is no program")
    return found


def _check_pairs(leaks: tuple[Program, ...], quiet: tuple[Program, ...], where: str) -> None:
    if not leaks or len(leaks) != len(quiet):
        counts = f"Leaks has {len(leaks)} programs and Quiet has {len(quiet)}"
        raise PageError(where, f"{counts}; they must be pairs")
    for program in leaks:
        if not program.marks:
            raise PageError(where, "a program in Leaks marks no line", program.line)
    for program in quiet:
        if program.marks:
            raise PageError(where, "a program in Quiet marks a line", program.line)


def _headings(lines: list[str], where: str) -> Iterator[tuple[int, str]]:
    """Headings outside fences, with their line index. A comment in a program is no heading."""
    opened = 0
    for index, line in enumerate(lines):
        if _FENCE.match(line):
            opened = 0 if opened else index + 1
        elif not opened and line.startswith("## "):
            yield index, line[3:].strip()
    if opened:
        raise PageError(where, "the fence is not closed", opened)


def _programs(lines: list[str], start: int, end: int, where: str) -> tuple[Program, ...]:
    found: list[Program] = []
    opened = -1
    for index in range(start, end):
        match = _FENCE.match(lines[index])
        if match is None:
            continue
        if opened < 0:
            opened = index
            continue
        if match["info"].strip():
            raise PageError(where, "a fence opens inside another", index + 1)
        info = lines[opened][3:]
        found.append(_program(info, lines[opened + 1 : index], f"{where}:{opened + 1}", opened + 1))
        opened = -1
    if opened >= 0:
        raise PageError(where, "the fence is not closed", opened + 1)
    return tuple(found)


def _program(info: str, body: list[str], where: str, line: int) -> Program:
    language, _, rest = info.strip().partition(" ")
    if language not in _DEFAULT_FILES:
        known = ", ".join(sorted(_DEFAULT_FILES))
        raise PageError(where, f"the language of a fence must be one of {known}")
    claims = {}
    for name, pattern in _CLAIMS.items():
        claims[name] = ""
        if claim := pattern.search(rest):
            claims[name] = (claim["why"] or "").strip()
            if not claims[name]:
                raise PageError(where, f'{name} needs its reason: {name} "why"')
            rest = rest[: claim.start()] + rest[claim.end() :]
    scheme = ""
    if asked := _PROBED.search(rest):
        scheme = "https" if asked["https"] else "http"
        rest = rest[: asked.start()] + rest[asked.end() :]
    files = _files(body, _DEFAULT_FILES[language], where)
    marks = chain.from_iterable(_marks(path, part, where) for path, part in files)
    texts = tuple((path, "\n".join([*part, ""])) for path, part in files)
    writes = asked is not None and asked["writes"] is not None
    title = rest.strip()
    return Program(
        language, title, texts, tuple(marks), line, probed=scheme, writes=writes, **claims
    )


def _files(body: list[str], default: str, where: str) -> list[tuple[str, list[str]]]:
    files: list[tuple[str, list[str]]] = []
    for line in body:
        if match := _FILE.match(line):
            path = match["path"]
            if path.startswith("/") or ".." in path.split("/"):
                raise PageError(where, f"the file {path} leaves the program's folder")
            if any(path == name for name, _ in files):
                raise PageError(where, f"the file {path} stands there twice")
            files.append((path, []))
        else:
            if not files:
                files.append((default, []))
            files[-1][1].append(line)
    if not any(line.strip() for _, part in files for line in part):
        raise PageError(where, "the program is empty")
    return files


def _marks(path: str, lines: Iterable[str], where: str) -> Iterator[Mark]:
    for number, line in enumerate(lines, 1):
        if (mark := _MARK.search(line)) is None:
            continue
        names = _NAMES.match(mark["rest"])
        if names is None:
            why = f"line {number} of {path} marks no names: write `# leaks: name, name`"
            raise PageError(where, why)
        split = (name.strip() for name in (names["names"] or "").split(","))
        yield Mark(path, number, frozenset(name for name in split if name))

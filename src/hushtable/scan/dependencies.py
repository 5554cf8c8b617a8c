"""What a job can see: the files its result depends on, told before it is played.

A job sees the files that its functions and classes stand in, and from each file: what that imports
(anywhere in its text), and where the objects stand that its top level holds once everything is
loaded. The second finds what other files registered or replaced there. What is imported by a name
that is not written down is only known after playing: it is kept beside the result.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from hushtable.scan.entries import Entry
from hushtable.scan.frame import Frame, Module, spot
from hushtable.scan.load import Job, Loaded
from hushtable.scan.playing import Before
from hushtable.scan.program import Deferred
from hushtable.scan.routing import RouterEntry
from hushtable.scan.values import (
    Bound,
    Choice,
    Class,
    Const,
    Function,
    Generic,
    Instance,
    ModuleValue,
    Native,
    Opaque,
    Partial,
)

IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n#]*)"
    rb"|import[ \t]+([^\n#]*))",
    re.MULTILINE,
)
WORD = re.compile(rb"[\w.]+")
MAX_NODES = 20_000
"""Objects of one module that are looked at; a module with more can see every file."""


@dataclass(slots=True)
class Seen:
    """What a walk over values met: files, and a digest of everything else."""

    files: set[str] = field(default_factory=set)
    digest: Any = field(default_factory=hashlib.sha256)
    known: dict[int, int] = field(default_factory=dict)
    cut: bool = False


class Dependencies:
    """The files that each job of a run depends on, as one key."""

    def __init__(self, loaded: Loaded, base: str) -> None:
        self._loaded = loaded
        self._files = loaded.machine.program.files
        self._edges: dict[str, frozenset[str]] = {}
        self._states: dict[str, str] = {}
        self._closures: dict[frozenset[str], str] = {}
        self._keys: dict[int, str] = {}
        classes = loaded.machine.stores.get("classes", ())
        parts = [
            base,
            str(loaded.observer.marked),
            repr(
                (
                    loaded.machine.share,
                    loaded.machine.beside,
                    loaded.machine.program.spending.settled,
                )
            ),
            *sorted(self._files),
            *sorted(f"{c.module.path}:{c.name}:{[_base(b) for b in c.bases]}" for c in classes),
            *sorted(map(str, loaded.machine.patched)),
            *sorted(map(str, loaded.machine.stores.get("static", ()))),
        ]
        self._base = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()

    def mark(self, path: str) -> str:
        """Tell one version of a file from another, without reading it."""
        file = self._files.get(path)
        return "" if file is None else f"{file.size}:{file.modified}"

    def key(self, number: int, before: Before) -> str | None:
        """Name the result of a job by everything that it depends on; None: play it anew."""
        job = self._loaded.jobs[number]
        if job.kind == "handler":
            return None
        known = self._keys.get(number)
        if known is None:
            known = self._keys[number] = self._named(job, before)
        return known

    def _named(self, job: Job, before: Before) -> str:
        seen = Seen()
        if job.kind == "beside":
            files = [file for part in job.subject for file in part]
            known = self._loaded.known
            parts = [f"{f.path}:{f.size}:{f.modified}:{f.path in known}" for f in files]
            return self._digest([job.kind, *parts])
        self._job(job, before, seen)
        begin = frozenset(seen.files)
        told = self._closures.get(begin)
        if told is None:
            marks = [f"{p}:{self.mark(p)}:{self._states.get(p, '')}" for p in self._closure(begin)]
            told = self._closures[begin] = self._digest(marks)
        return self._digest([job.kind, seen.digest.hexdigest(), told])

    def _digest(self, parts: list[str]) -> str:
        text = "\0".join([self._base, *parts])
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    def _job(self, job: Job, before: Before, seen: Seen) -> None:
        if job.module is not None:
            seen.files.add(job.module.path)
            ran = sorted(one for one in before.ran if one[0] == job.module.path)
            seen.digest.update(repr((job.module.path, ran)).encode("utf-8", "surrogateescape"))
        subject = job.subject
        if isinstance(subject, Entry):
            seen.digest.update(repr((subject.method, subject.path, subject.registered)).encode())
            chain = [*subject.chain, *([subject.app] if subject.app is not None else [])]
            for router in chain:
                _router(router, seen)
            subject = [subject.route, *subject.dependencies]
        _walk(subject, seen, None)

    def _closure(self, begin: Iterable[str]) -> list[str]:
        found: set[str] = set()
        pending = list(begin)
        while pending:
            path = pending.pop()
            if path not in found:
                found.add(path)
                pending += self._edges_of(path)
        return sorted(found)

    def _edges_of(self, path: str) -> frozenset[str]:
        known = self._edges.get(path)
        if known is None:
            data = self._loaded.sources.get(path, b"")
            module = self._loaded.machine.program.modules.get(path)
            found = set(_imported(self._loaded.machine.program.names, path, data))
            cut = False
            if module is not None and module.state == "done":
                seen = Seen()
                _walk(module.slots, seen, module)
                self._states[path] = seen.digest.hexdigest()
                found |= seen.files
                cut = seen.cut
            known = self._edges[path] = frozenset(self._files) if cut else frozenset(found)
        return known


def _base(value: Any) -> str:
    if isinstance(value, Generic):
        value = value.origin
    return str(getattr(value, "name", ""))


def _imported(names: Any, path: str, data: bytes) -> Iterable[str]:
    """Give the files that the imports in a file's text can mean."""
    for dots, dotted, listed, plain in IMPORT.findall(data.replace(b"\\\n", b" ")):
        if plain:
            for one in WORD.findall(plain):
                parts = one.decode("utf-8", "replace").split(".")
                found = [names.absolute(".".join(parts[: n + 1]), path) for n in range(len(parts))]
                yield from (one for one in found if one)
            continue
        module = dotted.decode("utf-8", "replace")
        for name in (b"", *WORD.findall(listed)):
            full = ".".join(part for part in (module, name.decode("utf-8", "replace")) if part)
            here = names.relative(full, len(dots), path) if dots else names.absolute(full, path)
            if here:
                yield here


def _router(router: RouterEntry, seen: Seen) -> None:
    seen.files.add(router.place.path)
    seen.digest.update(repr((router.prefix, router.name, router.app)).encode())
    _walk(
        [router.dependencies, router.middleware, router.handlers, router.response_class], seen, None
    )


def _walk(value: Any, seen: Seen, home: Module | None) -> None:
    """Note where the objects stand that a value holds, and digest the rest."""
    pending = [value]
    while pending:
        one = pending.pop()
        told, inner = _look(one, seen, home)
        if told:
            seen.digest.update(f"{told}\0".encode("utf-8", "surrogateescape"))
        if not inner:
            continue
        if id(one) in seen.known:
            seen.digest.update(f"^{seen.known[id(one)]}".encode())
            continue
        if len(seen.known) > MAX_NODES:
            seen.cut = True
            return
        seen.known[id(one)] = len(seen.known)
        pending += inner


def _look(value: Any, seen: Seen, home: Module | None) -> tuple[str, list[Any]]:
    """Give the text that stands for a value, and what it holds."""
    match value:
        case Const(value=held, labels=labels):
            return f"{type(held).__name__}:{held!r}", list(labels)
        case Opaque(labels=labels):
            return f"?{value.hint}:{value.parts}:{value.of}", sorted(labels, key=_order)
        case Native(name=name, receiver=receiver):
            return name, [receiver] if receiver is not None else []
        case Function():
            seen.files.add(value.module.path)
            inner = [*value.defaults, *value.kw_defaults, value.slots, value.closure]
            return f"def {spot(value)}", inner
        case Class():
            seen.files.add(value.module.path)
            inner = [value.bases, value.slots] if value.module is home else [value.bases]
            return f"class {value.module.path}:{value.name}", inner
        case Instance(cls=cls, native=native):
            return f"object {native}", [cls, value.slots, value.extra]
        case ModuleValue(module=module) | Deferred(module=module):
            seen.files.add(module.path)
            return f"{module.path}:{getattr(value, 'name', '')}", []
        case Module(path=path):
            seen.files.add(path)
            return path, []
        case Frame():
            return "frame", [value.slots, value.parent]
        case Bound() | Partial() | Generic() | Choice():
            return type(value).__name__, [getattr(value, f.name) for f in fields(value)]
    return _plain(value)


def _plain(value: Any) -> tuple[str, list[Any]]:
    match value:
        case dict():
            return "{", [part for pair in value.items() for part in pair]
        case list() | tuple():
            return "[", list(value)
        case set() | frozenset():
            return "set", sorted((one for one in value if isinstance(one, str)), key=str)
        case str() | int() | float() | bytes() | bool() | None:
            return repr(value), []
        case ast.AST():
            return type(value).__name__, []
    if is_dataclass(value):
        return type(value).__name__, [getattr(value, f.name) for f in fields(value)]
    return type(value).__name__, []


def _order(label: Any) -> tuple[str, ...]:
    return str(label.kind), label.name, label.table, *label.path

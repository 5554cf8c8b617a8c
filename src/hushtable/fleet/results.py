"""The folder of results: a file for each service, and a journal of what is done.

A result is whole before the journal speaks of it, so a run that is ended at any moment leaves
services that are done and services that are not, and nothing between. The journal is written by
one run at a time.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hushtable.fleet.taken import taken
from hushtable.model.errors import UsageError
from hushtable.model.fleet import EXIT_CODES, Listed, Outcome, State

JOURNAL = "journal.jsonl"
_SLUG = re.compile(r"[^A-Za-z0-9._-]+")
_MAX_SLUG = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One service that is done. `digests` are those of its files, by format."""

    id: str
    key: str
    exit_code: int
    commit: str = ""
    seconds: float = 0.0
    digests: Mapping[str, str] = field(default_factory=dict)


class Results:
    """An open folder of results; closed at the end of `with`."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, made where it is not there. Raises UsageError."""
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Results name the weak places of services: they are not checked in by accident.
            (folder / ".gitignore").write_text("*\n", encoding="ascii")
            self._journal = (folder / JOURNAL).open("a", encoding="ascii", newline="\n")
        except OSError as error:
            text = f"cannot write into {folder}: {error.strerror}"
            raise UsageError(text) from error
        if not taken(self._journal.fileno()):
            self._journal.close()
            text = f"another run writes into {folder}; name another with --results DIR"
            raise UsageError(text)
        # Not before: a run that has just ended wrote until then.
        self._entries = _read(folder / JOURNAL)
        if not _ends_in_a_line(folder / JOURNAL):
            # The last run was ended while it wrote: what it began is no entry.
            self._journal.write("\n")

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let the folder go."""
        self._journal.close()

    def known(self, service: Listed, formats: Sequence[str]) -> str:
        """Give the key of a service's result, empty where a file of it is not as it was written."""
        entry = self._entries.get(service.id)
        if entry is None or not set(formats) <= set(entry.digests):
            return ""
        whole = all(
            _digest(self.path(service, form)) == digest for form, digest in entry.digests.items()
        )
        return entry.key if whole else ""

    def keep(self, service: Listed, outcome: Outcome) -> None:
        """Write the result of a service, and then that it is done. Raises UsageError."""
        if outcome.state is not State.EXAMINED:
            return
        try:
            digests = {}
            for form, text in outcome.texts.items():
                digests[form] = _write(self.path(service, form), text)
            entry = Entry(
                service.id,
                outcome.key,
                outcome.exit_code,
                outcome.commit,
                round(outcome.seconds, 3),
                digests,
            )
            self._journal.write(json.dumps(asdict(entry)) + "\n")
            self._journal.flush()
            os.fsync(self._journal.fileno())
        except OSError as error:
            text = f"cannot write into {self.folder}: {error.strerror}"
            raise UsageError(text) from error
        self._entries[service.id] = entry

    def entry(self, service: Listed) -> Entry:
        """Give what is known of a service that is done."""
        return self._entries[service.id]

    def path(self, service: Listed, form: str) -> Path:
        """Give the file of a service's result in a format."""
        return self.folder / f"{file_name(service)}.{form}"


def file_name(service: Listed) -> str:
    """Give what the files of a service are called, without a suffix: its name as far as it goes."""
    slug = _SLUG.sub("-", service.name).strip("-.")[:_MAX_SLUG].rstrip("-.")
    return f"{slug}-{service.id}" if slug else service.id


def _read(path: Path) -> dict[str, Entry]:
    """Read the journal. A line that is none is left out: its service is looked at again."""
    found: dict[str, Entry] = {}
    for line in path.read_bytes().split(b"\n"):
        with suppress(ValueError, RecursionError):
            entry = _entry(json.loads(line))
            if entry is not None:
                found[entry.id] = entry
    return found


def _ends_in_a_line(path: Path) -> bool:
    written = path.read_bytes()
    return not written or written.endswith(b"\n")


def _entry(told: Any) -> Entry | None:  # noqa: ANN401 - any JSON value
    match told:
        case {
            "id": str(each),
            "key": str(key),
            "exit_code": int(code),
            "commit": str(commit),
            "seconds": int() | float() as seconds,
            "digests": dict(digests),
        } if code in EXIT_CODES and all(isinstance(one, str) for one in digests.values()):
            return Entry(each, key, code, commit, float(seconds), digests)
        case _:
            return None


def _write(path: Path, text: str) -> str:
    """Write a file whole or not at all, and give its digest."""
    data = text.encode("utf-8", "replace")
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return hashlib.sha256(data).hexdigest()


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""

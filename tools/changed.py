"""Tell what changed in the findings of many services between two runs.

    python -m tools.changed BEFORE AFTER

Each folder holds one JSON result per service (`hushtable scan ... -o BEFORE/service.json`).
Findings are matched by key, so a moved line is no change. Exit code 0: nothing changed, 1:
something did, 2: a folder or a result cannot be read.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WATCHED = ("severity", "confidence", "verdict", "attributes", "audience", "suppressed")
"""What of a finding counts as a change when its key stays."""


class UnreadableError(Exception):
    """A folder or a result cannot be read; the text says which and why."""


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One difference. `kind` is `came`, `went`, `changed` or `score`."""

    service: str
    kind: str
    what: str

    def __str__(self) -> str:
        """One line: sign, service, what."""
        sign = {"came": "+", "went": "-"}.get(self.kind, "~")
        return f"{sign} {self.service}: {self.what}"


def results(folder: Path) -> dict[str, Mapping[str, Any]]:
    """Read every result of a folder, by service.

    Raises UnreadableError for a folder that is none, or a file that is no result.
    """
    if not folder.is_dir():
        text = f"{folder} is no folder"
        raise UnreadableError(text)
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            text = f"{path} cannot be read: {type(error).__name__}"
            raise UnreadableError(text) from error
        findings = document.get("findings") if isinstance(document, dict) else None
        whole = isinstance(findings, list) and all(
            isinstance(one, dict) and isinstance(one.get("key"), str) for one in findings
        )
        if not whole:
            text = f"{path} is no result of hushtable"
            raise UnreadableError(text)
        found[path.stem] = document
    return found


def changes(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> list[Change]:
    """List what differs, sorted by service. A service on one side only is one change."""
    found: list[Change] = []
    for service in sorted({*before, *after}):
        if service not in after:
            found.append(Change(service, "went", "the whole service"))
        elif service not in before:
            count = len(after[service]["findings"])
            found.append(Change(service, "came", f"the whole service, {count} findings"))
        else:
            found.extend(sorted(_between(service, before[service], after[service])))
    return found


def _between(service: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old = {one["key"]: one for one in before["findings"]}
    new = {one["key"]: one for one in after["findings"]}
    for key in old.keys() - new.keys():
        yield Change(service, "went", _told(old[key]))
    for key in new.keys() - old.keys():
        yield Change(service, "came", _told(new[key]))
    for key in old.keys() & new.keys():
        parts = [
            f"{name} {_cell(old[key].get(name))} -> {_cell(new[key].get(name))}"
            for name in WATCHED
            if old[key].get(name) != new[key].get(name)
        ]
        if parts:
            yield Change(service, "changed", f"{_told(new[key])}: {'; '.join(parts)}")
    if before.get("score") != after.get("score"):
        yield Change(service, "score", f"score {before.get('score')} -> {after.get('score')}")


def _told(finding: Mapping[str, Any]) -> str:
    place = f"{finding.get('path', '?')}:{finding.get('line', '?')}"
    return f"{finding.get('code', '?')} {place} {_cell(finding.get('attributes'))}".rstrip()


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="changed", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    given = parser.parse_args(arguments)
    try:
        before, after = results(given.before), results(given.after)
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return 2
    found = changes(before, after)
    for change in found:
        print(change)
    counts = {kind: sum(one.kind == kind for one in found) for kind in ("came", "went", "changed")}
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    print(f"{len(after)} services: {told}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

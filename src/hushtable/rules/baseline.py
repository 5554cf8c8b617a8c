"""The baseline file: exposures a team knows of and has not fixed yet, by key."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from hushtable.model.errors import ConfigError
from hushtable.model.finding import Finding, Result, Suppression

VERSION = "1"
KIND = "baseline"


def write(result: Result, path: Path) -> None:
    """Write the findings of a result as a baseline: JSON, sorted by key, names and places only.

    Lines are left out, so that the file changes only when an exposure appears or goes. A finding
    that an allow comment suppresses is not written: its reason stands in the code already.
    Raises ConfigError when the file cannot be written.
    """
    kept = {one.key: _entry(one) for one in result.findings if _belongs(one)}
    text = json.dumps({"version": VERSION, "findings": kept}, indent=2, sort_keys=True) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"the baseline {path} cannot be written: {error.strerror}"
        raise ConfigError(message) from error


def apply(result: Result, path: Path) -> Result:
    """Mark the findings that stand in the baseline, and list the keys that are gone.

    Baselined findings stay in the result, so that no report drops them.
    Raises ConfigError when the file is missing, unreadable or not a baseline.
    """
    known = _read(path)
    mark = Suppression(KIND, f"known since the baseline {path.name}")
    findings = tuple(
        replace(one, suppression=mark) if one.key in known and one.suppression is None else one
        for one in result.findings
    )
    here = {one.key for one in result.findings}
    gone = tuple(sorted(key for key in known if key not in here))
    return replace(result, findings=findings, gone_from_baseline=gone)


def _belongs(finding: Finding) -> bool:
    return finding.suppression is None or finding.suppression.kind == KIND


def _entry(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "path": finding.place.path,
        "function": finding.function,
        "channel": str(finding.channel),
        "attributes": [str(attribute) for attribute in finding.attributes],
    }


def _read(path: Path) -> frozenset[str]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"the baseline {path} cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    except (ValueError, RecursionError) as error:
        message = f"the baseline {path} is not JSON"
        raise ConfigError(message) from error
    match data:
        case {"version": "1", "findings": dict() as findings}:
            return frozenset(findings)
        case {"version": str(version)} if version != VERSION:
            message = f"the baseline {path} has version {version[:20]}, not {VERSION}"
            raise ConfigError(message)
        case _:
            message = f"the baseline {path} has no findings by key"
            raise ConfigError(message)

"""One proof run from order to report: scan, run the app, judge both, make them one result."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import json
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from hushtable.cli.apps import only_app
from hushtable.cli.carry import Source, with_fixes
from hushtable.cli.examine import Order, check, finish
from hushtable.model.config import Identity, ScanConfig
from hushtable.model.contract import Contract
from hushtable.model.errors import UsageError
from hushtable.model.event import Listener, silent
from hushtable.model.facts import Facts, Unknown
from hushtable.model.finding import Result
from hushtable.model.proof import Proof, Reach
from hushtable.prove.order import IdentityHeaders, ProveOrder
from hushtable.report.report import Report
from hushtable.rules.exposures import both, shown, suspected
from hushtable.rules.join import join
from hushtable.rules.judge import judge
from hushtable.scan.run import scan

ENGINE = "hushtable.prove.run"
EXTRA = "pip install 'hushtable[prove]'"

_NEEDED = ("ministack", "fastapi", "pydantic")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Proven(Protocol):
    """What a run of an app gives."""

    facts: Facts
    proofs: tuple[Proof, ...]
    reach: Reach
    unknown: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True)
class ProofOrder:
    """What is to be proven. `source` is the scan that goes before, `scan` says if there is one.

    Where `prove` names no app, it is the only one of the tree.
    """

    source: Order
    prove: ProveOrder
    scan: bool = True
    save: Path | None = None


def prove(order: ProofOrder, listen: Listener = silent) -> Report:
    """Scan, run the app, judge what both saw, and join it.

    Raises UsageError when the extra is not installed, HushtableError for what the order gets
    wrong.
    """
    engine = loaded()
    checked = check(order.source)
    config, root = order.source.config, order.source.root
    known = scan(root, config, listen) if order.scan else None
    facts = Facts() if known is None else known
    scanned = judge(facts, config, str(root)) if order.scan else Result(root=str(root))
    asked = order.prove
    if not asked.app:
        asked = replace(asked, app=only_app(root, config.exclude, known))
    proven: Proven = engine.prove(asked, known, listen)
    if order.save is not None:
        _save(order.save, proven)
    report = finish(order.source, checked, joined(scanned, facts, proven, config))
    if order.source.carry.leaving:
        report = replace(report, leaving=_leaving(known, proven))
    if known is None:
        return report
    read = Source(root, config, known, scanned)
    return with_fixes(report, order.source.carry, read, listen)


def _leaving(known: Facts | None, proven: Proven) -> Contract:
    """Say what leaves by the source, where it was read, and by the run."""
    run = shown(proven.facts, proven.proofs, known)
    return run.contract if known is None else both(suspected(known), run).contract


def joined(scanned: Result, facts: Facts, proven: Proven, config: ScanConfig) -> Result:
    """Judge what was seen, allow comments included, and make one result of both."""
    seen = replace(proven.facts, allows=facts.allows)
    judged = judge(seen, config, scanned.root)
    judged = replace(judged, unknown=(*judged.unknown, *proven.unknown))
    result = join(scanned, judged, proven.proofs, proven.reach)
    unused = tuple(one for one in scanned.unused_allows if one in judged.unused_allows)
    return replace(result, unused_allows=unused)


def loaded() -> Any:  # noqa: ANN401 - the engine's module
    """Load the engine. Raises UsageError that says how to install it when it is not there."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        text = f"proving needs {', '.join(missing)}; install it with: {EXTRA}"
        raise UsageError(text)
    return importlib.import_module(ENGINE)


def run_of(app: str, root: Path, config: ScanConfig) -> ProveOrder:
    """Order a run of an app as the configuration says. No app is the only one of the tree.

    Raises UsageError for what is no app, and for a variable of a header that is not set.
    """
    return ProveOrder(
        app=app_name(app) if app else "",
        root=str(root),
        identities=identities(config.identities),
        hook=config.hook,
    )


def app_name(text: str) -> str:
    """Give `package.module:attribute`. Raises UsageError for what is none."""
    module, colon, attribute = text.partition(":")
    attribute = attribute if colon else "app"
    parts = (*module.split("."), *attribute.split("."))
    if module.endswith(".py") or not all(part.replace("-", "_").isidentifier() for part in parts):
        text = f"{text!r} is no app; write package.module:attribute, such as app.main:app"
        raise UsageError(text)
    return f"{module}:{attribute}"


def identities(configured: tuple[Identity, ...]) -> tuple[IdentityHeaders, ...]:
    """Give the configured callers; `${NAME}` in a header is read from the environment.

    Raises UsageError for a variable that is not set.
    """
    return tuple(
        IdentityHeaders(
            one.name,
            tuple((name, _VARIABLE.sub(_from_environment, text)) for name, text in one.headers),
            one.owner,
        )
        for one in configured
    )


def _from_environment(match: re.Match[str]) -> str:
    text = os.environ.get(match[1])
    if text is None:
        message = f"identities: the environment variable {match[1]} is not set"
        raise UsageError(message)
    return text


def _save(path: Path, proven: Proven) -> None:
    """Write what was learned: tables, attributes and settings, all of them made up."""
    sketch = getattr(proven, "sketch", None)
    known = (
        {"lessons": list(proven.reach.learned)} if sketch is None else dataclasses.asdict(sketch)
    )
    try:
        path.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        text = f"cannot write {path}: {error.strerror}"
        raise UsageError(text) from error

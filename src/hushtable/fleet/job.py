"""One service, from order to outcome: fetched, compared with what is known, scanned.

The outcome depends on the order and the service alone, and nothing is left behind, so that the
same order may be carried out anywhere, and again when whoever carried it out is gone.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from hushtable import __version__
from hushtable.fleet import git, tree
from hushtable.fleet.apart import Apart, Ended, NotExaminedError, Running, told
from hushtable.fleet.taken import taken
from hushtable.model.fleet import EXIT_CODES, Listed, Order, Outcome, State

_SENTENCE = "hushtable: "
_MAX_REASON = 300


def examined(order: Order, running: Running | None = None) -> Outcome:
    """Carry out an order. Whatever goes wrong is told in the outcome, and nothing is raised."""
    began = time.monotonic()
    apart = Apart(began + order.seconds, order.seconds, running or Running())
    try:
        with tempfile.TemporaryDirectory(
            prefix="hushtable-fleet-", ignore_cleanup_errors=True
        ) as scratch:
            found = _examined(order, apart, Path(scratch))
    except NotExaminedError as error:
        found = unknown(order.service, str(error))
    except OSError as error:
        found = unknown(order.service, f"a file cannot be written or read: {error.strerror}")
    except Exception as error:  # noqa: BLE001 - one service never ends a run of hundreds
        # Its text could hold a value of the service.
        found = unknown(order.service, f"internal error, {type(error).__name__}; please report it")
    return replace(found, seconds=time.monotonic() - began, version=__version__)


def unknown(service: Listed, why: str) -> Outcome:
    """Give the outcome of a service that could not be looked at."""
    return Outcome(service.id, State.UNKNOWN, why=why, version=__version__)


def _examined(order: Order, apart: Apart, scratch: Path) -> Outcome:
    service = order.service
    if service.url:
        state = git.state(service, scratch, apart)
    else:
        root = _inside(Path(service.path), service.folder)
        state = tree.state(root, order.aside, apart.check)
    key = _key(order, state)
    if key == order.known:
        return Outcome(service.id, State.UNCHANGED, key)
    found = (
        _cloned(order, apart, scratch) if service.url else _scanned(order, root, (apart, scratch))
    )
    return replace(found, key=key)


def _cloned(order: Order, apart: Apart, scratch: Path) -> Outcome:
    """Fetch a service, and scan it; its clone is nobody else's meanwhile."""
    service = order.service
    if not order.checkouts:
        # A folder that is gone tomorrow leaves nothing for a cache.
        order = replace(order, arguments=(*order.arguments, "--no-cache"))
        return _fetched(order, scratch / "checkout", (apart, scratch))
    kept = Path(order.checkouts)
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / f".{service.id}.lock").open("a", encoding="ascii") as lock:
        if not taken(lock.fileno()):
            text = f"another run works in its clone below {kept.name}"
            raise NotExaminedError(text)
        return _fetched(order, kept / service.id, (apart, scratch))


def _fetched(order: Order, checkout: Path, where: tuple[Apart, Path]) -> Outcome:
    commit = git.fetch(order.service, checkout, where[0])
    found = _scanned(order, _inside(checkout, order.service.folder), where)
    return replace(found, commit=commit)


def _scanned(order: Order, root: Path, where: tuple[Apart, Path]) -> Outcome:
    apart, scratch = where
    files = {form: scratch / f"result.{form}" for form in order.formats}
    written = (part for form, file in files.items() for part in ("-o", f"{form}:{file}"))
    # -P: what lies in the current folder is no part of the program.
    program = (sys.executable, "-P", "-m", order.program, str(order.megabytes))
    forms = (part for form in order.formats for part in ("--format", form))
    command = (*program, "scan", str(root), *forms, *written, *order.arguments)
    ended = apart.run(command, Path.cwd())
    if ended.code not in EXIT_CODES or not all(file.is_file() for file in files.values()):
        raise NotExaminedError(_reason(ended, root, order.megabytes))
    texts = {form: file.read_text("utf-8") for form, file in files.items()}
    return Outcome(order.service.id, State.EXAMINED, exit_code=ended.code, texts=texts)


def _key(order: Order, state: str) -> str:
    """Name all that a result depends on, in whatever format it is told."""
    parts = (__version__, order.settings, *order.arguments, state)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _inside(checkout: Path, folder: str) -> Path:
    """Give a service's folder in its checkout. Raises NotExaminedError when it leads out of it."""
    root = checkout / folder
    if folder and not root.resolve().is_relative_to(checkout.resolve()):
        text = f"{folder} leads out of the repository"
        raise NotExaminedError(text)
    if folder and not root.is_dir():
        text = f"{folder} is no folder of the repository"
        raise NotExaminedError(text)
    return root


def _reason(ended: Ended, root: Path, megabytes: int) -> str:
    """Say why a scan wrote no result, in its own sentence or by how it ended."""
    sentences = [line for line in ended.err.splitlines() if line.startswith(_SENTENCE)]
    if "MemoryError" in ended.err:
        return f"needs more memory than {megabytes} MB"
    if not sentences:
        return f"the scan {told(ended.code)}"
    text = sentences[-1].removeprefix(_SENTENCE)
    return text.replace(f"{root}/", "").replace(str(root), "the checkout")[:_MAX_REASON]

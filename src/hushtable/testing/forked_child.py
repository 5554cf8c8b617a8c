"""The child of a proof as a fork: the same child, without the seconds that its imports take.

What holds a child holds this one: it is alone when it has been forked, so it enters a network of
its own before it starts a thread, and then has the audit hook, a home of its own and nobody's
credentials. What does not hold: no one watches its memory, and what the app starts may outlive it.
It is for programs that are known, as those of a rule's page are.
"""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hushtable.model.event import Listener
from hushtable.model.facts import Facts
from hushtable.prove.child import run
from hushtable.prove.order import ChildOrder, ProveOrder
from hushtable.prove.run import Proven, prove
from hushtable.prove.sandbox.environment import environment
from hushtable.prove.sandbox.pipe import Teller, order_of, order_text, told_of
from hushtable.prove.told import Told
from hushtable.testing.forking import PRELOAD, Forked, ForkedError

_WARM = "hushtable.testing.warm"
"""Imported by the process that is forked, and never by this one."""

_TOLD = "told"
_ORDER = "order"


@dataclass(frozen=True, slots=True)
class ForkedEngine:
    """`hushtable.prove.run.prove` with forks for children. One is enough for many programs."""

    forks: Forked = field(default_factory=lambda: Forked(_child, (*PRELOAD, _WARM, __name__)))

    def __call__(self, order: ProveOrder, known: Facts | None, listen: Listener) -> Proven:
        """Run an app and say what it showed."""
        return prove(order, known, listen, start=self._start)

    def _start(
        self, order: ChildOrder, told: Callable[[Told], None], /, *, seconds: float, memory: int
    ) -> str:
        """Run one child to its end in a fork, and hear what it told before that."""
        del seconds, memory
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as own:
            Path(own, _ORDER).write_bytes(order_text(order))
            why = ""
            try:
                self.forks(own)
            except ForkedError as error:
                why = str(error)
            lines = Path(own, _TOLD).read_bytes().splitlines() if Path(own, _TOLD).exists() else []
            for line in lines:
                told(told_of(line))
            return why


def _child(own: str) -> str:
    """Be a child whose files lie in a folder: what it is told is there, and what it tells."""
    # What was imported before stays: no collection looks through it again, or copies its pages.
    gc.freeze()
    os.setsid()
    made = environment(Path(own), os.environ)
    os.environ.clear()
    os.environ.update(made)
    tempfile.tempdir = None
    with Path(own, _ORDER).open("rb") as asked:
        order = order_of(asked)
    os.chdir(order.folder)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    writes = os.open(Path(own, _TOLD), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    run(order, Teller(writes))
    return ""

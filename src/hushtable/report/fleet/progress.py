"""How far a fleet is: a bar on a terminal, a line for each service in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from hushtable.model.fleet import State
from hushtable.report.escape import inert, visible
from hushtable.report.fleet.gathered import Row, badness
from hushtable.report.fleet.wording import score

_NAME = 30
"""Characters of a name in the bar."""

Tell = Callable[[Row], None]


@contextmanager
def bar(total: int) -> Iterator[Tell]:
    """Draw a bar on standard error, with the worst service so far, and wipe it at the end."""
    progress = Progress(
        TextColumn("services", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    worst = _Worst()
    with progress:
        task = progress.add_task("", total=total)

        def tell(row: Row) -> None:
            worst.take(row)
            progress.update(task, advance=1, description=worst.told)

        yield tell


@contextmanager
def lines(total: int) -> Iterator[Tell]:
    """Write a line to standard error for each service that is done."""
    worst = _Worst()
    done = 0

    def tell(row: Row) -> None:
        nonlocal done
        done += 1
        worst.take(row)
        how = visible(row.why) if row.state is State.UNKNOWN else f"{row.state}, score {score(row)}"
        text = f"{done} of {total}  {visible(row.service.name)}: {how}"
        sys.stderr.write(inert(f"{text}; {worst.told}" if worst.told else text) + "\n")
        sys.stderr.flush()

    yield tell


@contextmanager
def nothing(_total: int) -> Iterator[Tell]:
    """Tell nobody."""
    yield lambda _row: None


class _Worst:
    """The worst service so far."""

    def __init__(self) -> None:
        self._row: Row | None = None

    def take(self, row: Row) -> None:
        """Take a service that is done."""
        if row.score is not None and (self._row is None or badness(row) < badness(self._row)):
            self._row = row

    @property
    def told(self) -> str:
        """Say which it is, or nothing."""
        if self._row is None:
            return ""
        return f"worst so far {visible(self._row.service.name)[:_NAME]}, {score(self._row)}"

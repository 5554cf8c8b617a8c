"""How far a run is, on a terminal, while it runs. It listens to events and prints no findings."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from hushtable.model.event import Advanced, Began, Ended, Event


class ProgressDisplay:
    """Bars on standard error, one per stage, that are gone when the run ends."""

    def __init__(self, console: Console | None = None) -> None:
        """Draw on `console`, by default on standard error."""
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            console=console or Console(stderr=True),
            transient=True,
        )
        self._stages: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wipe the bars."""
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Take note of an event. A stage that was never begun is begun by its first step."""
        match event:
            case Began(stage, total) if stage in self._stages:
                # A fix is proven by stages that are run again.
                self._progress.reset(self._stages[stage], total=total or None)
            case Began(stage, total):
                self._stage(stage, total)
            case Advanced(stage, _, count):
                self._progress.advance(self._stage(stage), count)
            case Ended(stage, _):
                task = self._stage(stage)
                done = next(each for each in self._progress.tasks if each.id == task).completed
                self._progress.update(task, total=done)
            case _:
                # What could not be examined is told in the report.
                return

    def _stage(self, stage: str, total: int = 0) -> TaskID:
        if stage not in self._stages:
            self._stages[stage] = self._progress.add_task(stage, total=total or None)
        return self._stages[stage]

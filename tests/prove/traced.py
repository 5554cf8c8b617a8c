"""A watch that hears the functions of a test, which are imported before it can listen to them."""

from __future__ import annotations

import sys
import threading
from types import FrameType
from typing import Any

from hushtable.prove.learn import complaints


class Watch(complaints.Watch):
    """The watch, with a trace function where the interpreter does not tell of exceptions."""

    @property
    def on(self) -> bool:
        """Whether complaints are collected."""
        return self._raising.on

    @on.setter
    def on(self, on: bool) -> None:
        """Switch it on or off, in this thread and those that start later."""
        self._raising.on = on
        if sys.version_info < (3, 12):
            sys.settrace(self._traced if on else None)
            threading.settrace(self._traced if on else None)  # type: ignore[arg-type]

    def _traced(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not self._concerns(frame.f_code.co_filename):
            return None
        if event == "exception" and not isinstance(argument[1], StopIteration | GeneratorExit):
            self._notice(frame, argument[1], argument[2])
        return self._traced

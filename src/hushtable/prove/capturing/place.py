"""Which line of the app is running: the innermost frame of a file in its folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

_INSTALLED = ("site-packages", "dist-packages", ".venv", "venv")
_DEEPEST = 400


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a program: an absolute file, a line, a function. Empty where it is unknown."""

    file: str = ""
    line: int = 0
    function: str = ""


class Places:
    """Tells the app's own files from all others, and remembers."""

    def __init__(self, folder: Path) -> None:
        """Take the files below a folder for the app's, but for installed packages."""
        self._folder = folder.resolve()
        self._known: dict[str, bool] = {}

    def holds(self, file: str) -> bool:
        """Tell whether a file is the app's own."""
        found = self._known.get(file)
        if found is None:
            found = self._known[file] = self._is_own(file)
        return found

    def now(self) -> Line:
        """Give the app's line that is being run, which called whatever calls this."""
        return self.walk(lambda _file: False)

    def walk(self, note: Callable[[str], object]) -> Line:
        """Give the app's line, and call `note` with each file on the way there."""
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- the only way to a caller's frame
        for _ in range(_DEEPEST):
            if frame is None:
                break
            file = frame.f_code.co_filename
            if self.holds(file):
                return Line(file, frame.f_lineno, frame.f_code.co_name)
            note(file)
            frame = frame.f_back
        return Line()

    def _is_own(self, file: str) -> bool:
        if file.startswith("<"):
            return False
        path = Path(file)
        if not path.is_absolute() or not path.is_relative_to(self._folder):
            return False
        return not any(part in _INSTALLED for part in path.relative_to(self._folder).parts)

"""A project's own tests, run in a copy of it: whether they pass, and which of them do not."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from hushtable.model.errors import UsageError

_FAILED = re.compile(rb"(?m)^(?:FAILED|ERROR|FAIL:) +([\w./:-]+)")
"""The name of a test as pytest and unittest tell it; what stands in brackets is a value."""
_MOST_NAMES = 3
_MOST_BYTES = 4_000_000


def run(command: str, folder: Path, seconds: float) -> str:
    """Run tests in a folder, and say what broke: names alone, empty when nothing did.

    Raises UsageError when the command cannot be run at all.
    """
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(  # noqa: S603 - the command that the project configured
                shlex.split(command),
                cwd=folder,
                env=environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it cannot be read"
            text = f"tests: {command!r} cannot be run: {why}"
            raise UsageError(text) from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            return f"the tests did not end in {seconds:g} seconds"
        finally:
            _end(process)
        return _broken(said) if code else ""


def environment(folder: Path) -> dict[str, str]:
    """Give the environment of the tests.

    What they import is the copy, also where the project is installed in place.
    """
    own = [str(one) for one in (folder / "src", folder) if one.is_dir()]
    known = os.environ.get("PYTHONPATH", "")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([*own, *filter(None, [known])]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what the tests started, and left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _broken(said: IO[bytes]) -> str:
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - _MOST_BYTES))
    names = list(dict.fromkeys(match[1].decode() for match in _FAILED.finditer(said.read())))
    if not names:
        return "the tests fail"
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"the tests fail: {', '.join(names[:_MOST_NAMES])}{more}"

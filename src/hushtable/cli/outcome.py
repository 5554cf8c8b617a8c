"""How a command ends: its exit code, what it printed, and what it says when it cannot go on."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

import typer

import hushtable
from hushtable.model.errors import HushtableError
from hushtable.report.escape import visible

QUIET = 0
FINDINGS = 1
USAGE = 2
UNEXAMINED = 3

DEBUG_VARIABLE = "HUSHTABLE_DEBUG"
"""Set, an internal error shows its traceback, which may hold text of the scanned program."""

_PACKAGE = Path(hushtable.__file__).parent
_Parameters = ParamSpec("_Parameters")


def command(body: Callable[_Parameters, int]) -> Callable[_Parameters, None]:
    """Make a command of a function that returns its exit code.

    An error that hushtable raises on purpose becomes one sentence on standard error and exit
    code 2. Any other becomes exit code 3, told by its kind and place alone: its text could hold
    a value of the scanned program, and 1 would read as findings.
    """

    @functools.wraps(body)
    def run(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> None:
        try:
            code = body(*args, **kwargs)
        except HushtableError as error:
            complain(str(error))
            code = USAGE
        except Exception as error:
            if isinstance(error, typer.Exit) or os.environ.get(DEBUG_VARIABLE):
                raise
            complain(f"{internal(error)} (set {DEBUG_VARIABLE}=1 to see more)")
            code = UNEXAMINED
        raise typer.Exit(code)

    return run


def complain(text: str) -> None:
    """Say one sentence on standard error."""
    print(f"hushtable: {visible(text)}", file=sys.stderr)  # noqa: T201 - the command line speaks here


def internal(error: Exception) -> str:
    """Tell an error that is nobody's but ours by its kind and place, without its text."""
    return f"internal error, {type(error).__name__} at {_place(error)}; please report it"


def emit(text: str) -> None:
    """Write to standard output; a reader that went away (`| head`) is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered goes nowhere; otherwise Python complains of it when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _place(error: Exception) -> str:
    """Name the innermost line of our own that the error came through."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            return f"{path.relative_to(_PACKAGE).as_posix()}:{frame.lineno}"
    return "an unknown place"

"""Where each format goes: standard output or a file, and how wide and coloured a terminal is."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import ModuleType

from hushtable.cli.outcome import emit
from hushtable.model.errors import UsageError
from hushtable.report.report import Report


class Format(StrEnum):
    """The formats of a report."""

    TERMINAL = "terminal"
    JSON = "json"
    SARIF = "sarif"
    MARKDOWN = "markdown"
    GITHUB = "github"
    JUNIT = "junit"
    GITLAB = "gitlab"
    CONCISE = "concise"
    HTML = "html"


_MODULES = {
    Format.TERMINAL: "hushtable.report.terminal",
    Format.JSON: "hushtable.report.document",
    Format.SARIF: "hushtable.report.sarif",
    Format.MARKDOWN: "hushtable.report.markdown",
    Format.GITHUB: "hushtable.report.github",
    Format.JUNIT: "hushtable.report.junit",
    Format.GITLAB: "hushtable.report.gitlab",
    Format.CONCISE: "hushtable.report.concise",
    Format.HTML: "hushtable.report.html.page",
}
"""Loaded when the format is asked for, so that none pays for another."""

_SUFFIXES = {
    ".json": Format.JSON,
    ".sarif": Format.SARIF,
    ".md": Format.MARKDOWN,
    ".xml": Format.JUNIT,
    ".html": Format.HTML,
    ".txt": Format.TERMINAL,
}

_PIPE_WIDTH = 120
"""Columns where there is no terminal to ask."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A format and the file it goes to; None is standard output."""

    format: Format
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """How a report for people looks. `brief`: findings only."""

    width: int
    colour: bool
    brief: bool = False


def screen(*, colour: bool = True, brief: bool = False) -> Screen:
    """Ask the terminal and the environment. NO_COLOR: no-color.org; no colour in a pipe either."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Screen(
        width=shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns,
        colour=colour and not plain and sys.stdout.isatty(),
        brief=brief,
    )


def destinations(
    formats: Sequence[Format], files: Sequence[str], html: Path | None = None
) -> tuple[Destination, ...]:
    """Decide where each format goes. `html` is one more file, whatever it is called.

    A file's format is given as `FORMAT:FILE`, else told by its suffix, else the only format
    asked for. A format that goes to a file does not go to standard output as well; with no
    format asked for, standard output gets the terminal report. Raises UsageError for a file
    without a format, in a folder that is not there, and for two formats on standard output.
    """
    named = files if html is None else (*files, f"{Format.HTML}:{html}")
    written = tuple(_destination(file, formats) for file in named)
    asked = dict.fromkeys(formats or (Format.TERMINAL,))
    filed = {each.format for each in written} if formats else set()
    printed = [each for each in asked if each not in filed]
    if len(printed) > 1 and set(printed) != {Format.TERMINAL, Format.GITHUB}:
        names = " and ".join(printed)
        text = f"{names} cannot share standard output; send all but one to a file with -o FILE"
        raise UsageError(text)
    return (*(Destination(each) for each in printed), *written)


def _destination(file: str, formats: Sequence[Format]) -> Destination:
    prefix, colon, rest = file.partition(":")
    if colon and rest and prefix in set(Format):
        path, form = Path(rest), Format(prefix)
    elif Path(file).suffix in _SUFFIXES:
        path, form = Path(file), _SUFFIXES[Path(file).suffix]
    elif len(set(formats)) == 1:
        path, form = Path(file), formats[0]
    else:
        text = f"no format for {file}; write FORMAT:{file}, with one of {', '.join(Format)}"
        raise UsageError(text)
    if path.is_dir() or not path.parent.is_dir():
        text = f"cannot write {path}: it is a folder, or its folder does not exist"
        raise UsageError(text)
    return Destination(form, path)


def deliver(report: Report, where: Sequence[Destination], on: Screen) -> None:
    """Render each format and send it where it goes.

    Raises UsageError when a file cannot be written.
    """
    send(where, lambda each: _render(report, each, on))


def send(where: Sequence[Destination], render: Callable[[Destination], str]) -> None:
    """Send what is rendered for each destination there.

    Raises UsageError when a file cannot be written.
    """
    for each in where:
        text = render(each)
        if each.path is None:
            emit(text)
            continue
        try:
            each.path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            message = f"cannot write {each.path}: {error.strerror}"
            raise UsageError(message) from error


def looks(where: Destination, on: Screen) -> tuple[int, bool]:
    """Give the columns and whether there are colours: none in a file."""
    return (on.width, on.colour) if where.path is None else (_PIPE_WIDTH, False)


def _render(report: Report, where: Destination, on: Screen) -> str:
    module = renderer(where.format, _MODULES)
    if where.format is not Format.TERMINAL:
        return str(module.render(report))
    width, colour = looks(where, on)
    return str(module.render(report, width=width, colour=colour, brief=on.brief))


def renderer(form: Format, modules: Mapping[Format, str]) -> ModuleType:
    """Load what renders a format. Raises UsageError where its libraries are not installed."""
    try:
        return importlib.import_module(modules[form])
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "hushtable":
            raise
        message = f"{form} needs {error.name}: pip install 'hushtable[report]'"
        raise UsageError(message) from error

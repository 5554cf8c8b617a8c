"""Where each format of a fleet goes, and how far it is while it runs."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast

from hushtable.cli.outputs import Destination, Format, Screen, looks, renderer, send
from hushtable.fleet.results import Results
from hushtable.model.errors import UsageError
from hushtable.report.fleet.gathered import Fleet, Row
from hushtable.report.fleet.progress import Tell

_MODULES = {
    Format.TERMINAL: "hushtable.report.fleet.terminal",
    Format.JSON: "hushtable.report.fleet.document",
    Format.MARKDOWN: "hushtable.report.fleet.markdown",
    Format.SARIF: "hushtable.report.fleet.sarif",
    Format.HTML: "hushtable.report.html.fleet",
}
_PAGE = "hushtable.report.html.page"
_PAGES = "-services"
"""Behind a page's name: the folder of the services' own pages, beside it."""


def checked(where: Sequence[Destination]) -> None:
    """Load what each format needs, before anything takes long. Raises UsageError."""
    for each in where:
        _module(each.format)


def formats(where: Sequence[Destination]) -> tuple[str, ...]:
    """Give the formats that the result of each service is needed in."""
    wanted = {each.format for each in where}
    return ("json", "sarif") if Format.SARIF in wanted else ("json",)


def written_to(where: Sequence[Destination]) -> tuple[Path, ...]:
    """Give the files and folders that are written, which are no part of any service."""
    files = [each.path for each in where if each.path is not None]
    return (*files, *(_folder(path) for path in files))


def deliver(fleet: Fleet, where: Sequence[Destination], on: Screen, results: Results) -> None:
    """Render each format and send it where it goes. Raises UsageError."""
    send(where, lambda each: _render(fleet, each, on, results))


def progress(total: int, *, wanted: bool) -> AbstractContextManager[Tell]:
    """Show how far the fleet is: a bar on a terminal, else lines."""
    module = cast("Any", importlib.import_module("hushtable.report.fleet.progress"))
    if not wanted:
        shown = module.nothing
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        shown = module.bar
    else:
        shown = module.lines
    return cast("AbstractContextManager[Tell]", shown(total))


def _render(fleet: Fleet, where: Destination, on: Screen, results: Results) -> str:
    module = _module(where.format)
    match where.format:
        case Format.TERMINAL:
            width, colour = looks(where, on)
            return str(module.render(fleet, width=width, colour=colour, brief=on.brief))
        case Format.SARIF:
            return str(module.render(fleet, lambda row: _read(row, "sarif", results)))
        case Format.HTML if where.path is not None:
            folder = _folder(where.path)
            _pages(fleet, folder, results)
            return str(module.render(fleet, lambda row: f"{folder.name}/{row.file}.html"))
        case _:
            return str(module.render(fleet))


def _pages(fleet: Fleet, folder: Path, results: Results) -> None:
    """Write the page of each service. Raises UsageError."""
    page = importlib.import_module(_PAGE).page
    try:
        folder.mkdir(exist_ok=True)
        for row in fleet.looked_at:
            text = page([(row.service.name, json.loads(_read(row, "json", results)))])
            (folder / f"{row.file}.html").write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        message = f"cannot write into {folder}: {error.strerror}"
        raise UsageError(message) from error


def _read(row: Row, form: str, results: Results) -> str:
    return results.path(row.service, form).read_text("utf-8")


def _folder(path: Path) -> Path:
    return path.with_name(f"{path.stem}{_PAGES}")


def _module(form: Format) -> Any:  # noqa: ANN401 - its `render` differs by format
    """Load what renders a format. Raises UsageError where there is nothing, or no library."""
    if form not in _MODULES:
        text = f"{form} is of one service; --repos has {', '.join(_MODULES)}"
        raise UsageError(text)
    return renderer(form, _MODULES)

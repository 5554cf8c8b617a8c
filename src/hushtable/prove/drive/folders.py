"""Folders that an app writes into and that its project does not hold: a deployment makes them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hushtable.prove.exchange import Exchange

_LONGEST = 1000


def made(folder: Path, exchanges: Iterable[Exchange]) -> bool:
    """Make the folders of files that the app could not find. True where one was missing.

    Only in `folder`, which is a copy of the project and the app's working folder.
    """
    news = False
    for exchange in exchanges:
        for complaint in exchange.complaints:
            for name, text in complaint.details:
                if name == "file" and 0 < len(text) < _LONGEST and "\0" not in text:
                    news = _make(folder.resolve(), text) or news
    return news


def _make(folder: Path, name: str) -> bool:
    wanted = (folder / name).resolve().parent
    if wanted.exists() or not wanted.is_relative_to(folder):
        return False
    try:
        wanted.mkdir(parents=True)
    except OSError:
        return False
    return True

"""What stands in for AWS keeps out of the app's logs: its records would be taken for the app's."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from pathlib import Path

_STAND_INS = {"dynamodb": "ministack", "werkzeug": "werkzeug"}
"""Loggers, and the package that speaks there as a stand-in. An app may have one of such a name."""


def silence() -> None:
    """Drop what stand-ins would log, from now on."""
    for name, package in _STAND_INS.items():
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            folder = f"{Path(spec.origin).parent}/"
            logging.getLogger(name).addFilter(_Others(folder))


class _Others(logging.Filter):
    """Lets records through that come from elsewhere."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.pathname.startswith(self._folder)

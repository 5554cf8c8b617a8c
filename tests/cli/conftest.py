"""A scan that observes nothing and a judge that says what a test tells it to say."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hushtable.cli.main import app
from hushtable.model import finding
from hushtable.model.config import ScanConfig
from hushtable.model.event import Ended, Listener
from hushtable.model.facts import Facts

ENGINE = "hushtable.scan.run"


@dataclass(slots=True)
class Stage:
    """What the scan and the judge were asked, and what they answer."""

    result: finding.Result = field(default_factory=lambda: finding.Result(root="."))
    error: BaseException | None = None
    asked: list[tuple[Path, ScanConfig]] = field(default_factory=list)

    def scan(self, root: Path, config: ScanConfig, listen: Listener) -> Facts:
        """Stand in for the engine."""
        self.asked.append((root, config))
        listen(Ended("scan", 0.0))
        if self.error is not None:
            raise self.error
        return Facts()

    def judge(self, _facts: Facts, _config: ScanConfig, _root: str) -> finding.Result:
        """Stand in for the rules."""
        return self.result


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Put a stage under `hushtable scan`."""
    made = Stage()
    if importlib.util.find_spec(ENGINE) is None:
        engine: Any = ModuleType(ENGINE)
        engine.scan = made.scan
        monkeypatch.setitem(sys.modules, ENGINE, engine)
    examine = importlib.import_module("hushtable.cli.examine")
    monkeypatch.setattr(examine, "scan", made.scan)
    monkeypatch.setattr(examine, "judge", made.judge)
    return made


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command in an empty folder that is the root of a repository."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return call

"""The five remedies do what their demonstrations say."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from tests.examples.opened import EXAMPLES

FOLDER = EXAMPLES / "patterns"
OWN = {path.stem for path in FOLDER.glob("*.py")}


@contextmanager
def demonstration() -> Iterator[ModuleType]:
    """Import `run.py` beside its neighbours, and forget them all afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        # The run silences the log of what is meant to fail.
        patch.setattr("logging.disable", lambda _level: None)
        try:
            yield importlib.import_module("run")
        finally:
            for name in OWN:
                sys.modules.pop(name, None)


def test_everything_happens_as_said(capsys: pytest.CaptureFixture[str]) -> None:
    """All five run, each with steps, nothing is other than it is said, and no value is shown."""
    with demonstration() as run:
        assert run.main() == 0
    told = capsys.readouterr().out
    for number in range(1, 6):
        assert f"{number}. " in told
    assert told.count("tried ") == 15
    assert "not a hash" not in told
    assert "1990" not in told


def test_what_does_not_happen_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that turns out otherwise is named, and the run does not end with 0."""
    with demonstration() as run:
        step = sys.modules["ground"].Step("a", "b", "c", "d", as_said=False)
        monkeypatch.setattr(sys.modules["filters"], "show", lambda _ground: [step])
        assert run.main() == 1
    assert "NOT AS SAID" in capsys.readouterr().out


def test_each_remedy_has_a_file_and_is_run() -> None:
    """Every file beside the ground and the run is one of the remedies, and in the README."""
    with demonstration() as run:
        names = {remedy.__name__ for remedy in run.REMEDIES}
    assert names == OWN - {"ground", "run"}
    readme = (Path(FOLDER) / "README.md").read_text("utf-8")
    assert all(f"`{name}.py`" in readme for name in OWN)

"""Exceptions of an app that is imported while somebody listens are told as they are raised."""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, ModuleType, TracebackType

import fastapi.routing
import pytest
from fastapi.testclient import TestClient

from hushtable.prove.capturing.raising import Raising

APP = """
from queue import Queue

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

app = FastAPI()
asked, answered = Queue(), Queue()


class User(BaseModel):
    email: str


@app.get("/kept")
def kept() -> dict[str, int]:
    try:
        return {"zip": {"city": 1}["zip"]}
    except KeyError:
        return {"zip": 0}


@app.get("/listed")
def listed() -> list[int]:
    return [item["zip"] for item in [{"city": 1}]]


@app.get("/unfit")
def unfit() -> User:
    return {"name": "x"}


def worker() -> None:
    while (text := asked.get()) is not None:
        try:
            answered.put(int(text))
        except ValueError:
            answered.put(-1)


def count() -> list[int]:
    return [one for one in (yielded for yielded in range(3))]
"""


class Heard:
    """What was told: kind, function and line of each."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []
        self.last: BaseException | None = None

    def __call__(self, frame: FrameType, error: BaseException, trace: TracebackType | None) -> None:
        """Take an exception when it is first told."""
        if error is self.last:
            return
        self.last = error
        line = 0
        while trace is not None:
            line = trace.tb_lineno if trace.tb_frame is frame else line
            trace = trace.tb_next
        self.told.append((type(error).__name__, frame.f_code.co_name, line))


@pytest.fixture
def heard() -> Heard:
    """Give an empty list."""
    return Heard()


@pytest.fixture
def raising(tmp_path: Path, heard: Heard) -> Iterator[Raising]:
    """Listen to the app, and to the module of FastAPI that hands its answers on."""
    routing = fastapi.routing.__file__ or ""
    raising = Raising(lambda file: file == routing or file.startswith(str(tmp_path)), heard)
    raising.start()
    yield raising
    raising.stop()


@pytest.fixture
def module(tmp_path: Path, raising: Raising, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import the app while somebody listens."""
    assert not raising.on
    (tmp_path / "hq_raising_app.py").write_text(APP, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "hq_raising_app", raising=False)
    return importlib.import_module("hq_raising_app")


def line_of(text: str) -> int:
    """Give the line of the app that a text stands in."""
    return next(at for at, line in enumerate(APP.split("\n"), 1) if text in line)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/kept", ("KeyError", "kept", '["zip"]}')),
        (
            "/listed",
            ("KeyError", "<listcomp>" if sys.version_info < (3, 12) else "listed", "item["),
        ),
    ],
)
def test_an_exception_comes_with_its_line(
    path: str, told: tuple[str, str, str], module: ModuleType, raising: Raising, heard: Heard
) -> None:
    """An exception is told with the innermost frame of the app and its line, caught or not."""
    client = TestClient(module.app, raise_server_exceptions=False)
    raising.on = True
    client.get(path)
    raising.on = False
    kind, function, text = told
    assert heard.told == [(kind, function, line_of(text))]


def test_what_fastapi_refuses_is_told(module: ModuleType, raising: Raising, heard: Heard) -> None:
    """An answer that its model refuses is told, though no frame of the app is in it."""
    client = TestClient(module.app, raise_server_exceptions=False)
    raising.on = True
    assert client.get("/unfit").status_code == 500
    raising.on = False
    assert [kind for kind, _, _ in heard.told] == ["ResponseValidationError"]


def test_threads_that_run_already_are_heard(
    module: ModuleType, raising: Raising, heard: Heard
) -> None:
    """A thread of the app is heard whether it was started before or after."""
    thread = threading.Thread(target=module.worker)
    thread.start()
    raising.on = True
    module.asked.put("x")
    assert module.answered.get() == -1
    raising.on = False
    module.asked.put("y")
    assert module.answered.get() == -1
    module.asked.put(None)
    thread.join()
    assert [kind for kind, _, _ in heard.told] == ["ValueError"]


def test_ends_of_loops_are_no_news(module: ModuleType, raising: Raising, heard: Heard) -> None:
    """What only ends a loop is not told."""
    raising.on = True
    assert module.count() == [0, 1, 2]
    raising.on = False
    assert heard.told == []


def test_everything_is_put_back(raising: Raising, heard: Heard) -> None:
    """Nothing of FastAPI or of the imports stays changed, and it may be stopped twice."""
    with contextlib.ExitStack() as stack:
        raising.stop()
        stack.callback(raising.start)
        plain = vars(fastapi.routing)["get_request_handler"]
        raising.start()
        raising.stop()
        assert vars(fastapi.routing)["get_request_handler"] is plain
    assert heard.told == []

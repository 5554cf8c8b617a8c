"""Importing and starting the app under examination."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hushtable.prove.drive.app import LoadError, Running, load
from hushtable.prove.drive.asgi import ask
from hushtable.prove.exchange import Answered, Asked
from tests.prove.fakes import run

APP = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\ndef root(): return 1\n"
BARE = (
    "async def app(scope, receive, send):\n"
    "    assert scope['type'] == 'http'\n"
    "    await send({'type': 'http.response.start', 'status': 204, 'headers': []})\n"
    "    await send({'type': 'http.response.body'})\n"
)
LAMBDA = """
class Lambda:
    def __init__(self, app): self.app = app
    def __call__(self, event, context): ...
handler = Lambda(app)
"""
WRAPPED = """
class Wrapped:
    def __init__(self, app): self.app = app
    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)
wrapped = Wrapped(app)
"""
LIFESPAN = """
from contextlib import asynccontextmanager
from fastapi import FastAPI, Request
events = []
@asynccontextmanager
async def lifespan(app):
    events.append('start')
    BROKEN
    yield {'table': 'users'}
    events.append('stop')
app = FastAPI(lifespan=lifespan)
@app.get('/')
async def root(request: Request):
    return request.state.table
"""


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Forget what a test imported."""
    paths, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = paths
    for name in set(sys.modules) - modules:
        if name.partition(".")[0] in {"service_x", "api_x", "main_x", "shared_x"}:
            del sys.modules[name]


def write(folder: Path, name: str, text: str) -> None:
    """Write a module."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def answer_of(folder: Path, target: str) -> Answered:
    """Load, start and ask an app."""

    async def whole() -> Answered:
        async with Running(load(target, folder)) as running:
            return await ask(running, Asked("GET", "/", 0))

    return run(whole())


@pytest.mark.parametrize(
    ("file", "target"),
    [
        ("main_x.py", "main_x:app"),
        ("main_x.py", "main_x"),
        ("src/main_x.py", "main_x:app"),
        ("backend/api_x/main.py", "api_x.main:app"),
        ("services/users/main_x.py", "main_x:app"),
    ],
)
def test_the_sources_are_found(tmp_path: Path, file: str, target: str) -> None:
    """A module is found in the usual layouts."""
    write(tmp_path, file, APP)
    assert answer_of(tmp_path, target).body == b"1"


def test_imports_that_count_from_another_folder_are_found(tmp_path: Path) -> None:
    """What the app imports from beside itself is found, though the target counts from above."""
    write(tmp_path, "service_x/main.py", "import shared_x\n" + APP)
    write(tmp_path, "service_x/shared_x.py", "")
    assert answer_of(tmp_path, "service_x.main:app").body == b"1"


@pytest.mark.parametrize(
    ("more", "attribute"),
    [
        ("def make(): return app\n", "make"),
        ("def make(debug=False): return app\n", "make"),
        ("class Holder: pass\nholder = Holder()\nholder.app = app\n", "holder"),
        ("class Holder: pass\nholder = Holder()\nholder.inner = app\n", "holder.inner"),
        (LAMBDA, "handler"),
        (WRAPPED, "wrapped"),
    ],
)  # fmt: skip
def test_factories_and_holders_give_the_app(tmp_path: Path, more: str, attribute: str) -> None:
    """The attribute may be a factory, hold the app, or wrap it."""
    write(tmp_path, "main_x.py", APP + more)
    assert answer_of(tmp_path, f"main_x:{attribute}").body == b"1"


@pytest.mark.parametrize(
    ("text", "target", "kind", "name"),
    [
        ("import not_there_x\n", "main_x:app", "ModuleNotFoundError", "not_there_x"),
        ("raise ValueError('hunter2')\n", "main_x:app", "ValueError", "main_x"),
        ("raise SystemExit(3)\n", "main_x:app", "SystemExit", "main_x"),
        ("app = 3\n", "main_x:app", "no ASGI app", "main_x:app"),
        ("other = 3\n", "main_x:app", "no such attribute", "main_x:app"),
        ("def app(): raise KeyError('hunter2')\n", "main_x:app", "KeyError", "main_x:app"),
        (APP, ":app", "no module is named", ":app"),
    ],
)
def test_what_cannot_be_loaded_is_told_by_kind_and_name(
    tmp_path: Path, text: str, target: str, kind: str, name: str
) -> None:
    """A failing import says its kind and a name, never the exception's text."""
    write(tmp_path, "main_x.py", text)
    with pytest.raises(LoadError) as caught:
        load(target, tmp_path)
    assert (caught.value.kind, caught.value.name) == (kind, name)
    assert "hunter2" not in str(caught.value)


def test_the_lifespan_runs_once_around_everything(tmp_path: Path) -> None:
    """The app is started before the first request and stopped after the last; its state is had."""
    write(tmp_path, "main_x.py", LIFESPAN.replace("BROKEN", "pass"))
    assert answer_of(tmp_path, "main_x:app").body == b'"users"'
    assert sys.modules["main_x"].events == ["start", "stop"]


def test_a_failing_start_is_told(tmp_path: Path) -> None:
    """A start that fails raises, with the exception's kind alone."""
    write(tmp_path, "main_x.py", LIFESPAN.replace("BROKEN", "raise KeyError('hunter2')"))
    with pytest.raises(LoadError) as caught:
        answer_of(tmp_path, "main_x:app")
    assert str(caught.value) == "KeyError: lifespan"


def test_a_start_without_end_is_told(tmp_path: Path) -> None:
    """A start that takes too long is given up."""
    write(tmp_path, "main_x.py", LIFESPAN.replace("BROKEN", "await __import__('asyncio').sleep(9)"))

    async def whole() -> None:
        async with Running(load("main_x:app", tmp_path), start=0.05):
            pass

    with pytest.raises(LoadError, match="took too long"):
        run(whole())


def test_an_app_without_a_lifespan_is_fine(tmp_path: Path) -> None:
    """An app that knows no lifespan is asked like any other."""
    write(tmp_path, "main_x.py", BARE)
    assert answer_of(tmp_path, "main_x:app").status == 204

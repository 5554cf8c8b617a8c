"""Whatever an app does and however a run ends: nothing stays, nothing of the user is reached."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from hushtable.model.event import silent
from hushtable.prove import run as running
from hushtable.prove.order import ProveOrder
from hushtable.prove.run import Proven, prove
from hushtable.prove.sandbox import places
from hushtable.prove.sandbox.process import run_child

SOURCE = Path(running.__file__).resolve().parents[2]
UNEXAMINED = 3

HEAD = """
import ctypes, json, os, time, urllib.request
from pathlib import Path

from fastapi import FastAPI

app = FastAPI(openapi_url=None)
here = Path(__file__).parent


@app.get("/well")
def well():
    return {"well": True}
"""

HARMFUL = {
    "exit": ("os._exit(7)", "it ended with exit code 7"),
    "crash": ("ctypes.string_at(0)", "it was killed by signal 11"),
    "hog": (
        "held = []\n    while True: held.append(b'x' * 2**26); time.sleep(0.05)",
        "it used more than 600 MB",
    ),
    "block": ("while True: pass", "no answer for 10 s"),
    "wait": ("time.sleep(1000)", "no answer for 5 s"),
    "bomb": (
        "while True:\n        os.fork()\n        time.sleep(0.05)",
        "it used more than 600 MB",
    ),
}

CURIOUS = """

@app.get("/look")
def look():
    texts = [json.dumps(dict(os.environ))]
    for place in ("~/.aws/credentials", "~/.aws/config"):
        path = Path(place).expanduser()
        texts.append(path.read_text() if path.exists() else "none")
    for host in ("169.254.169.254", "169.254.170.2"):
        try:
            texts.append(urllib.request.urlopen(f"http://{host}/", timeout=2).read().decode())
        except OSError as error:
            texts.append(type(error).__name__)
    return texts


@app.post("/write")
def write():
    for folder in (here, here.parent, Path.cwd()):
        (folder / "written.txt").write_text("made by the app")
    (here / "main.py").write_text("changed")
    for old in here.parent.glob("*.json"):
        old.unlink()
    return {}
"""


def app_in(folder: Path, source: str) -> Path:
    """Write a project."""
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "main.py").write_text(source)
    (folder / "settings.json").write_text("{}")
    return folder


def route(name: str, body: str) -> str:
    """Write a route that does something."""
    kind = "async def" if name == "block" else "def"
    return f'\n\n@app.get("/{name}")\n{kind} {name}():\n    {body}\n'


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep the temporary files of runs where they can be counted."""
    made = tmp_path / "tmp"
    made.mkdir()
    monkeypatch.setenv("TMPDIR", str(made))
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield made
    monkeypatch.setattr(tempfile, "tempdir", None)


def of(folder: Path) -> list[psutil.Process]:
    """Give the processes whose home lies below a folder."""
    found = []
    for one in psutil.process_iter():
        try:
            home = str(one.environ().get("HOME", ""))
            if home.startswith(f"{folder}/") and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one)
        except psutil.Error:
            continue
    return found


def until(true: Callable[[], object]) -> bool:
    """Wait for something, for a minute at most."""
    for _ in range(600):
        if true():
            return True
        time.sleep(0.1)
    return False


def command(folder: Path, *more: str) -> list[str]:
    """Give the words of the command that proves a project."""
    cli = (
        sys.executable,
        "-m",
        "hushtable.cli.main",
        "prove",
        "app.main:app",
        "--root",
        str(folder),
    )
    return [*cli, "--no-scan", *more]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_nothing(
    tmp_path: Path, temporary: Path, number: signal.Signals
) -> None:
    """Interrupted, stopped or killed, a run leaves no process; files only if killed."""
    project = app_in(tmp_path / "shop", HEAD + route("wait", "time.sleep(1000)"))
    marked = tmp_path / "tmp"
    run = subprocess.Popen(
        command(project), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path
    )
    assert until(lambda: of(temporary) or run.poll() is not None)
    assert run.poll() is None
    run.send_signal(number)
    run.wait(60)
    assert run.returncode != 0
    assert until(lambda: not of(temporary))
    left = [one.name for one in marked.iterdir()]
    assert bool(left) == (number == signal.SIGKILL), left
    places.sweep()
    assert list(marked.iterdir()) == []


def test_folders_of_others_stay(temporary: Path) -> None:
    """A run removes only what a run that is over has left: not a live one's, not a stranger's."""
    own = {"pid": os.getpid(), "started": psutil.Process().create_time(), "where": places._where()}
    for name, said in (
        ("hushtable-live", own),
        ("hushtable-elsewhere", {**own, "pid": 2**30, "where": "another machine"}),
        ("hushtable-over", {**own, "pid": 2**30}),
        ("hushtable-other", {**own, "started": 5.0}),
    ):
        (temporary / name).mkdir()
        (temporary / name / places.OWNER).write_text(json.dumps(said))
    (temporary / "hushtable-new").mkdir()
    (temporary / "hushtable-link").symlink_to(temporary / "hushtable-live")
    places.sweep()
    assert sorted(one.name for one in temporary.iterdir()) == [
        "hushtable-elsewhere", "hushtable-link", "hushtable-live", "hushtable-new",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def harmed(tmp_path_factory: pytest.TempPathFactory) -> Proven:
    """Run an app in which every route but one does harm."""
    routes = "".join(route(name, body) for name, (body, _) in HARMFUL.items())
    folder = app_in(tmp_path_factory.mktemp("harm") / "harm", HEAD + routes)
    order = ProveOrder(
        "app.main:app", str(folder), seconds=600, memory=600 * 2**20, request_seconds=5, replays=0
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(SOURCE))
        return prove(order, None, silent, start=partial(run_child, quiet=10))


@pytest.mark.parametrize("name", HARMFUL)
def test_what_a_route_does_to_its_process_is_told(harmed: Proven, name: str) -> None:
    """A route that ends, hangs or fills its process is unknown, with the reason."""
    why = [one.why for one in harmed.unknown if f"GET /{name}:" in one.why]
    assert why == [f"GET /{name}: {HARMFUL[name][1]}"]
    assert f"GET /{name}" in [one.route for one in harmed.reach.unreached]


def test_the_others_are_tried_still(harmed: Proven) -> None:
    """A route beside those that do harm is reached."""
    assert harmed.reach.routes == len(HARMFUL) + 1
    assert "GET /well" not in [one.route for one in harmed.reach.unreached]
    assert harmed.reach.reached == 1


def test_nothing_of_the_user_is_reached_or_changed(tmp_path: Path, temporary: Path) -> None:
    """Neither profiles, variables and metadata nor the project's files are there for an app."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    secret = "wJal" + "rXUtnFEMI/K7MDENG/bPxRfiCY" + "REAL"
    key = "AKI" + "AIOSFODNN7" + "REALKY"
    text = f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
    (home / ".aws" / "credentials").write_text(text)
    (home / ".aws" / "config").write_text(f"[profile live]\nrole_arn = {secret}\n")
    project = app_in(tmp_path / "shop", HEAD + CURIOUS)
    (project / ".env").write_text(f"SECRET={secret}\n")
    before = contents(project)
    done = subprocess.run(
        command(project, "--format", "json"),
        env={
            **os.environ,
            "HOME": str(home),
            "AWS_PROFILE": "live",
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_SESSION_TOKEN": secret,
            "DATABASE_URL": f"postgres://u:{secret}@db/shop",
        },
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    told = json.loads(done.stdout)["reach"]
    assert told["reached"] == 3, done.stdout[-2000:]
    assert secret not in done.stdout + done.stderr
    assert key not in done.stdout + done.stderr
    assert {"169.254.169.254:80", "169.254.170.2:80"} <= set(told["refused"])
    assert contents(project) == before
    assert list(temporary.iterdir()) == []


def contents(folder: Path) -> dict[str, bytes]:
    """Give what lies in a folder, byte by byte."""
    return {
        str(one.relative_to(folder)): one.read_bytes() if one.is_file() else b""
        for one in folder.rglob("*")
    }


def test_an_app_that_ends_at_once_is_not_quiet(tmp_path: Path) -> None:
    """An app of which nothing was tried gives exit code 3."""
    project = app_in(tmp_path / "shop", HEAD + "\n\nos._exit(0)\n")
    done = subprocess.run(
        command(project), capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == UNEXAMINED
    assert "it ended before everything was tried" in done.stdout

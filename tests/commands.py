"""hushtable's command line in a process of its own, without the second that its imports take.

One process has imported the command line and has scanned once. It is forked for each command, so
that a command that breaks, hangs or leaves something behind is still alone.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from tests.services import LEAKY

NOTHING: Mapping[str, str] = MappingProxyType({})

_FORKED = """
import gc, json, os, sys, tempfile

from typer.testing import CliRunner

from hushtable.cli.main import app

with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "app.py"), "w") as made:
        made.write(os.environ.pop("SCANNED_FIRST"))
    for form in ("terminal", "json"):
        CliRunner().invoke(app, ["scan", folder, "--no-cache", "--format", form])

gc.freeze()
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if not child:
        os.chdir(order["folder"])
        os.environ.update(order["own"])
        for number, name in enumerate((os.devnull, order["out"], order["err"])):
            os.dup2(os.open(name, os.O_RDWR), number)
        sys.argv = ["hushtable", *order["words"]]
        break
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
app()
"""


@cache
def _server() -> subprocess.Popen[str]:
    """Start the process that is forked. It ends when its input does."""
    server = subprocess.Popen(
        [sys.executable, "-c", _FORKED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "SCANNED_FIRST": LEAKY},
    )
    atexit.register(server.communicate)
    return server


def command(
    *words: str | Path, folder: Path, seconds: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run `hushtable` with these words in a folder; it is killed when it takes longer."""
    done = command_bytes(*words, folder=folder, seconds=seconds)
    out, err = done.stdout.decode(), done.stderr.decode()
    return subprocess.CompletedProcess(words, done.returncode, out, err)


def command_bytes(
    *words: str | Path, folder: Path, own: Mapping[str, str] = NOTHING, seconds: float = 60.0
) -> subprocess.CompletedProcess[bytes]:
    """Do the same, with variables of its own, and give what it says as it is."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        for one in (out, err):
            one.touch()
        said = {"words": [*map(str, words)], "folder": str(folder), "own": dict(own)}
        print(json.dumps(said | {"out": str(out), "err": str(err)}), file=server.stdin, flush=True)
        child = int(server.stdout.readline())
        late = threading.Timer(seconds, os.kill, (child, signal.SIGKILL))
        late.start()
        code = int(server.stdout.readline())
        late.cancel()
        return subprocess.CompletedProcess(words, code, out.read_bytes(), err.read_bytes())

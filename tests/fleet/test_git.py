"""What git is told: where to fetch from and how to sign in, where no list of processes shows it."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from hushtable.fleet.apart import Apart, NotExaminedError, Running
from hushtable.fleet.git import _environment, state
from tests.fleet.conftest import Fleet

WORD = "pass-word%40x"


def test_no_list_of_processes_shows_a_credential(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While git asks a server, the arguments of no program that it runs hold the credential."""
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    running = Running()
    seen: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def look() -> None:
            taken, _ = server.accept()
            with taken:
                for one in psutil.Process().children(recursive=True):
                    seen.extend(one.cmdline())
            running.end_all()

        looking = threading.Thread(target=look)
        looking.start()
        service = fleet.listed(f"https://ann:{WORD}@127.0.0.1:{port}/shop")
        with pytest.raises(NotExaminedError):
            state(service, fleet.folder, Apart(time.monotonic() + 20, 20.0, running))
        looking.join()
    assert f"https://127.0.0.1:{port}/shop" in seen
    assert not [word for word in seen if "pass-word" in word or "ann" in word.split("://")[-1]]


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("git.example.com", ["username=ann", "password=pass-word@x"]),
        ("git.example.org", []),
    ],
)
def test_the_host_of_a_url_alone_gets_its_credential(
    fleet: Fleet, git: Callable[..., str], host: str, said: list[str]
) -> None:
    """Git signs in at the host that the URL names, and at no other that an answer leads to."""
    assert git(fleet.folder, "--version")
    service = fleet.listed(f"https://ann:{WORD}@git.example.com/shop")
    assert _credential("fill", host, _environment(service, fleet.folder)) == said


def test_no_helper_of_the_user_keeps_a_credential(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A credential that was right is given to no helper that would write it into a file."""
    kept = fleet.folder / "kept"
    own = fleet.folder / "own"
    own.write_text(f"[credential]\n\thelper = store --file={kept}\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(own))
    service = fleet.listed(f"https://ann:{WORD}@git.example.com/shop")
    said = "username=ann\npassword=right\n"
    _credential("approve", "git.example.com", _environment(service, fleet.folder), said)
    assert not kept.exists()
    _credential("approve", "git.example.com", dict(os.environ), said)
    assert kept.exists()


def _credential(verb: str, host: str, environment: dict[str, str], said: str = "") -> list[str]:
    """Ask git for a credential as it asks itself, and give what it says of user and password."""
    done = subprocess.run(
        ["git", "credential", verb],  # noqa: S607 - the machine's git
        input=f"protocol=https\nhost={host}\n{said}\n",
        env=environment,
        cwd=Path("/"),
        capture_output=True,
        check=False,
        text=True,
    )
    return [line for line in done.stdout.splitlines() if line.startswith(("username", "password"))]

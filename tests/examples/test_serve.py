"""`serve.py` starts a shop that needs no AWS."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import httpx
import pytest

from tests.examples.opened import EXAMPLES

PATIENCE = 60.0


def free_port() -> int:
    """Give a port that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def first_answer(url: str, process: subprocess.Popen[bytes]) -> httpx.Response:
    """Ask until there is an answer. Fails when the process ends, or after a minute."""
    give_up = time.monotonic() + PATIENCE
    # One client: each of its own would read all certificates of the machine.
    with httpx.Client(timeout=5) as client:
        while time.monotonic() < give_up:
            if process.poll() is not None:
                pytest.fail(f"serve.py ended with {process.returncode}")
            try:
                return client.get(url)
            except httpx.TransportError:
                time.sleep(0.1)
    pytest.fail("serve.py does not answer")


@pytest.mark.parametrize("name", ["shop", "shop_quiet", "shop_hushed"])
def test_it_serves_the_catalogue_on_loopback(name: str) -> None:
    """The shop answers on the asked port of 127.0.0.1, with no AWS and no configuration."""
    port = free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLES / name / "serve.py"), str(port)],
        env=kept,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        assert first_answer(f"{url}/health/ready", process).json() == {"status": "ready"}
        titles = [product["title"] for product in httpx.get(f"{url}/products").json()]
        assert titles == ["Tea pot", "Tea cup"]
    finally:
        process.terminate()
        process.wait(timeout=30)

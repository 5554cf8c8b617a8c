"""Where compared programs are installed: virtual environments below `benchmarks/.work`."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.peers import WORK

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
FOLDER = WORK / "guard"


def install(name: str, *more: str, folder: Path = FOLDER, beside: Path = HERE) -> Path:
    """Install what `name`.txt pins, and `more`, once; give the Python of that environment."""
    pins = beside / f"{name}.txt"
    environment = folder / name
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = environment / pins.name
    if not done.exists() or done.read_bytes() != pins.read_bytes():
        print(f"installing the clients of {pins.name} into {environment}", file=sys.stderr)
        venv.create(environment, clear=True, with_pip=True)
        command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*command, "-r", str(pins), *more], check=True)
        done.write_bytes(pins.read_bytes())
    return python


def environments() -> dict[str, Path]:
    """Install both, the guard beside most of the clients; give each one's Python by name."""
    return {
        "peers": install("peers", "--editable", f"{REPOSITORY}[guard]"),
        "aioboto3": install("aioboto3"),
    }


_NOT_HERE = ("AWS_", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
"""Settings of this machine, that would change what a client does (proxies the guard too)."""


def settings(store: str) -> dict[str, str]:
    """Give the environment variables of every process: credentials of nobody, one store."""
    kept = {
        name: text for name, text in os.environ.items() if not name.upper().startswith(_NOT_HERE)
    }
    return {
        **kept,
        "PYTHONPATH": str(REPOSITORY),
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "BENCHMARK_STORE": store,
    }

"""Stands in for the scan of one service: does what the service's file `behaviour` says.

    python -m tests.fleet.program MEGABYTES scan ROOT ... -o json:FILE ...

It writes a line into the file that HUSHTABLE_TEST_LOG names whenever it begins: the service, its
own process and its parent's.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

from hushtable.fleet.confined import confine

RESULT = {
    "version": "1",
    "findings": [],
    "routes": [],
    "score": 100,
    "grade": "A",
    "unknown": [],
    "sensitivities": {},
}
LONG = 60


def main(megabytes: int, root: Path, written: dict[str, Path]) -> int:
    """Behave, and give the exit code."""
    before = Path(os.environ["HUSHTABLE_TEST_LOG"])
    seen = before.read_text("utf-8").split() if before.exists() else []
    with before.open("a", encoding="utf-8") as log:
        log.write(f"{root.name} {os.getpid()} {os.getppid()}\n")
    confine(megabytes)
    behaviour = (root / "behaviour").read_text("utf-8").strip()
    first = root.name not in seen
    if behaviour == "hang" or (behaviour == "hang at first" and first):
        time.sleep(LONG)
    if behaviour == "end the worker" or (behaviour == "end the worker at first" and first):
        # A worker that is ended while it starts is not begun again.
        time.sleep(0.5)
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(LONG)
    if behaviour == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if behaviour == "eat":
        bytearray((megabytes + 64) * 2**20)
    if behaviour == "misconfigured":
        sys.stderr.write(f"hushtable: {root}/hushtable.toml has an unknown key 'x'\n")
        return 2
    if behaviour == "raise":
        text = "planted-value"
        raise ValueError(text)
    if behaviour != "write nothing":
        for path in written.values():
            path.write_text(json.dumps(RESULT), encoding="utf-8")
    return 0


if __name__ == "__main__":
    _, given, _, folder, *rest = sys.argv
    outputs = [rest[at + 1].partition(":") for at, word in enumerate(rest) if word == "-o"]
    sys.exit(main(int(given), Path(folder), {form: Path(path) for form, _, path in outputs}))

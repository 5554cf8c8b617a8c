"""A child that behaves as its order's `app` says: the double of the one that runs apps."""

import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from hushtable.model.proof import Reach
from hushtable.prove.sandbox import confine
from hushtable.prove.sandbox.pipe import Begun, begin
from hushtable.prove.told import Failed, Finished, Opened, Told, Trying


def finished() -> Told:
    """Everything was tried."""
    return Finished(Reach(routes=2, reached=1))


def well(child: Begun) -> None:
    """Tell everything, and print where nobody listens."""
    print("a line that goes nowhere")  # noqa: T201 -- what an app may do
    child.teller.tell(Opened(routes=("GET /a", "GET /b"), sandbox=(os.environ["HOME"],)))
    child.teller.tell(Trying("GET /a"))
    child.teller.tell(finished())


def large(child: Begun) -> None:
    """Tell more than a pipe holds, at once."""
    child.teller.tell(Opened(routes=("GET /" + "a" * 500_000,)))
    child.teller.tell(finished())


def lingering(child: Begun) -> None:
    """Tell everything, and leave a program that goes on."""
    asleep = subprocess.Popen(["sleep", "300"])  # noqa: S607 -- any will do
    away = subprocess.Popen(["sleep", "300"], start_new_session=True)  # noqa: S607 -- any will do
    child.teller.tell(Opened(routes=(str(asleep.pid), str(away.pid), str(os.getpid()))))
    child.teller.tell(finished())


def waiting(child: Begun) -> None:
    """Start a program that starts another in a session of its own, and wait for ever."""
    subprocess.Popen(["sh", "-c", "setsid sleep 300 & sleep 300"])  # noqa: S607 -- any will do
    time.sleep(0.3)
    child.teller.tell(Opened(routes=(str(os.getpid()), os.environ["HOME"])))
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(300)


def greedy(child: Begun) -> None:
    """Take memory until somebody minds."""
    child.teller.tell(Trying("GET /greedy"))
    held = []
    while True:
        held.append(b"x" * 10_000_000)
        time.sleep(0.01)


def busy(child: Begun) -> None:
    """Tell something again and again."""
    while True:
        child.teller.tell(Trying("GET /again"))
        time.sleep(0.05)


def nonsense(_child: Begun) -> None:
    """Write to the pipe what is not told on it."""
    os.write(int(sys.argv[1]), b'{"kind": "secret", "text": "hunter2"}\n')
    time.sleep(60)


def left(_child: Begun) -> None:
    """End in good order before the end."""


def failing(child: Begun) -> None:
    """Say that it did not work."""
    child.teller.tell(Failed("ImportError: shop"))


def crash(child: Begun) -> None:
    """End as native code does when it fails."""
    child.teller.tell(Trying("GET /crash"))
    os.kill(os.getpid(), signal.SIGSEGV)


def leave(_child: Begun) -> None:
    """End as a program may."""
    raise SystemExit(3)


def looking(child: Begun) -> None:
    """Look for everything that a machine with an AWS account has, and try to reach the world."""
    ports: set[int] = set()
    held = confine.confine(lambda: frozenset(ports))
    own = socket.create_server(("127.0.0.1", 0))
    port = own.getsockname()[1]
    ports.add(port)
    found = {
        "held": held,
        "pid": os.getpid(),
        "environ": dict(os.environ),
        "home": sorted(str(path) for path in Path("~").expanduser().rglob("*")),
        "outcomes": {name: _outcome(attempt) for name, attempt in _attempts(port).items()},
        "refused": confine.refused(),
        "started": confine.started(),
        "again": confine.refused(),
    }
    child.teller.tell(Failed(json.dumps(found)))


def _attempts(port: int) -> dict[str, Callable[[], object]]:
    def fetch(url: str) -> Callable[[], object]:
        return lambda: urllib.request.urlopen(url, timeout=2).read()  # noqa: S310 -- an address above

    def connect(family: int, address: object) -> Callable[[], object]:
        return lambda: socket.socket(family, socket.SOCK_STREAM).connect(address)

    def own() -> object:
        listening = socket.create_server(("127.0.0.1", 18_423))
        try:
            return socket.create_connection(("127.0.0.1", 18_423), 2)
        finally:
            listening.close()

    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    program = "import socket; socket.create_connection(('192.0.2.7', 443), 2)"
    return {
        "metadata": fetch("http://169.254.169.254/latest/meta-data/iam/security-credentials/"),
        "container": fetch("http://169.254.170.2/v2/credentials"),
        "service": fetch("https://dynamodb.eu-west-1.amazonaws.com/"),
        "named": connect(socket.AF_INET, ("sqs.eu-west-1.amazonaws.com", 443)),
        "local": connect(socket.AF_INET, ("127.0.0.1", 6379)),
        "unix": connect(socket.AF_UNIX, "/run/some.sock"),
        "datagram": lambda: datagram.sendto(b"x", ("192.0.2.53", 53)),
        "lookup": lambda: socket.getaddrinfo("example.com", 80),
        "old lookup": lambda: socket.gethostbyname("example.org"),
        "profile": Path(pwd.getpwuid(os.getuid()).pw_dir, ".aws", "credentials").read_text,
        "parent": lambda: Path(f"/proc/{os.getppid()}/environ").read_text(),
        "store": lambda: socket.create_connection(("localhost", port), 2),
        "own": own,
        "program": lambda: subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, timeout=20
        ),
        "core": lambda: os.system("true"),  # noqa: S605, S607 -- what an app may do
    }


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except Exception as error:  # noqa: BLE001 -- whatever it raises is the outcome
        return type(error).__name__
    return "reached"


if __name__ == "__main__":
    begun = begin(sys.argv[1:])
    globals()[begun.order.order.app](begun)

"""No connection but to the store: everything else is refused at once, and named.

Two things hold an app. A network namespace, where the kernel allows one, holds everything, native
clients and started programs too, but says nothing. An audit hook sees what Python connects to and
looks up, refuses it before a packet is sent or a resolver is asked, and keeps the name.
"""

from __future__ import annotations

import errno
import os
import resource
import socket
import threading
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from hushtable.prove.sandbox import audit, namespace
from hushtable.prove.sandbox.private import Private

MOST_NAMES = 1000
"""Refused names that are kept between two drains."""

LARGEST_FILE = 512 * 1024 * 1024
"""Bytes of one file that the app may write."""

IN_A_NAMESPACE = "no network: a namespace of its own, with loopback alone"
NO_NAMESPACE = (
    "no namespace: the system allows none, so native clients are held by nothing; "
    "programs are not started"
)
SHARED_NETWORK = "no namespace: the store is outside; programs are not started"
WATCHED = "an audit hook: connections and lookups but to the store, and private files, are refused"

_EVERYWHERE = frozenset({"", "localhost", "0.0.0.0", "::"})  # noqa: S104 -- as a place to connect to, it is this machine
_LONGEST_HOST = 255


class _Confined:
    """What may be reached from this process, and what was refused."""

    def __init__(
        self, ports: Callable[[], frozenset[int]], mark: Callable[[str], str], *, alone: bool
    ) -> None:
        self.ports = ports
        self.mark = mark
        self.alone = alone
        self.bound: set[int] = set()
        self.folders = _own_folders()
        self.private = Private()
        self.lock = threading.Lock()
        self.refused: dict[str, None] = {}
        self.started: dict[str, None] = {}

    def watchers(self) -> dict[str, audit.Watcher]:
        """Give what looks at each event."""
        programs = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn")
        return {
            "open": self._open,
            "socket.connect": self._connect,
            "socket.sendto": self._connect,
            "socket.sendmsg": self._connect,
            "socket.bind": self._bind,
            "socket.getaddrinfo": self._look_up,
            "socket.gethostbyname": self._look_up,
            "socket.gethostbyaddr": self._look_up,
            "socket.getnameinfo": self._name,
            **dict.fromkeys(programs, self._start),
        }

    def _connect(self, arguments: tuple[Any, ...]) -> None:
        self.check(getattr(arguments[0], "family", None), arguments[1])

    def check(self, family: Any, address: Any) -> None:
        """Raise ConnectionRefusedError for an address that is not the store's or the app's own."""
        if address is None:
            return
        if family == socket.AF_UNIX:
            self._connect_here(address)
            return
        host, port = _parts(address)
        if self.holds(host, port):
            return
        self._refuse(host, port)
        text = self._marked(os.strerror(errno.ECONNREFUSED), host)
        raise ConnectionRefusedError(errno.ECONNREFUSED, text)

    def holds(self, host: str, port: Any) -> bool:
        """Whether an address is the store's, or one that the app itself listens on."""
        return _is_this_machine(host) and port in self.ports() | self.bound

    def _connect_here(self, address: Any) -> None:
        """Let a program talk to itself by a file of its own; elsewhere is the machine."""
        path = os.fsdecode(address) if isinstance(address, str | bytes) else ""
        if path.startswith("\0") and self.alone:
            return
        if any(_within(path, folder) for folder in self.folders):
            return
        self._refuse(f"unix:{Path(path).name}", None)
        raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))

    def _bind(self, arguments: tuple[Any, ...]) -> None:
        """Note a port that the app listens on itself: it may connect to it."""
        host, port = _parts(arguments[1])
        if port and _is_this_machine(host):
            self.bound.add(port)

    def _look_up(self, arguments: tuple[Any, ...]) -> None:
        host = arguments[0]
        name = os.fsdecode(host) if isinstance(host, str | bytes) else ""
        if name in _EVERYWHERE or _is_address(name):
            return
        if self.alone and name == socket.gethostname():
            return
        port = arguments[1] if len(arguments) > 1 else None
        self._refuse(name, port)
        text = self._marked("Name or service not known", name)
        raise socket.gaierror(socket.EAI_NONAME, text)

    def _name(self, arguments: tuple[Any, ...]) -> None:
        host, port = _parts(arguments[0])
        if not _is_this_machine(host):
            self._refuse(host, port)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def _open(self, arguments: tuple[Any, ...]) -> None:
        name = self.private.name_of(arguments[0])
        if name:
            self._refuse(name, None)
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    def _start(self, arguments: tuple[Any, ...]) -> None:
        """Note a program by its name. In no namespace it would be free, so it does not start."""
        program = arguments[0]
        text = os.fsdecode(program) if isinstance(program, str | bytes | os.PathLike) else ""
        words = text.split(maxsplit=1)
        with self.lock:
            if len(self.started) < MOST_NAMES:
                self.started[Path(words[0]).name if words else "a program"] = None
        if not self.alone:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def _marked(self, text: str, host: str) -> str:
        """Give the text of an error, with what tells it apart from every other."""
        mark = self.mark(host[:_LONGEST_HOST])
        return f"{text}: {mark}" if mark else text

    def _refuse(self, host: str, port: Any) -> None:
        name = host[:_LONGEST_HOST] if port in {None, ""} else f"{host[:_LONGEST_HOST]}:{port}"
        with self.lock:
            if len(self.refused) < MOST_NAMES:
                self.refused[name] = None


def _check_names(confined: _Confined) -> None:
    """Check addresses before a socket takes them: it looks a name up before it is audited."""
    connect, connect_ex, sendto = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.socket.sendto,
    )

    def checked(self: socket.socket, address: Any, /) -> None:
        confined.check(self.family, address)
        connect(self, address)

    def checked_ex(self: socket.socket, address: Any, /) -> int:
        try:
            confined.check(self.family, address)
        except ConnectionRefusedError:
            return errno.ECONNREFUSED
        return connect_ex(self, address)

    def checked_sendto(self: socket.socket, data: Any, *rest: Any) -> int:
        if rest:
            confined.check(self.family, rest[-1])
        return sendto(self, data, *rest)

    for name, method in (
        ("connect", checked),
        ("connect_ex", checked_ex),
        ("sendto", checked_sendto),
    ):
        setattr(socket.socket, name, method)


_NOW: list[_Confined] = []


def confine(
    allowed_ports: Callable[[], frozenset[int]],
    *,
    own_network: bool = True,
    mark: Callable[[str], str] = lambda _: "",
) -> tuple[str, ...]:
    """Confine this process, for good, and say what holds it.

    To be called once, and first: before the store listens, and unless `start` has entered a
    namespace already, before any thread runs. `allowed_ports` are those of loopback that
    may be reached; it is asked each time. `own_network` False stays in the machine's network, for
    a store that is outside of this process. `mark` gives what the error's text for a refused host
    holds beside the usual, so that an answer that carries the text is recognised.
    """
    alone = own_network and namespace.enter()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = LARGEST_FILE if hard == resource.RLIM_INFINITY else min(LARGEST_FILE, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    confined = _Confined(allowed_ports, mark, alone=alone)
    _NOW.append(confined)
    audit.watch(confined.watchers())
    _check_names(confined)
    if alone:
        namespace.stay_with_parent(os.getppid())
        return (IN_A_NAMESPACE, WATCHED)
    return (NO_NAMESPACE if own_network else SHARED_NETWORK, WATCHED)


def refused() -> tuple[str, ...]:
    """Drain what was refused since the last time, as `host:port`, each once."""
    return _drained(lambda confined: confined.refused)


def is_within(host: str, port: int | None) -> bool:
    """Whether this process may connect to an address."""
    return any(confined.holds(host, port) for confined in _NOW)


def started() -> tuple[str, ...]:
    """Drain the names of the programs that the app started, or wanted to."""
    return _drained(lambda confined: confined.started)


def _drained(names: Callable[[_Confined], dict[str, None]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for confined in _NOW:
        with confined.lock:
            found |= names(confined)
            names(confined).clear()
    return tuple(found)


def _own_folders() -> tuple[Path, ...]:
    named = (os.environ.get(name) for name in ("HOME", "TMPDIR"))
    return tuple(Path(folder).resolve() for folder in (*named, str(Path.cwd())) if folder)


def _within(path: str, folder: Path) -> bool:
    return bool(path) and "\0" not in path and Path(path).resolve().is_relative_to(folder)


def _parts(address: Any) -> tuple[str, Any]:
    match address:
        case (str(host), int(port), *_):
            return host, port
        case (bytes(host), int(port), *_):
            return os.fsdecode(host), port
        case _:
            return "an address of another kind", None


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_this_machine(host: str) -> bool:
    if host in _EVERYWHERE:
        return True
    return _is_address(host) and ip_address(host.partition("%")[0]).is_loopback

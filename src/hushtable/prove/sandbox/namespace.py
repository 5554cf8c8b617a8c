"""A network of one's own: a namespace of the kernel that has loopback and nothing else.

An audit hook sees what Python does. A client written in another language opens its sockets
without Python, and a program that the app starts has no hook: for those the kernel must say no.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys
from pathlib import Path

_NEWUSER = 0x10000000
_NEWNET = 0x40000000

_GET_FLAGS = 0x8913
_SET_FLAGS = 0x8914
_UP = 0x1
_REQUEST = "16sh14x"
"""A `struct ifreq`: a name and flags."""

_PARENT_DEATH_SIGNAL = 1
_CHILD_SUBREAPER = 36


_INSIDE: list[bool] = []


def enter() -> bool:
    """Leave the machine's network for an empty one; False where the kernel does not allow it.

    Threads that run already would stay behind, so it is False where there are any. Once inside,
    it is True.

    It is tried in a process of its own first: a system may allow the namespace and then refuse to
    bring its loopback up, and by then there is no way back.
    """
    if _INSIDE:
        return True
    if sys.platform != "linux" or len(list(Path("/proc/self/task").iterdir())) > 1:
        return False
    if not _works():
        return False
    _enter()
    _INSIDE.append(True)
    return True


def stay_with_parent(parent: int) -> None:
    """End when the parent process does, and take in orphans, so that they can be ended too.

    A change of user forgets the first, so it is asked for again in a namespace.
    """
    if sys.platform != "linux":
        return
    _libc().prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    _libc().prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)
    if parent and os.getppid() not in {parent, 0}:
        raise SystemExit(1)


def _works() -> bool:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _enter()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return status == 0


def _enter() -> None:
    user, group = os.getuid(), os.getgid()
    try:
        _unshare(_NEWNET)
    except OSError:
        _unshare(_NEWUSER | _NEWNET)
        Path("/proc/self/setgroups").write_bytes(b"deny")
        Path("/proc/self/uid_map").write_bytes(f"{user} {user} 1".encode())
        Path("/proc/self/gid_map").write_bytes(f"{group} {group} 1".encode())
    _bring_up(b"lo")


def _unshare(flags: int) -> None:
    if _libc().unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def _bring_up(name: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        asked = struct.pack(_REQUEST, name, 0)
        _, flags = struct.unpack(_REQUEST, fcntl.ioctl(device, _GET_FLAGS, asked))
        fcntl.ioctl(device, _SET_FLAGS, struct.pack(_REQUEST, name, flags | _UP))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)

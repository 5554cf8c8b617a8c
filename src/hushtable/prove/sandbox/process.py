"""One child process: started, listened to, and ended with everything that it started."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import psutil

from hushtable.prove.order import ChildOrder
from hushtable.prove.sandbox import start
from hushtable.prove.sandbox.environment import environment
from hushtable.prove.sandbox.patience import patience
from hushtable.prove.sandbox.pipe import UnreadableError, order_text, told_of
from hushtable.prove.sandbox.places import place
from hushtable.prove.told import Failed, Finished, Needs, Told

MODULE = "hushtable.prove.child"

QUIET_SECONDS = 60.0
"""How long a child may tell nothing."""

_LONGEST_LINE = 256 * 1024 * 1024
_READ = 1024 * 1024
_LOOK_SECONDS = 0.2
_END_SECONDS = 5.0
"""How long a child may take to exit once it has told everything."""

_STOP_SECONDS = 1.0
_STOPPING = (signal.SIGTERM, signal.SIGHUP)
_UNITS = ((1024**3, "GB"), (1024**2, "MB"))


@dataclass(slots=True)
class _Listening:
    """A running child, and what was heard of it."""

    process: subprocess.Popen[bytes]
    pipe: int
    told: Callable[[Told], None]
    stop: threading.Event
    rest: bytearray = field(default_factory=bytearray)
    complete: bool = False
    open: bool = True
    heard: float = field(default_factory=time.monotonic)
    looked: float = 0.0


def run_child(  # noqa: PLR0913 -- the options of a run, each by keyword
    order: ChildOrder,
    told: Callable[[Told], None],
    *,
    seconds: float,
    memory: int,
    module: str = MODULE,
    quiet: float = QUIET_SECONDS,
    stop: threading.Event | None = None,
) -> str:
    """Run one child to its end, and say why it ended early; empty when it told everything.

    `told` is called with each thing that the child tells, as it comes. Whatever happens here, an
    interrupt too, the child's whole family of processes is ended and its folders are removed.
    `stop`, once it is set, ends the child from another thread.
    """
    with (
        stoppable(),
        place() as own,
        _started(order, own, module) as (process, pipe),
    ):
        listening = _Listening(process, pipe, told, stop or threading.Event())
        return _listen(listening, seconds=seconds, memory=memory, quiet=quiet)


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Within this, a request to stop unwinds the program as an interrupt does.

    By default SIGTERM ends a Python program without its `finally` clauses, and files would stay.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, _stop)
        for number in _STOPPING
        if signal.getsignal(number) == signal.SIG_DFL
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@contextlib.contextmanager
def _started(
    order: ChildOrder, own: Path, module: str
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    reads, writes = os.pipe()
    try:
        with tempfile.TemporaryFile() as asked:
            asked.write(order_text(order))
            asked.seek(0)
            # -P: what lies in the app's folder never stands in for a module of this one.
            process = subprocess.Popen(  # noqa: S603 -- this interpreter and a module of ours
                [
                    *(sys.executable, "-P", "-m", start.__name__),
                    start.SHARED if order.order.store else start.OWN,
                    *(module, str(writes), str(os.getpid())),
                ],
                stdin=asked,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(own, os.environ),
                cwd=order.folder,
                pass_fds=(writes,),
                start_new_session=True,
            )
    except BaseException:
        os.close(reads)
        raise
    finally:
        os.close(writes)
    try:
        yield process, reads
    finally:
        os.close(reads)
        _end(process)
        _end_strays(own)


def _listen(listening: _Listening, *, seconds: float, memory: int, quiet: float) -> str:
    until = time.monotonic() + seconds
    while not listening.stop.is_set():
        try:
            ended = _hear(listening)
        except UnreadableError:
            return "it told something that could not be read"
        if listening.complete:
            with contextlib.suppress(subprocess.TimeoutExpired):
                listening.process.wait(_END_SECONDS)
            return ""
        if ended:
            return _why(listening.process)
        now = time.monotonic()
        if now > until:
            return f"it took more than {seconds:g} s"
        if now > listening.heard + quiet and now > listening.heard + quiet * patience():
            return f"no answer for {quiet:g} s"
        # Asking for all processes costs more than a request to an app: not for each that is told.
        looks = now > listening.looked + _LOOK_SECONDS
        if looks:
            listening.looked = now
        if looks and _resident(listening.process.pid) > memory:
            return f"it used more than {_size(memory)}"
    return "it was stopped"


def _hear(listening: _Listening) -> bool:
    """Wait a moment for lines and pass them on. True when the child is gone and all was read."""
    gone = listening.process.poll() is not None
    if not listening.open:
        with contextlib.suppress(subprocess.TimeoutExpired):
            listening.process.wait(_LOOK_SECONDS)
        return listening.process.poll() is not None
    ready, _, _ = select.select([listening.pipe], [], [], 0 if gone else _LOOK_SECONDS)
    if not ready:
        # A program that the child started may hold the pipe open after it.
        return gone
    data = os.read(listening.pipe, _READ)
    if not data:
        listening.open = False
        return False
    listening.heard = time.monotonic()
    listening.rest += data
    if b"\n" in data:
        *lines, left = bytes(listening.rest).split(b"\n")
        listening.rest = bytearray(left)
        for line in lines:
            told = told_of(line)
            listening.told(told)
            listening.complete = listening.complete or isinstance(told, Needs | Failed | Finished)
    elif len(listening.rest) > _LONGEST_LINE:
        raise UnreadableError
    return False


def _why(process: subprocess.Popen[bytes]) -> str:
    code = process.wait()
    if code < 0:
        return f"it was killed by signal {-code}"
    if code > 0:
        return f"it ended with exit code {code}"
    return "it ended before everything was tried"


def _family(pid: int) -> list[psutil.Process]:
    """Give a child and all that it started; the child takes in their orphans."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.Error:
        return []


def _resident(pid: int) -> int:
    total = 0
    for process in _family(pid):
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a child with its session and its descendants: asked first, then made to."""
    family = _family(process.pid) if process.poll() is None else []
    _signal(process, family, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    # Once more: a process may have started others when it was asked to stop.
    family += _family(process.pid) if process.poll() is None else []
    _signal(process, family, signal.SIGKILL)
    process.wait()
    psutil.wait_procs(family, timeout=_STOP_SECONDS)


def _end_strays(own: Path) -> None:
    """End programs that left the family: their home is the child's, which is nobody else's."""
    mine = str(own / "home")
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("HOME") == mine:
                process.kill()


def _signal(
    process: subprocess.Popen[bytes], family: list[psutil.Process], number: signal.Signals
) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
    for one in family:
        with contextlib.suppress(psutil.Error):
            one.send_signal(number)


def _size(count: int) -> str:
    for unit, name in _UNITS:
        if count >= unit:
            return f"{count / unit:g} {name}"
    return f"{count} bytes"

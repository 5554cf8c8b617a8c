"""A child is listened to, and ended with all that it started, however it goes."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from hushtable.prove.order import ChildOrder, ProveOrder
from hushtable.prove.sandbox import process
from hushtable.prove.sandbox.process import run_child, stoppable
from hushtable.prove.told import Failed, Finished, Opened, Told, Trying

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[2] / "src"
MEMORY = 2 * 1024**3


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let children find the double, and keep their folders where they can be counted."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(SOURCE), str(HERE)]))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield temporary
    monkeypatch.setattr(tempfile, "tempdir", None)


class Clock:
    """A clock that can be put forward, so that no test waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0.0
        real = time.monotonic
        monkeypatch.setattr(process.time, "monotonic", lambda: real() + self.ahead)


def run(  # noqa: PLR0913 - what a test varies, each by keyword
    app: str,
    folder: Path,
    *,
    seconds: float = 600,
    memory: int = MEMORY,
    heard: Callable[[Told], object] = lambda _told: None,
    stop: threading.Event | None = None,
) -> tuple[str, list[Told]]:
    """Run the double, and give why it ended and what it told."""
    told: list[Told] = []

    def hear(one: Told) -> None:
        told.append(one)
        heard(one)

    order = ChildOrder(ProveOrder(app, str(folder)), str(folder))
    why = run_child(
        order, hear, seconds=seconds, memory=memory, quiet=300, module="prove_double", stop=stop
    )
    return why, told


def gone(*pids: int) -> bool:
    """Tell whether processes end within a while."""
    for _ in range(100):
        if not any(psutil.pid_exists(pid) and alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    """Tell a process from what is left of one that nobody waited for."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def test_everything_that_is_told_is_heard(tmp_path: Path, places: Path) -> None:
    """A child that tells everything ends for no reason, and leaves no file."""
    why, told = run("well", tmp_path)
    assert why == ""
    assert [type(one) for one in told] == [Opened, Trying, Finished]
    assert list(places.iterdir()) == []
    assert isinstance(told[0], Opened)
    assert Path(told[0].sandbox[0]).is_relative_to(places)


def test_more_than_a_pipe_holds_is_heard(tmp_path: Path) -> None:
    """A long line arrives whole."""
    why, told = run("large", tmp_path)
    assert why == ""
    assert isinstance(told[0], Opened)
    assert len(told[0].routes[0]) == 500_005


@pytest.mark.parametrize(
    ("app", "why"),
    [
        ("crash", "it was killed by signal 11"),
        ("leave", "it ended with exit code 3"),
        ("left", "it ended before everything was tried"),
        ("nonsense", "it told something that could not be read"),
    ],
)
def test_an_early_end_is_told(tmp_path: Path, app: str, why: str) -> None:
    """A crash, an exit, an end in good order and nonsense each have a reason."""
    assert run(app, tmp_path)[0] == why


def test_a_child_that_says_it_failed_has_said_all(tmp_path: Path) -> None:
    """A failure that was told is no early end."""
    assert run("failing", tmp_path) == ("", [Failed("ImportError: shop")])


def test_a_child_that_is_quiet_is_ended(
    tmp_path: Path, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence ends a child with its programs, even those in a session of their own."""
    clock = Clock(monkeypatch)
    monkeypatch.setattr(process, "patience", lambda: 1.0)
    why, told = run("waiting", tmp_path, heard=lambda _told: setattr(clock, "ahead", 400.0))
    assert why == "no answer for 300 s"
    assert isinstance(told[0], Opened)
    assert gone(int(told[0].routes[0]))
    assert list(places.iterdir()) == []
    assert not [one for one in psutil.process_iter() if of_folder(one, places)]


def of_folder(process: psutil.Process, folder: Path) -> bool:
    """Tell whether a process was started with a home below a folder."""
    try:
        home = str(process.environ().get("HOME", ""))
        return home.startswith(str(folder)) and alive(process.pid)
    except psutil.Error:
        return False


def test_a_child_may_be_quiet_for_longer_on_a_busy_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence is measured by what the machine has to do; all of the time still ends a child."""
    clock = Clock(monkeypatch)
    monkeypatch.setattr(process, "patience", lambda: 5.0)
    why, told = run("waiting", tmp_path, heard=lambda _told: setattr(clock, "ahead", 700.0))
    assert told
    assert why == "it took more than 600 s"


def test_a_child_that_talks_on_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time for all of it is bounded, however much is told."""
    clock = Clock(monkeypatch)

    def later(_told: Told) -> None:
        clock.ahead += 250

    why, told = run("busy", tmp_path, heard=later)
    assert why == "it took more than 600 s"
    assert len(told) >= 3


def test_a_greedy_child_is_ended(tmp_path: Path) -> None:
    """Memory is bounded."""
    why, _ = run("greedy", tmp_path, memory=200 * 1024**2)
    assert why == "it used more than 200 MB"


def test_programs_that_stay_are_ended(tmp_path: Path) -> None:
    """What a child started goes when it has told everything."""
    why, told = run("lingering", tmp_path)
    assert why == ""
    assert isinstance(told[0], Opened)
    assert gone(*map(int, told[0].routes))


PARENT = """
    import signal
    import sys
    # A shell starts programs in the background with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from hushtable.prove.order import ChildOrder, ProveOrder
    from hushtable.prove.sandbox.process import run_child
    order = ChildOrder(ProveOrder("waiting", sys.argv[1]), sys.argv[1])
    def told(one):
        print(one.routes[0], flush=True)
    run_child(order, told, seconds=100, memory=2**31, module="prove_double")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_parent_that_ends_leaves_no_child(
    tmp_path: Path, places: Path, number: signal.Signals
) -> None:
    """Interrupted, stopped or killed, a parent takes its child along; files stay only if killed."""
    folder = tmp_path / "app"
    folder.mkdir()
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(places)},
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    family = [child, *(one.pid for one in psutil.Process(child).children(recursive=True))]
    parent.send_signal(number)
    parent.wait(30)
    parent.stdout.close()
    assert gone(child)
    if number != signal.SIGKILL:
        assert gone(*family)
        assert list(places.iterdir()) == []
    for pid in family:
        if psutil.pid_exists(pid):
            psutil.Process(pid).kill()


def test_handlers_of_the_program_stay() -> None:
    """A handler that a program has for SIGTERM is not replaced, and the default comes back."""
    seen: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: seen.append(number))
    # It is ignored where the tests were started to outlive a terminal.
    hung_up = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGTERM)
            with pytest.raises(SystemExit):
                signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGHUP, hung_up)
    assert seen == [signal.SIGTERM]


def test_it_runs_in_any_thread(tmp_path: Path) -> None:
    """A thread that is not the first can run a child, without handlers of signals."""
    results: list[str] = []
    thread = threading.Thread(target=lambda: results.append(run("well", tmp_path)[0]))
    thread.start()
    thread.join()
    assert results == [""]


def test_another_thread_can_stop_it(tmp_path: Path) -> None:
    """A child that goes on is ended when its event is set."""
    stop = threading.Event()
    why, told = run("busy", tmp_path, heard=lambda _told: stop.set(), stop=stop)
    assert why == "it was stopped"
    assert told

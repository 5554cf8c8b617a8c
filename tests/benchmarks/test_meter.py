"""The meter that runs a command and measures its process tree."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.measure import MEGABYTE, Reading, Sheet, measure
from benchmarks.meter import Request

LINUX = sys.platform.startswith("linux")


def request(folder: Path, program: str, timeout: float = 30) -> Request:
    """Ask to run a Python program."""
    return Request(
        command=[sys.executable, "-I", "-S", "-c", program],
        cwd=str(folder),
        stdout=str(folder / "out"),
        stderr=str(folder / "err"),
        timeout=timeout,
        environment=dict(os.environ),
    )


def test_wall_time_output_and_exit_code_are_kept(tmp_path: Path) -> None:
    """A reading holds the wall time and the exit code, and the output lies in files."""
    program = "import sys, time; time.sleep(0.3); print('told'); sys.exit(3)"
    reading = measure(request(tmp_path, program))
    assert 0.3 <= reading.seconds < 10
    assert reading.exit_code == 3
    assert not reading.timed_out
    assert (tmp_path / "out").read_text() == "told\n"


def test_the_memory_of_one_process_is_its_peak(tmp_path: Path) -> None:
    """Memory that was freed before the end still counts, and the meter's own does not."""
    small = measure(request(tmp_path, "pass"))
    large = measure(request(tmp_path, "x = bytearray(200 * 2**20); del x"))
    assert small.process_bytes < 60 * MEGABYTE
    assert 190 * MEGABYTE < large.process_bytes - small.process_bytes < 260 * MEGABYTE
    assert large.tree_bytes >= large.process_bytes


@pytest.mark.skipif(not LINUX, reason="only Linux tells the memory of other processes")
def test_the_memory_of_a_tree_is_the_sum_of_its_processes(tmp_path: Path) -> None:
    """Two children that hold 100 MB each at the same time count 200 MB together."""
    child = "import time; x = bytearray(b'x' * (100 * 2**20)); time.sleep(1)"
    program = (
        "import subprocess, sys\n"
        f"run = [subprocess.Popen([sys.executable, '-S', '-c', {child!r}]) for _ in range(2)]\n"
        "[each.wait() for each in run]"
    )
    reading = measure(request(tmp_path, program))
    assert reading.tree_bytes > 200 * MEGABYTE
    assert reading.process_bytes < 270 * MEGABYTE


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """After the time limit the whole process group is killed and the reading says so."""
    program = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-S', '-c', "
        "'import time, pathlib; time.sleep(2); pathlib.Path(\"late\").touch()'])\n"
        "time.sleep(60)"
    )
    began = time.monotonic()
    reading = measure(request(tmp_path, program, timeout=0.5))
    assert reading.timed_out
    assert reading.exit_code < 0
    time.sleep(max(0.0, 3 - (time.monotonic() - began)))
    assert not (tmp_path / "late").exists()


def test_a_program_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    """A command that cannot start is an error, never a fast time."""
    wrong = Request(
        command=[str(tmp_path / "nothing")],
        cwd=str(tmp_path),
        stdout=str(tmp_path / "out"),
        stderr=str(tmp_path / "err"),
        timeout=5,
        environment={},
    )
    with pytest.raises(subprocess.CalledProcessError):
        measure(wrong)


def reading(seconds: float, exit_code: int = 0, *, timed_out: bool = False) -> Reading:
    """Make a reading of 10 MB in one process and 20 MB in all."""
    return Reading(seconds, 10 * MEGABYTE, 20 * MEGABYTE, exit_code, timed_out)


def test_a_sheet_gives_median_spread_and_peaks() -> None:
    """The figures of several rounds are their median, their spread and their largest memory."""
    sheet = Sheet("x", frozenset({0}), [reading(3), reading(1), reading(1.5)])
    assert (sheet.seconds, sheet.spread) == (1.5, 2)
    assert (sheet.process_mb, sheet.tree_mb) == (10, 20)
    assert sheet.failed == ""


@pytest.mark.parametrize(
    ("readings", "why"),
    [
        ([], "did not run"),
        ([reading(1), reading(1, 2)], "exit code 2"),
        ([reading(1, -9, timed_out=True)], "timed out"),
    ],
)
def test_a_failed_contender_has_no_figures(readings: list[Reading], why: str) -> None:
    """A contender that failed once is told as failed."""
    assert Sheet("x", frozenset({0, 1}), readings).failed == why

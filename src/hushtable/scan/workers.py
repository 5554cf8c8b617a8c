"""Plays jobs, on several cores where the system can fork."""

from __future__ import annotations

import gc
import multiprocessing
import os
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Protocol

from hushtable.model.config import ScanConfig
from hushtable.scan.cache import packed, unpacked
from hushtable.scan.load import Job, Loaded, fault
from hushtable.scan.playing import Before, Played, path_of, perform, raises
from hushtable.scan.source import SourceFile

SMALL = 60
"""Fewer jobs than this are played in one process: a fork costs more than it saves."""
LATER = frozenset({"handler", "orphans"})
"""Kinds of jobs that must know what the others did."""
MAX_AGAIN = 6
"""Routes that are played again for an exception handler."""
BATCH = 4
"""Jobs handed to a worker at once: few, so that no worker waits long for another."""
Task = tuple[int, Before]


class Memory(Protocol):
    """Remembers results of an earlier run."""

    def recall(self, number: int, before: Before) -> bytes | None:
        """Give the pickled result of a job, or None when it must be played."""

    def keep(self, number: int, before: Before, result: bytes, used: set[str]) -> None:
        """Keep the pickled result of a job."""


def play_all(
    loaded: Loaded, config: ScanConfig, memory: Memory, tick: Callable[[], None]
) -> list[Played]:
    """Play every job, or remember its result; give the results in the order of the jobs."""
    results: dict[int, Played] = {}
    cores = config.jobs or _cores()
    first = [(n, Before()) for n, job in enumerate(loaded.jobs) if job.kind not in LATER]
    # The longest jobs go first, or one worker is left with them when the others have ended.
    first.sort(key=lambda task: _size(loaded.jobs[task[0]]), reverse=True)
    _play(loaded, first, results, (cores, memory, tick))
    _play(loaded, list(_later(loaded, results)), results, (cores, memory, tick))
    return [results[number] for number in sorted(results)]


def _size(job: Job) -> int:
    """Give how much a job has to read, in bytes; what is played is known to be short."""
    if job.kind != "beside":
        return 0
    files: list[SourceFile] = [file for part in job.subject for file in part]
    return 1 + sum(file.size for file in files)


def _play(
    loaded: Loaded,
    tasks: list[Task],
    results: dict[int, Played],
    how: tuple[int, Memory, Callable[[], None]],
) -> None:
    cores, memory, tick = how
    todo: list[Task] = []
    for number, before in tasks:
        result = memory.recall(number, before)
        if result is None:
            todo.append((number, before))
        else:
            results[number] = unpacked(result)
            tick()
    befores = dict(todo)
    alone = cores <= 1 or len(todo) < SMALL or not hasattr(os, "fork")
    for number, result in _here(loaded, todo) if alone else _forked(loaded, todo, cores):
        played = results[number] = unpacked(result)
        memory.keep(number, befores[number], result, played.used)
        tick()


def _later(loaded: Loaded, results: dict[int, Played]) -> Iterator[Task]:
    """Tell the jobs that come later what the others did, the same in every order of playing."""
    ran = frozenset(loaded.ran.union(*(one.ran for one in results.values())))
    for number, job in enumerate(loaded.jobs):
        if job.kind == "orphans":
            yield number, Before(ran)
        elif job.kind == "handler":
            kind = job.subject[0]
            found = [
                (not any(one.telling for one in played.raised if raises(one, kind)), other)
                for other, played in sorted(results.items())
                if any(raises(one, kind) for one in played.raised)
            ]
            yield number, Before(ran, tuple(other for _, other in sorted(found)[:MAX_AGAIN]))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _here(loaded: Loaded, tasks: list[Task]) -> Iterator[tuple[int, bytes]]:
    for number, before in tasks:
        yield number, _result(loaded, number, before)


def _result(loaded: Loaded, number: int, before: Before) -> bytes:
    return packed(perform(loaded, number, before))


def _forked(loaded: Loaded, tasks: list[Task], cores: int) -> Iterator[tuple[int, bytes]]:
    """Fork after loading: the workers share the parsed program without copying it."""
    context = multiprocessing.get_context("fork")
    # What exists now is never collected: walking over it would copy its pages in every worker.
    gc.collect()
    gc.freeze()
    pending = tasks[::-1]
    busy: dict[Connection, list[Task]] = {}
    processes = []
    for _ in range(cores):
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(loaded, tasks, theirs), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        theirs.close()
        processes.append(process)
        _hand(loaded, ours, pending, busy)
    while busy:
        ready = set(wait(list(busy)))
        for pipe in [one for one in busy if one in ready]:
            batch = busy.pop(pipe)
            try:
                yield from pipe.recv()
            except EOFError:
                for number, _ in batch:
                    path = path_of(loaded.jobs[number])
                    lost = Played(unknown=[fault(path, ChildProcessError())])
                    yield number, packed(lost)
                continue
            _hand(loaded, pipe, pending, busy)
    for process in processes:
        process.join()
    gc.unfreeze()


def _hand(
    loaded: Loaded, pipe: Connection, pending: list[Task], busy: dict[Connection, list[Task]]
) -> None:
    """Give a worker its next jobs, or one that is long; none are left: let it go."""
    long = bool(pending) and loaded.jobs[pending[-1][0]].kind == "beside"
    batch = [pending.pop() for _ in range(min(1 if long else BATCH, len(pending)))]
    pipe.send([number for number, _ in batch])
    if batch:
        busy[pipe] = batch
    else:
        pipe.close()


def _work(loaded: Loaded, tasks: list[Task], pipe: Connection) -> None:
    gc.set_threshold(100_000, 20, 1_000)
    befores = dict(tasks)
    while numbers := pipe.recv():
        pipe.send([(n, _result(loaded, n, befores[n])) for n in numbers])
    pipe.close()

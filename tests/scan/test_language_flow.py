"""The interpreter follows Python's control flow: branches, loops, exceptions, generators, async."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.scan.values import Opaque
from tests.scan.running import carried, label, run

CASES = [
    (
        "a constant condition takes one arm",
        True,
        """
def f(x):
    if 1 < 2:
        return x
    return "_"
""",
    ),
    (
        "the arm that is never taken is not seen",
        False,
        """
def f(x):
    if 1 > 2:
        return x
    return "_"
""",
    ),
    (
        "an unknown condition joins both arms",
        True,
        """
def f(x, y=None):
    import random
    if random.random() > 0.5:
        z = x
    else:
        z = "_"
    return z
""",
    ),
    (
        "a strong update forgets what was there",
        False,
        """
def f(x):
    z = x
    z = "_"
    return z
""",
    ),
    (
        "a conditional expression on constants takes one arm",
        False,
        """
def f(x):
    return x if False else "_"
""",
    ),
    (
        "and gives its last operand when all are true",
        True,
        """
def f(x):
    return "a" and x
""",
    ),
    (
        "or stops at the first true constant",
        False,
        """
def f(x):
    return "a" or x
""",
    ),
    (
        "a while loop on constants is unrolled",
        False,
        """
def f(x):
    i = 0
    z = "_"
    while i < 3:
        i += 1
        if i == 5:
            z = x
    return z
""",
    ),
    (
        "break leaves the state as it was then",
        False,
        """
def f(x):
    z = "_"
    for i in range(5):
        if i == 2:
            break
        if i == 3:
            z = x
    return z
""",
    ),
    (
        "continue skips the rest of the body",
        False,
        """
def f(x):
    z = "_"
    for i in range(5):
        continue
        z = x
    return z
""",
    ),
    (
        "for-else runs without a break",
        True,
        """
def f(x):
    for i in range(3):
        pass
    else:
        return x
    return "_"
""",
    ),
    (
        "for-else does not run after a break",
        False,
        """
def f(x):
    for i in range(3):
        break
    else:
        return x
    return "_"
""",
    ),
    (
        "while-else runs when the condition ends it",
        True,
        """
def f(x):
    i = 0
    while i < 2:
        i += 1
    else:
        return x
    return "_"
""",
    ),
    (
        "a loop over an empty list does not run",
        False,
        """
def f(x):
    z = "_"
    for i in []:
        z = x
    return z
""",
    ),
    (
        "enumerate gives index and element in order",
        False,
        """
def f(x):
    for i, one in enumerate(["a", x, "b"]):
        if i == 2:
            return one
""",
    ),
    (
        "an exception that is raised reaches its handler",
        True,
        """
def f(x):
    try:
        raise ValueError(x)
    except ValueError as e:
        return str(e)
""",
    ),
    (
        "a handler of another class is passed over",
        False,
        """
def f(x):
    try:
        try:
            raise KeyError("k")
        except ValueError:
            return x
    except KeyError:
        return "_"
""",
    ),
    (
        "what follows a raise does not run",
        False,
        """
def f(x):
    z = "_"
    try:
        raise ValueError("v")
        z = x
    except ValueError:
        pass
    return z
""",
    ),
    (
        "else runs only when nothing was raised",
        False,
        """
def f(x):
    z = "_"
    try:
        raise ValueError("v")
    except ValueError:
        pass
    else:
        z = x
    return z
""",
    ),
    (
        "finally runs on every way out",
        True,
        """
def f(x):
    box = []
    def g():
        try:
            return "_"
        finally:
            box.append(x)
    g()
    return box[0]
""",
    ),
    (
        "an exception carries its attributes",
        True,
        """
class Custom(Exception):
    def __init__(self, data):
        super().__init__("text")
        self.data = data
def f(x):
    try:
        raise Custom(x)
    except Custom as e:
        return e.data
""",
    ),
    (
        "the message of another argument does not carry it",
        False,
        """
class Custom(Exception):
    def __init__(self, data, note):
        self.data = data
        self.note = note
def f(x):
    try:
        raise Custom(x, "n")
    except Custom as e:
        return e.note
""",
    ),
    (
        "a division by zero is raised",
        True,
        """
def f(x):
    try:
        1 / 0
    except ZeroDivisionError:
        return x
    return "_"
""",
    ),
    (
        "a key that is not there raises in a try",
        True,
        """
def f(x):
    d = {"a": 1}
    try:
        d["b"]
    except KeyError:
        return x
    return "_"
""",
    ),
    (
        "an index that is not there raises in a try",
        True,
        """
def f(x):
    try:
        [1, 2][5]
    except IndexError:
        return x
    return "_"
""",
    ),
    (
        "int of a word raises in a try",
        True,
        """
def f(x):
    try:
        int("word")
    except ValueError:
        return x
    return "_"
""",
    ),
    (
        "re-raising goes to the outer handler",
        True,
        """
def f(x):
    try:
        try:
            raise ValueError(x)
        except ValueError:
            raise
    except Exception as e:
        return e.args[0]
""",
    ),
    (
        "a cause is kept",
        True,
        """
def f(x):
    try:
        try:
            raise KeyError(x)
        except KeyError as inner:
            raise ValueError("outer") from inner
    except ValueError as e:
        return str(e.__cause__)
""",
    ),
    (
        "an exception group hands its members to except*",
        True,
        """
def f(x):
    try:
        raise ExceptionGroup("many", [ValueError(x), KeyError("k")])
    except* ValueError as group:
        return str(group.exceptions[0])
    except* KeyError:
        return "_"
""",
    ),
    (
        "assert ends a path",
        False,
        """
def f(x):
    z = x
    try:
        assert False, "no"
    except AssertionError:
        z = "_"
    return z
""",
    ),
    (
        "match takes the arm of a constant",
        False,
        """
def f(x):
    match "b":
        case "a":
            return x
        case "b":
            return "_"
""",
    ),
    (
        "match binds parts of a sequence",
        True,
        """
def f(x):
    match ["go", x]:
        case ["go", where]:
            return where
""",
    ),
    (
        "match binds the rest of a sequence",
        True,
        """
def f(x):
    match ["a", "b", x]:
        case [first, *rest]:
            return rest[1]
""",
    ),
    (
        "match binds values of a mapping",
        False,
        """
def f(x):
    match {"a": x, "b": "_"}:
        case {"b": value}:
            return value
""",
    ),
    (
        "match binds what is left of a mapping",
        True,
        """
def f(x):
    match {"a": 1, "b": x}:
        case {"a": 1, **rest}:
            return rest["b"]
""",
    ),
    (
        "what a mapping pattern names is not in the rest",
        False,
        """
def f(x):
    match {"a": x, "b": 1}:
        case {"a": _, **rest}:
            return rest
""",
    ),
    (
        "match looks into objects",
        True,
        """
class Point:
    __match_args__ = ("x", "y")
    def __init__(self, x, y):
        self.x = x
        self.y = y
def f(x):
    match Point(x, 1):
        case Point(a, b):
            return a
""",
    ),
    (
        "match tells types apart",
        False,
        """
def f(x):
    match 5:
        case str():
            return x
        case int():
            return "_"
""",
    ),
    (
        "a guard decides",
        False,
        """
def f(x):
    match 5:
        case n if n > 10:
            return x
        case _:
            return "_"
""",
    ),
    (
        "a walrus binds",
        True,
        """
def f(x):
    if (y := x):
        return y
""",
    ),
    (
        "a generator yields in order",
        False,
        """
def f(x):
    def g():
        yield "a"
        yield x
    it = g()
    return next(it)
""",
    ),
    (
        "a generator's second element is the second",
        True,
        """
def f(x):
    def g():
        yield "a"
        yield x
    it = g()
    next(it)
    return next(it)
""",
    ),
    (
        "what is sent is what yield gives",
        True,
        """
def f(x):
    def g():
        got = yield "first"
        yield got
    it = g()
    next(it)
    return it.send(x)
""",
    ),
    (
        "yield from passes elements and the result",
        True,
        """
def f(x):
    def inner():
        yield "a"
        return x
    def outer():
        result = yield from inner()
        yield result
    return list(outer())[1]
""",
    ),
    (
        "an endless generator gives its elements",
        True,
        """
def f(x):
    def g():
        while True:
            yield x
    for one in g():
        return one
""",
    ),
    (
        "a generator expression is lazy about nothing it holds",
        True,
        """
def f(x):
    return list(c for c in [x])
""",
    ),
    (
        "a comprehension filters constants",
        False,
        """
def f(x):
    d = {"a": x, "b": "_"}
    return [d[k] for k in d if k != "a"]
""",
    ),
    (
        "await gives what a coroutine returns",
        True,
        """
import asyncio
async def g(x):
    await asyncio.sleep(0)
    return x
def f(x):
    return asyncio.run(g(x))
""",
    ),
    (
        "gather keeps the order of results",
        False,
        """
import asyncio
async def g(v):
    return v
async def main(x):
    a, b = await asyncio.gather(g("_"), g(x))
    return a
def f(x):
    return asyncio.run(main(x))
""",
    ),
    (
        "a task gives its result",
        True,
        """
import asyncio
async def g(v):
    return v
async def main(x):
    task = asyncio.create_task(g(x))
    return await task
def f(x):
    return asyncio.run(main(x))
""",
    ),
    (
        "a task calls back",
        True,
        """
import asyncio
async def g(v):
    return v
async def main(x):
    box = []
    task = asyncio.create_task(g(x))
    task.add_done_callback(lambda t: box.append(t.result()))
    await task
    return box[0]
def f(x):
    return asyncio.run(main(x))
""",
    ),
    (
        "async for and async with run",
        True,
        """
class Source:
    def __init__(self, v):
        self.v = v
        self.done = False
    def __aiter__(self):
        return self
    async def __anext__(self):
        if self.done:
            raise StopAsyncIteration
        self.done = True
        return self.v
    async def __aenter__(self):
        return self
    async def __aexit__(self, *args):
        return None
async def main(x):
    async with Source(x) as source:
        async for one in source:
            return one
def f(x):
    import asyncio
    return asyncio.run(main(x))
""",
    ),
    (
        "an async queue gives what was put",
        True,
        """
import asyncio
async def main(x):
    q = asyncio.Queue()
    await q.put(x)
    return await q.get()
def f(x):
    return asyncio.run(main(x))
""",
    ),
    (
        "a thread runs its target",
        True,
        """
import threading
def f(x):
    box = []
    t = threading.Thread(target=lambda v: box.append(v), args=(x,))
    t.start()
    t.join()
    return box[0]
""",
    ),
    (
        "a thread subclass runs its run",
        True,
        """
from threading import Thread
class Worker(Thread):
    def __init__(self, v):
        super().__init__()
        self.v = v
        self.out = None
    def run(self):
        self.out = self.v
def f(x):
    w = Worker(x)
    w.start()
    w.join()
    return w.out
""",
    ),
    (
        "an executor gives futures",
        True,
        """
from concurrent.futures import ThreadPoolExecutor
def f(x):
    with ThreadPoolExecutor(max_workers=2) as pool:
        future = pool.submit(lambda v: v, x)
        return future.result()
""",
    ),
    (
        "a manager's exit runs after the body",
        False,
        """
class Guard:
    def __init__(self, box):
        self.box = box
    def __enter__(self):
        return self.box
    def __exit__(self, *args):
        self.box.clear()
def f(x):
    box = []
    with Guard(box) as b:
        b.append(x)
    return box
""",
    ),
    (
        "an exit that returns true swallows",
        True,
        """
class Swallow:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return True
def f(x):
    with Swallow():
        raise ValueError("v")
    return x
""",
    ),
    (
        "a generator manager's cleanup runs after the body",
        True,
        """
from contextlib import contextmanager
@contextmanager
def box(x):
    held = [x]
    yield held
    held.clear()
def f(x):
    with box(x) as held:
        return held[0]
""",
    ),
    (
        "a generator manager catches what the body raises",
        True,
        """
from contextlib import contextmanager
@contextmanager
def convert():
    try:
        yield
    except KeyError:
        pass
def f(x):
    with convert():
        raise KeyError("k")
    return x
""",
    ),
    (
        "suppress swallows the named class",
        True,
        """
from contextlib import suppress
def f(x):
    with suppress(KeyError):
        raise KeyError("k")
    return x
""",
    ),
    (
        "a consumer that starts first gets what is put later",
        True,
        """
import asyncio
async def main(x):
    q = asyncio.Queue()
    box = []
    async def consume():
        box.append(await q.get())
    task = asyncio.create_task(consume())
    await q.put(x)
    await task
    return box
def f(x):
    return asyncio.run(main(x))
""",
    ),
    (
        "who waits for an event sees what was done before it was set",
        True,
        """
import asyncio
async def main(x):
    event = asyncio.Event()
    state = {"v": "_"}
    box = []
    async def wait():
        await event.wait()
        box.append(state["v"])
    async def work():
        state["v"] = x
        event.set()
    await asyncio.gather(wait(), work())
    return box
def f(x):
    return asyncio.run(main(x))
""",
    ),
    (
        "a thread that waits runs on when it is joined",
        True,
        """
import threading
def f(x):
    ready = threading.Event()
    box = []
    state = {"v": "_"}
    def wait():
        ready.wait()
        box.append(state["v"])
    def work():
        state["v"] = x
        ready.set()
    threads = [threading.Thread(target=wait), threading.Thread(target=work)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return box
""",
    ),
    (
        "recursion to a known depth returns",
        True,
        """
def g(n, v):
    if n == 0:
        return v
    return g(n - 1, v)
def f(x):
    return g(5, x)
""",
    ),
    (
        "del takes a name away",
        False,
        """
def f(x):
    d = {"a": x}
    del d["a"]
    return d
""",
    ),
]


@pytest.mark.parametrize(("title", "carries", "source"), CASES, ids=[c[0] for c in CASES])
def test_control_flow(tmp_path: Path, title: str, carries: bool, source: str) -> None:  # noqa: FBT001
    """A value that reaches the return is carried by it, and no other is."""
    result = run(tmp_path, source, "f", Opaque(frozenset({label("t", "x")})))
    assert any(name.startswith("t.x") for name in carried(result)) is carries, title

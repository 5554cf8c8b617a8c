"""What is compiled so that it tells of exceptions does what it did, and tells of every one."""

from __future__ import annotations

import contextlib
import importlib
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.prove.capturing.listening import TELL, Loading, listening

SIMPLE = st.sampled_from(["note()", "boom()", "return note()", "raise KeyError(note())", "pass"])
HANDLER = st.sampled_from(["except ValueError:", "except LookupError as error:", "except:"])


def inside(head: str, body: list[str]) -> list[str]:
    """Write a block below its head."""
    return [head, *(f"    {line}" for line in body)]


def tried(parts: tuple[list[str], str, list[str], list[str] | None]) -> list[str]:
    """Write a `try` with a handler, and perhaps a `finally`."""
    body, handler, handled, last = parts
    end = inside("finally:", last) if last is not None else []
    return [*inside("try:", body), *inside(handler, handled), *end]


def nested(block: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    """Give the statements that hold others, one after another."""
    held = st.one_of(
        st.tuples(block, HANDLER, block, st.none() | block).map(tried),
        block.map(lambda body: inside("with suppress(LookupError):", body)),
        block.map(lambda body: inside("for _ in range(2):", [*body, "break"])),
        st.tuples(block, block).map(
            lambda two: [*inside("try:", two[0]), *inside("finally:", [*two[1], "return note()"])]
        ),
        block.map(lambda body: [*inside("def inner():", [*body, "yield"]), "list(inner())"]),
    )
    return st.lists(held, min_size=1, max_size=3).map(
        lambda many: [one for each in many for one in each]
    )


BLOCK = st.recursive(st.lists(SIMPLE, min_size=1, max_size=2), nested, max_leaves=8)


class Ran:
    """What a program did: what it noted, what it gave or raised and where, what it told."""

    def __init__(self, compile_: Callable[[bytes, str], Any], lines: list[str]) -> None:
        """Run a function of these lines."""
        self.noted = 0
        self.raised: list[BaseException] = []
        self.told: list[BaseException | None] = []
        names: dict[str, Any] = {
            "note": self.note, "boom": self.boom, "suppress": contextlib.suppress,
            TELL: lambda: self.told.append(sys.exception()),
        }  # fmt: skip
        source = "\n".join(inside("def program():", lines))
        exec(compile_(source.encode(), "program.py"), names)  # noqa: S102 - made above
        self.result: object = None
        self.trace: list[tuple[str, int | None]] = []
        try:
            self.result = names["program"]()
        except Exception as error:  # noqa: BLE001 - whatever the program raises is compared
            self.result = type(error)
            walked = traceback.extract_tb(error.__traceback__)
            self.trace = [(one.name, one.lineno) for one in walked if one.filename == "program.py"]

    def note(self) -> int:
        """Count the steps."""
        self.noted += 1
        return self.noted

    def boom(self) -> None:
        """Raise an exception of one of two kinds."""
        error = (ValueError, IndexError)[self.note() % 2]()
        self.raised.append(error)
        raise error


@given(BLOCK)
def test_a_program_does_the_same(lines: list[str]) -> None:
    """The same steps are taken, and the same is given or raised, at the same lines."""
    plain = Ran(lambda source, file: compile(source, file, "exec"), lines)
    heard = Ran(listening, lines)
    assert (heard.noted, heard.result, heard.trace) == (plain.noted, plain.result, plain.trace)
    assert plain.told == []


@given(BLOCK)
def test_every_exception_is_told(lines: list[str]) -> None:
    """Whatever is raised is told, whether it is caught, kept back, replaced or passed on."""
    heard = Ran(listening, lines)
    told = {id(error) for error in heard.told}
    assert {id(error) for error in heard.raised} <= told


SOURCE = '''"""A module."""

from __future__ import annotations

import os

NAME = "told"


class Kept:
    """A class."""

    def __init__(self) -> None:
        """Only a docstring."""

    async def later(self, item: dict[str, int]) -> int:
        """Read what is not there."""
        global NAME
        NAME = "later"
        async with self.whatever():
            return item["missing"]


def last():
    os.environ["HQ_NOT_THERE"]
'''


@pytest.fixture
def told() -> Iterator[list[tuple[str, int]]]:
    """Give the exceptions that are told, by kind and line."""
    found: list[tuple[str, int]] = []

    def tell() -> None:
        error = sys.exception()
        assert error is not None
        line = traceback.extract_tb(error.__traceback__)[0].lineno
        found.append((type(error).__name__, line or 0))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins." + TELL, tell, raising=False)
        yield found


@contextlib.contextmanager
def loading(folder: Path, text: str, name: str) -> Iterator[ModuleType]:
    """Import a module that is compiled to tell."""
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    hears = Loading(lambda file: file.startswith(str(folder)))
    hears.start()
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
        hears.stop()
        sys.modules.pop(name, None)


def test_a_module_is_what_it_was(tmp_path: Path, told: list[tuple[str, int]]) -> None:
    """Docstrings, futures, names and lines stay, and an exception is told with its line."""
    with loading(tmp_path, SOURCE, "hq_told_module") as module:
        assert module.__doc__ == "A module."
        assert module.Kept.later.__doc__ == "Read what is not there."
        assert module.Kept.later.__annotations__["item"] == "dict[str, int]"
        assert module.Kept.__init__.__code__.co_firstlineno == SOURCE.split("\n").index(
            "    def __init__(self) -> None:"
        ) + 1  # fmt: skip
        with pytest.raises(KeyError):
            module.last()
    assert told == [("KeyError", SOURCE.rstrip().count("\n") + 1)]


def test_a_module_that_does_not_start_tells(tmp_path: Path, told: list[tuple[str, int]]) -> None:
    """What a module raises while it is imported is told."""
    text = "import os\n\nKEY = os.environ['HQ_NOT_THERE']\n"
    with pytest.raises(KeyError), loading(tmp_path, text, "hq_told_start"):
        pass
    assert told == [("KeyError", 3)]


def test_other_modules_are_left_alone(tmp_path: Path, told: list[tuple[str, int]]) -> None:
    """A module elsewhere, and what is imported afterwards, tells nothing."""
    hears = Loading(lambda _file: False)
    hears.start()
    hears.stop()
    before = compile("1", "", "exec")
    assert TELL not in before.co_names
    with loading(tmp_path, "KEPT = 1\n", "hq_told_other") as module:
        assert module.KEPT == 1
    assert told == []


def test_blocks_too_deep_are_compiled_plainly() -> None:
    """A module whose blocks leave no room for more is run as it is."""
    depth = 15
    lines = [f"{' ' * at}with suppress(LookupError):" for at in range(depth)]
    source = "\n".join([*lines, f"{' ' * depth}kept = 1"])
    names: dict[str, Any] = {"suppress": contextlib.suppress}
    exec(listening(source.encode(), "deep.py"), names)  # noqa: S102 - made above
    assert names["kept"] == 1

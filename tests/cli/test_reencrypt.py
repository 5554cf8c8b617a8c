"""`hushtable reencrypt`: it finds the tables that encrypt, renews them, and tells what is left."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hushtable.cli.reencrypt import app

PROGRAM = """
from typing import Annotated

from hushtable.embedded.emulator import Emulator
from hushtable.embedded.fixtures import Table as Fixture
from hushtable.guard import Encrypted, KeyRing, LocalCipher, PartitionKey, Record, Store, Table
from hushtable.guard.transport.local import LocalTransport


class Note(Record, table="notes"):
    note_id: Annotated[str, PartitionKey]
    text: Annotated[str, Encrypted]


class Bare(Record, table="bare"):
    bare_id: Annotated[str, PartitionKey]


emulator = Emulator()
emulator.ask("CreateTable", Fixture("notes", ("note_id",)).create_request())
old = KeyRing({{"k1": bytes(range(32))}})
new = old.rotated("k2", bytes(range(32, 64)))
Table(Note, Store(LocalTransport(emulator), cipher=LocalCipher(old))).put(
    Note(note_id="n", text="canary")
).now()
notes = Table(Note, Store(LocalTransport(emulator), cipher=LocalCipher(new)))
other = KeyRing({{"k3": bytes(range(64, 96))}})
lost = Table(Note, Store(LocalTransport(emulator), cipher=LocalCipher(other)))
bare = Table(Bare, Store(LocalTransport(emulator)))
"""


@pytest.fixture
def name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Lay a program down, in a module of its own for each test."""
    made = "notes_" + base64.b16encode(tmp_path.name.encode()).decode().lower()
    (tmp_path / f"{made}.py").write_text(PROGRAM.format())
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return made


def test_a_table_is_renewed(name: str) -> None:
    """A dry run counts, a run renews, and no value is told."""
    for arguments, told in (
        (["--dry-run"], "1 seen, 1 to renew"), ([], "1 seen, 1 renewed"), ([], "1 seen, 0 renewed"),
    ):  # fmt: skip
        run = CliRunner().invoke(app, [f"{name}:notes", *arguments])
        assert run.exit_code == 0, run.output
        assert told in run.output
        assert "canary" not in run.output


def test_what_is_left_changes_the_exit_code(name: str) -> None:
    """A value that no key opens is told, and the exit code is 3."""
    run = CliRunner().invoke(app, [f"{name}:lost"])
    assert run.exit_code == 3
    assert "1 unreadable" in run.output


def test_nothing_to_do_is_a_usage_error(name: str) -> None:
    """A table without encrypted attributes is a usage error that says so."""
    run = CliRunner().invoke(app, [f"{name}:bare"])
    assert run.exit_code == 2

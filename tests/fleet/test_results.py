"""The folder of results: what is done is done, what was begun is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.fleet.results import JOURNAL, Results, file_name
from hushtable.model.errors import UsageError
from hushtable.model.fleet import Listed, Outcome, State

SERVICE = Listed("0123456789ab", "Team / the <shop>", "shop", path="/srv/shop")
DONE = Outcome(SERVICE.id, State.EXAMINED, "key", exit_code=1, texts={"json": "{}"})


def kept(folder: Path) -> Path:
    """Keep a result, and give the folder."""
    with Results(folder) as results:
        results.keep(SERVICE, DONE)
    return folder


def known(folder: Path, *formats: str) -> str:
    """Give the key of the result that is there."""
    with Results(folder) as results:
        return results.known(SERVICE, formats or ("json",))


def test_what_is_kept_is_known(tmp_path: Path) -> None:
    """A result is known by its key afterwards, in the formats that it has."""
    folder = kept(tmp_path / "deep" / "results")
    assert known(folder) == "key"
    assert known(folder, "json", "sarif") == ""
    with Results(folder) as results:
        assert results.entry(SERVICE).exit_code == 1
        assert results.path(SERVICE, "json").read_text("utf-8") == "{}"
    assert sorted(one.name for one in folder.iterdir()) == [
        ".gitignore",
        "Team-the-shop-0123456789ab.json",
        JOURNAL,
    ]


def test_what_is_not_whole_is_not_known(tmp_path: Path) -> None:
    """A result that is not as it was written, or gone, is made again."""
    folder = kept(tmp_path)
    (file,) = folder.glob("*.json")
    file.write_text("{ }", encoding="utf-8")
    assert known(folder) == ""
    file.unlink()
    assert known(folder) == ""


def test_what_could_not_be_looked_at_keeps_nothing(tmp_path: Path) -> None:
    """An outcome without a result neither replaces an earlier one nor is done."""
    folder = kept(tmp_path)
    with Results(folder) as results:
        results.keep(SERVICE, Outcome(SERVICE.id, State.UNKNOWN, why="gone"))
        results.keep(SERVICE, Outcome(SERVICE.id, State.UNCHANGED, "key"))
    assert known(folder) == "key"
    assert len((folder / JOURNAL).read_text("ascii").splitlines()) == 1


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_line_that_was_not_finished_is_none(tmp_path: Path, cut: int) -> None:
    """Where a run was ended while it wrote its journal, the line is none, and the next one is."""
    journal = kept(tmp_path) / JOURNAL
    journal.write_bytes(journal.read_bytes()[:-1][:-cut])
    assert known(tmp_path) == ""
    assert known(kept(tmp_path)) == "key"


@pytest.mark.parametrize("code", [2, -9, "1"])
def test_an_exit_code_that_no_result_has_is_no_entry(tmp_path: Path, code: object) -> None:
    """An entry says how a scan ended that wrote its result, or it is none."""
    journal = kept(tmp_path) / JOURNAL
    entry = json.loads(journal.read_text("ascii"))
    journal.write_text(json.dumps({**entry, "exit_code": code}) + "\n", "ascii")
    assert known(tmp_path) == ""


@given(st.one_of(st.binary(max_size=300), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "key", "exit_code", "commit", "seconds", "digests", "x"]), inner,
        max_size=6), max_leaves=8).map(lambda told: json.dumps(told).encode())))  # fmt: skip
def test_any_journal_can_be_read(tmp_path_factory: pytest.TempPathFactory, line: bytes) -> None:
    """Whatever a journal holds, what it does not say is looked at again."""
    folder = tmp_path_factory.mktemp("results")
    (folder / JOURNAL).write_bytes(line)
    assert known(folder) == ""


def test_one_run_at_a_time(tmp_path: Path) -> None:
    """A folder that another run writes into is refused."""
    with Results(tmp_path), pytest.raises(UsageError, match="another run writes into"):
        Results(tmp_path)
    assert known(tmp_path) == ""


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A folder of results that is a file is a wrong command line."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot write into"):
        Results(tmp_path / "file")


@given(st.text(max_size=100))
def test_any_name_makes_a_file_name(name: str) -> None:
    """A file is called after its service as far as a name goes everywhere, and is in its folder."""
    made = file_name(Listed("0123456789ab", name, ""))
    assert made.endswith("0123456789ab")
    assert len(made) < 80
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert not made.startswith((".", "-"))

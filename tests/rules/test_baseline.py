"""The baseline file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.errors import ConfigError
from hushtable.model.facts import Facts
from hushtable.rules.baseline import apply, write
from tests.rules.samples import attribute
from tests.rules.test_judge import SAID, allow, moved, result


def test_what_is_known_is_marked(tmp_path: Path) -> None:
    """A finding in the baseline stays, marked; a new one counts; a gone one is listed."""
    file = tmp_path / "baseline.json"
    other = replace(SAID, attributes=(attribute("users.phone"),))
    write(result(SAID, moved(other, 3)), file)
    new = replace(SAID, attributes=(attribute("users.pin"),))
    told = apply(result(moved(SAID, 100), moved(new, 7)), file)
    by_name = {finding.attributes[0].name: finding for finding in told.findings}
    assert not by_name["email"].counts
    assert by_name["email"].suppression is not None
    assert by_name["email"].suppression.kind == "baseline"
    assert by_name["pin"].counts
    assert len(told.gone_from_baseline) == 1


def test_a_baseline_is_the_same_for_the_same_findings(tmp_path: Path) -> None:
    """Writing twice gives the same bytes, lines or no lines, and ends in a line feed."""
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    write(result(SAID, moved(SAID, 3)), first)
    write(result(moved(SAID, 50), moved(SAID, 90)), second)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_text().endswith("}\n")
    keys = list(json.loads(first.read_text())["findings"])
    assert keys == sorted(keys)


def test_a_baseline_of_a_baselined_result_keeps_all(tmp_path: Path) -> None:
    """Writing a result to which a baseline was applied loses nothing."""
    file = tmp_path / "baseline.json"
    write(result(SAID), file)
    before = file.read_bytes()
    write(apply(result(SAID), file), file)
    assert file.read_bytes() == before


def test_what_a_comment_allows_is_not_written(tmp_path: Path) -> None:
    """A finding that an allow comment suppresses is left out, and keeps the comment's reason."""
    file = tmp_path / "baseline.json"
    allowed = result(SAID, facts=Facts(allows=(allow("HT101"),)))
    write(allowed, file)
    assert json.loads(file.read_text())["findings"] == {}
    write(result(SAID), file)
    (finding,) = apply(allowed, file).findings
    assert finding.suppression is not None
    assert finding.suppression.kind == "allow"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[]", "no findings by key"),
        ('{"version": "1"}', "no findings by key"),
        ('{"version": "1", "findings": []}', "no findings by key"),
        ('{"version": "2", "findings": {}}', "version 2"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, why: str) -> None:
    """A file that is no baseline is an error, never an empty baseline."""
    file = tmp_path / "baseline.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match=why):
        apply(result(SAID), file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A baseline that cannot be read or written is an error."""
    with pytest.raises(ConfigError, match="cannot be read"):
        apply(result(), tmp_path / "none.json")
    with pytest.raises(ConfigError, match="cannot be written"):
        write(result(), tmp_path / "no" / "folder.json")


def test_undecodable_bytes_are_refused(tmp_path: Path) -> None:
    """A file that is not text is an error."""
    file = tmp_path / "baseline.json"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not JSON"):
        apply(result(), file)


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)))
def test_known_new_and_gone_add_up(before: set[int], after: set[int]) -> None:
    """Whatever was known and is there now, each finding is new, known or gone, and only one."""
    told = {
        number: replace(
            SAID, attributes=(attribute(f"users.a{number}"),), place=moved(SAID, number).place
        )
        for number in before | after
    }
    with TemporaryDirectory() as folder:
        file = Path(folder, "baseline.json")
        write(result(*(told[number] for number in sorted(before))), file)
        applied = apply(result(*(told[number] for number in sorted(after))), file)
    assert len(applied.gone_from_baseline) == len(before - after)
    assert sum(one.counts for one in applied.findings) == len(after - before)

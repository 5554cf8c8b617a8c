"""Tests of what an installer put beside a program."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushtable.scan.installed import installed
from hushtable.scan.source import list_files


def packed(folder: Path) -> None:
    """Write a program with one distribution installed beside it."""
    for path in ("app.py", "own/routes.py", "webby/main.py", "single.py", "tool/cli.py"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text("import fastapi\n")
    info = folder / "webby-1.0.dist-info"
    info.mkdir()
    (info / "RECORD").write_text(
        "webby/main.py,sha256=x,1\nsingle.py,,\n../../bin/webby,,\nwebby-1.0.dist-info/RECORD,,\n"
    )


def test_installed_packages_are_left_out(tmp_path: Path) -> None:
    """What a RECORD lists is no part of the program; what lies beside it is."""
    packed(tmp_path)
    listing = list_files(tmp_path)
    assert [file.path for file in listing.python] == ["app.py", "own/routes.py", "tool/cli.py"]
    assert listing.skipped == 3


def test_an_installation_without_a_record(tmp_path: Path) -> None:
    """Without a RECORD only the folder about the distribution is left out."""
    info = tmp_path / "webby-1.0.dist-info"
    info.mkdir()
    assert installed(str(tmp_path), [info.name, "webby"]) == {info.name}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_record_is_read(tmp_path: Path, data: bytes) -> None:
    """Whatever bytes a RECORD holds, names come out and never the folder itself."""
    info = tmp_path / "webby-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "RECORD").write_bytes(data)
    assert not installed(str(tmp_path), [info.name]) & {"", ".", ".."}

"""A child's environment is made anew."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hushtable.prove.sandbox.environment import PASSED, environment

NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789", min_size=1, max_size=30)
VALUES = st.uuids().map(lambda value: f"value-{value}")


@given(outer=st.dictionaries(NAMES, VALUES, max_size=10))
def test_no_value_passes_but_where_libraries_lie(
    tmp_path_factory: object, outer: dict[str, str]
) -> None:
    """Whatever a variable is called, its value does not pass, but where libraries lie."""
    folder: Path = tmp_path_factory.getbasetemp() / "own"  # type: ignore[attr-defined]
    folder.mkdir(exist_ok=True)
    made = environment(folder, outer)
    passed = {outer[name] for name in PASSED if name in outer}
    assert set(outer.values()) & set(made.values()) == passed


def test_every_folder_it_names_is_its_own(tmp_path: Path) -> None:
    """Home, temporary files and settings lie in the child's folder, and are there."""
    made = environment(tmp_path, {"HOME": "/home", "PATH": "/bin"})
    for name in ("HOME", "TMPDIR", "TMP", "TEMP", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        assert Path(made[name]).is_dir()
        assert Path(made[name]).is_relative_to(tmp_path)
    assert Path(made["AWS_CONFIG_FILE"]).read_bytes() == b""
    assert made["PATH"] == "/bin"

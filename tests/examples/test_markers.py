"""The marker language of the example services."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples.markers import MarkerError, markers, parse

EXAMPLES = Path(__file__).parents[2] / "examples"

TAXONOMY = {
    *("HT101", "HT102", "HT103", "HT104", "HT105", "HT106"),
    *("HT201", "HT202", "HT203", "HT204", "HT205"),
    *("HT301", "HT302", "HT303", "HT304"),
    *("HT401", "HT402", "HT403", "HT404"),
    *("HT501", "HT502", "HT503"),
    *("HT601", "HT602", "HT603", "HT604", "HT605", "HT606"),
}

NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
ATTRIBUTES = st.tuples(NAMES, st.lists(NAMES, min_size=1, max_size=3), st.booleans()).map(
    lambda parts: ".".join([parts[0], *parts[1], *(["*"] if parts[2] else [])])
)
PARTS = st.lists(
    st.tuples(st.from_regex(r"HT[0-9]{3}", fullmatch=True), st.lists(ATTRIBUTES).map(tuple)),
    min_size=1,
)


def written(parts: list[tuple[str, tuple[str, ...]]]) -> str:
    """Write parts as the examples do."""
    texts = (f"{code}: {', '.join(names)}" if names else code for code, names in parts)
    return f"# leaks {'; '.join(texts)}"


@given(PARTS)
def test_what_is_written_is_read(parts: list[tuple[str, tuple[str, ...]]]) -> None:
    """A marker's text gives its codes and attributes, in order."""
    assert parse(written(parts)) == parts


@given(st.text())
def test_any_comment_is_read_or_refused(text: str) -> None:
    """Free text is no marker, or a clear refusal."""
    try:
        found = parse(f"# leaks{text}")
    except MarkerError:
        return
    assert all(code.startswith("HT") for code, _ in found)


@pytest.mark.parametrize(
    "comment",
    [
        "# leaks",
        "# leaks HT1",
        "# leaks HT101: email",
        "# leaks HT101:",
        "# leaks HT101: users.email,",
        "# leaks HT101; ",
        "# leaks HT101, HT102",
    ],
)
def test_malformed_markers_are_refused(comment: str) -> None:
    """A marker with a typing error is never silently no marker."""
    with pytest.raises(MarkerError):
        parse(comment)


def test_strings_are_no_markers(tmp_path: Path) -> None:
    """A marker inside a string claims nothing, in a comment of any file it does."""
    (tmp_path / "one.py").write_text('A = "# leaks HT101"\nB = 1  # leaks HT502\n')
    (tmp_path / "two.tf").write_text('statement { # leaks HT404\n  sid = "a#leaks HT404"\n}\n')
    (tmp_path / "three.txt").write_text("# leaks HT101\n")
    assert markers(tmp_path) == [("one.py", 2, "HT502", ()), ("two.tf", 1, "HT404", ())]


def test_every_leak_of_the_taxonomy_is_planted() -> None:
    """The leaky shop holds every rule of HT101 to HT606 at least once."""
    assert {code for _, _, code, _ in markers(EXAMPLES / "shop")} == TAXONOMY


def test_the_quiet_shop_claims_silence() -> None:
    """The quiet shop has no marker, and the same files and functions as the leaky one."""
    assert markers(EXAMPLES / "shop_quiet") == []
    leaky, quiet = (
        {path.relative_to(EXAMPLES / name).as_posix() for path in (EXAMPLES / name).rglob("*.py")}
        for name in ("shop", "shop_quiet")
    )
    # The tests of the leaky one are what its fix is held to.
    assert {path for path in leaky if not path.startswith("tests/")} == quiet

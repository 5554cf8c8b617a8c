"""What the benchmark of proving reads: what a service asks for, the apps of a tree, its labels."""

from pathlib import Path

import pytest

from benchmarks.proving import _APP, _meets, requirements, together


def test_ranges_are_kept_and_exact_versions_left_open(tmp_path: Path) -> None:
    """An upper bound says what fails; a pin says only what was newest once."""
    (tmp_path / "requirements.txt").write_text(
        "fastapi==0.95.1\nbcrypt>=4.0,<5.0  # for passlib\nuvicorn[standard]>=0.30\n"
        "# a remark\n-r other.txt\npytest\nboto3 ; python_version > '3'\n",
        encoding="utf-8",
    )
    assert requirements(tmp_path) == [
        "fastapi",
        "bcrypt>=4.0,<5.0",
        "uvicorn[standard]>=0.30",
        "boto3",
    ]


@pytest.mark.parametrize(
    ("said", "apps"),
    [
        ("there are several apps: api.main:app admin.src.main:create_app", 2),
        ("the app does not start: PydanticImportError: src.main at", 0),
    ],
)
def test_the_apps_of_a_tree_are_read_from_what_is_said(said: str, apps: int) -> None:
    """Only `module:attribute` names an app."""
    assert len(_APP.findall(said)) == apps


def test_a_label_is_met_near_its_line() -> None:
    """A finding of the same kind within three lines of the label's meets it."""
    row = {"file": "a.py", "line": "10", "kind": "raw-item-returned"}
    near = {"name": "raw-item-returned", "path": "a.py", "line": 13, "trace": []}
    assert _meets(row, near)
    assert not _meets(row, near | {"line": 14})
    assert not _meets(row, near | {"name": "secret-in-response"})


def test_several_apps_count_as_one_service() -> None:
    """Routes are added up, and what was not reached is listed for all."""
    one = {"findings": [1], "unknown": [], "reach": {
        "routes": 3, "reached": 2, "not_reproduced": 0, "unreached": ["x"]}}  # fmt: skip
    both = together([one, one])
    assert (both["reach"]["routes"], both["reach"]["reached"]) == (6, 4)
    assert both["reach"]["unreached"] == ["x", "x"]

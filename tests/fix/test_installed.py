"""Which packages a project says it needs."""

from __future__ import annotations

import pytest

from hushtable.fix.installed import is_list, needs
from hushtable.fix.source import Sources

NAMED = {
    "requirements.txt": "bcrypt==4.2.0 ; python_version > '3'\n",
    "requirements/base.txt": "  bcrypt\n",
    "pyproject.toml": 'bcrypt = "^4"\n',
    "uv.lock": 'name = "bcrypt"\n',
    "setup.py": "install_requires=['bcrypt[tests]>=3'],\n",
    "app.py": "def f():\n    from bcrypt import checkpw\n",
}
NOT_NAMED = {
    "requirements.txt": "# bcrypt\nbcrypt-tool\nmy-bcrypt\n",
    "README.txt": "bcrypt\n",
    "app.py": "bcrypt = None\nimport bcrypted\n",
}


@pytest.mark.parametrize("path", NAMED)
def test_a_package_is_needed_where_it_is_named_or_imported(path: str) -> None:
    """A package counts that a list names or a module imports."""
    assert needs(Sources({path: NAMED[path].encode()}), "bcrypt", "bcrypt")


@pytest.mark.parametrize("path", NOT_NAMED)
def test_what_only_looks_like_it_does_not_count(path: str) -> None:
    """Neither a comment, a longer name, another file nor a variable names a package."""
    assert not needs(Sources({path: NOT_NAMED[path].encode()}), "bcrypt", "bcrypt")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("hushtable[guard]", True),
        ("hushtable[fix,guard]~=1.0", True),
        ("hushtable[all]", True),
        ("hushtable[embedded]", False),
        ("hushtable", False),
    ],
)
def test_an_extra_counts_where_it_is_named(line: str, wanted: bool) -> None:  # noqa: FBT001 - a case
    """What comes with an extra is there only where the extra is named."""
    assert needs(Sources({"requirements.txt": line.encode()}), "hushtable", "x", "guard") is wanted


def test_lists_are_known_by_name() -> None:
    """Files that installers read are lists, and others are not."""
    assert is_list("backend/requirements-dev.txt")
    assert is_list("requirements/prod.txt")
    assert not is_list("notes.txt")

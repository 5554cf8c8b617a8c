"""What is committed speaks of the product, and holds on any machine."""

import re

import pytest

from tests.house.tree import ROOT, tracked

# A home folder or a workspace names a machine, not the product.
MACHINE = re.compile(
    r"(?<![\w.])/(?:home/[a-z]\w*|Users/[A-Za-z]\w*|root/\w|workspaces?/\w|work/\w)"
)
INDEX = re.compile(
    r"https?://[^\s\"'<>)\]]+/simple\b|(?:extra-)?index-url\s*[=:]|find-links\s*[=:]"
)
CANONICAL = "https://pypi.org/simple"
LOCKED = re.compile(r"https?://([^/\"]+)/|(file://|path = )")
LOCK_HOSTS = {"pypi.org", "files.pythonhosted.org"}
BOAST = re.compile(
    r"\b(blazing|seamless|effortless|cutting-edge|state-of-the-art|world-class|revolutionary|"
    r"game-chang\w+|supercharge\w*|unleash\w*|best-in-class|battle-tested)\b",
    re.IGNORECASE,
)
PROSE = (".md", ".py", ".toml", ".yml", ".yaml", ".j2")
# This file writes down what it looks for.
SELF = ROOT / "tests" / "house" / "test_texts.py"


def texts() -> list[tuple[str, str]]:
    """Name and text of every tracked file that is text, but for this one."""
    found = []
    for path in tracked():
        if path == SELF:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found.append((path.relative_to(ROOT).as_posix(), text))
    return found


def lines_with(pattern: re.Pattern[str], names: tuple[str, ...] = ()) -> list[str]:
    """Places where the pattern stands in tracked text; `names` limits the endings."""
    return [
        f"{name}:{number}"
        for name, text in texts()
        if not names or any(name.endswith(ending) for ending in names)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize("text", ["see /home/ann/code", "'/Users/Bob/x'", "cd /root/x", "/work/a"])
def test_a_path_of_a_machine_is_noticed(text: str) -> None:
    """Home folders and workspaces are seen."""
    assert MACHINE.search(text)


@pytest.mark.parametrize("text", ["/users/{user_id}", "app/home/page", "/network/x", "a/root/b"])
def test_a_path_of_a_service_is_none_of_a_machine(text: str) -> None:
    """Routes and relative paths are not taken for a machine's."""
    assert not MACHINE.search(text)


def test_no_path_of_a_machine() -> None:
    """No tracked file names a folder of somebody's machine."""
    assert lines_with(MACHINE) == []


def test_no_package_index_but_the_public_one() -> None:
    """No tracked file names a package index other than the public one."""
    found = [
        f"{name}:{number}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        for match in INDEX.finditer(line)
        if match[0] != CANONICAL
    ]
    assert found == []


def test_the_lock_file_holds_anywhere() -> None:
    """uv.lock names the public index and its files only, no local path and no mirror."""
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = {match[1] or match[2] for match in LOCKED.finditer(text)}
    assert hosts == LOCK_HOSTS


def test_prose_is_plain() -> None:
    """No long dash and no boast stands in code or documents."""
    dash = re.compile("\N{EM DASH}")
    assert lines_with(dash, PROSE) == []
    assert lines_with(BOAST, PROSE) == []

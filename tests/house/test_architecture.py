"""Architecture is no prose alone: every "never" names what keeps it, and that exists."""

import ast
import re

import pytest

from tests.house.tree import ROOT, pyproject

KEEPER = re.compile(r"`(contract|tests/[\w/]+\.py::)\s?([\w-]+)`")


def sentences(text: str) -> list[str]:
    """Split prose into sentences; list items and paragraphs end one too."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    blocks = re.split(r"\n\s*\n|\n(?=\s*(?:[-*|#]|\d+\.)\s)", prose)
    return [
        sentence.strip()
        for block in blocks
        for sentence in re.split(r"(?<=[.:?!])\s+(?=[A-Z`*])", " ".join(block.split()))
        if sentence.strip()
    ]


def keepers(text: str) -> list[tuple[str, str]]:
    """(kind or file, name) of each contract or test that a text names."""
    return [(match[1].removesuffix("::"), match[2]) for match in KEEPER.finditer(text)]


def exists(kind: str, name: str) -> bool:
    """Whether a named contract or test exists."""
    if kind == "contract":
        contracts = pyproject()["tool"]["importlinter"]["contracts"]
        return any(contract["id"] == name for contract in contracts)
    path = ROOT / kind
    if not path.is_file():
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in tree.body)


def architecture() -> str:
    """Read ARCHITECTURE.md."""
    return (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_every_never_names_its_keeper() -> None:
    """Every sentence of ARCHITECTURE.md that says "never" names a contract or a test."""
    nevers = [
        one for one in sentences(architecture()) if re.search(r"\bnever\b", one, re.IGNORECASE)
    ]
    assert nevers
    assert [one for one in nevers if not keepers(one)] == []


def test_every_keeper_exists() -> None:
    """Every contract and test that ARCHITECTURE.md names exists."""
    named = keepers(architecture())
    assert [(kind, name) for kind, name in named if not exists(kind, name)] == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("contract", "attic"),
        ("tests/house/test_attic.py", "test_it"),
        ("tests/house/test_architecture.py", "test_it"),
    ],
)
def test_a_keeper_that_is_gone_is_noticed(kind: str, name: str) -> None:
    """A name that no contract and no test has does not pass."""
    assert not exists(kind, name)


def test_sentences_end_where_they_end() -> None:
    """A keeper speaks for its own sentence, not for the next one."""
    text = "One never does (`contract floors`). Two never does.\n\n- Three\n- Four never"
    found = [bool(keepers(one)) for one in sentences(text) if "never" in one]
    assert found == [True, False, False]

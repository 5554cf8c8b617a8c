"""The lock as a file: what is written reads back, line by line, and what is wrong is told."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.contract import NOBODY, Basis, Contract, Exposure, Part, contract
from hushtable.model.errors import ConfigError
from hushtable.model.service import ANYONE, OWNER, SIGNED_IN, Channel
from hushtable.report.lockfile import NAME, parse, read, text, write

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
NAMES = TEXT.filter(lambda name: "." not in name and name != "*")


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """Draw an attribute with any name, or an item or map with something left out."""
    path = tuple(draw(st.lists(NAMES, max_size=3)))
    if path and draw(st.booleans()):
        return Part(path)
    return Part((*path, "*"), tuple(sorted(draw(st.sets(NAMES, max_size=2)))))


EXPOSURES = st.builds(
    Exposure,
    route=TEXT,
    channel=st.sampled_from(Channel),
    audience=st.sampled_from((ANYONE, SIGNED_IN, OWNER, NOBODY)) | TEXT.map("role:{}".format),
    table=st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    part=parts(),
)
CONTRACTS = st.builds(
    contract,
    st.lists(EXPOSURES, max_size=6),
    st.sampled_from(Basis),
    st.lists(EXPOSURES.filter(lambda one: not one.part.open), max_size=3),
)

SMALL = contract(
    [
        Exposure("GET /users", Channel.RESPONSE, SIGNED_IN, "users", Part(("*",), ("pin",))),
        Exposure("GET /users", Channel.LOG, NOBODY, "users", Part(("profile", "city"))),
        Exposure("DELETE /users", Channel.LOG, NOBODY, "users", Part(("email",))),
    ],
    marks=[Exposure("GET /users", Channel.RESPONSE, SIGNED_IN, "users", Part(("password",)))],
)
ENTRY = '{route = "GET /u", channel = "log", table = "u", attributes = ["a"]}'
HEAD = 'version = 1\nmade-from = "scan"\n'


@given(CONTRACTS)
def test_what_is_written_reads_back(agreed: Contract) -> None:
    """Any contract written as text reads back the same, and writes the same text again."""
    told = text(agreed)
    assert parse(told) == agreed
    assert text(parse(told)) == told


@given(CONTRACTS)
def test_each_line_is_one_line(agreed: Contract) -> None:
    """One line of text for each line of the contract, whatever its names hold."""
    lines = [line for line in text(agreed).split("\n") if line.startswith("    {")]
    assert len(lines) == len(agreed.lines)
    assert all(len(line.splitlines()) == 1 for line in lines)


@given(CONTRACTS)
def test_nothing_in_it_is_hidden(agreed: Contract) -> None:
    """No character that is unseen, or turns the reading order, stands in the file as itself."""
    assert text(agreed).replace("\n", "").isprintable()


def test_it_reads_well() -> None:
    """A line has route, audience, channel, table and attributes, in this order, sorted by path."""
    lines = [line.strip() for line in text(SMALL).splitlines() if line.startswith("    ")]
    assert lines == [
        '{route = "DELETE /users", channel = "log", table = "users", attributes = ["email"]},',
        (
            '{route = "GET /users", audience = "signed-in", channel = "response", table = "users", '
            'attributes = ["*"], except = ["pin"], credentials = ["password"]},'
        ),
        '{route = "GET /users", channel = "log", table = "users", attributes = ["profile.city"]},',
    ]


@pytest.mark.parametrize("basis", Basis)
def test_it_says_what_it_was_made_from(basis: Basis) -> None:
    """A lock made from a scan alone says so, in words and for the program."""
    told = text(contract([], basis))
    assert tomllib.loads(told)["made-from"] == str(basis)
    assert ("scan alone" in told) == (basis is Basis.SCAN)
    assert parse(told).basis is basis


def test_a_lock_that_is_not_in_one_form_is_put_in_it() -> None:
    """Lines that a hand has written twice, or that a wider one holds, are joined."""
    wide = '{route = "GET /u", channel = "log", table = "u", attributes = ["*"]}'
    agreed = parse(f"{HEAD}exposures = [{ENTRY}, {wide}, {ENTRY}]")
    assert [line.parts for line in agreed.lines] == [(Part(("*",)),)]


def entry(**changed: str) -> str:
    """Give a lock whose second entry has other members; an empty one is left out."""
    members = {"route": '"GET /u"', "channel": '"log"', "table": '"u"', "attributes": '["a"]'}
    members |= changed
    told = ", ".join(f"{key} = {value}" for key, value in members.items() if value)
    return f"{HEAD}exposures = [\n{ENTRY},\n{{{told}}},\n]"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("<<<<<<< HEAD\n", r"is not TOML: .*line 1"),
        ("[" * 5000, "is not TOML"),
        ('made-from = "scan"\nexposures = []', "needs version = 1"),
        ('version = true\nmade-from = "scan"\nexposures = []', "needs version = 1"),
        ("version = 2\n", "version 2, of a newer hushtable; this one knows 1"),
        ("version = 1\nexposures = []", 'needs made-from, one of "scan"'),
        ("version = 1\nmade-from = []\nexposures = []", "needs made-from"),
        (HEAD, "needs exposures, a list"),
        (f"{HEAD}exposures = 1", "needs exposures, a list"),
        (f"{HEAD}exposures = []\nexposure = []", r"unknown key 'exposure' \(did you mean"),
        (f"{HEAD}exposures = [1]", "entry 1 must be a table"),
        (entry(route=""), "entry 2 needs route, a string"),
        (entry(route="1"), "entry 2 needs route, a string"),
        (entry(chanel='"log"'), r"entry 2 \(GET /u\) has an unknown key 'chanel'"),
        (entry(audience='"everyone"'), r"entry 2 \(GET /u\) audience must be"),
        (entry(channel='"mail"'), r"entry 2 \(GET /u\) channel must be one of"),
        (entry(table=""), r"entry 2 \(GET /u\) needs table"),
        (entry(attributes=""), r"entry 2 \(GET /u\) needs attributes, one at least"),
        (entry(attributes="[1]"), r"attributes must be a list of strings"),
        (entry(attributes='[""]'), r"attributes must be a list of strings"),
        (entry(**{"except": '["b"]'}), r"except names something that no attribute with \* holds"),
        (entry(credentials='"a"'), r"credentials must be a list of strings"),
    ],
)
def test_what_is_broken_is_told_with_its_place(tmp_path: Path, broken: str, said: str) -> None:
    """A lock that is no contract is refused, with the file, the entry and its route."""
    file = tmp_path / NAME
    file.write_text(broken, encoding="utf-8")
    with pytest.raises(ConfigError, match=said) as raised:
        read(file)
    assert str(raised.value).startswith(f"the lock {file}")


def test_a_missing_lock_is_told(tmp_path: Path) -> None:
    """A lock that is not there is told with what writes it; a folder and bytes are no lock."""
    with pytest.raises(ConfigError, match="does not exist; write it with `hushtable lock`"):
        read(tmp_path / NAME)
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path)
    (tmp_path / NAME).write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        read(tmp_path / NAME)
    with pytest.raises(ConfigError, match="cannot be written"):
        write(SMALL, tmp_path / "nowhere" / NAME)


def test_it_is_written_whole(tmp_path: Path) -> None:
    """What is written to a file is what is read from it."""
    write(SMALL, tmp_path / NAME)
    assert read(tmp_path / NAME) == SMALL

"""A list of services: what a line says, and what is no line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.fleet.listing import listing
from hushtable.model.errors import UsageError
from hushtable.model.fleet import Listed

BASE = Path("/srv/lists")


def read(text: str, *folders: str) -> tuple[Listed, ...]:
    """Read a list where only these folders are there."""
    there = {BASE / one for one in folders}
    return listing(text, BASE, there.__contains__).services


@pytest.mark.parametrize(
    ("line", "shown", "revision", "folder", "name"),
    [
        ("services/orders", "services/orders", "", "", "orders"),
        ("services/orders  Orders  of all", "services/orders", "", "", "Orders of all"),
        ('"a folder/with spaces" Named # told', "a folder/with spaces", "", "", "Named"),
        ("mono#services/api/", "mono", "", "services/api", "api"),
        ("checkout@v1#api", "checkout", "v1", "api", "api@v1"),
        ("https://git.example.com/shop.git", "https://git.example.com/shop.git", "", "", "shop"),
        ("https://git.example.com:8443/t/shop@feature/x", "https://git.example.com:8443/t/shop",
         "feature/x", "", "shop@feature/x"),
        ("https://git.example.com/t/shop.git@v2#services/api The shop",
         "https://git.example.com/t/shop.git", "v2", "services/api", "The shop"),
        ("https://ann:pw@git.example.com/shop", "https://***@git.example.com/shop", "", "", "shop"),
        ("https://token@git.example.com/shop", "https://***@git.example.com/shop", "", "", "shop"),
        ("ssh://git@git.example.com/shop", "ssh://git@git.example.com/shop", "", "", "shop"),
        ("git@git.example.com:t/shop.git@main", "git@git.example.com:t/shop.git", "main", "",
         "shop@main"),
        ("file:///srv/git/shop.git", "file:///srv/git/shop.git", "", "", "shop"),
    ],
)  # fmt: skip
def test_what_a_line_says(line: str, shown: str, revision: str, folder: str, name: str) -> None:
    """A line names a source, a revision, a folder and a service; a credential is not shown."""
    (one,) = read(line)
    assert (one.shown, one.revision, one.folder, one.name) == (shown, revision, folder, name)
    assert "pw" not in repr(one)
    assert "token" not in repr(one)


def test_a_folder_that_is_there_is_one() -> None:
    """Signs in the name of a folder that is there mean nothing."""
    text = "packages/@team/api\nodd#name\nat@home\n"
    found = read(text, "packages/@team/api", "odd#name", "at@home")
    assert [one.shown for one in found] == text.split()
    assert not any(one.url or one.revision or one.folder for one in found)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ext::sh -c evil", "is fetched by none of https://, ssh://, file://"),
        ("git://git.example.com/shop", "is fetched by none of"),
        ("http://git.example.com/shop", "is fetched by none of"),
        ("ssh://-oProxyCommand=evil/x", "names no host"),
        ("ssh://-oProxyCommand=evil@host/x", "names no host"),
        ("ssh://git:evil@git.example.com/shop", "has a password, which ssh does not take"),
        ("https://ann:evil%0Ahost=x@git.example.com/shop", "has a credential with characters"),
        ("https:///shop", "names no host"),
        ("https://git.example.com/", "names no repository"),
        ("https://git.example.com", "names no repository"),
        ("file://elsewhere/shop", "names a host"),
        ("https://git.example.com/shop@--upload-pack=evil", "has no branch, tag or commit"),
        ("https://git.example.com/shop@+refs/heads/x:y", "has no branch, tag or commit"),
        ("https://git.example.com/shop@a..b", "has no branch, tag or commit"),
        ("https://git.example.com/shop@", "has no branch, tag or commit"),
        ("https://git.example.com/shop?token=x", "has a question mark"),
        ("https://git.example.com/shop#../../etc", "has no folder inside the repository"),
        ("https://git.example.com/shop#/etc", "has no folder inside the repository"),
        ("mono#--config", "has no folder inside the repository"),
        ("mono#", "has no folder inside the repository"),
        ("--upload-pack=evil", "begins with a minus"),
        ('"not closed', "has a quote that nothing closes"),
        ('""', "names no folder"),
        ("api\x1b[31m", "holds characters that nobody sees"),
        ("api \u202egnp", "holds characters that nobody sees"),
        ("api " + "x" * 121, "has a name of more than 120 characters"),
    ],
)
def test_what_no_line_says(line: str, why: str) -> None:
    """What git could misread, or leads elsewhere, is refused with its line and is not repeated."""
    with pytest.raises(UsageError) as refused:
        read(f"# a comment\n{line}\n")
    assert str(refused.value).startswith("line 2 ")
    assert why in str(refused.value)
    assert "evil" not in str(refused.value)


def test_wrong_lines_are_told_together() -> None:
    """Five wrong lines are told at once, and the others are counted."""
    with pytest.raises(UsageError, match=r"line 1 .*; line 5 .*; and 3 more$"):
        read("git://x/y\n" * 8)


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n   # at all"])
def test_an_empty_list_is_refused(text: str) -> None:
    """A list that names no service would read as a quiet one."""
    with pytest.raises(UsageError, match="names no service"):
        read(text)


def test_what_is_listed_twice_is_read_once() -> None:
    """A line that names a service again is told, whoever may fetch it and however it is written."""
    text = "a\nhttps://x@h/r\n./a\nhttps://y:z@h/r\nhttps://h/r@v1\n"
    found = listing(text, BASE, lambda _path: False)
    assert len(found.services) == 3
    assert found.repeated == ("line 3 repeats line 1", "line 4 repeats line 2")
    assert len(read("mono/api\nmono#api\nmono#jobs\n")) == 2


def test_services_are_told_apart() -> None:
    """Names that would be the same get the folders before them, and where that fails an id."""
    found = read("team-a/api\nteam-b/api\nteam-b/jobs\nx Same\ny Same\n")
    names = [one.name for one in found]
    assert names[:3] == ["team-a/api", "team-b/api", "jobs"]
    assert names[3:] == [f"Same ({one.id})" for one in found[3:]]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever a list holds, it is a list of distinct services or it is refused."""
    try:
        found = read(text)
    except UsageError:
        return
    assert len({one.id for one in found}) == len({one.name for one in found}) == len(found)
    assert all(bool(one.path) != bool(one.url) for one in found)
    assert all(str.isprintable(one.name) and one.name for one in found)


SAFE = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=3, max_size=8)


@given(st.tuples(SAFE, SAFE, SAFE, SAFE, SAFE, SAFE))
def test_the_parts_of_a_url_come_back(parts: tuple[str, ...]) -> None:
    """A URL made of parts is read into them, and its credential is part of the URL alone."""
    host, path, user, secret, revision, folder = parts
    (one,) = read(f"https://{user}:{secret}@{host}.example/x/{path}@{revision}#{folder}")
    assert one.url == f"https://{user}:{secret}@{host}.example/x/{path}"
    assert (one.revision, one.folder) == (revision, folder)
    assert one.shown == f"https://***@{host}.example/x/{path}"

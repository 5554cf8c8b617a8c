"""The list of services: a line each, of a folder or of what git fetches.

    # a comment
    services/orders
    services/billing            Billing
    "a folder/with spaces"      # another comment
    https://git.example.com/team/shop.git@v2#services/api   The shop
    git@git.example.com:team/stock.git

`@` stands in front of a branch, a tag or a whole commit id, `#` in front of the folder of the
service in its repository. What follows is the service's name. Relative folders are relative to the
list.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from hushtable.fleet.address import UnfitAddressError, address, revised
from hushtable.model.errors import UsageError
from hushtable.model.fleet import Listed

MAX_BYTES = 10_000_000
MAX_NAME = 120

_WORD = re.compile(r'\s*(?:"([^"]*)"(?=\s|$)|(\S+))')
_NAMED_BY = 4
"""Folders in a name, at most."""
_TOLD = 5
"""Wrong lines that are told; the others are counted."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The services of a list, and the lines that name one of them again."""

    services: tuple[Listed, ...]
    repeated: tuple[str, ...] = ()


def listing(text: str, base: Path, is_folder: Callable[[Path], bool] = Path.is_dir) -> Listing:
    """Read a list whose relative folders are below `base`.

    Raises UsageError for lines that name no service, all of them at once, and for an empty list.
    """
    found: dict[tuple[str, ...], Listed] = {}
    lines: dict[tuple[str, ...], int] = {}
    repeated, wrong = [], []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            one = _line(line, base, is_folder)
        except UnfitAddressError as error:
            wrong.append(f"line {number} {error}")
            continue
        if one is None:
            continue
        same = _same(one)
        if same in found:
            repeated.append(f"line {number} repeats line {lines[same]}")
            continue
        found[same], lines[same] = one, number
    if wrong:
        more = f"; and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else ""
        raise UsageError("; ".join(wrong[:_TOLD]) + more)
    if not found:
        text = "the list names no service"
        raise UsageError(text)
    return Listing(tuple(_named(list(found.values()))), tuple(repeated))


def _same(one: Listed) -> tuple[str, ...]:
    """Give what two lines of one service share, however they are written."""
    if one.path:
        return (os.path.normpath(Path(one.path, one.folder)),)
    return (one.id,)


def _line(line: str, base: Path, is_folder: Callable[[Path], bool]) -> Listed | None:
    words = list(_words(line))
    if not words:
        return None
    source, name = words[0], " ".join(words[1:]).strip()
    if not all(map(str.isprintable, (source, name))):
        text = "holds characters that nobody sees"
        raise UnfitAddressError(text)
    if len(name) > MAX_NAME:
        text = f"has a name of more than {MAX_NAME} characters"
        raise UnfitAddressError(text)
    found = _source(source, base, is_folder)
    return replace(found, name=name)


def _words(line: str) -> Iterator[str]:
    """Give the words of a line up to a comment; quotes hold a word with spaces together."""
    at = 0
    while (match := _WORD.match(line, at)) is not None:
        quoted, plain = match.groups()
        if plain is not None and plain.startswith("#"):
            return
        if plain is not None and plain.startswith('"'):
            text = "has a quote that nothing closes"
            raise UnfitAddressError(text)
        yield quoted if plain is None else plain
        at = match.end()


def _source(text: str, base: Path, is_folder: Callable[[Path], bool]) -> Listed:
    """Read where a service comes from. A folder that is there is one, whatever signs it has."""
    if text and is_folder(base / text):
        return _identified(Listed("", "", text, path=os.path.abspath(base / text)))  # noqa: PTH100 - links stay links
    before, mark, behind = text.rpartition("#") if "#" in text else (text, "", "")
    folder = _folder(behind) if mark else ""
    remote = address(before)
    if remote is not None:
        one = Listed("", "", remote.shown, url=remote.url, revision=remote.revision, folder=folder)
        return _identified(one, remote.place)
    if not before:
        text = "names no folder"
        raise UnfitAddressError(text)
    if before.startswith("-"):
        text = "begins with a minus; write ./ in front of the folder"
        raise UnfitAddressError(text)
    if "@" in before and not is_folder(base / before):
        path, revision = revised(before)
        whole = os.path.abspath(base / path)  # noqa: PTH100 - as above
        url = f"file://{quote(whole)}"
        return _identified(Listed("", "", path, url=url, revision=revision, folder=folder))
    whole = os.path.abspath(base / before)  # noqa: PTH100 - as above
    return _identified(Listed("", "", before, path=whole, folder=folder))


def _folder(text: str) -> str:
    """Read the folder of a service in its repository. Raises UnfitAddressError."""
    parts = PurePosixPath(text).parts
    if not parts or text.startswith(("/", "-")) or ".." in parts or "\\" in text:
        why = "has no folder inside the repository behind its #"
        raise UnfitAddressError(why)
    return PurePosixPath(*parts).as_posix()


def _identified(one: Listed, place: str = "") -> Listed:
    text = "\0".join((place or one.shown, one.revision, one.folder))
    return replace(one, id=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12])


def _named(services: list[Listed]) -> Iterator[Listed]:
    """Name those without a name after their last folder, with as many more as tell them apart."""
    taken = Counter(one.name for one in services if one.name)
    paths = {one.id: _parts(one) for one in services if not one.name}
    ends = Counter(end for parts in paths.values() for end in _ends(parts))
    for one in services:
        if one.name:
            name = one.name if taken[one.name] == 1 else f"{one.name} ({one.id})"
        else:
            own = (end for end in _ends(paths[one.id]) if ends[end] == 1 and end not in taken)
            name = next(own, f"{paths[one.id][-1]} ({one.id})")
        yield replace(one, name=name)


def _ends(parts: tuple[str, ...]) -> list[str]:
    """Give the ends of a path, the shortest first, as far as they are easy to read."""
    longest = min(len(parts), _NAMED_BY)
    return ["/".join(parts[-length:]) for length in range(1, longest + 1)]


def _parts(one: Listed) -> tuple[str, ...]:
    """Give the folders that a service may be called after, the last one the nearest."""
    where = one.path or one.shown.rpartition("://")[2].replace(":", "/").removesuffix(".git")
    if not one.path:
        where = where.rpartition("@")[2]
    parts = [part for part in f"{where.replace(os.sep, '/')}/{one.folder}".split("/") if part]
    revision = (one.revision,) if one.revision else ()
    return (*parts[:-1], "@".join((*parts[-1:], *revision))) if parts else ("service",)

"""Finds out what a service has: its OpenAPI document, or what its links lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from hushtable.model.errors import UsageError
from hushtable.probe.ask import LONGEST_PAGE, Answer, Request
from hushtable.probe.openapi import PLACES, Description, Operation, parse
from hushtable.probe.order import NOBODY, Order
from hushtable.probe.schema import Document
from hushtable.probe.session import NOTHING, Session, decoded

_DOCS = ("/docs", "/redoc", "/swagger", "/ui/", "/api/docs")
_NAMED = re.compile(rb"(?:\burl\s*:\s*|\bspec-url\s*=\s*)['\"]([^'\"<>\s]{1,300})['\"]")
"""How Swagger UI and Redoc say where the document is."""
_MOST_PAGES = 30
_MOST_LINKS = 200
_LINKS = {"a": "href", "link": "href", "form": "action", "script": "src", "img": "src"}


async def describe(session: Session, order: Order) -> tuple[Description, str]:
    """Give the service's description and where it was found.

    Raises UsageError when one was named and is none.
    """
    if order.openapi and _is_file(order.openapi):
        return _from_file(Path(order.openapi)), order.openapi
    places = _named(session, order.openapi) if order.openapi else _usual(session)
    for place in places:
        for identity in (NOBODY, *session.identities[:1]):
            answer = await session.asker(Request("GET", place, identity))
            found = parse(answer.body) if answer.ok else None
            if found is not None:
                return found, place
    if not order.openapi and (told := await _told_by_pages(session)) is not None:
        return told
    if order.openapi:
        text = f"{order.openapi} is no OpenAPI document, or could not be read"
        raise UsageError(text)
    return await _crawl(session), "links from the root"


async def _told_by_pages(session: Session) -> tuple[Description, str] | None:
    """Look for the document that a page for developers names; None where none does."""
    for page in _DOCS:
        place = f"{session.target.base}{page}"
        answer = await session.asker(Request("GET", place))
        named = _NAMED.search(answer.body[:LONGEST_PAGE]) if answer.ok else None
        if named is None:
            continue
        url = urljoin(f"{session.target.origin}{place}", named[1].decode("utf-8", "replace"))
        if not session.target.same_origin(url):
            continue
        found_at = urlsplit(url).path
        answer = await session.asker(Request("GET", found_at))
        found = parse(answer.body) if answer.ok else None
        if found is not None:
            return found, found_at
    return None


def _is_file(named: str) -> bool:
    """Whether a file is meant: it is there, or it is neither a URL nor a path of the service."""
    return Path(named).is_file() or not ("://" in named or named.startswith("/"))


def _from_file(path: Path) -> Description:
    try:
        found = parse(path.read_bytes())
    except OSError as error:
        text = f"{path} cannot be read: {error.strerror}"
        raise UsageError(text) from error
    if found is None:
        text = f"{path} is no OpenAPI document"
        raise UsageError(text)
    return found


def _named(session: Session, url: str) -> list[str]:
    if url.startswith("/"):
        return [url]
    if not session.target.same_origin(url):
        text = "an OpenAPI document of another host is not fetched; save it and name the file"
        raise UsageError(text)
    parts = urlsplit(url)
    return [parts.path + (f"?{parts.query}" if parts.query else "")]


def _usual(session: Session) -> list[str]:
    base = session.target.base
    return list(dict.fromkeys([*(f"{base}{place}" for place in PLACES if base), *PLACES]))


async def _crawl(session: Session) -> Description:
    """Follow links from the root, by nobody and then by the first identity, a few pages deep."""
    start = session.target.base or "/"
    found: dict[str, None] = {start: None}
    for identity in (NOBODY, *session.identities[:1]):
        done: set[str] = set()
        while len(done) < _MOST_PAGES and (left := [one for one in found if one not in done]):
            path = left[0]
            done.add(path)
            answer = await session.asker(Request("GET", path, identity))
            for link in _links(session, path, answer):
                # Nobody follows a link to sign somebody out.
                if len(found) < _MOST_LINKS and not Operation("GET", link).changes:
                    found.setdefault(link)
    operations = tuple(Operation("GET", path, described=False) for path in found)
    return Description(Document({}), operations)


def _links(session: Session, path: str, answer: Answer) -> Iterator[str]:
    """Give the paths on the same origin that an answer names, without queries."""
    if not answer.ok:
        return
    value = decoded(answer)
    texts = _paths(value) if value is not NOTHING else _hrefs(answer.body)
    here = f"{session.target.origin}{path}"
    for text in texts:
        try:
            url = urljoin(here, text)
            parts = urlsplit(url)
        except ValueError:
            continue
        if session.target.same_origin(url) and "{" not in parts.path:
            yield parts.path or "/"


def _paths(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as members:
                waiting.extend(members.values())
            case list() as members:
                waiting.extend(members[:_MOST_LINKS])
            case str() as text if text.startswith(("/", "http://", "https://")):
                yield text


class _Anchors(HTMLParser):
    """Collects where a page's links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the link of a tag that has one."""
        wanted = _LINKS.get(tag)
        self.found += [value for name, value in attrs if name == wanted and value]


def _hrefs(body: bytes) -> list[str]:
    page = _Anchors()
    page.feed(body[:LONGEST_PAGE].decode("utf-8", "replace"))
    return page.found

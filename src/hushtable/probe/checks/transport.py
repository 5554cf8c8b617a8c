"""How answers travel: whether anything is answered, or loaded by a page, without encryption."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser

from hushtable.model.observation import Observation, Seen
from hushtable.probe.ask import LONGEST_PAGE, Request
from hushtable.probe.openapi import Operation
from hushtable.probe.session import Exchange, Session

_HSTS_AGE = re.compile(r"max-age\s*=\s*\"?(\d+)", re.IGNORECASE)
_SHORTEST_HSTS = 15_552_000
"""Half a year; the preload list asks for a year."""

_LOADED = {
    "audio": "src", "embed": "src", "form": "action", "iframe": "src", "img": "src",
    "link": "href", "object": "data", "script": "src", "source": "src", "video": "src",
}  # fmt: skip
"""What a page loads or sends by itself. A link that a person follows is no part of it."""

_LINKS_LOADED = frozenset({"icon", "manifest", "modulepreload", "preload", "stylesheet"})
_IN_CLEAR = re.compile(r"\s*http://[^/\s]", re.IGNORECASE)
_ROOT = Operation("GET", "/", described=False)


async def transport(session: Session, root: Exchange) -> AsyncIterator[Observation]:
    """Say what goes without encryption, given the answer of the root."""
    if session.target.scheme == "http":
        if not session.target.near and root.answer.status:
            shown = "the answer came over plain HTTP"
            yield session.whole(Seen.CLEARTEXT, root, ("no redirect to HTTPS",), shown)
        return
    said = root.answer.header("strict-transport-security")
    age = _HSTS_AGE.search(said)
    if root.answer.status and (age is None or int(age[1]) < _SHORTEST_HSTS):
        what = "a short Strict-Transport-Security" if age else "no Strict-Transport-Security"
        yield session.whole(Seen.CLEARTEXT, root, (what,), what)
    if session.target.in_clear:
        bare = await session.ask(_ROOT, Request("GET", root.request.path, in_clear=True))
        if _stays_in_clear(bare):
            shown = "plain HTTP is answered, by no redirect to HTTPS"
            yield session.whole(Seen.CLEARTEXT, bare, ("plain HTTP is answered too",), shown)
    for seen in _mixed(session, [root, *session.exchanges]):
        yield seen


def _stays_in_clear(bare: Exchange) -> bool:
    """Whether plain HTTP gives anything but a way to HTTPS, a refusal of it, or silence."""
    if bare.answer.moved:
        return not bare.answer.header("location").lower().startswith("https://")
    return bare.answer.ok


def _mixed(session: Session, answers: list[Exchange]) -> Iterator[Observation]:
    done: set[str] = set()
    for exchange in answers:
        kind = exchange.answer.header("content-type").partition(";")[0].strip()
        if not exchange.answer.ok or kind != "text/html" or str(exchange.operation) in done:
            continue
        page = _Loads()
        page.feed(exchange.answer.body[:LONGEST_PAGE].decode("utf-8", "replace"))
        if page.tags:
            done.add(str(exchange.operation))
            tags = tuple(sorted(page.tags))
            shown = f"the page loads by plain HTTP: {', '.join(tags)}"
            transcripts = (session.transcript(exchange, shown),)
            yield session.observe(Seen.MIXED, exchange, details=tags, transcripts=transcripts)


class _Loads(HTMLParser):
    """Collects the tags through which a page loads something by plain HTTP."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag that loads by plain HTTP."""
        given = dict(attrs)
        if tag == "link" and not _LINKS_LOADED & set((given.get("rel") or "").lower().split()):
            return
        place = given.get(_LOADED.get(tag, "")) or ""
        if _IN_CLEAR.match(place):
            self.tags.add(tag)

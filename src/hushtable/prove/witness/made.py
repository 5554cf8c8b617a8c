"""Secrets that the app makes itself, and keeps as it gives them out: tokens, codes, passwords.

No canary can stand for one. What is claimed rests on the text itself: a request had it written, it
came from no request and no planted item, another request had another one written, and the text
that is kept is the text that a caller was given, or that opened a door.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from urllib.parse import unquote_plus

from hushtable.model.sensitivity import Category
from hushtable.model.sensitivity_names import classify, split_words
from hushtable.model.service import Channel
from hushtable.prove.canary import Canary, Source
from hushtable.prove.exchange import Asked, Exchange, Sighting
from hushtable.prove.witness.parts import parts
from hushtable.prove.witness.seen import answered_well
from hushtable.prove.witness.witness import OUTWARD, Planted, tokens_in
from hushtable.prove.witness.written import Written, written

SHORTEST = 8
"""Characters of a text that is recognised where it comes out."""
SHORTEST_ACCEPTED = 6
"""Characters of one that opens a door which another text of its kind does not."""
_FAR = 1000
"""How far apart two numbers are that nobody counted up to."""
_HASHED = frozenset(
    {"hash", "hashed", "digest", "hmac", "checksum", "fingerprint", "signature", "salt", "at"}
    | {"expires", "expiry", "expiration", "count", "attempts"}
)
_TIME = re.compile(r"1[0-9]{9}(?:[0-9]{3})?(?:\.[0-9]+)?")

Where = tuple[str, tuple[str, ...]]
"""A table and the path of an attribute."""


@dataclass(frozen=True, slots=True)
class Made:
    """A secret that the app made in an exchange; in exchange `other` it made another one."""

    operation: str
    table: str
    path: tuple[str, ...]
    exchange: int
    other: int
    text: str = field(repr=False)
    unlike: str = field(repr=False)

    @property
    def where(self) -> Where:
        """Which attribute it was written to."""
        return self.table, self.path

    def kept(self, how: str) -> Sighting:
        """Say that it stands in the store as somebody else has it, and how that was seen."""
        canary = Canary("", "", Source.MADE, self.table, self.path)
        name = ".".join((self.table, *self.path))
        return Sighting(canary, Channel.STORE, f"{self.operation} {name}, {how}", self.exchange)


def made(exchanges: Sequence[Exchange], mint: Planted) -> tuple[Made, ...]:
    """Give the secrets that the app made, one for each attribute, the first of each."""
    found: dict[Where, dict[int, Written]] = {}
    for index, exchange in enumerate(exchanges):
        for one in _secrets(exchange, mint) if answered_well(exchange) else ():
            found.setdefault((one.table, one.path), {}).setdefault(index, one)
    return tuple(one for every in found.values() for one in _told_apart(every, exchanges))


def given_out(
    secrets: Iterable[Made], exchanges: Sequence[Exchange]
) -> Iterator[tuple[Made, Sighting]]:
    """Give where the same exchange that had a secret written let it out as well."""
    for one in secrets:
        if len(one.text) < SHORTEST:
            continue
        for part in parts(exchanges[one.exchange]):
            whole = one.text in part.values
            if part.channel in OUTWARD and whole:
                yield one, one.kept(f"given out at {part.where}")
            elif part.channel in {Channel.LOG, Channel.FILE} and _stands_in(one.text, part.text):
                canary = Canary("", "", Source.MADE, one.table, one.path)
                yield (
                    one,
                    Sighting(canary, part.channel, part.where, one.exchange, "", part.file,
                             part.line, part.function),
                )  # fmt: skip


def shows(text: str, exchange: Exchange) -> str:
    """Say where an answer shows a whole text; empty where it does not."""
    if len(text) < SHORTEST or not answered_well(exchange):
        return ""
    out = (part.where for part in parts(exchange)
           if part.channel in OUTWARD and text in part.values)  # fmt: skip
    return next(out, "")


def sent(text: str, asked: Asked) -> bool:
    """Whether a request carries a text."""
    return text.encode() in _sent(asked)


def _secrets(exchange: Exchange, mint: Planted) -> Iterator[Written]:
    """Give what an exchange wrote to attributes named like secrets, and nobody gave it."""
    carried = b"\n".join(_sent(one) for one in (exchange.asked, *exchange.asked.before))
    for one in written(exchange.calls):
        name = ".".join(one.path)
        if set(split_words(name)) & _HASHED or len(one.value) < SHORTEST_ACCEPTED:
            continue
        if classify(name, table=one.table).category is not Category.CREDENTIAL:
            continue
        try:
            text = one.value.decode()
        except UnicodeDecodeError:
            continue
        planted = tokens_in(one.value, mint) or mint.lookup(text) is not None
        if not planted and one.value not in carried and not _is_moment(text):
            yield one


def _told_apart(every: dict[int, Written], exchanges: Sequence[Exchange]) -> Iterator[Made]:
    """Give the first of some secrets, if each exchange made another one that nobody could guess.

    The other one comes from another kind of request: both are asked again in a replay.
    """
    texts = [one.value.decode() for one in every.values()]
    if len(set(texts)) < len(texts) or _counted(texts):
        return
    first = next(iter(every))
    label = exchanges[first].asked.label
    other = next((at for at in every if exchanges[at].asked.label != label), None)
    if other is not None:
        one = every[first]
        unlike = every[other].value.decode()
        yield Made(one.operation, one.table, one.path, first, other, one.value.decode(), unlike)


def _counted(texts: Sequence[str]) -> bool:
    """Whether texts are numbers that follow each other."""
    if not all(text.isascii() and text.isdigit() for text in texts):
        return False
    numbers = sorted(map(int, texts))
    # Six digits may fall close together by chance: all of them do where somebody counts.
    return all(high - low < _FAR for low, high in pairwise(numbers))


def _is_moment(text: str) -> bool:
    """Whether a text says when: others know that as well."""
    if _TIME.fullmatch(text):
        return True
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _stands_in(text: str, where: bytes) -> bool:
    """Whether a secret stands in free text, as a word of its own."""
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])", _read(where)) is not None


def _read(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _sent(asked: Asked) -> bytes:
    texts = [asked.path, unquote_plus(asked.path), *(value for _, value in asked.headers)]
    body = (asked.body, unquote_plus(_read(asked.body)).encode())
    return b"\n".join((*(one.encode("utf-8", "surrogatepass") for one in texts), *body))

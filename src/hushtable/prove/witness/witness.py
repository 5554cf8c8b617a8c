"""Where canaries came out of an exchange: answers, headers, logs, files, items written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Protocol

from hushtable.model.service import Channel
from hushtable.prove.canary import Canary, Source
from hushtable.prove.exchange import Asked, Exchange, Sighting
from hushtable.prove.witness.decode import found, found_in, layers
from hushtable.prove.witness.parts import Part, parts
from hushtable.prove.witness.renderings import loose, renderings
from hushtable.prove.witness.written import written

OUTWARD = frozenset({Channel.RESPONSE, Channel.HEADER, Channel.ERROR})

_TOKEN = re.compile(r"hq[a-z2-7]{12}")
_MOST = 5000
_MOST_VALUES = 20_000
_LOOSE_SIZE = 1 << 20
_OWN = frozenset({Source.INPUT, Source.IDENTITY})


class Planted(Protocol):
    """What is asked of a mint: whose canary a text is."""

    def of(self, token: str) -> Canary | None:
        """Give the canary of a token, or of the first twelve characters of one."""

    def lookup(self, text: str) -> Canary | None:
        """Give the canary that was planted as exactly this text (a number, a date, a UUID)."""


def sightings(exchange: Exchange, index: int, mint: Planted) -> tuple[Sighting, ...]:
    """Give every canary that came out of an exchange, once for each place it came out at.

    What the request itself carried is no sighting in the answer, but for inputs: whether those
    are stored as well is told by the facts. `index` is the exchange's, wherever it is kept.
    """
    carried = _carried(exchange.asked, mint)
    seen: dict[tuple[object, ...], Sighting] = {}
    for each in (*_left(exchange, mint), *_stored(exchange, mint)):
        canary = each.canary
        echoed = canary.token in carried and canary.source not in _OWN
        if each.channel in OUTWARD and echoed:
            continue
        key = (canary.token, canary.path, each.channel, each.where, each.file, each.line)
        seen.setdefault(key, replace(each, exchange=index))
    return tuple(seen.values())


def carried(asked: Asked, mint: Planted) -> frozenset[str]:
    """Give the tokens that a request carries, encoded ones too."""
    return _carried(asked, mint)


def tokens_in(data: bytes, mint: Planted) -> tuple[tuple[Canary, str], ...]:
    """Give the canaries in some bytes by their tokens, each with how it was encoded."""
    named = ((mint.of(one.token), one.encoding) for one in found(data, _known(mint)))
    return tuple((canary, ", ".join(how)) for canary, how in named if canary is not None)


def _known(mint: Planted) -> Callable[[str], str]:
    def known(text: str) -> str:
        canary = mint.of(text)
        return canary.token if canary else ""

    return known


def _carried(asked: Asked, mint: Planted) -> frozenset[str]:
    texts = [asked.path, *(value for _, value in asked.headers)]
    data = "\n".join(texts).encode("utf-8", "surrogatepass") + b"\n" + asked.body
    tokens = {canary.token for canary, _ in tokens_in(data, mint)}
    tokens.update(canary.token for canary in _values(loose(data), mint))
    return frozenset(tokens | {one.token for one in asked.inputs})


def _left(exchange: Exchange, mint: Planted) -> Iterator[Sighting]:
    every = (each for part in parts(exchange) for each in _in_part(part, mint))
    return islice(every, _MOST)


def _in_part(part: Part, mint: Planted) -> Iterator[Sighting]:
    known, seen = _known(mint), set[str]()
    for canary in _values(part.values, mint):
        yield _sighting(part, canary, "")
    text = part.text
    if not part.loose:
        # What stands there as it was planted needs no decoding, which is most of the work.
        plain, rest = _as_planted(part.values, mint)
        seen.update(canary.token for canary in plain)
        yield from (_sighting(part, canary, "") for canary in plain)
        text = "\n".join(rest).encode("utf-8", "surrogatepass")
    for layer in layers(text) if text else ():
        for one in found_in(layer, known):
            named = mint.of(one.token)
            if named is not None and one.token not in seen:
                seen.add(one.token)
                yield _sighting(part, named, ", ".join(one.encoding))
        # What was put into a text that was then encoded (a cursor) holds numbers as well.
        if part.loose or layer.encoding:
            for canary in _values(loose(layer.text[:_LOOSE_SIZE]), mint):
                yield _sighting(part, canary, ", ".join(layer.encoding))


def _as_planted(texts: Iterable[str], mint: Planted) -> tuple[list[Canary], list[str]]:
    """Part the texts that are whole planted values from the rest."""
    plain, rest = [], []
    for text in texts:
        match = _TOKEN.search(text)
        canary = mint.of(match[0]) if match else None
        if canary is not None and canary.planted == text:
            plain.append(canary)
        else:
            rest.append(text)
    return plain, rest


def _sighting(part: Part, canary: Canary, how: str) -> Sighting:
    if how and canary.planted.encode("utf-8", "surrogatepass") in part.text:
        # It was planted so: a value that is base64 in the table.
        how = ""
    return Sighting(
        canary,
        part.channel,
        part.where,
        0,
        ", ".join(filter(None, (part.encoding, how))),
        part.file,
        part.line,
        part.function,
        part.to,
    )


def _values(texts: Iterable[str], mint: Planted) -> Iterator[Canary]:
    """Look up whole values, in every usual way to write them."""
    for text in islice(texts, _MOST_VALUES):
        for written_so in renderings(text):
            canary = mint.lookup(written_so)
            if canary is not None:
                yield canary
                break


def _stored(exchange: Exchange, mint: Planted) -> Iterator[Sighting]:
    """Give inputs that were written to the store in clear, or only encoded.

    A planted canary that is copied elsewhere is none: it was there before.
    """
    for one in written(exchange.calls):
        for canary, how in tokens_in(one.value, mint):
            if canary.source is Source.INPUT:
                where = f"{one.operation} {'.'.join((one.table, *one.path))}"
                yield Sighting(canary, Channel.STORE, where, 0, how)

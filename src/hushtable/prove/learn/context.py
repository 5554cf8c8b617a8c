"""The exchange in which the app asked its store, and what a text in it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_plus

from hushtable.prove.exchange import Asked
from hushtable.prove.store.guessing import entity_in
from hushtable.prove.store.mint import Mint

SHORT = re.compile(r"[A-Za-z][A-Za-z_ -]{1,19}")
"""A word or two, as a constant of a program."""


@dataclass(frozen=True, slots=True)
class Context:
    """The exchange that a request belongs to, and the canaries by which values are recognised."""

    asked: Asked
    mint: Mint

    def ids_in(self, text: str) -> tuple[tuple[str, str], ...]:
        """Give the ids in a text with what they identify: planted ones, and the client's inputs."""
        inputs = (
            (part, entity_in(one.path[-1]) or one.path[-1])
            for one in self.asked.inputs
            if one.path
            for part in (one.planted, one.token)
            if part and part in text
        )
        return tuple(dict.fromkeys((*self.mint.ids_in(text), *inputs)))

    def is_foreign(self, text: str) -> bool:
        """Whether a text came in with the request, or is a canary."""
        if any(True for _ in self.mint.found_in(text)):
            return True
        asked = self.asked
        carried = (unquote_plus(asked.path), asked.body.decode("utf-8", "replace"),
                   *(value for _, value in asked.headers))  # fmt: skip
        return any(text in one for one in carried)

    def is_choice(self, text: str) -> bool:
        """Whether a client's value is one of few: a word, and no canary."""
        return SHORT.fullmatch(text) is not None and not any(True for _ in self.mint.found_in(text))

"""Says of each member of an answer what it is, by its name and by the look of its value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from hushtable.model.sensitivity import PUBLIC, Category, Sensitivity
from hushtable.model.sensitivity_names import classify
from hushtable.probe.schema import Leaf
from hushtable.probe.tokens import carries
from hushtable.values.formats import hits
from hushtable.values.shapes import shape
from hushtable.values.written import looks_random, published

SENSITIVE = frozenset({Category.CREDENTIAL, Category.FINANCIAL, Category.HEALTH, Category.PERSONAL})

SURE = 0.7
"""From here on a name alone says what a member is."""

_MASKED = re.compile(
    r"\s*|[*•xX.#-]*[*•][\w@.*•-]{0,8}|[xX]{4,}|[\[<(*]*(?:redacted|hidden|masked|filtered|removed|none|null|n/a)[\]>)*]*",
    re.IGNORECASE,
)
_SHORTEST_SECRET = 4
_LONGEST = 8192
"""Of a longer text its beginning is judged: a stranger's answer must not cost the run its time."""

_TELLTALE = re.compile(r"[A-Za-z0-9_]{3}[-_.:][A-Za-z0-9_-]|AKIA|ASIA|AIza|BEGIN|T3BlbkFJ|://")
_EMAIL_INSIDE = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])"
)
_FILE_ENDINGS = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js"})
_TOKENS = frozenset({"token", "session"})
_NO_FORMAT = frozenset({"json-web-token", "mailchimp-key", "basic-auth"})
"""Judged by shape, or only in the text of a file: an answer holds URLs of all kinds."""


@dataclass(frozen=True, slots=True)
class Field:
    """A member of an answer that is sensitive. `by_value`: its value has the look of it."""

    leaf: Leaf
    sensitivity: Sensitivity
    by_value: bool


def sensitive(
    leaves: Iterable[Leaf], declared: Mapping[str, str] | None = None
) -> tuple[Field, ...]:
    """Give the sensitive members among leaves. `declared` is the user's word and wins."""
    found = (judged(leaf, declared) for leaf in leaves)
    return tuple(one for one in found if one is not None)


def judged(leaf: Leaf, declared: Mapping[str, str] | None = None) -> Field | None:
    """Say what one member is; None when it is nothing sensitive or shows nothing."""
    value = leaf.value
    if value is None or isinstance(value, bool) or not leaf.name:
        return None
    text = str(value)[:_LONGEST]
    if _MASKED.fullmatch(text) or published(text):
        return None
    if declared:
        stated = classify(leaf.name, declared=declared)
        if stated.kind == "declared":
            return Field(leaf, stated, by_value=False) if _counts(stated) else None
    seen = looks(text, leaf.name)
    if seen is not None:
        return Field(leaf, seen, by_value=True)
    said = classify(leaf.name)
    if not _counts(said) or said.confidence < SURE or not _fits(said, value, text):
        return None
    return Field(leaf, said, by_value=False)


def looks(text: str, name: str = "") -> Sensitivity | None:
    """Say what the look of a value shows; None when it shows nothing."""
    text = text[:_LONGEST]
    found = shape(text, name)
    if found is not None:
        return replace(found, reason=found.reason + carries(text))
    if _TELLTALE.search(text):
        for hit in hits(text):
            if hit.kind not in _NO_FORMAT:
                reason = f"its value has the format of a {hit.kind}"
                return Sensitivity(Category.CREDENTIAL, hit.kind, reason, 0.95)
    email = _EMAIL_INSIDE.search(text) if "@" in text and " " in text else None
    if email is not None and email[0].rpartition(".")[2].lower() not in _FILE_ENDINGS:
        return Sensitivity(Category.PERSONAL, "email", "its text holds an e-mail address", 0.8)
    return None


def _counts(said: Sensitivity) -> bool:
    return said is not PUBLIC and said.category in SENSITIVE


def _fits(said: Sensitivity, value: object, text: str) -> bool:
    """Whether a value can be what its name says: a secret is a text, and no word or flag."""
    if said.category is not Category.CREDENTIAL:
        return True
    if not isinstance(value, str):
        return said.kind == "one-time-code" and isinstance(value, int)
    if said.kind in _TOKENS:
        return looks_random(text) and " " not in text
    return len(text) >= _SHORTEST_SECRET and " " not in text.strip()

"""What libraries do, read from data files; users teach their own in the same words."""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from hushtable.model.errors import ConfigError
from hushtable.scan.frame import Call, Machine

WORDS = frozenset(
    {"make", "operation", "model", "pass", "channel", "redact", "caller", "fresh", "limit",
     "source", "gate"}
)  # fmt: skip
KEYS: dict[str, frozenset[str]] = {
    "make": frozenset({"call", "first", "gives", "table", "also"}),
    "operation": frozenset({"on", "methods", "gives", "typed", "table", "arguments", "call",
                            "does"}),
    "model": frozenset({"base", "fields", "table", "reads", "writes", "many", "whole", "arguments",
                        "cursor", "index"}),
    "pass": frozenset({"call", "argument"}),
    "channel": frozenset({"call", "channel", "argument"}),
    "redact": frozenset({"call", "how"}),
    "caller": frozenset({"call"}),
    "fresh": frozenset({"call"}),
    "limit": frozenset({"call"}),
    "gate": frozenset({"call", "role"}),
    "source": frozenset({"call", "parameter", "table", "many"}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """One entry of a library: the word (`make`, `channel`) and its keys."""

    word: str
    call: str
    keys: Mapping[str, Any]
    library: str


@dataclass(slots=True)
class Taught:
    """Everything that data files and the user's configuration say of calls."""

    calls: dict[str, Word] = field(default_factory=dict)
    patterns: list[Word] = field(default_factory=list)
    models: dict[str, Word] = field(default_factory=dict)
    parameters: dict[str, Word] = field(default_factory=dict)
    meanings: Mapping[str, Callable[[Machine, Call, Word], Any]] = field(default_factory=dict)

    def knows(self, name: str) -> bool:
        """Whether a call of this qualified name was taught."""
        return self.find(name) is not None

    def find(self, name: str) -> Word | None:
        """Find what was taught of a qualified name; `*.method` and a bare last part also match."""
        known = self.calls.get(name)
        if known is not None or not self.patterns:
            return known
        for word in self.patterns:
            if fnmatch.fnmatchcase(name, word.call) or name.endswith(f".{word.call}"):
                self.calls[name] = word
                return word
        return None

    def call(self, m: Machine, call: Call) -> Any:
        """Give the value of a taught call, None when nothing was taught of it."""
        word = self.find(call.name)
        if word is None:
            return None
        return self.meanings[word.word](m, call, word)


def teach(
    meanings: Mapping[str, Callable[[Machine, Call, Word], Any]],
    own: Iterable[Mapping[str, Any]] = (),
) -> Taught:
    """Read the libraries that come with the product, then the user's own.

    Raises:
        ConfigError: a library of the configuration is not in these words.

    """
    taught = Taught(meanings=meanings)
    folder = resources.files("hushtable.scan") / "libraries"
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".toml"):
            _learn(taught, tomllib.loads(entry.read_text("utf-8")), user=False)
    for library in own:
        _learn(taught, library, user=True)
    return taught


def _learn(taught: Taught, library: Mapping[str, Any], *, user: bool) -> None:
    name = str(library.get("name", "library"))
    for word, rows in library.items():
        if word == "name":
            continue
        if word not in WORDS:
            reason = f'library "{name}": "{word}" is not one of {", ".join(sorted(WORDS))}'
            raise ConfigError(reason)
        if not isinstance(rows, list):
            reason = f'library "{name}": "{word}" must be an array of tables, [[library.{word}]]'
            raise ConfigError(reason)
        for row in rows:
            _learn_row(taught, name, word, row, user=user)


def _learn_row(
    taught: Taught, library: str, word: str, row: Mapping[str, Any], *, user: bool
) -> None:
    extra = set(row) - KEYS[word]
    if extra:
        reason = f'library "{library}": {word} does not take "{min(extra)}"'
        raise ConfigError(reason)
    if word == "model":
        for base in _listed(row["base"]):
            taught.models[base] = Word(word, base, row, library)
        return
    if word == "source" and "parameter" in row:
        taught.parameters[str(row["parameter"])] = Word(word, "", row, library)
        return
    if word == "operation" and "on" in row:
        for method, operation in row["methods"].items():
            name = f"{row['on']}.{method}"
            taught.calls[name] = Word(word, name, {**row, "does": operation}, library)
        return
    for name in _listed(row.get("call", ())):
        made = Word(word, name, row, library)
        if user:
            taught.patterns.append(made)
        taught.calls[name] = made
    if "call" not in row:
        reason = f'library "{library}": {word} needs "call"'
        raise ConfigError(reason)


def _listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]

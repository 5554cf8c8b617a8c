"""The settings that an app asks for: environment variables, by name, with texts that are canaries.

The user's own values are never read: the app runs without them, and says what is missing. A text
holds `{canary}` where a run's own token goes, so that each run has another.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

from hushtable.model.sensitivity_names import split_words
from hushtable.prove.canary import Canary, Source
from hushtable.prove.exchange import Complaint
from hushtable.prove.learn.lessons import Wrong, wrongs
from hushtable.prove.learn.shaping import validated
from hushtable.prove.sketch import Setting, Shape
from hushtable.prove.store.mint import Mint

CANARY = "{canary}"

_UPPER = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|\b[A-Z]{3,}\b")
_RAISED_FOR_SETTINGS = frozenset({
    "RuntimeError", "ValueError", "OSError", "EnvironmentError", "KeyError", "Exception",
    "AssertionError", "SystemExit", "TypeError", "ImproperlyConfigured", "ConfigError",
    "ConfigurationError", "SettingsError",
})  # fmt: skip
_BY_KIND: Mapping[str, str] = MappingProxyType({"N": "8", "BOOL": "true", "L": "[]", "M": "{}"})
_BY_WORD: Mapping[str, str] = MappingProxyType({
    "url": f"http://127.0.0.1:9/{CANARY}", "uri": f"http://127.0.0.1:9/{CANARY}",
    "endpoint": f"http://127.0.0.1:9/{CANARY}", "port": "8080", "region": "us-east-1",
    "timeout": "5", "minutes": "5", "seconds": "5", "hours": "5", "days": "5", "ttl": "300",
    "debug": "false", "enabled": "false", "algorithm": "HS256", "level": "INFO",
    "email": f"{CANARY}@canary.example", "origins": "http://localhost",
    # As long as a key of Fernet or of AES-256 that is written in base64.
    "key": f"{CANARY}{'x' * 29}=",
    "host": "127.0.0.1", "environment": "test", "env": "test", "stage": "test",
})  # fmt: skip
"""What a setting holds, by the last word of its name. Port 9 is nobody's."""

_KNOWN: Mapping[str, str] = MappingProxyType({
    # The keys of hushtable.guard: 32 bytes in base64 behind an id.
    "HUSHTABLE_KEYS": "made-up:bWFkZSB1cCBmb3IgcHJvdmluZywgb2Ygbm8gdXNlISE=",
})  # fmt: skip
"""Settings whose form is fixed, and is told by no complaint."""

_NO_NAME = "None"
_OF_OS = frozenset({os.__file__, os.getenv.__code__.co_filename})
"""What frames of the module say; the interpreter may hold it frozen, under another name."""


def needs(
    complaints: Iterable[Complaint],
    missing: Iterable[str] = (),
    elsewhere: Iterable[str] = (),
    *,
    started: bool = False,
) -> tuple[Setting, ...]:
    """Give the settings that the app's complaints ask for.

    `missing` are the names of variables that the app read and did not find. One of them that a
    complaint names is needed; where no complaint names any, all of them are, unless the app has
    `started` without them. `elsewhere` are those that libraries read: libraries look for much, so
    one of these must be named.
    """
    libraries = frozenset(elsewhere)
    found: dict[str, Setting] = {}
    sought = tuple(dict.fromkeys(missing))
    unnamed = False
    for complaint in complaints:
        for setting in (*_of_models(complaint), *_of_texts(complaint, sought)):
            found[setting.name] = setting
        for name in libraries.intersection(_UPPER.findall(complaint.text)):
            found[name] = setting_for(name, f"a {complaint.kind} names it")
        unnamed |= complaint.kind in _RAISED_FOR_SETTINGS
        if complaint.kind == "ParamValidationError" and _NO_NAME in complaint.text:
            for name in sought:
                found[name] = setting_for(name, "a request to the store had no name in it")
    if not found and unnamed and not started:
        return tuple(setting_for(name, "the app reads it and does not start") for name in sought)
    return tuple(found.values())


def asks_environment(complaint: Complaint) -> bool:
    """Whether an exception is that of `os.environ`, which does not hold a name."""
    return complaint.kind == "KeyError" and any(one.file in _OF_OS for one in complaint.frames)


def setting_for(name: str, why: str, field: str = "") -> Setting:
    """Choose a text for a setting by its name. `field` is what a settings model calls it.

    A table is called as its setting is, as scan calls it too: facts of both are then of one table,
    and what was learned of it holds in a run with other canaries.
    """
    if name in _KNOWN:
        return Setting(name, _KNOWN[name], canary=False, why=why)
    words = split_words(name)
    if "table" in words or "tables" in words:
        return Setting(name, field or name, canary=False, why=why)
    text = _BY_WORD.get(words[-1] if words else "", CANARY)
    return Setting(name, text, canary=CANARY in text, why=why)


def planted(setting: Setting, mint: Mint) -> tuple[str, Canary | None]:
    """Give a setting's text for one run, with the canary in it if there is one."""
    if not setting.canary:
        return setting.text, None
    canary = mint.text(Shape(), Source.SETTING, (setting.name,))
    return (setting.text or CANARY).replace(CANARY, canary.planted), canary


def _of_models(complaint: Complaint) -> Iterator[Setting]:
    """Read what a settings model misses or refuses; it says which variable each field reads."""
    names = [text for name, text in complaint.details if name == "env"]
    found = tuple(wrongs(complaint.details))
    for name, wrong in zip(names, found, strict=False):
        if wrong.kind in {"missing", "extra_forbidden"}:
            yield setting_for(name, f"{_model(complaint)} wants it", wrong.path[-1])
        else:
            yield _corrected(name, wrong, complaint)


def _corrected(name: str, wrong: Wrong, complaint: Complaint) -> Setting:
    """Give a setting a text of the type that was wanted."""
    why = f"{_model(complaint)} said {wrong.kind}"
    shape = validated(Shape(), wrong.kind, wrong.context, wrong.message)
    if shape.choices:
        return Setting(name, shape.choices[0], canary=False, why=why)
    if shape.longest or shape.shortest:
        text = CANARY if not shape.shortest else f"{'x' * shape.shortest}{CANARY}"
        return Setting(name, text, why=why)
    if wrong.kind == "json_invalid":
        return Setting(name, f'["{CANARY}"]', why=why)
    if wrong.kind.startswith("url"):
        return Setting(name, _BY_WORD["url"], why=why)
    if shape.kind == "N" and shape.low is not None:
        return Setting(name, str(int(shape.low)), canary=False, why=why)
    if shape.kind in _BY_KIND:
        return Setting(name, _BY_KIND[shape.kind], canary=False, why=why)
    return setting_for(name, why, wrong.path[-1])


def _model(complaint: Complaint) -> str:
    return dict(complaint.details).get("model") or "the settings"


def _of_texts(complaint: Complaint, sought: tuple[str, ...]) -> Iterator[Setting]:
    """Read `os.environ['X']` and "X is not set"."""
    details = dict(complaint.details)
    if complaint.kind == "KeyError":
        key = details.get("key", "")
        if key in sought or (asks_environment(complaint) and _UPPER.fullmatch(key)):
            yield setting_for(key, "os.environ is asked for it")
    elif complaint.kind in _RAISED_FOR_SETTINGS:
        for name in dict.fromkeys(_UPPER.findall(complaint.text)):
            if name in sought:
                yield setting_for(name, f"a {complaint.kind} names it")


class MissingReads:
    """Notes the names of environment variables that code below `folder` read and did not find.

    A context manager. It replaces how `os.environ` looks a name up, since `get`, `in` and
    `os.getenv` all end there.
    """

    def __init__(self, folder: Path) -> None:
        """Prepare."""
        self._folder = f"{folder.resolve()}/"
        self._names: dict[str, None] = {}
        self._elsewhere: dict[str, None] = {}
        self._read: dict[str, None] = {}
        self._kind: Any = type(os.environ)
        self._before = self._kind.__getitem__

    def __enter__(self) -> Self:
        """Begin to note names."""
        before, folder = self._before, self._folder
        names, elsewhere = self._names, self._elsewhere

        def looked_up(environ: Any, name: str) -> str:
            try:
                text: str = before(environ, name)
            except KeyError:
                if isinstance(name, str):
                    (names if _asked_by(folder) else elsewhere)[name] = None
                raise
            return text

        self._kind.__getitem__ = looked_up
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Look names up as before."""
        self._kind.__getitem__ = self._before

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The names that were read by other code, all of them."""
        return tuple(self._elsewhere)

    def drain(self) -> tuple[str, ...]:
        """Give the names since the last drain."""
        names = tuple(self._names)
        self._read |= self._names
        self._names.clear()
        return names

    @property
    def read(self) -> tuple[str, ...]:
        """The names that code below the folder read, all of them."""
        return (*self._read, *self._names)


def _asked_by(folder: str) -> bool:
    """Whether code of the app asks, through whatever the standard library puts in between."""
    frame = sys._getframe(2)  # noqa: SLF001 - nothing else tells who calls
    library = os.path.dirname(os.__file__)  # noqa: PTH120 - compared with what code objects hold
    between = {library, ""}
    while frame.f_back is not None and (
        os.path.dirname(frame.f_code.co_filename) in between  # noqa: PTH120 - as above
        or frame.f_code.co_filename == __file__
    ):
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(folder)

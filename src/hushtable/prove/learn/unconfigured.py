"""Settings that an app does without until it checks a token: an audience, an issuer.

Such a setting is an empty text where nobody gave it. The app starts, and then refuses every token.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from hushtable.model.sensitivity_names import split_words
from hushtable.prove.learn.settings import setting_for
from hushtable.prove.sketch import Setting

AUDIENCE = frozenset({"audience", "aud", "client"})
ISSUER = frozenset({"issuer", "iss", "domain", "tenant", "authority"})
"""Words of the names of settings that say whom a token is for, and who signed it."""

_NO_NAME = frozenset({"secret", "password", "key"})


def unconfigured(wanted: frozenset[str], read: Iterable[str]) -> tuple[Setting, ...]:
    """Give the settings that were left empty and are named with one of these words.

    `read` are the variables that the app looked for and did not find.
    """
    why = "a check of tokens wants it"
    names = dict.fromkeys((*read, *_left_empty()))
    return tuple(
        setting_for(name, why)
        for name in names
        if name not in os.environ
        and wanted & set(split_words(name))
        and not _NO_NAME & set(split_words(name))
    )


def _left_empty() -> Iterator[str]:
    """Give the variables of the fields of settings models whose default says nothing."""
    module: Any = sys.modules.get("pydantic_settings")
    waiting = list(module.BaseSettings.__subclasses__()) if module is not None else []
    while waiting:
        model = waiting.pop()
        waiting.extend(model.__subclasses__())
        prefix = str(model.model_config.get("env_prefix") or "")
        for name, field in model.model_fields.items():
            alias = field.validation_alias or field.alias
            if field.default in {"", None} and (alias is None or isinstance(alias, str)):
                yield (alias or f"{prefix}{name}").upper()

"""Settings classes: their fields come from the environment when the service starts.

Source: docs.pydantic.dev/latest/concepts/pydantic_settings.
"""

from __future__ import annotations

import re
from typing import Any

from hushtable.scan.annotations import members, origin_name
from hushtable.scan.fields import SECRETS, Field, Schema
from hushtable.scan.fitting import fit, secret, structured
from hushtable.scan.frame import Machine
from hushtable.scan.labels import Kind, Label
from hushtable.scan.typed import HINTS, of_type
from hushtable.scan.values import (
    MISSING,
    NONE,
    Const,
    Dict,
    Instance,
    Opaque,
)

SET = "set"
"""The hint of a setting that is on unless somebody turns it off."""
CREDENTIAL = re.compile(
    r"secret|passw|token|credential|private|(^|_)key$|api_?key|salt|pepper", re.IGNORECASE
)


def make_settings(m: Machine, schema: Schema, given: Dict) -> Instance:
    """Make a settings object: what the call gives, else what the environment will."""
    made = Instance(schema.cls)
    for name, field in schema.fields.items():
        held = given.slots.get(name, MISSING)
        made.slots[name] = (
            of_environment(m, schema, field) if held is MISSING else fit(m, field.type, held)
        )
    return made


def of_environment(m: Machine, schema: Schema, field: Field) -> Any:
    """Give what the environment holds for a field: never known, whatever its default.

    A plain text default is kept as the value's only part, so that the name of a table is known
    while its truth is not.
    """
    default = field.default.value if isinstance(field.default, Const) else None
    label = Label(
        Kind.SETTING,
        name=variable(schema, field),
        detail=f"settings.{field.name}",
        hint=SET if default else "",
    )
    labels = frozenset({label})
    candidates = [] if field.type is None else [one for one in members(field.type) if one != NONE]
    origin = origin_name(candidates[0]) if candidates else ""
    if origin in SECRETS:
        return secret(Opaque(labels, "str", of=field.name), origin)
    if structured(field.type):
        return of_type(m, field.type, labels)
    text = field.default.value if isinstance(field.default, Const) else None
    known = isinstance(text, str) and text and not CREDENTIAL.search(field.name)
    return Opaque(
        labels,
        HINTS.get(origin, "str" if known else ""),
        parts=(text,) if known else None,
        of=field.name,
    )


def variable(schema: Schema, field: Field) -> str:
    """Give the name of the environment variable a field is read from."""
    if field.aliases:
        return field.aliases[0]
    return f"{schema.env_prefix}{field.name}".upper()

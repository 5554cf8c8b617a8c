"""What a JSON Web Token carries: names of claims, never their values (RFC 7519)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from hushtable.model.sensitivity_names import classify
from hushtable.probe.masking import named

_TOKEN = re.compile(r"(?P<head>eyJ[\w-]+)\.(?P<claims>eyJ[\w-]+)\.[\w-]*")
_ROLES = frozenset({"admin", "is_admin", "permissions", "role", "roles", "scope", "scopes"})
_LONGEST = 8192


def carries(text: str) -> str:
    """Say what is remarkable about a token in a text: ` that carries email and never expires`.

    Empty where there is no token, or nothing to remark.
    """
    match = _TOKEN.search(text[:_LONGEST])
    head, claims = (_part(match[name]) for name in ("head", "claims")) if match else ({}, {})
    told = []
    names = [name for name in claims if name in _ROLES or _is_sensitive(name)]
    if names:
        told.append(f"carries {', '.join(named(name) for name in names)}")
    if claims and "exp" not in claims:
        told.append("never expires")
    if str(head.get("alg", "")).lower() == "none":
        told.append("is not signed")
    return f" that {' and '.join(told)}" if told else ""


def _is_sensitive(name: str) -> bool:
    said = classify(name)
    return str(said.category) not in {"public", "internal"} and said.confidence >= 0.7  # noqa: PLR2004 - sure by its name


def _part(text: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}

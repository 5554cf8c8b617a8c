"""Page cursors: where the next page of a list starts, signed, and bound to one caller."""

import base64
import hashlib
import hmac
import json
from typing import Any

from fastapi import HTTPException, status

from app.settings import get_settings


def signature(owner: str, text: str) -> str:
    """Sign a cursor for its owner."""
    key = get_settings().cursor_key.get_secret_value().encode()
    return hmac.new(key, f"{owner}|{text}".encode(), hashlib.sha256).hexdigest()


def encode_cursor(key: dict[str, Any] | None, owner: str) -> str | None:
    """Make the text a client sends back to get the next page."""
    if key is None:
        return None
    text = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
    return f"{text}.{signature(owner, text)}"


def decode_cursor(cursor: str, owner: str) -> dict[str, Any]:
    """Read the text a client sent. Raises 400 when it was not made here, for this caller."""
    text, _, signed = cursor.rpartition(".")
    if not hmac.compare_digest(signature(owner, text).encode(), signed.encode()):
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "Unknown cursor")
    return dict(json.loads(base64.urlsafe_b64decode(text)))

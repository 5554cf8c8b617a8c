"""Page cursors: where the next page of a list starts."""

import base64
import json
from typing import Any


def encode_cursor(key: dict[str, Any] | None) -> str | None:
    """Make the text a client sends back to get the next page."""
    if key is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def decode_cursor(cursor: str) -> dict[str, Any]:
    """Read the text a client sent."""
    return dict(json.loads(base64.urlsafe_b64decode(cursor)))

"""What the environment says without botocore: nothing at all, or so little that it is plain.

Starting botocore takes longer than everything else before the first request. Where credentials
and a region stand in environment variables and nothing else is configured, what botocore would
find is known without it; tests/guard/transport/test_choose.py compares.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from hushtable.guard.transport.keys import Keys

_KEYS_AND_REGION = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
}
_NO_SETTING = ("AWS_EC2_METADATA_DISABLED", "AWS_EXECUTION_ENV", "AWS_LAMBDA_", "AWS_XRAY_")
"""Variables by which the platform describes itself, or that say nothing once there are keys."""

_OF_THE_MACHINE = {"AWS_CA_BUNDLE", "AWS_EC2_METADATA_DISABLED", "AWS_PAGER"}
"""Variables that a machine without any AWS account may well have."""

_ELSEWHERE = ("REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def is_empty(environ: Mapping[str, str], home: Path) -> bool:
    """Tell whether nothing says which account, region or endpoint: no variable, no file."""
    return not _folder_there(home) and not any(
        name.startswith("AWS_") and value and name not in _OF_THE_MACHINE
        for name, value in environ.items()
    )


def is_plain(environ: Mapping[str, str], home: Path) -> bool:
    """Tell whether nothing is configured beyond credentials and a region, as variables.

    On Linux alone: elsewhere a proxy may be a setting of the system.
    """
    return (
        sys.platform == "linux"
        and not _folder_there(home)
        and not any(_is_setting(name) for name in environ)
    )


def keys_of(environ: Mapping[str, str]) -> Keys | None:
    """Take the credentials of the environment variables; None where they are not complete."""
    access, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    if not access or not secret:
        return None
    return Keys(access, secret, environ.get("AWS_SESSION_TOKEN") or None)


def region_of(environ: Mapping[str, str]) -> str | None:
    """Take the region: botocore's variable first, then the one other SDKs read."""
    return environ.get("AWS_DEFAULT_REGION") or environ.get("AWS_REGION") or None


def _is_setting(name: str) -> bool:
    if name.upper() in _ELSEWHERE:
        return True
    known = name in _KEYS_AND_REGION or name.startswith(_NO_SETTING)
    return name.startswith("AWS_") and not known


def _folder_there(home: Path) -> bool:
    try:
        return (home / ".aws").exists()
    except OSError:
        return True

"""The environment variables of a child: its own home, credentials of nobody, nothing of the user.

It is made anew and not cleaned: whatever a variable is called, a user's value does not pass.
What an app needs beyond this it is not given by the machine; it is learned, and made up.
"""

from __future__ import annotations

import site
from collections.abc import Mapping
from pathlib import Path

PASSED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")
"""Variables without which an interpreter finds neither its libraries nor its alphabet."""

REGION = "us-east-1"
ACCESS_KEY = "AKIAHUSHTABLENOBODY0"
SECRET_KEY = "hushtable/these/are/the/credentials/of/nobody"  # noqa: S105 -- nobody's

_FOLDERS = {
    "HOME": "home",
    "TMPDIR": "tmp",
    "TEMP": "tmp",
    "TMP": "tmp",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_DATA_HOME": "home/.local/share",
    "XDG_STATE_HOME": "home/.local/state",
    "XDG_RUNTIME_DIR": "run",
}


def environment(folder: Path, outer: Mapping[str, str]) -> dict[str, str]:
    """Make the variables of a child whose files lie below `folder`, and the folders they name."""
    made = {name: str(folder / below) for name, below in _FOLDERS.items()}
    for path in made.values():
        Path(path).mkdir(parents=True, exist_ok=True, mode=0o700)
    nothing = folder / "empty"
    nothing.touch()
    passed = {name: outer[name] for name in PASSED if outer.get(name)}
    if site.ENABLE_USER_SITE and outer.get("HOME"):
        # Packages of `pip install --user` lie in the real home.
        passed["PYTHONUSERBASE"] = site.getuserbase()
    return {
        **passed,
        **made,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(nothing),
        "AWS_SHARED_CREDENTIALS_FILE": str(nothing),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }

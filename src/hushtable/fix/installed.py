"""Which packages a project says it needs, in the files that installers read."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import PurePosixPath

from hushtable.fix.source import Sources

_FILES = (
    "requirements*.txt", "requirements*.in", "pyproject.toml", "setup.cfg", "setup.py", "Pipfile",
    "Pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock",
)  # fmt: skip
_COMMENT = re.compile(r"(?m)#.*$")


def is_list(path: str) -> bool:
    """Whether a file of this name says which packages a project needs."""
    name, folder = PurePosixPath(path).name, PurePosixPath(path).parent.name
    listed = any(fnmatch(name, pattern) for pattern in _FILES)
    return listed or (folder == "requirements" and name.endswith((".txt", ".in")))


def needs(sources: Sources, package: str, module: str, extra: str = "") -> bool:
    """Whether a project needs a package (with an extra of it), or imports its module already."""
    imported = re.compile(
        rb"(?m)^[ \t]*(?:from|import)[ \t]+" + re.escape(module).encode() + rb"\b"
    )
    named = re.compile(
        r"(?im)(?:^|[\"'])[ \t]*"
        + re.escape(package).replace(r"\-", "[-_.]")
        + (
            rf"[ \t]*\[[^\]\n]*\b(?:{extra}|all)\b[^\]\n]*\]"
            if extra
            else r"(?:[ \t]*\[[^\]\n]*\])?"
        )
        + r"[ \t]*(?:$|[\"'<>=!~;,@ ])"
    )
    for path, data in sources.texts.items():
        if path.endswith(".py") and imported.search(data):
            return True
        if is_list(path) and named.search(_COMMENT.sub("", data.decode("utf-8", "replace"))):
            return True
    return False

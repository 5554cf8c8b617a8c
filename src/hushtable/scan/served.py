"""Files that the app serves: those under a folder that is mounted as static files."""

from __future__ import annotations

from posixpath import normpath
from typing import Any

from hushtable.scan.frame import Call, Machine
from hushtable.scan.operators import text_parts
from hushtable.scan.values import UNKNOWN, Instance

HOLE = "*"
"""Stands for a part of a path that is not known."""


def path_text(value: Any) -> str:
    """Give the text of a path, of a Path or of an open file; HOLE for what is not known."""
    match value:
        case Instance(native="pathlib.Path", slots=slots):
            return path_text(slots.get("text", UNKNOWN))
        case Instance(native="file", slots=slots):
            return path_text(slots.get("path", UNKNOWN))
    text = "".join(HOLE if part is None else part for part in text_parts(value))
    return normpath(text) if text else HOLE


def serve(m: Machine, directory: Any) -> None:
    """Remember a folder that is mounted as static files."""
    text = path_text(directory)
    if text.strip(f"{HOLE}/."):
        m.stores.setdefault("static", set()).add(text)


def served(m: Machine, call: Call) -> bool:
    """Whether a call writes to a file in a folder that the app serves."""
    folders = m.stores.get("static", ())
    if not folders:
        return False
    files = [one for one in (call.receiver, *call.everything()) if _is_file(one)]
    texts = [path_text(one) for one in files]
    return any(text.startswith(f"{folder}/") for text in texts for folder in folders)


def _is_file(value: Any) -> bool:
    return isinstance(value, Instance) and value.native in {"file", "pathlib.Path"}

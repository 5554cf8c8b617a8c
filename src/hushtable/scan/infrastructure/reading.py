"""Reads one infrastructure file, whatever its format. Broken files are told, never raised."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from hushtable.scan.infrastructure.cdk import read_cdk
from hushtable.scan.infrastructure.cloudformation import read_template
from hushtable.scan.infrastructure.definitions import Definitions, unreadable
from hushtable.scan.infrastructure.terraform import read_terraform
from hushtable.scan.infrastructure.wanted import PYTHON, TERRAFORM

MAX_BYTES = 3_000_000
"""Larger files are generated; one is told as unknown, not read."""
MAX_TERRAFORM = 1_000_000
"""The same for Terraform: as many bytes of tables take a second and a half."""


def read(path: Path, relative: str) -> Definitions:
    """Read the tables and policies a file defines; `relative` is its path in the scanned tree."""
    suffix = PurePosixPath(relative).suffix.lower()
    try:
        if path.stat().st_size > (MAX_TERRAFORM if suffix in TERRAFORM else MAX_BYTES):
            return unreadable(relative, 1, "too large for an infrastructure file")
        source = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return unreadable(relative, 1, "not UTF-8 text")
    except OSError as error:
        return unreadable(relative, 1, error.strerror or "cannot be read")
    try:
        if suffix in TERRAFORM:
            return read_terraform(source, relative)
        if suffix in PYTHON:
            return read_cdk(source, relative)
        return read_template(source, relative)
    except RecursionError:
        return unreadable(relative, 1, "nested too deeply")

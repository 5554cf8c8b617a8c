"""Tests of how files are listed, read and parsed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.scan.source import SourceFile, Unreadable, decode, list_files, parse, read


def written(folder: Path, data: bytes) -> SourceFile:
    """Write a file, and give it as a listing does."""
    (folder / "a.py").write_bytes(data)
    return list_files(folder).python[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_characters_are_no_source(tmp_path: Path, encoding: str) -> None:
    """A file in wide characters is unknown when it is read, before anything is searched in it."""
    with pytest.raises(Unreadable, match="null bytes"):
        read(written(tmp_path, "import boto3\n".encode(encoding)))


def test_a_wide_mark_before_text_without_null_bytes(tmp_path: Path) -> None:
    """The mark alone tells: Chinese in UTF-16 holds no null byte."""
    with pytest.raises(Unreadable, match="UTF-16"):
        read(written(tmp_path, "\u7528\u6237".encode("utf-16")))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_plain_source_is_read(tmp_path: Path, mark: bytes) -> None:
    """UTF-8 is read as it lies there, with or without its mark."""
    assert read(written(tmp_path, mark + b"x = 1\n")) == mark + b"x = 1\n"


@given(st.binary(max_size=200))
def test_any_bytes_parse_or_are_told(data: bytes) -> None:
    """Bytes are a module or unreadable, and the reason quotes nothing of them."""
    reason = ""
    try:
        parse(data)
    except Unreadable as error:
        reason = str(error)
    assert reason.isascii()


def test_a_declared_encoding_is_honoured() -> None:
    """The coding line decides, as it does for Python."""
    assert decode("# coding: latin-1\n# caf\xe9\n".encode("latin-1")).endswith("caf\xe9\n")

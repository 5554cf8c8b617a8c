"""Tokens in bytes: found however they were encoded, and nothing else found."""

from __future__ import annotations

import base64
import gzip
import html
import json
import os
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.prove.witness.decode import LEVELS, found, layers

TOKEN = "hqabcdefghij23"  # noqa: S105 - a canary
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
# Random ones hardly repeat a character, and so are not packed into fewer bytes.
TOKENS = st.lists(st.sampled_from(ALPHABET), min_size=12, max_size=12, unique=True).map(
    lambda tail: f"hq{''.join(tail)}"
)


def deflate(data: bytes) -> bytes:
    """Give raw deflate, as some proxies and SAML send it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "url-safe base64": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "base64 in lines": base64.encodebytes,
    "hex": lambda data: data.hex().encode(),
    "percent": lambda data: "".join(f"%{byte:02X}" for byte in data).encode(),
    "reversed": lambda data: data[::-1],
    "JSON escapes": lambda data: "".join(f"\\u{byte:04x}" for byte in data).encode(),
    "HTML entities": lambda data: "".join(f"&#{byte};" for byte in data).encode(),
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "deflate": deflate,
}
PACKED = {"gzip", "zlib", "deflate"}


def whose(*tokens: str) -> Callable[[str], str]:
    """Know some tokens, by their first twelve characters as well."""
    heads = {token[:12]: token for token in tokens}

    def known(text: str) -> str:
        token = heads.get(text[:12], "")
        return token if token.startswith(text) else ""

    return known


@given(
    token=TOKENS,
    names=st.lists(st.sampled_from(sorted(ENCODINGS)), max_size=LEVELS),
    before=st.text(st.sampled_from("abz09 -_.:/{\"'"), max_size=7),
    after=st.text(st.sampled_from("abz09 -_.:/}\"'"), max_size=7),
)
@settings(max_examples=200, deadline=None)
def test_a_token_is_found_under_any_encodings(
    token: str, names: list[str], before: str, after: str
) -> None:
    """Up to three encodings, one in the other, in any order, hide no token."""
    data = f"{before}.{token}.{after}".encode()
    for name in names:
        data = ENCODINGS[name](data)
    assert token in {one.token for one in found(data, whose(token))}


@given(st.binary(max_size=3000) | st.text(ALPHABET, max_size=3000).map(str.encode), TOKENS)
@settings(max_examples=200, deadline=None)
def test_random_text_holds_no_token(data: bytes, token: str) -> None:
    """What nobody planted is not found."""
    if token[:12].encode() not in data and token[:12][::-1].encode() not in data:
        assert found(data, whose(token)) == ()


@pytest.mark.parametrize(
    ("data", "how"),
    [
        (TOKEN, ()),
        (TOKEN.upper(), ("upper case",)),
        (TOKEN[:12], ("cut short",)),
        (f"cursor-{base64.b64encode(TOKEN.encode()).decode()}", ("base64",)),
        (f"ab{TOKEN.encode().hex()}", ("hex",)),
        (quote(f"é{TOKEN}", safe="").replace("hq", "%68%71"), ("percent",)),
        (html.escape(TOKEN).replace("h", "&#x68;", 1), ("HTML entities",)),
    ],
)
def test_how_it_was_encoded_is_told(data: str, how: tuple[str, ...]) -> None:
    """The shortest chain of encodings is told."""
    (only,) = found(data.encode(), whose(TOKEN))
    assert (only.token, only.encoding) == (TOKEN, how)


def test_segments_of_a_jwt_are_read() -> None:
    """A claim in a signed token is found: base64 without padding, between dots."""
    header, claims = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "HS256"}, {"sub": TOKEN})
    )
    (only,) = found(f"Bearer {header}.{claims}.c2lnbmF0dXJl".encode(), whose(TOKEN))
    assert only.encoding == ("base64",)


@pytest.mark.parametrize(
    "seed", [b"A", b"hq", b"%41", b"&#65;", b"\\u0041", b"x\x9c", b"\x1f\x8b\x08"]
)
def test_work_is_bounded(seed: bytes) -> None:
    """The layers of a hostile text are together no more than a few times its size."""
    data = seed * (1_000_000 // len(seed))
    assert sum(len(one.text) for one in layers(data)) <= 8 * len(data) + (1 << 22)


def test_a_bomb_is_not_unpacked_whole() -> None:
    """A small text that unpacks to a gigabyte is read up to the bound."""
    packed = gzip.compress(b"a" * 30_000_000)
    assert sum(len(one.text) for one in layers(packed)) <= 8 * len(packed) + (1 << 22)


def test_base64_of_noise_is_read_in_few_layers() -> None:
    """A long text that looks like base64 leaves little to look at once it is undone."""
    data = base64.b64encode(os.urandom(300_000))
    inner = [one for one in layers(data) if one.encoding == ("base64",)]
    assert sum(len(one.text) for one in inner) < len(data) // 100

"""What git may be asked to fetch from, and how it is shown: never with a credential in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

PROTOCOLS = ("https", "ssh", "file")

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/]*)(?P<path>/.*)?")
# What ssh takes, as in git@host:team/shop.git; one letter before the colon is a disk of Windows.
_BRIEF = re.compile(r"(?P<authority>(?:[^@/:\\]+@)?[A-Za-z0-9][A-Za-z0-9.-]+):(?P<path>[^-:].*)")
_HOST = re.compile(r"(?:[A-Za-z0-9_][\w.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")
_REVISION = re.compile(r"\w[\w./+-]*")
_USERINFO = re.compile(r"(?<=//)[^/@\s]*@")
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Account:
    """A URL without its credential, and that apart; `host` is its scheme and host."""

    url: str
    host: str = ""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


class UnfitAddressError(ValueError):
    """Something that git is not asked for; the text says why and quotes nothing."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where git fetches from. `url` may hold a credential, `shown` and `place` never do.

    `place` is the same for every credential.
    """

    url: str = field(repr=False)
    shown: str
    place: str
    revision: str = ""


def address(text: str) -> Address | None:
    """Read `URL[@REVISION]`; None for what is no URL, as a path.

    Raises UnfitAddressError for a URL that is not fetched from.
    """
    if found := _URL.fullmatch(text):
        return _of_url(found["scheme"].lower(), found["authority"], found["path"] or "")
    if "::" in text:
        raise UnfitAddressError(_WHICH)
    if found := _BRIEF.fullmatch(text):
        if found["authority"].startswith("-"):
            raise UnfitAddressError(_NO_HOST)
        path, revision = revised(found["path"])
        url = f"{found['authority']}:{path}"
        return Address(url, url, url, revision)
    return None


def revised(path: str) -> tuple[str, str]:
    """Part `PATH@REVISION`. Raises UnfitAddressError for a revision that git could misread."""
    path, mark, revision = path.rpartition("@") if "@" in path else (path, "", "")
    if not mark:
        return path, ""
    if not _REVISION.fullmatch(revision) or ".." in revision or revision.endswith("/"):
        text = "has no branch, tag or commit behind its @"
        raise UnfitAddressError(text)
    return path, revision


def account(url: str) -> Account:
    """Part the credential from an https URL; another URL has none."""
    found = _URL.fullmatch(url)
    if found is None or found["scheme"] != "https" or "@" not in found["authority"]:
        return Account(url)
    userinfo, _, host = found["authority"].rpartition("@")
    user, _, password = userinfo.partition(":")
    at = f"https://{host}"
    return Account(f"{at}{found['path'] or ''}", at, unquote(user), unquote(password))


def masked(text: str, url: str = "") -> str:
    """Take the credentials of a URL, and whatever stands before the host of any, out of a text."""
    found = _USERINFO.search(url)
    for secret in _secrets(found[0].removesuffix("@")) if found else ():
        text = text.replace(secret, _HIDDEN)
    return _USERINFO.sub(f"{_HIDDEN}@", text)


def _of_url(scheme: str, authority: str, path: str) -> Address:
    if scheme not in PROTOCOLS:
        raise UnfitAddressError(_WHICH)
    path, revision = revised(path)
    if "?" in path:
        text = "has a question mark in it, which no repository needs"
        raise UnfitAddressError(text)
    user, at, host = authority.rpartition("@")
    if scheme == "file":
        if authority not in {"", "localhost"}:
            text = "names a host, but file:// is of this machine"
            raise UnfitAddressError(text)
    elif not _HOST.fullmatch(host) or user.startswith("-"):
        raise UnfitAddressError(_NO_HOST)
    if scheme == "ssh" and ":" in user:
        text = "has a password, which ssh does not take"
        raise UnfitAddressError(text)
    if not unquote(user).isprintable():
        text = "has a credential with characters that nobody sees"
        raise UnfitAddressError(text)
    if not path.strip("/"):
        text = "names no repository"
        raise UnfitAddressError(text)
    # ssh's user is a name that all share, as git.
    named = user if scheme == "ssh" else _HIDDEN
    place = f"{scheme}://{host}{path}"
    shown = f"{scheme}://{named}{at}{host}{path}" if at else place
    return Address(f"{scheme}://{authority}{path}", shown, place, revision)


def _secrets(userinfo: str) -> list[str]:
    """Give the texts that may stand for a credential in a message, the longest first."""
    parts = [userinfo, userinfo.partition(":")[2] or userinfo]
    found = {text for part in parts for text in (part, unquote(part)) if text}
    return sorted(found, key=len, reverse=True)


_WHICH = f"is fetched by none of {', '.join(f'{one}://' for one in PROTOCOLS)}"
_NO_HOST = "names no host"

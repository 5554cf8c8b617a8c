"""Who may be asked."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.errors import UsageError
from hushtable.probe.target import is_near, target


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("192.168.1.1", True),
        ("::1", True),
        ("fd00::1", True),
        ("::ffff:10.0.0.1", True),
        ("8.8.8.8", False),
        ("172.32.0.1", False),
        ("169.254.169.254", False),
        ("::ffff:169.254.169.254", False),
        ("fe80::1%eth0", False),
        ("0.0.0.0", False),  # noqa: S104 - to be refused
        ("224.0.0.1", False),
        ("2001:4860:4860::8888", False),
        ("::ffff:8.8.8.8", False),
        ("nonsense", False),
    ],
)
def test_near_is_loopback_or_private(address: str, *, near: bool) -> None:
    """Loopback and private networks are near; metadata addresses and the internet are not."""
    assert is_near(address) is near


@given(st.ip_addresses().map(str))
def test_a_global_address_is_never_near(address: str) -> None:
    """No address that the internet routes is taken for a near one."""
    if ipaddress.ip_address(address).is_global:
        assert not is_near(address)


def test_a_public_host_needs_consent() -> None:
    """A public host is refused unless it is named, and one of several addresses is enough."""

    def mixed(_host: str) -> tuple[str, ...]:
        return ("10.0.0.1", "8.8.8.8")

    with pytest.raises(UsageError, match=r"--i-own api\.example\.org"):
        target("https://api.example.org", resolving=mixed)
    with pytest.raises(UsageError, match="--i-own"):
        target("https://api.example.org", frozenset({"example.org"}), mixed)
    found = target("https://API.example.org/v1/", frozenset({"api.example.org"}), mixed)
    assert (found.near, found.origin, found.base) == (False, "https://api.example.org", "/v1")


@pytest.mark.parametrize(
    "url", ["", "ftp://127.0.0.1", "http://", "http://[::1", "http://127.0.0.1:99999", "http://:80"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    """A text that names no host to ask by HTTP is a usage error."""
    with pytest.raises(UsageError):
        target(url, resolving=lambda _: ("127.0.0.1",))


def test_a_password_in_a_url_is_not_repeated() -> None:
    """A URL with a password is refused, and the refusal does not hold it."""
    with pytest.raises(UsageError) as caught:
        target("http://me:hunter2@127.0.0.1/")
    assert "hunter2" not in str(caught.value)


def test_a_host_without_an_address_is_refused() -> None:
    """A name that resolves to nothing is a usage error."""
    with pytest.raises(UsageError, match="has no address"):
        target("http://nowhere.invalid", resolving=lambda _: ())


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("http://127.0.0.1:8000/x", True),
        ("http://127.0.0.1:8001/x", False),
        ("https://127.0.0.1:8000/x", False),
        ("http://localhost:8000/x", False),
        ("http://127.0.0.1:8000@evil.test/", False),
        ("http://127.0.0.1:x/", False),
    ],
)
def test_one_origin(url: str, *, same: bool) -> None:
    """Only scheme, host and port together are the same origin."""
    assert target("http://127.0.0.1:8000").same_origin(url) is same


def test_a_scheme_may_be_left_out() -> None:
    """`127.0.0.1:8000` is asked over HTTP, and IPv6 keeps its brackets."""
    assert target("127.0.0.1:8000").origin == "http://127.0.0.1:8000"
    assert target("http://[::1]:8000", resolving=lambda host: (host,)).origin == "http://[::1]:8000"

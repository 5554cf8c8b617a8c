"""What a route is for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.service import Parameter, ParameterSource, Route
from hushtable.rules.purpose import (
    is_entrance,
    is_probe,
    is_public_by_design,
    takes_a_guess,
    words,
)
from tests.rules.samples import OPEN


def at(path: str, method: str = "POST", handler: str = "app.handler") -> Route:
    """Make a route at a path."""
    return replace(OPEN, path=path, method=method, handler=handler)


@pytest.mark.parametrize(
    "path",
    [
        "/login",
        "/api/v1/auth/login",
        "/auth/refresh",
        "/token",
        "/auth/register",
        "/users/sign-up",
        "/logIn",
        "/auth/verify-email/{code}",
        "/forgotPassword",
        "/oauth2/authorize",
        "/register",
    ],
)
def test_entrances(path: str) -> None:
    """Routes where callers identify themselves are known by their path."""
    assert is_entrance(at(path))


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/refresh",
        "/devices/register",
        "/tokens",
        "/users/{user_id}/tokens",
        "/loginsights",
        "/devices/{token}",
        "/users/{login}",
        "/verification",
        "/",
        "/orders/confirm",
    ],
)
def test_what_only_sounds_like_an_entrance(path: str) -> None:
    """A word inside another, a parameter's name, or an everyday word elsewhere is no entrance."""
    assert not is_entrance(at(path))


def test_a_handler_may_tell() -> None:
    """A handler called login makes an entrance of any path; one about logins does not."""
    assert is_entrance(at("/{username}/{password}", handler="app.users.login_user"))
    assert is_entrance(at("/session", handler="app.do_sign_in"))
    assert not is_entrance(at("/stats", handler="app.stats.count_logins"))
    assert not is_entrance(at("/stats", handler="app.stats.write_login_history"))


@pytest.mark.parametrize(
    ("path", "probe"),
    [
        ("/", True),
        ("", True),
        ("/{name}", True),
        ("/health", True),
        ("/api/v1/health-check", True),
        ("/healthz", True),
        ("/robots.txt", True),
        ("/robots", False),
        ("/health_records", False),
        ("/users", False),
    ],
)
def test_probes(path: str, *, probe: bool) -> None:
    """Health, docs and the root are probes; longer words are not."""
    assert is_probe(at(path)) is probe


def test_public_by_design() -> None:
    """Webhooks, catalogues and capability links are public on purpose."""
    token = Parameter("token", ParameterSource.PATH)
    assert is_public_by_design(replace(at("/ping/{token}"), parameters=(token,)))
    assert is_public_by_design(at("/webhooks/payment"))
    assert is_public_by_design(at("/products", method="GET"))
    assert not is_public_by_design(at("/products", method="POST"))
    assert not is_public_by_design(at("/users/{user_id}"))
    query = Parameter("token", ParameterSource.QUERY)
    assert not is_public_by_design(replace(at("/users"), parameters=(query,)))


def test_guesses() -> None:
    """A route takes a guess by its path, its handler or a parameter, when it is sent to."""
    assert takes_a_guess(at("/auth/login"))
    assert not takes_a_guess(at("/auth/login", method="GET"))
    assert not takes_a_guess(at("/orders"))
    password = Parameter("new_password", ParameterSource.BODY)
    assert takes_a_guess(replace(at("/account"), parameters=(password,)))


@given(st.text(), st.text())
def test_any_path_is_judged(path: str, handler: str) -> None:
    """No path and no handler's name is too strange to be asked about."""
    route = at(path, handler=handler)
    assert isinstance(is_entrance(route), bool)
    assert isinstance(is_probe(route), bool)
    assert isinstance(is_public_by_design(route), bool)
    assert isinstance(takes_a_guess(route), bool)
    assert all(word == word.lower() for word in words(path))

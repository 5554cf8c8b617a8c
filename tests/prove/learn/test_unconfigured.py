"""Settings that were left empty until a check of tokens wants them."""

import pytest
from pydantic_settings import BaseSettings, SettingsConfigDict

from hushtable.prove.learn.unconfigured import AUDIENCE, ISSUER, unconfigured


class Settings(BaseSettings):
    """What an app may be told."""

    model_config = SettingsConfigDict(env_prefix="made_up_")
    pool_client_id: str = ""
    client_secret: str = ""
    issuer_url: str | None = None
    region: str = "eu-west-1"
    tokens_audience: str = "given"


def names(wanted: frozenset[str], *read: str) -> set[str]:
    """Give the names that are made up for these tests."""
    found = {one.name for one in unconfigured(wanted, read)}
    return {name for name in found if name.startswith("MADE_UP_")}


def test_an_empty_field_of_a_settings_model_is_found() -> None:
    """A field whose default says nothing is told by its variable; no other field is."""
    assert names(AUDIENCE) == {"MADE_UP_POOL_CLIENT_ID"}
    assert names(ISSUER) == {"MADE_UP_ISSUER_URL"}


def test_a_variable_that_was_looked_for_is_found() -> None:
    """A variable that the app read in vain counts when its name says so."""
    assert "MADE_UP_AUDIENCE" in names(AUDIENCE, "MADE_UP_AUDIENCE", "MADE_UP_COLOUR")
    assert "MADE_UP_COLOUR" not in names(AUDIENCE, "MADE_UP_AUDIENCE", "MADE_UP_COLOUR")


def test_what_is_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that has a value is not named."""
    monkeypatch.setenv("MADE_UP_POOL_CLIENT_ID", "given")
    assert names(AUDIENCE) == set()

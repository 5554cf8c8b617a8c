"""Settings that an app asks for."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal

import pytest
from cryptography.fernet import Fernet
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from hushtable.prove.canary import Source
from hushtable.prove.exchange import Complaint, Frame
from hushtable.prove.learn.learn import needs
from hushtable.prove.learn.settings import MissingReads, planted
from hushtable.prove.sketch import Setting
from hushtable.prove.store.mint import Mint
from tests.prove.traced import Watch

HERE = Path(__file__).parent


class Settings(BaseSettings):
    """What the app is configured with."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="hq_test_")
    users_table: str
    jwt_secret: str = Field(min_length=40)
    retries: int = Field(ge=3)
    ratio: float
    stage: Literal["live", "lab"]
    origins: list[str]
    verbose: bool
    api_key: str = Field(validation_alias="HQ_TEST_PARTNER_KEY")


def wanted(start: Callable[[], object]) -> dict[str, Setting]:
    """Start, and give what is needed for it by name."""
    with MissingReads(HERE) as reads, Watch(HERE) as watch:
        watch.on = True
        with contextlib.suppress(Exception):
            start()
        watch.on = False
        return {one.name: one for one in needs(watch.drain(), reads.drain())}


def test_a_settings_model_is_satisfied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A settings model starts after as many rounds as it has kinds of wishes."""

    def start() -> object:
        return Settings()

    mint = Mint(1)
    for _ in range(4):
        for setting in wanted(start).values():
            monkeypatch.setenv(setting.name, planted(setting, mint)[0])
    settings = Settings()
    assert settings.users_table == "users_table"
    assert settings.retries >= 3
    (canary,) = mint.found_in(settings.api_key)
    assert (canary.source, canary.path) == (Source.SETTING, ("HQ_TEST_PARTNER_KEY",))
    assert list(mint.found_in(settings.jwt_secret))


def test_a_missing_variable_is_needed() -> None:
    """A variable that the app indexes os.environ by is needed, and is a canary."""

    def start() -> object:
        return os.environ["HQ_TEST_API_KEY"]

    (found,) = wanted(start).values()
    assert (found.name, found.canary) == ("HQ_TEST_API_KEY", True)


def test_a_variable_that_an_error_names_is_needed() -> None:
    """Of the variables that were read and missing, the one is needed that an error names."""

    def start() -> None:
        given = os.getenv("HQ_TEST_OTHER"), os.environ.get("HQ_TEST_TABLE_NAME")
        if not all(given):
            message = "set HQ_TEST_TABLE_NAME and SOME_THING"
            raise RuntimeError(message)

    (found,) = wanted(start).values()
    assert (found.name, found.text, found.canary) == (
        "HQ_TEST_TABLE_NAME", "HQ_TEST_TABLE_NAME", False,
    )  # fmt: skip


def test_where_no_error_names_one_all_are_needed() -> None:
    """When an app does not start and says no name, all that it missed is needed."""

    def start() -> None:
        given = os.getenv("HQ_TEST_ONE"), os.getenv("HQ_TEST_TWO_URL")
        if not all(given):
            raise RuntimeError

    assert set(wanted(start)) == {"HQ_TEST_ONE", "HQ_TEST_TWO_URL"}


def test_what_is_there_is_not_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only names that are missing are noted, only of the app's own code, and only inside."""
    monkeypatch.setenv("HQ_TEST_THERE", "x")
    with MissingReads(HERE) as reads, MissingReads(tmp_path) as others:
        assert os.environ.get("HQ_TEST_THERE") == "x"
        assert "HQ_TEST_ABSENT" not in os.environ
        assert reads.drain() == ("HQ_TEST_ABSENT",)
        assert others.drain() == ()
    assert os.getenv("HQ_TEST_LATER") is None
    assert reads.drain() == ()


def test_an_error_of_its_own_needs_nothing() -> None:
    """An app that fails without having missed anything needs nothing."""

    def start() -> None:
        message = "NOT_A_SETTING is broken"
        raise RuntimeError(message)

    assert wanted(start) == {}


def test_a_text_has_another_canary_in_each_run() -> None:
    """A setting keeps its form from run to run, with a run's own token in it."""
    setting = Setting("HQ_URL", "http://127.0.0.1:9/{canary}")
    texts = {planted(setting, Mint(seed))[0] for seed in (1, 2)}
    assert len(texts) == 2
    assert all(text.startswith("http://127.0.0.1:9/hq") for text in texts)
    assert planted(Setting("X", "8", canary=False), Mint(1)) == ("8", None)


def test_a_key_may_be_one_of_fernet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that is called a key is long enough for one, and holds a canary."""
    mint = Mint(1)

    def start() -> object:
        return Fernet(os.environ["HQ_TEST_CURSOR_KEY"])

    (found,) = wanted(start).values()
    text, canary = planted(found, mint)
    monkeypatch.setenv(found.name, text)
    start()
    assert canary is not None
    assert list(mint.found_in(text)) == [canary]


def test_what_an_app_runs_without_is_not_supplied() -> None:
    """Of an app that has started only what a complaint names is needed, also of a frozen os."""
    frozen = Frame("<frozen os>", 679, "__getitem__")
    details = (("key", "ORDERS_TABLE"),)
    asked = Complaint("KeyError", "'ORDERS_TABLE'", (frozen,), details=details)
    other = Complaint("ValueError", "no such thing")
    (found,) = needs((asked, other), ("SOMETHING_ELSE",), started=True)
    assert (found.name, found.text) == ("ORDERS_TABLE", "ORDERS_TABLE")
    assert needs((other,), ("SOMETHING_ELSE",), started=True) == ()
    assert [one.name for one in needs((other,), ("SOMETHING_ELSE",))] == ["SOMETHING_ELSE"]

"""Checks of passwords against planted hashes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from hushtable.prove.canary import Source
from hushtable.prove.drive import passwords
from hushtable.prove.sketch import Form, Shape
from hushtable.prove.store.mint import Mint

Checked = tuple[Mint, ModuleType, Callable[[], tuple[str, ...]]]


@pytest.fixture
def checkpw(monkeypatch: pytest.MonkeyPatch) -> Checked:
    """Give a stand-in for a library, with its check changed."""
    module = ModuleType("bcrypt")
    module.checkpw = lambda password, hashed: password == hashed  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bcrypt", module)
    mint = Mint(5)
    return mint, module, passwords.accept(mint)


def test_a_planted_hash_fits_a_made_up_password(checkpw: Checked) -> None:
    """A made-up password is right for a planted hash, and every other check is the library's."""
    mint, module, said = checkpw
    given = mint.text(Shape(form=Form.PASSWORD), Source.INPUT, ("body", "password")).planted
    wire = mint.wire(Shape(), table="users", path=("password_hash",), owner="A", item=0)
    planted = wire["S"]
    assert module.checkpw(given.encode(), planted.encode()) is True
    assert module.checkpw(given, hashed=planted) is True
    assert said() == ("bcrypt.checkpw",)
    assert module.checkpw(b"guessed", planted.encode()) is False
    assert module.checkpw(given.encode(), b"$2b$12$else") is False
    assert module.checkpw(planted, planted) is True  # its own answer: the same text
    assert said() == ()


def test_a_made_up_password_is_strong() -> None:
    """A password has letters of both cases, a digit and a sign, and its token can be found."""
    mint = Mint(5)
    canary = mint.text(Shape(form=Form.PASSWORD), Source.INPUT, ("body", "password"))
    text = canary.planted
    assert any(map(str.isupper, text))
    assert any(map(str.islower, text))
    assert any(map(str.isdigit, text))
    assert not text.isalnum()
    assert [one.token for one in mint.found_in(f"password={text}")] == [canary.token]

"""Checks of passwords against planted hashes."""

from __future__ import annotations

import hmac
import secrets
import sys
from hashlib import sha1, sha256
from types import ModuleType

import pytest

from hushtable.prove.canary import Source
from hushtable.prove.drive import passwords
from hushtable.prove.sketch import Form, Shape
from hushtable.prove.store.mint import Mint

Checked = tuple[Mint, ModuleType, passwords.Checks]


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
    mint, module, checks = checkpw
    given = mint.text(Shape(form=Form.PASSWORD), Source.INPUT, ("body", "password")).planted
    wire = mint.wire(Shape(), table="users", path=("password_hash",), owner="A", item=0)
    planted = wire["S"]
    assert module.checkpw(given.encode(), planted.encode()) is True
    assert module.checkpw(given, hashed=planted) is True
    assert checks.drain() == ("bcrypt.checkpw",)
    assert module.checkpw(b"guessed", planted.encode()) is False
    assert module.checkpw(given.encode(), b"$2b$12$else") is False
    assert module.checkpw(planted, planted) is True  # its own answer: the same text
    assert checks.drain() == ()


def test_a_planted_hash_fits_no_wrong_password(checkpw: Checked) -> None:
    """While wrong passwords are tried, a planted hash fits none; other hashes are the library's."""
    mint, module, checks = checkpw
    given = mint.text(Shape(form=Form.PASSWORD), Source.INPUT, ("body", "password")).planted
    wire = mint.wire(Shape(), table="users", path=("password_hash",), owner="A", item=0)
    checks.wrong = True
    assert module.checkpw(given.encode(), wire["S"].encode()) is False
    assert module.checkpw(b"same", b"same") is True
    assert checks.drain() == ()


def test_argon2_raises_for_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library that raises for a wrong password raises its own error for a planted hash."""
    argon2 = pytest.importorskip("argon2")
    kind = sys.modules["argon2._password_hasher"].PasswordHasher
    monkeypatch.setattr(kind, "verify", kind.verify)
    mint = Mint(5)
    checks = passwords.accept(mint)
    checks.wrong = True
    wire = mint.wire(Shape(), table="users", path=("password_hash",), owner="A", item=0)
    with pytest.raises(argon2.exceptions.VerifyMismatchError):
        argon2.PasswordHasher().verify(wire["S"], "wrong")


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


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> passwords.Checks:
    """Change how digests are compared, for one test."""
    for module in (hmac, secrets):
        monkeypatch.setattr(module, "compare_digest", hmac.compare_digest)
    return passwords.accept(Mint(5))


@pytest.mark.parametrize("compare", ["hmac", "secrets"])
def test_a_planted_digest_fits_a_made_up_code(checks: passwords.Checks, compare: str) -> None:
    """The digest of a made-up code is that of a planted item, and of nothing else."""
    same = sys.modules[compare].compare_digest
    code = checks.mint.text(Shape(), Source.INPUT, ("body", "code")).planted.encode()
    wire = checks.mint.wire(Shape(), table="users", path=("digest",), owner="A", item=0)
    planted = wire["S"]
    assert same(planted, sha256(code).hexdigest())
    assert same(sha1(code).hexdigest(), planted)  # noqa: S324 - what an app may do
    assert not same(planted, sha256(b"guessed").hexdigest())
    assert not same("no canary", sha256(code).hexdigest())
    assert not same(planted, code.decode())
    assert same(b"same", b"same")


@pytest.mark.parametrize("own", [True, False])
def test_nobody_knows_the_secrets_of_others(
    own: bool,  # noqa: FBT001 - a parameter of the test
    checks: passwords.Checks,
    checkpw: Checked,
) -> None:
    """While somebody asks with another's keys, no check says yes for them."""
    _, module, _ = checkpw
    again = passwords.accept(checks.mint)  # the library of this test is checked by it as well
    checks.own = again.own = own
    given = checks.mint.text(Shape(form=Form.PASSWORD), Source.INPUT, ("body", "password")).planted
    planted = checks.mint.wire(Shape(), table="users", path=("x",), owner="A", item=0)["S"]
    assert module.checkpw(given, planted) is own
    assert hmac.compare_digest(planted, sha256(given.encode()).hexdigest()) is own

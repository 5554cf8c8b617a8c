"""A credential is read by itself, to be checked, and shown by nothing."""

from __future__ import annotations

import json
from typing import Annotated

import pytest

from hushtable.guard.caller import Caller, System
from hushtable.guard.errors import CipherError, DeclarationError, RefusedError
from hushtable.guard.marks import Credential, Encrypted, Owner, PartitionKey
from hushtable.guard.record import Record
from hushtable.guard.store import Store
from hushtable.guard.table import Table
from tests.guard.shop import Shop, User, ann, shop


class Account(Record, table="users"):
    """An account with an owner and two credentials."""

    user_id: Annotated[str, PartitionKey, Owner]
    password_hash: Annotated[str | None, Credential] = None
    totp: Annotated[str | None, Credential, Encrypted] = None
    codes: Annotated[list[str], Credential] = []


@pytest.fixture
def full() -> Shop:
    """Make a shop with one user."""
    made = shop()
    made.users.put(ann()).now()
    return made


def test_a_credential_is_read_alone_and_does_not_show_itself(full: Shop) -> None:
    """The one attribute is asked for, consistently, and what is given hides its value."""
    full.wire.sent.clear()
    users = Table(User, full.store, credentials=["password_hash"])
    found = users.credential("password_hash", "ann").now()
    assert found is not None
    assert found.get_secret_value() == "$argon2id$canary"
    assert "canary" not in f"{found} {found!r}"
    (asked,) = (json.loads(one.body) for one in full.wire.sent)
    assert "password_hash" in asked["ExpressionAttributeNames"].values()
    assert "email" not in asked["ExpressionAttributeNames"].values()
    assert asked["ConsistentRead"] is True


def test_where_there_is_none_nothing_is_told(full: Shop) -> None:
    """A missing item, a missing attribute and somebody else's item are all None."""
    accounts = Table(Account, full.store, credentials=["password_hash"])
    assert accounts.credential("password_hash", "nobody", by=System("test")).now() is None
    accounts.put(Account(user_id="bob"), by=Caller("bob")).now()
    assert accounts.credential("password_hash", "bob", by=Caller("bob")).now() is None
    assert accounts.credential("password_hash", "ann", by=Caller("bob")).now() is None
    assert accounts.credential("password_hash", "ann", by=System("test")).now() is not None


def test_an_encrypted_credential_is_decrypted(full: Shop) -> None:
    """A credential that is stored encrypted is given in clear, and not without a cipher."""
    accounts, me = Table(Account, full.store, credentials=["totp"]), Caller("eve")
    accounts.put(Account(user_id="eve", totp="canary"), by=me).now()
    found = accounts.credential("totp", "eve", by=me).now()
    assert found is not None
    assert found.get_secret_value() == "canary"
    plain = Table(Account, Store(full.wire), credentials="totp")
    with pytest.raises(CipherError):
        plain.credential("totp", "eve", by=me).now()


@pytest.mark.parametrize("name", ["user_id", "codes", "nothing"])
def test_only_credentials_are_declared_as_such(full: Shop, name: str) -> None:
    """Whatever is not marked as a credential, or no text, is refused where it is declared."""
    with pytest.raises(DeclarationError):
        Table(Account, full.store, credentials=[name])


def test_only_declared_credentials_are_read(full: Shop) -> None:
    """A Table reads the credentials it declares, by an operation it declares."""
    full.wire.sent.clear()
    with pytest.raises(RefusedError, match="not among its table's credentials"):
        full.users.credential("password_hash", "ann")
    unread = Table(User, full.store, credentials=["password_hash"], operations=["put"])
    with pytest.raises(RefusedError, match="get is not among"):
        unread.credential("password_hash", "ann")
    assert full.wire.sent == []

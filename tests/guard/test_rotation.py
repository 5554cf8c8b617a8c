"""Encrypted attributes are written again under the active key, and nothing else changes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hushtable.guard.cipher import LocalCipher
from hushtable.guard.errors import CipherError, RefusedError
from hushtable.guard.keyring import KeyRing
from hushtable.guard.rotation import Rotated, reencrypt
from hushtable.guard.store import Store
from hushtable.guard.table import Table
from tests.guard.shop import Order, Person, PersonOut, Shop, User, ann, shop

OLD = KeyRing({"k1": bytes(range(32))})
NEW = OLD.rotated("k2", bytes(range(32, 64)))


def of(made: Shop, ring: KeyRing) -> Table[Person]:
    """Give the table of people under some keys."""
    return Table(Person, Store(made.wire, keys=ring, cipher=LocalCipher(ring)))


@pytest.fixture
def made() -> Shop:
    """Make 150 people under the old key, one of them without an encrypted attribute."""
    full = shop()
    table = of(full, OLD)
    people = [
        Person(person_id=f"p{number}", national_id=f"canary-{number}" if number else None)
        for number in range(150)
    ]
    table.put_many(people).now()
    return full


def ids(table: Table[Person], text: str) -> list[str]:
    """Find people by what is encrypted."""
    given = {"id_hash": table.blinded("id_hash", text)}
    return [one.person_id for one in table.query(PersonOut, index="by-id", **given).now().items]


def test_everything_is_renewed_once(made: Shop) -> None:
    """After a run everything opens with the new key alone; the next run does nothing."""
    table = of(made, NEW)
    assert ids(table, "canary-7") == []
    assert reencrypt(table, dry=True).now() == Rotated(seen=150, renewed=149)
    assert reencrypt(table).now() == Rotated(seen=150, renewed=149)
    alone = of(made, KeyRing({"k2": bytes(range(32, 64))}))
    assert alone.get(PersonOut, "p7").now().national_id == "canary-7"
    assert ids(alone, "canary-7") == ["p7"]
    assert reencrypt(alone).now() == Rotated(seen=150)
    assert made.item("people", person_id="p0") == {"person_id": {"S": "p0"}}


def test_plain_values_are_told_or_encrypted(made: Shop) -> None:
    """A plain value is counted and left, or encrypted where that is asked for."""
    item = {"person_id": {"S": "plain"}, "national_id": {"S": "canary-plain"}}
    made.emulator.ask("PutItem", {"TableName": "people", "Item": item})
    table = of(made, OLD)
    found = reencrypt(table).now()
    assert found == Rotated(seen=151, plain=1)
    assert not found.complete
    assert reencrypt(table, encrypt_plain=True).now() == Rotated(seen=151, renewed=1)
    assert set(made.item("people", person_id="plain")["national_id"]) == {"B"}
    assert table.get(PersonOut, "plain").now().national_id == "canary-plain"
    assert ids(table, "canary-plain") == ["plain"]


def test_what_no_key_opens_is_told(made: Shop) -> None:
    """A value under a lost key, or from another place, is counted and left as it is."""
    other = made.item("people", person_id="p1")["national_id"]
    item = {"person_id": {"S": "moved"}, "national_id": other}
    made.emulator.ask("PutItem", {"TableName": "people", "Item": item})
    assert reencrypt(of(made, NEW), dry=True).now() == Rotated(seen=151, renewed=149, unreadable=1)
    lost = of(made, KeyRing({"k9": bytes(range(64, 96))}))
    assert reencrypt(lost).now() == Rotated(seen=151, unreadable=150)
    assert made.item("people", person_id="moved")["national_id"] == other


def test_nothing_that_was_written_meanwhile_is_lost(
    made: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An item that changes between the read and the write keeps the change."""
    table = of(made, NEW)
    send, written = made.wire.inner.send_now, []

    def meanwhile(request):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        if request.operation == "UpdateItem" and not written:
            written.append(True)
            table.put(Person(person_id="p5", national_id="changed")).now()
        return send(request)

    monkeypatch.setattr(made.wire.inner, "send_now", meanwhile)

    async def run() -> Rotated:
        return await reencrypt(table)

    found = asyncio.run(run())
    assert (found.seen, found.renewed + found.moved_on) == (150, 149)
    assert table.get(PersonOut, "p5").now().national_id == "changed"


def test_hashes_are_renewed_by_their_own_keys(made: Shop) -> None:
    """A keyed hash under an older key is renewed though the encrypted value needs nothing."""
    table = Table(Person, Store(made.wire, keys=NEW, cipher=LocalCipher(OLD)))
    assert ids(table, "canary-7") == []
    assert reencrypt(table).now() == Rotated(seen=150, renewed=149)
    assert ids(table, "canary-7") == ["p7"]
    assert reencrypt(table).now() == Rotated(seen=150)


def test_keys_that_cannot_be_had_are_told_item_by_item(made: Shop) -> None:
    """A value whose key is refused by the key service is unreadable, and the others go on."""

    class Refusing(LocalCipher):
        def prepare(self, *, writes: Any = (), reads: Any = ()) -> Any:
            if any(context.key == {"person_id": {"S": "p7"}} for _, context in reads):
                message = "people.national_id: no data key"
                raise CipherError(message)
            return super().prepare(writes=writes, reads=reads)

    table = Table(Person, Store(made.wire, keys=NEW, cipher=Refusing(NEW)))
    assert reencrypt(table).now() == Rotated(seen=150, renewed=148, unreadable=1)

    async def run() -> Rotated:
        return await reencrypt(table)

    assert asyncio.run(run()) == Rotated(seen=150, unreadable=1)


def test_a_record_without_encryption_is_refused(made: Shop) -> None:
    """There is nothing to renew where nothing is encrypted."""
    with pytest.raises(RefusedError, match="encrypts nothing"):
        reencrypt(Table(Order, made.store))
    made.users.put(ann()).now()
    assert reencrypt(Table(User, made.store)).now() == Rotated(seen=1)

"""Attributes under data keys of KMS: few calls, bounded keys, and nothing of KMS shown."""

import asyncio
import copy
import os
import pickle
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from hushtable.guard.cipher import Cipher, Context, LocalCipher
from hushtable.guard.errors import (
    CipherError,
    DeclarationError,
    GuardError,
    RefusedError,
    UnavailableError,
)
from hushtable.guard.keyring import KeyRing
from hushtable.guard.kms import KmsCipher

HERE = Context("users", {"user_id": {"S": "ann"}}, "national_id")
VALUE = {"S": "very-private-text"}
TEXT = "text-of-kms-with-an-arn"


class FakeKms:
    """KMS in this process: wraps by remembering, counts calls, fails where it is told to."""

    def __init__(self, *, slow: float = 0.0) -> None:
        self.calls: list[str] = []
        self.contexts: list[dict[str, str]] = []
        self.threads: set[str] = set()
        self.slow = slow
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.failure: BaseException | None = None
        self.wrapped: dict[bytes, tuple[bytes, str, dict[str, str]]] = {}

    def _called(self, name: str, context: dict[str, str]) -> None:
        self.calls.append(name)
        self.contexts.append(context)
        self.threads.add(threading.current_thread().name)
        self.begun.set()
        time.sleep(self.slow)
        assert self.gate.wait(60)
        if self.failure is not None:
            raise self.failure

    def generate_data_key(self, **asked: Any) -> dict[str, Any]:
        self._called("generate_data_key", asked["EncryptionContext"])
        assert asked["KeySpec"] == "AES_256"
        plain, wrapped = os.urandom(32), os.urandom(184)
        self.wrapped[wrapped] = (plain, asked["KeyId"], asked["EncryptionContext"])
        return {"Plaintext": plain, "CiphertextBlob": wrapped, "KeyId": asked["KeyId"]}

    def decrypt(self, **asked: Any) -> dict[str, Any]:
        self._called("decrypt", asked["EncryptionContext"])
        plain, key_id, context = self.wrapped.get(asked["CiphertextBlob"], (b"", "", {}))
        if (key_id, context) != (asked["KeyId"], asked["EncryptionContext"]):
            raise WRONG_CONTEXT
        return {"Plaintext": plain, "KeyId": key_id}


def client_error(code: str, status: int = 400) -> ClientError:
    """Fail as boto3 does."""
    answer = {"Error": {"Code": code, "Message": TEXT}, "ResponseMetadata": {}}
    answer["ResponseMetadata"]["HTTPStatusCode"] = status  # type: ignore[assignment]
    return ClientError(answer, "Decrypt")


WRONG_CONTEXT = client_error("InvalidCiphertextException")


@pytest.fixture
def kms() -> FakeKms:
    """Give a KMS of this test alone."""
    return FakeKms()


@pytest.fixture
def emulated() -> Iterator[Any]:
    """boto3's KMS client, on an emulator."""
    with mock_aws():
        yield boto3.client("kms")


def new_key(client: Any) -> str:
    """Make a KMS key, and give its ARN."""
    arn: str = client.create_key()["KeyMetadata"]["Arn"]
    return arn


def refused(cipher: Cipher, data: bytes, context: Context = HERE) -> CipherError:
    """Check that a value does not decrypt, with names only, and nothing behind the error."""
    with pytest.raises(CipherError) as caught:
        cipher.decrypt(data, context)
    checked(caught.value)
    return caught.value


def checked(error: GuardError) -> None:
    """Check that an error shows neither a value nor a text of KMS, nor hangs on one."""
    assert "very-private" not in str(error)
    assert TEXT not in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_value_comes_back_through_kms(emulated: Any) -> None:
    """What one process writes another one reads, with nothing but the KMS key in common."""
    key = new_key(emulated)
    data = KmsCipher(key, emulated).encrypt(VALUE, HERE)
    assert KmsCipher(key, emulated).decrypt(data, HERE) == VALUE
    assert b"private" not in data
    assert data[:2] == b"\xe7\x02"
    assert data[3 : 3 + data[2]].decode() == key.rpartition("/")[2]


@pytest.mark.parametrize(
    "there",
    [
        replace(HERE, table="users2"),
        replace(HERE, key={"user_id": {"S": "bob"}}),
        replace(HERE, attribute="passport"),
        replace(HERE, version=2),
    ],
)
def test_a_moved_value_does_not_decrypt(emulated: Any, there: Context) -> None:
    """Put into another item, attribute, table or version, a value does not decrypt.

    KMS refuses another table or attribute, since they are its encryption context; we the rest.
    """
    key = new_key(emulated)
    cipher = KmsCipher(key, emulated)
    data = cipher.encrypt(VALUE, HERE)
    cipher.encrypt(VALUE, there)
    refused(cipher, data, there)
    refused(KmsCipher(key, emulated), data, there)


def test_a_key_of_somebody_else_is_not_asked_for(emulated: Any) -> None:
    """A value under a KMS key that the cipher was not given is refused without a call."""
    data = KmsCipher(new_key(emulated), emulated).encrypt(VALUE, HERE)
    kms = FakeKms()
    assert "was not given" in str(refused(KmsCipher("other-key", kms), data))
    assert kms.calls == []


def test_rotation(emulated: Any) -> None:
    """After a change of the KMS key old values are read, known as old, and written anew."""
    first, second = new_key(emulated), new_key(emulated)
    old = KmsCipher(first, emulated).encrypt(VALUE, HERE)
    cipher = KmsCipher(second, emulated, older=[first])
    assert cipher.key_ids == (second, first)
    assert cipher.needs_rotation(old)
    assert cipher.decrypt(old, HERE) == VALUE
    new = cipher.reencrypt(old, HERE)
    assert not cipher.needs_rotation(new)
    assert KmsCipher(second, emulated).decrypt(new, HERE) == VALUE
    refused(KmsCipher(second, emulated), old)
    there = replace(HERE, key={"user_id": {"S": "bob"}})
    assert cipher.decrypt(cipher.reencrypt(old, HERE, there), there) == VALUE


def test_a_key_is_the_same_by_id_and_by_arn(emulated: Any) -> None:
    """A value written under a key's ARN is read by a cipher that names the key by its id."""
    arn = new_key(emulated)
    data = KmsCipher(arn, emulated).encrypt(VALUE, HERE)
    by_id = KmsCipher(arn.rpartition("/")[2], emulated)
    assert by_id.decrypt(data, HERE) == VALUE
    assert not by_id.needs_rotation(data)


@pytest.mark.parametrize("name", ["alias/users", "arn:aws:kms:x:123456789012:alias/u", "", "a b"])
def test_an_alias_names_no_key(name: str, kms: FakeKms) -> None:
    """A name that may mean another key tomorrow is refused."""
    with pytest.raises(DeclarationError, match="alias"):
        KmsCipher(name, kms)


@settings(max_examples=200)
@given(st.data())
def test_altered_bytes_do_not_decrypt(data: st.DataObject) -> None:
    """With any bytes changed, taken away or put in, a value does not decrypt."""
    kms = FakeKms()
    cipher = KmsCipher("key", kms)
    stored = cipher.encrypt(VALUE, HERE)
    at = data.draw(st.integers(0, len(stored)))
    to = data.draw(st.integers(at, len(stored)))
    altered = stored[:at] + data.draw(st.binary(max_size=to - at + 2)) + stored[to:]
    if altered != stored:
        refused(cipher, altered)


@pytest.mark.parametrize("data", [b"", b"very-private-text", "very-private-text", None, VALUE])
def test_a_plain_value_is_refused(data: Any, kms: FakeKms) -> None:
    """There is no way through for what was not encrypted, nor for a value of a local key."""
    cipher = KmsCipher("key", kms)
    refused(cipher, data)
    refused(cipher, LocalCipher(KeyRing({"key": bytes(range(32))})).encrypt(VALUE, HERE))
    with pytest.raises(CipherError):
        cipher.needs_rotation(data)
    assert kms.calls == []


def test_two_encryptions_of_one_value_differ(kms: FakeKms) -> None:
    """Equal values under one data key are stored as different bytes."""
    cipher = KmsCipher("key", kms)
    assert len({cipher.encrypt(VALUE, HERE) for _ in range(100)}) == 100
    assert kms.calls == ["generate_data_key"]


def test_the_encryption_context_holds_names_alone(kms: FakeKms) -> None:
    """KMS, which logs the context, is told the table and the attribute and nothing of the item."""
    cipher = KmsCipher("key", kms)
    data = cipher.encrypt(VALUE, HERE)
    cipher.forget()
    cipher.decrypt(data, HERE)
    expected = {"hushtable:table": "users", "hushtable:attribute": "national_id"}
    assert kms.contexts == [expected, expected]


def test_there_is_a_data_key_for_each_attribute(kms: FakeKms) -> None:
    """Attributes and tables share no data key; items of one attribute do."""
    cipher = KmsCipher("key", kms)
    for place in (HERE, replace(HERE, key={"user_id": {"S": "bob"}})):
        cipher.encrypt(VALUE, place)
        cipher.encrypt(VALUE, replace(place, attribute="passport"))
        cipher.encrypt(VALUE, replace(place, table="users2"))
    assert len(kms.calls) == 3


def test_a_data_key_is_used_a_bounded_time(kms: FakeKms) -> None:
    """After its life a data key is neither written nor read with: KMS is asked again."""
    now = [0.0]
    cipher = KmsCipher("key", kms, lifetime=60, clock=lambda: now[0])
    data = cipher.encrypt(VALUE, HERE)
    now[0] = 59
    cipher.encrypt(VALUE, HERE)
    cipher.decrypt(data, HERE)
    assert kms.calls == ["generate_data_key"]
    now[0] = 60
    cipher.decrypt(data, HERE)
    cipher.encrypt(VALUE, HERE)
    assert kms.calls == ["generate_data_key", "decrypt", "generate_data_key"]


def test_a_data_key_is_used_a_bounded_number_of_times(kms: FakeKms) -> None:
    """After its uses a data key is neither written nor read with, in one operation too."""
    cipher = KmsCipher("key", kms, uses=10)
    stored = [cipher.encrypt(VALUE, HERE) for _ in range(25)]
    assert kms.calls == ["generate_data_key"] * 3
    ready = cipher.prepare(writes=[HERE] * 25)
    more = [ready.encrypt(VALUE, HERE) for _ in range(25)]
    assert len({data[: data.index(b"key") + 189] for data in more}) == 3
    kms.calls.clear()
    cipher.forget()
    for _ in range(25):
        cipher.decrypt(stored[0], HERE)
    assert kms.calls == ["decrypt"] * 3


def test_prepared_keys_ask_nobody(kms: FakeKms) -> None:
    """After preparing, no call is made, however many values there are, and whatever expires."""
    now = [0.0]
    cipher = KmsCipher("key", kms, lifetime=60, clock=lambda: now[0])
    ready = cipher.prepare(writes=[HERE] * 3)
    now[0] = 3600
    kms.failure = client_error("DisabledException")
    stored = [ready.encrypt(VALUE, HERE) for _ in range(3)]
    assert kms.calls == ["generate_data_key"]
    with pytest.raises(RefusedError, match="no key was prepared"):
        ready.encrypt(VALUE, HERE)
    with pytest.raises(RefusedError, match="no key was prepared"):
        ready.encrypt(VALUE, replace(HERE, attribute="passport"))
    kms.failure = None
    ready = cipher.prepare(reads=[(data, HERE) for data in stored])
    assert kms.calls == ["generate_data_key", "decrypt"]
    assert [ready.decrypt(data, HERE) for data in stored] == [VALUE] * 3
    with pytest.raises(RefusedError, match="no key was prepared"):
        ready.decrypt(stored[0], HERE)


def test_reads_are_prepared_all_at_once(kms: FakeKms) -> None:
    """Values under several data keys are prepared for with one call for each key, side by side."""
    data = [KmsCipher("key", kms).encrypt(VALUE, HERE) for _ in range(8)]
    kms.calls.clear()
    kms.slow = 0.3

    async def work() -> float:
        cipher = KmsCipher("key", kms)
        start = time.perf_counter()
        ready = await cipher.prepare_async(reads=[(one, HERE) for one in data * 5])
        took = time.perf_counter() - start
        assert [ready.decrypt(one, HERE) for one in data * 5] == [VALUE] * 40
        return took

    assert asyncio.run(work()) < 8 * 0.3
    assert kms.calls == ["decrypt"] * 8


def test_coroutines_that_want_one_key_make_one_call() -> None:
    """Of many coroutines that miss at once one asks KMS, in a thread of the cipher."""
    kms = FakeKms(slow=0.1)
    cipher = KmsCipher("key", kms)

    async def work() -> list[Any]:
        return await asyncio.gather(*(cipher.prepare_async(writes=[HERE]) for _ in range(50)))

    ready = asyncio.run(work())
    assert len({one.encrypt(VALUE, HERE) for one in ready}) == 50
    assert kms.calls == ["generate_data_key"]
    assert all(name.startswith("hushtable-kms") for name in kms.threads)


def test_threads_that_want_one_key_make_one_call() -> None:
    """Of many threads that miss at once one asks KMS."""
    kms = FakeKms(slow=0.1)
    cipher = KmsCipher("key", kms)
    with ThreadPoolExecutor(20) as threads:
        stored = list(threads.map(lambda _: cipher.encrypt(VALUE, HERE), range(50)))
    assert kms.calls == ["generate_data_key"]
    cipher.forget()
    with ThreadPoolExecutor(20) as threads:
        read = list(threads.map(lambda data: cipher.decrypt(data, HERE), stored))
    assert read == [VALUE] * 50
    assert kms.calls == ["generate_data_key", "decrypt"]


def test_threads_and_coroutines_share_a_call() -> None:
    """Plain code and coroutines wait for one call, more of them than a pool has threads."""
    kms = FakeKms(slow=0.2)
    cipher = KmsCipher("key", kms)

    async def work() -> None:
        plain = [asyncio.to_thread(cipher.encrypt, VALUE, HERE) for _ in range(60)]
        await asyncio.gather(*plain, *(cipher.prepare_async(writes=[HERE]) for _ in range(20)))

    asyncio.run(asyncio.wait_for(work(), 30))
    assert kms.calls == ["generate_data_key"]


def test_a_few_uses_are_enough_for_many() -> None:
    """When one call gives fewer uses than there are waiters, the rest ask again, and all get on."""
    kms = FakeKms(slow=0.01)
    cipher = KmsCipher("key", kms, uses=3, capacity=1)

    async def work() -> list[Any]:
        return await asyncio.gather(*(cipher.prepare_async(writes=[HERE]) for _ in range(10)))

    ready = asyncio.run(asyncio.wait_for(work(), 30))
    assert len(ready) == 10
    assert len(kms.calls) == 4


def test_a_call_slower_than_a_life_still_serves() -> None:
    """When KMS takes longer than a data key lives, those who waited still get it."""
    kms = FakeKms(slow=0.05)
    cipher = KmsCipher("key", kms, lifetime=0.01)
    assert cipher.decrypt(cipher.encrypt(VALUE, HERE), HERE) == VALUE


def test_a_cancelled_task_takes_nothing_away() -> None:
    """When the task that asks is cancelled, the others still get the key of its call."""
    kms = FakeKms()
    kms.gate.clear()
    cipher = KmsCipher("key", kms)

    async def work() -> None:
        tasks = [asyncio.create_task(cipher.prepare_async(writes=[HERE])) for _ in range(3)]
        assert await asyncio.to_thread(kms.begun.wait, 60)
        tasks[0].cancel()
        tasks[2].cancel()
        await asyncio.wait({tasks[0], tasks[2]})
        kms.gate.set()
        assert (await tasks[1]).encrypt(VALUE, HERE)
        assert [task.cancelled() for task in tasks] == [True, False, True]

    asyncio.run(work())
    assert kms.calls == ["generate_data_key"]


def test_a_client_is_made_once_and_late(kms: FakeKms) -> None:
    """A function that makes a client is called when KMS is first needed, and once."""
    made: list[str] = []

    def factory() -> FakeKms:
        made.append(threading.current_thread().name)
        time.sleep(0.05)
        return kms

    cipher = KmsCipher("key", factory)
    assert made == []
    with ThreadPoolExecutor(8) as threads:
        places = [replace(HERE, attribute=f"a{n}") for n in range(8)]
        list(threads.map(lambda place: cipher.encrypt(VALUE, place), places))
    assert len(made) == 1


PASSING = [
    client_error("ThrottlingException"),
    client_error("LimitExceededException"),
    client_error("KeyUnavailableException", 500),
    client_error("DependencyTimeoutException", 503),
    client_error("KMSInternalException", 500),
    client_error("ExpiredTokenException"),
    client_error(f"Unheard-{TEXT}", 502),
    client_error(f"Unheard-{TEXT}", 429),
    EndpointConnectionError(endpoint_url=TEXT),
    NoCredentialsError(),
    TimeoutError(TEXT),
    ConnectionResetError(TEXT),
]
LASTING = [
    client_error("AccessDeniedException"),
    client_error("DisabledException"),
    client_error("InvalidCiphertextException"),
    client_error("IncorrectKeyException"),
    client_error("KMSInvalidStateException"),
    client_error("NotFoundException"),
    client_error(f"Unheard-{TEXT}", 400),
    KeyError(TEXT),
    RuntimeError(TEXT),
]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [(one, UnavailableError) for one in PASSING] + [(one, CipherError) for one in LASTING],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_a_failure_of_kms_is_told_by_its_kind(
    failure: Exception, kind: type[GuardError], kms: FakeKms
) -> None:
    """What may pass is 503, what does not is a CipherError; nothing that KMS said is in either."""
    data = KmsCipher("key", kms).encrypt(VALUE, HERE)
    cipher = KmsCipher("key", kms)
    kms.failure = failure

    async def waiting() -> None:
        await cipher.prepare_async(reads=[(data, HERE)])

    for work in (
        lambda: cipher.decrypt(data, HERE),
        lambda: cipher.encrypt(VALUE, HERE),
        lambda: cipher.prepare(writes=[HERE]),
        lambda: asyncio.run(waiting()),
    ):
        with pytest.raises(kind, match=r"users\.national_id: no data key from KMS") as caught:
            work()
        assert type(caught.value) is kind
        checked(caught.value)
    # Nothing of a failure is kept: the next call may succeed.
    kms.failure = None
    assert cipher.decrypt(data, HERE) == VALUE


def test_an_interruption_is_not_swallowed(kms: FakeKms) -> None:
    """Ctrl-C ends the program, and leaves no task waiting for a call that was never finished."""
    cipher = KmsCipher("key", kms)
    kms.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        cipher.encrypt(VALUE, HERE)
    kms.failure = None
    assert cipher.encrypt(VALUE, HERE)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"Plaintext": b"short", "CiphertextBlob": b"x"},
        {"Plaintext": bytes(32), "CiphertextBlob": b""},
        {"Plaintext": bytes(32), "CiphertextBlob": bytes(70_000)},
        {"Plaintext": None, "CiphertextBlob": None},
    ],
)
def test_an_answer_without_a_key_is_an_error(answer: dict[str, Any], kms: FakeKms) -> None:
    """An answer that holds no data key encrypts nothing."""
    kms.generate_data_key = lambda **_: answer  # type: ignore[method-assign]
    with pytest.raises(CipherError) as caught:
        KmsCipher("key", kms).encrypt(VALUE, HERE)
    checked(caught.value)


def test_a_cipher_shows_nothing(kms: FakeKms) -> None:
    """Neither a cipher nor prepared keys are pickled or copied, and no repr holds a key."""
    cipher = KmsCipher("key", kms)
    ready = cipher.prepare(writes=[HERE])
    plain = next(iter(kms.wrapped.values()))[0]
    for thing in (cipher, ready):
        assert not hasattr(thing, "__dict__")
        assert repr(plain)[2:14] not in repr(thing)
        with pytest.raises(TypeError):
            pickle.dumps(thing)
        with pytest.raises(TypeError):
            copy.copy(thing)

"""Encrypts attributes under data keys that AWS KMS wraps.

KMS makes a data key (GenerateDataKey, AES_256) and gives it twice: plain, for use now, and wrapped
under the KMS key. The wrapped one stands in the header of every value, so that whoever may call
Decrypt on the KMS key can read the value, and nobody else.

The encryption context of both calls is `{"hushtable:table": ..., "hushtable:attribute": ...}`: a
key policy can grant single attributes by it (`kms:EncryptionContext:hushtable:attribute`), and
CloudTrail shows it with each call. It holds names, and no key and no value of an item, because
CloudTrail keeps it in plain text. There is a data key for each table and attribute.

A data key is held for `lifetime` seconds and `uses` values, for writing and for reading. So a KMS
key that is disabled goes on working for up to `lifetime` seconds in a process that used it.
Reading values that many data keys wrote costs one call for each of them that is not held: longer
lives and more uses make fewer data keys.

    cipher = KmsCipher("arn:aws:kms:eu-central-1:...:key/...", lambda: boto3.client("kms"))
    ready = await cipher.prepare_async(writes=[context])
    data = ready.encrypt({"S": "value"}, context)

Needed rights: kms:GenerateDataKey to write, kms:Decrypt to read.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NoReturn, Protocol

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoRegionError,
    ParamValidationError,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hushtable.guard.cipher import Read
from hushtable.guard.datakeys import (
    CAPACITY,
    LIFETIME,
    USES,
    DataKey,
    DataKeys,
    Fault,
    Held,
    Wait,
    Want,
)
from hushtable.guard.envelope import (
    WRAPPED,
    Context,
    Envelope,
    Wire,
    decrypted,
    encrypted,
    header,
    taken_apart,
)
from hushtable.guard.errors import (
    CipherError,
    DeclarationError,
    RefusedError,
    UnavailableError,
)
from hushtable.guard.keyring import KEY_BYTES

THREADS: Final = 8
"""Calls to KMS that a cipher makes at once for coroutines."""

_KEY = re.compile(r"(?:arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/)?[A-Za-z0-9-]{1,64}")
_SERVER_FAULT = 500
_TOO_MANY = 429

# API reference of KMS, errors of Decrypt and GenerateDataKey, and its common errors.
_PASSING = frozenset(
    {
        "DependencyTimeoutException",
        "ExpiredTokenException",
        "InternalFailure",
        "KMSInternalException",
        "KeyUnavailableException",
        "LimitExceededException",
        "RequestExpired",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_LASTING = frozenset(
    {
        "AccessDeniedException",
        "DisabledException",
        "IncorrectKeyException",
        "InvalidArnException",
        "InvalidCiphertextException",
        "InvalidGrantTokenException",
        "InvalidKeyUsageException",
        "InvalidSignatureException",
        "KMSInvalidStateException",
        "NotFoundException",
        "UnrecognizedClientException",
        "ValidationException",
    }
)


class KmsClient(Protocol):
    """The two calls of boto3's KMS client that are made."""

    def generate_data_key(self, **arguments: Any) -> Mapping[str, Any]:
        """Make a data key."""

    def decrypt(self, **arguments: Any) -> Mapping[str, Any]:
        """Unwrap a data key."""


class KmsPrepared:
    """Encrypts and decrypts what it was made for, without a call. For one operation only."""

    __slots__ = ("_cipher", "_keys")

    def __init__(self, cipher: KmsCipher, keys: Mapping[Want, list[DataKey]]) -> None:
        """Take the keys, one entry for each value."""
        self._cipher = cipher
        self._keys = keys

    def encrypt(self, value: Wire, context: Context) -> bytes:
        """Encrypt a value in wire form for one place."""
        key = self._next(self._cipher.wanted(context), context)
        return encrypted(key.aead, key.header, value, context)

    def decrypt(self, data: bytes, context: Context) -> dict[str, Any]:
        """Give a value back in wire form, B as bytes."""
        envelope = taken_apart(data, WRAPPED, context.place)
        key = self._next(self._cipher.wanted(context, envelope), context)
        return decrypted(key.aead, envelope, context)

    def _next(self, want: Want, context: Context) -> DataKey:
        keys = self._keys.get(want)
        if not keys:
            message = f"{context.place}: no key was prepared for this value"
            raise RefusedError(message)
        return keys.pop()

    def __reduce__(self) -> NoReturn:
        message = "prepared keys cannot be pickled"
        raise TypeError(message)


class KmsCipher:
    """Encrypts with data keys of AWS KMS. One object serves every task and thread."""

    __slots__ = ("_active", "_client", "_factory", "_ids", "_keys", "_lock", "_threads")

    def __init__(
        self,
        key_id: str,
        client: KmsClient | Callable[[], KmsClient],
        *,
        older: Sequence[str] = (),
        lifetime: float = LIFETIME,
        uses: int = USES,
        capacity: int = CAPACITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the KMS key that writes, the `older` ones that still read, and a client.

        A key is named by its id or ARN. An alias is refused: it may be pointed at another key, and
        then nobody can tell what older values are under. `client` is boto3's KMS client, or a
        function that makes one, called once and when it is first needed. `lifetime` is in seconds.
        """
        for name in (key_id, *older):
            if not _KEY.fullmatch(name):
                message = "a KMS key is named by its key id or its ARN, and not by an alias"
                raise DeclarationError(message)
        self._active = _short(key_id)
        self._ids = {_short(name): name for name in (*older, key_id)}
        made = hasattr(client, "generate_data_key")
        self._client: Any = client if made else None
        self._factory: Any = None if made else client
        self._keys = DataKeys(lifetime, uses, capacity, clock)
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="hushtable-kms")

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The KMS keys, as they were given: the one that writes, then those that still read."""
        older = (name for short, name in self._ids.items() if short != self._active)
        return (self._ids[self._active], *older)

    def encrypt(self, value: Wire, context: Context) -> bytes:
        """Encrypt a value in wire form for one place. May wait for KMS."""
        return self.prepare(writes=(context,)).encrypt(value, context)

    def decrypt(self, data: bytes, context: Context) -> dict[str, Any]:
        """Give a value back in wire form, B as bytes. May wait for KMS."""
        return self.prepare(reads=((data, context),)).decrypt(data, context)

    def prepare(self, *, writes: Iterable[Context] = (), reads: Iterable[Read] = ()) -> KmsPrepared:
        """Get the data keys for values to be written and read, each once. May wait for KMS."""
        keys: dict[Want, list[DataKey]] = {}
        for want, count in self._wants(writes, reads).items():
            got = keys.setdefault(want, [])
            while missing := count - len(got):
                taken = self._keys.take(want, missing)
                if isinstance(taken, Wait):
                    if taken.mine:
                        self._keys.land(want, lambda want=want: self._ask(want))  # type: ignore[misc]
                    taken = self._landed(taken.flight.result(), want, missing)
                got += [taken[0]] * taken[1]
        return KmsPrepared(self, keys)

    async def prepare_async(
        self, *, writes: Iterable[Context] = (), reads: Iterable[Read] = ()
    ) -> KmsPrepared:
        """Get the data keys from a coroutine; KMS is asked in threads, for all of them at once."""
        wants = self._wants(writes, reads)
        got = await asyncio.gather(*(self._get(want, count) for want, count in wants.items()))
        return KmsPrepared(self, dict(zip(wants, got, strict=True)))

    def needs_rotation(self, data: bytes) -> bool:
        """Tell whether a stored value is under another KMS key than new ones are.

        A KMS key that rotates its own material, as KMS does by itself, stays the same key.
        """
        return taken_apart(data, WRAPPED, "a stored value").key_id != self._active

    def reencrypt(self, data: bytes, context: Context, into: Context | None = None) -> bytes:
        """Encrypt a stored value anew under the active key, for another place if `into` is one."""
        return self.encrypt(self.decrypt(data, context), into or context)

    def forget(self) -> None:
        """Let go of every data key that is held."""
        self._keys.forget()

    def wanted(self, context: Context, envelope: Envelope | None = None) -> Want:
        """Name the data key for writing at a place, or for reading a value there."""
        if envelope is None:
            return Want(self._active, context.table, context.attribute)
        if envelope.key_id not in self._ids:
            message = f"{context.place}: under a KMS key that this cipher was not given"
            raise CipherError(message)
        return Want(envelope.key_id, context.table, context.attribute, envelope.wrapped)

    def _wants(self, writes: Iterable[Context], reads: Iterable[Read]) -> Counter[Want]:
        wants = Counter(self.wanted(context) for context in writes)
        wants.update(
            self.wanted(context, taken_apart(data, WRAPPED, context.place))
            for data, context in reads
        )
        return wants

    async def _get(self, want: Want, count: int) -> list[DataKey]:
        got: list[DataKey] = []
        while missing := count - len(got):
            taken = self._keys.take(want, missing)
            if isinstance(taken, Wait):
                if taken.mine:
                    self._land_in_thread(want)
                # Shielded: a task that is cancelled must not take the key away from the others.
                landed = await asyncio.shield(asyncio.wrap_future(taken.flight))
                taken = self._landed(landed, want, missing)
            got += [taken[0]] * taken[1]
        return got

    def _land_in_thread(self, want: Want) -> None:
        # In threads of its own, where nothing ever waits for another of them: a pool that is
        # shared may be full of callers who wait for this very key.
        try:
            self._threads.submit(self._keys.land, want, lambda: self._ask(want))
        except RuntimeError:  # the interpreter is ending
            self._keys.land(want, lambda: Fault("the process is ending", lasting=False))

    def _landed(self, outcome: Held | Fault, want: Want, count: int) -> tuple[DataKey, int]:
        if isinstance(outcome, Held):
            return self._keys.take_landed(outcome, count)
        message = f"{want.table}.{want.attribute}: no data key from KMS: {outcome.why}"
        raise CipherError(message) if outcome.lasting else UnavailableError(message)

    def _ask(self, want: Want) -> tuple[Want, DataKey] | Fault:
        """Ask KMS for a data key. Every failure is told by its kind, never by its text."""
        arguments = {
            "KeyId": self._ids[want.key_id],
            "EncryptionContext": {
                "hushtable:table": want.table,
                "hushtable:attribute": want.attribute,
            },
        }
        try:
            client = self._made()
            if want.wrapped:
                answer = client.decrypt(CiphertextBlob=want.wrapped, **arguments)
                return _read(want, answer["Plaintext"], want.wrapped)
            answer = client.generate_data_key(KeySpec="AES_256", **arguments)
            return _read(want, answer["Plaintext"], answer["CiphertextBlob"])
        except Exception as error:  # noqa: BLE001 - whatever a client raises may quote what it sent
            return _fault(error)

    def _made(self) -> KmsClient:
        if self._client is None:
            with self._lock:
                if self._client is None:
                    self._client = self._factory()
        client: KmsClient = self._client
        return client

    def __reduce__(self) -> NoReturn:
        message = "a cipher holds keys and cannot be pickled"
        raise TypeError(message)


def _short(key_id: str) -> str:
    """Give the part of a key's name that is the same in every account and region."""
    return key_id.rpartition("/")[2]


def _read(want: Want, plain: bytes, wrapped: bytes) -> tuple[Want, DataKey] | Fault:
    if len(plain) != KEY_BYTES or not wrapped:
        return Fault("an answer that holds no data key", lasting=True)
    reading = Want(want.key_id, want.table, want.attribute, bytes(wrapped))
    key = DataKey(AESGCM(bytes(plain)), header(WRAPPED, want.key_id, bytes(wrapped)))
    return reading, key


def _fault(error: Exception) -> Fault:
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _PASSING or code in _LASTING:
            return Fault(code, lasting=code in _LASTING)
        passing = status == _TOO_MANY or status >= _SERVER_FAULT
        return Fault("an error of another kind", lasting=not passing)
    if isinstance(error, BotoCoreError | OSError):
        lasting = isinstance(error, NoRegionError | ParamValidationError)
        return Fault(type(error).__name__, lasting=lasting)
    return Fault(type(error).__name__, lasting=True)

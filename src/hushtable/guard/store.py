"""A Store: how its tables reach DynamoDB, and with which keys they seal cursors and attributes."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Generator, Sequence
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from hushtable.guard.batches import write_together
from hushtable.guard.cipher import Cipher
from hushtable.guard.cursor import Sealer
from hushtable.guard.drive import Steps, drive, drive_now
from hushtable.guard.keyring import VARIABLE, KeyRing
from hushtable.guard.transport.call import Transport
from hushtable.guard.transport.choose import Settings, transport
from hushtable.guard.writes import Action

T = TypeVar("T")


class Operation(Generic[T]):
    """One operation, not yet sent: `await` it from a coroutine, or call `now()` from plain code.

    Nothing is sent before. It is sent once: a second await raises RuntimeError.
    """

    __slots__ = ("_begun", "_steps", "_store")

    def __init__(self, store: Store, steps: Steps[T]) -> None:
        """Keep the steps."""
        self._store = store
        self._steps = steps
        self._begun = False

    def __await__(self) -> Generator[Any, Any, T]:
        """Send it from a coroutine."""
        return drive(self._store.transport, self._once()).__await__()

    def now(self) -> T:
        """Send it from plain code, and wait."""
        return drive_now(self._store.transport, self._once())

    def _once(self) -> Steps[T]:
        if self._begun:
            message = "an operation is sent once"
            raise RuntimeError(message)
        self._begun = True
        return self._steps

    def __del__(self) -> None:
        """Warn of an operation that was made and never sent: a write that did not happen."""
        if not getattr(self, "_begun", True):
            warnings.warn("an operation was never sent: await it, or call now()", RuntimeWarning, 2)


class Store:
    """What tables share. Safe to use from every task and thread; it holds no item."""

    def __init__(
        self,
        reached: Transport | Settings | None = None,
        *,
        keys: KeyRing | None = None,
        cipher: Cipher | None = None,
        cursor_lifetime: float = 3600.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take a transport, or choose one at the first call by settings and what is configured.

        `keys` seal cursors; without them those of the environment variable HUSHTABLE_KEYS
        do, and without that a key made for this process alone. `cursor_lifetime` is in seconds.
        """
        self._settings = reached if isinstance(reached, Settings) else None
        self._transport = None if isinstance(reached, Settings) else reached
        self._keys = keys
        self._lifetime = cursor_lifetime
        self._sealer: Sealer | None = None
        self.cipher = cipher
        self.clock = clock
        self._tables: WeakSet[Any] = WeakSet()

    def add(self, table: object) -> None:
        """Know a table that is reached through this store. A Table says so itself."""
        self._tables.add(table)

    @property
    def tables(self) -> tuple[Any, ...]:
        """The Tables that are reached through this store, by name."""
        return tuple(sorted(self._tables, key=lambda table: (table.name, repr(table))))

    @property
    def transport(self) -> Transport:
        """The transport, chosen at the first call."""
        if self._transport is None:
            self._transport = transport(self._settings)
        return self._transport

    @property
    def keys(self) -> KeyRing:
        """The keys of cursors and keyed hashes."""
        if self._keys is None:
            known = VARIABLE in os.environ
            self._keys = KeyRing.from_environment() if known else KeyRing.generated()
        return self._keys

    def sealer(self) -> Sealer:
        """Give what seals cursors."""
        if self._sealer is None:
            self._sealer = Sealer(self.keys, self._lifetime, self.clock)
        return self._sealer

    def together(self, actions: Sequence[Action]) -> Operation[None]:
        """Write all of these or none, in one transaction over any of this store's tables."""
        return Operation(self, write_together(actions, self.cipher))

    async def close(self) -> None:
        """Let go of connections."""
        if self._transport is not None:
            await self._transport.close()

    def close_now(self) -> None:
        """Let go of connections, from plain code."""
        if self._transport is not None:
            self._transport.close_now()

"""Credentials: what a request is signed with, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Keys:
    """One set of AWS credentials. The secret and the token stay out of every repr."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    account_id: str | None = field(default=None, repr=False)


class KeySource(Protocol):
    """Gives the credentials of this moment. Shared by every task and thread."""

    def current(self) -> Keys | None:
        """Give what is valid now, without waiting; None where `load` must be called first."""

    def load(self, refused: Keys | None = None) -> None:
        """Fetch credentials, which may block. `refused` are those that the service calls expired.

        Never raises: where there are none, `current` goes on giving None.
        """


class FixedKeys:
    """Credentials that were given, and are the same for ever."""

    def __init__(self, keys: Keys) -> None:
        """Give `keys` each time."""
        self._keys = keys

    def current(self) -> Keys | None:
        """Give the keys."""
        return self._keys

    def load(self, refused: Keys | None = None) -> None:
        """Do nothing: nobody knows newer ones."""

"""People who do not exist, whom the probe makes up where a body asks for somebody.

Their names and passwords are random, so that no account is left behind that others could enter,
and so that a second run registers anew. No report holds one: they are masked as secrets are.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from hushtable.model.sensitivity_names import classify, split_words

NAMED = "hushtable"
"""How the name of everybody made up begins."""
DOMAIN = "hushtable.example"

_NAMES = frozenset(
    {"handle", "login", "login_name", "nickname", "user", "user_login", "user_name", "username"}
)


_ANYBODYS = {
    "bank-account": "DE89370400440532013000",
    "birth-date": "1990-01-15",
    "card-number": "4242424242424242",
    "card-security-code": "123",
    "postal-code": "10115",
}
"""What everybody made up has, in a form that is taken: published examples, of nobody."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up. The address and the number are reserved, so that nobody is written to."""

    name: str
    email: str
    phone: str
    password: str

    def __repr__(self) -> str:
        """Say nothing of it."""
        return "Person()"

    @property
    def names(self) -> frozenset[str]:
        """What names the person in an answer."""
        return frozenset({self.name, self.email})

    @property
    def secrets(self) -> frozenset[str]:
        """What no report may hold."""
        return frozenset({self.name, self.email, self.phone, self.password})

    def says(self, member: str) -> str | None:
        """Give what the person writes under a name; None where that is nothing of theirs."""
        kind = classify(member).kind
        key = "_".join(split_words(member))
        if kind == "password":
            return self.password
        if kind == "email" or key == "email":
            return self.email
        if kind == "phone":
            return self.phone
        if key in _NAMES:
            return self.name
        return _ANYBODYS.get(kind)


def made_up() -> Person:
    """Make up a person: an address of RFC 2606, a number that is set aside for fiction."""
    # Six digits: no report takes a member for a name that is called so (`masking.named`).
    name = f"{NAMED}{100_000 + secrets.randbelow(900_000)}"
    area, line = 200 + secrets.randbelow(700), 100 + secrets.randbelow(100)
    return Person(
        name=name,
        email=f"{name}@{DOMAIN}",
        phone=f"+1{area}555{line:04}",
        password=f"Hp-{secrets.token_hex(8)}",
    )

"""Values that are no secrets, and values that are: how often each is taken for one.

All of them are made from a seed; none belongs to anybody.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import string
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module

from hushtable.probe.schema import Leaf, Standing
from hushtable.probe.sensitive import judged

Member = tuple[str, str | int | float]
Made = Callable[[random.Random], Member]

LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
_START = datetime(2020, 1, 1, tzinfo=UTC)


def _ean(source: random.Random, prefix: str = "") -> str:
    digits = prefix + "".join(source.choice(string.digits) for _ in range(12 - len(prefix)))
    total = sum(int(one) * (3 if place % 2 else 1) for place, one in enumerate(digits))
    return f"{digits}{-total % 10}"


def _luhn(source: random.Random, prefix: str, length: int) -> str:
    body = prefix + "".join(source.choice(string.digits) for _ in range(length - len(prefix) - 1))
    return body + str(import_module("stdnum.luhn").calc_check_digit(body))


def _time(source: random.Random) -> datetime:
    return _START + timedelta(seconds=source.random() * 2e8)


def _text(source: random.Random, length: int, letters: str = LETTERS) -> str:
    return "".join(source.choice(letters) for _ in range(length))


def _word(source: random.Random) -> str:
    return _text(source, 7, string.ascii_lowercase)


def _base64(source: random.Random, size: int) -> str:
    return base64.b64encode(source.randbytes(size)).decode()


def _digest(source: random.Random) -> str:
    kind = source.choice([hashlib.md5, hashlib.sha1, hashlib.sha256])
    return kind(source.randbytes(8)).hexdigest()


NO_SECRETS: dict[str, Made] = {
    "uuid": lambda s: ("id", str(uuid.UUID(int=s.getrandbits(128), version=4))),
    "uuid without dashes": lambda s: ("request_id", uuid.UUID(int=s.getrandbits(128)).hex),
    "EAN-13": lambda s: ("ean", _ean(s)),
    "EAN-13 that begins as a card": lambda s: ("product_code", _ean(s, "4")),
    "ISBN-13": lambda s: ("isbn", _ean(s, "978")),
    "timestamp": lambda s: ("created_at", _time(s).isoformat()),
    "seconds": lambda s: ("updated", int(_time(s).timestamp())),
    "milliseconds": lambda s: ("ts", int(_time(s).timestamp() * 1000)),
    "microseconds": lambda s: ("at", str(int(_time(s).timestamp() * 1e6))),
    "compact time": lambda s: ("version", _time(s).strftime("%Y%m%d%H%M%S")),
    "decimal": lambda s: ("total", f"{s.random() * 10 ** s.randrange(1, 13):.4f}"),
    "float": lambda s: ("ratio", s.random() * 1e16),
    "digest": lambda s: ("etag", _digest(s)),
    "image": lambda s: ("thumbnail", f"data:image/png;base64,{_base64(s, 200)}"),
    "base64": lambda s: ("content", _base64(s, 60)),
    "snowflake": lambda s: ("message_id", str(s.randrange(10**17, 10**18))),
    "16 digits that Luhn takes": lambda s: ("order_no", _luhn(s, "4", 16)),
    "ten digits": lambda s: ("reference", str(s.randrange(10**9, 10**10))),
    "ULID": lambda s: ("order_id", _text(s, 26, "0123456789ABCDEFGHJKMNPQRSTVWXYZ")),
    "slug": lambda s: ("slug", "-".join(_text(s, 6, string.ascii_lowercase) for _ in range(4))),
    "version": lambda s: ("release", ".".join(str(s.randrange(30)) for _ in range(3))),
    "place": lambda s: ("geo", f"{s.uniform(-90, 90):.6f},{s.uniform(-180, 180):.6f}"),
    "colour": lambda s: ("colour", f"#{_text(s, 6, HEX)}"),
    "link": lambda s: ("url", f"https://shop.example/{_text(s, 8)}?page={s.randrange(99)}"),
    "trace": lambda s: ("traceparent", f"00-{_text(s, 32, HEX)}-{_text(s, 16, HEX)}-01"),
}  # fmt: skip
"""Names as services give them, and what stands under them."""


def _iban(source: random.Random) -> str:
    body = _text(source, 18, string.digits)
    return f"DE{import_module('stdnum.iban').calc_check_digits('DE00' + body)}{body}"


def _cpf(source: random.Random) -> str:
    body = _text(source, 9, string.digits)
    valid = import_module("stdnum.br.cpf").is_valid
    return next(f"{body}{end:02}" for end in range(100) if valid(f"{body}{end:02}"))


def _pesel(source: random.Random) -> str:
    born = _time(source) - timedelta(days=source.randrange(8000, 20000))
    body = f"{born:%y%m%d}{_text(source, 4, string.digits)}"
    return body + str(import_module("stdnum.pl.pesel").calc_check_digit(body))


def _phone(source: random.Random) -> str:
    phonenumbers = import_module("phonenumbers")
    region = source.choice(["DE", "US", "GB", "FR", "IN", "BR", "JP", "AU", "ES", "NL"])
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    other = number[:-3] + _text(source, 3, string.digits)
    valid = phonenumbers.is_valid_number(phonenumbers.parse(other, None))
    return str(other if valid else number)


def _jwt(source: random.Random) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    head, claims = part({"alg": "HS256", "typ": "JWT"}), part({"sub": _text(source, 8)})
    return f"{head}.{claims}.{_text(source, 43)}"


def _card(source: random.Random) -> str:
    prefix, length = source.choice([("4", 16), ("51", 16), ("2221", 16), ("37", 15), ("6011", 16)])
    number = _luhn(source, prefix, length)
    if source.random() < 0.5 and length == 16:  # noqa: PLR2004 - half of them in groups
        return " ".join(number[at : at + 4] for at in range(0, 16, 4))
    return number


SECRETS: dict[str, Made] = {
    "e-mail": lambda s: ("contact", f"{_word(s)}.{_word(s)}@{_word(s)}.example"),
    "e-mail in a text": lambda s: ("note", f"write to {_text(s, 8).lower()}@shop.example soon"),
    "phone": lambda s: ("mobile", _phone(s)),
    "card": lambda s: (s.choice(["card_number", "pan", "credit_card"]), _card(s)),
    "IBAN": lambda s: ("account", _iban(s)),
    "CPF": lambda s: ("cpf", _cpf(s)),
    "PESEL": lambda s: ("pesel", _pesel(s)),
    "JWT": lambda s: ("value", _jwt(s)),
    "bcrypt": lambda s: ("check", f"$2b$12${_text(s, 53)}"),
    "Argon2": lambda s: ("h", f"$argon2id$v=19$m=65536,t=3,p=4${_text(s, 22)}${_text(s, 43)}"),
    "PBKDF2": lambda s: ("pw", f"pbkdf2_sha256$600000${_text(s, 22)}${_base64(s, 32)}"),
    "AWS key id": lambda s: ("x", "AKI" + "A" + _text(s, 16, string.ascii_uppercase + "234567")),
    "GitHub token": lambda s: ("x", "gh" + "p_" + _text(s, 36)),
    "Stripe key": lambda s: ("x", "sk" + "_live_" + _text(s, 24)),
    "Slack token": lambda s: ("x", "xox" + f"b-{_text(s, 12, string.digits)}-{_text(s, 24)}"),
    "Google key": lambda s: ("x", "AI" + "za" + _text(s, 35)),
    "private key": lambda s: ("x", f"-----BEGIN {'PRIVATE' + ' KEY'}-----\n{_text(s, 64)}\n"),
    "named password": lambda s: ("password", _text(s, 12)),
    "named hash": lambda s: ("password_hash", _digest(s)),
    "named token": lambda s: ("refresh_token", _text(s, 32)),
}  # fmt: skip
"""Names as services give them, and what must be found under them."""


def members(kinds: dict[str, Made], number: int, seed: int) -> Iterator[tuple[str, Member]]:
    """Make so many members, every kind in turn."""
    source = random.Random(seed)  # noqa: S311 - looks are enough
    names = list(kinds)
    for nth in range(number):
        kind = names[nth % len(names)]
        yield kind, kinds[kind](source)


def found(kinds: dict[str, Made], number: int, seed: int) -> tuple[Counter[str], Counter[str]]:
    """Count, for each kind, how many were made and how many were taken for sensitive."""
    made: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for kind, (name, value) in members(kinds, number, seed):
        made[kind] += 1
        leaf = Leaf((name,), value, Standing.DECLARED)
        taken[kind] += judged(leaf) is not None
    return made, taken

"""What the shape of a sample value says of the attribute that holds it.

Digits alone say nothing: a card number, a national id and a phone number without `+` need a
name that fits, their format and their checksum, so that GUIDs, EANs and timestamps stay quiet.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from functools import cache
from importlib import import_module
from typing import Any

from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.sensitivity_names import split_words

_LONGEST = 4096
_SHORTEST = 6

_EMAIL = re.compile(
    r"(?P<local>[A-Za-z0-9][A-Za-z0-9._%+-]{0,63})@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"
)
# Addresses of a role, not of a person.
_ROLES = frozenset(
    {"abuse", "admin", "billing", "contact", "hello", "help", "info", "mailer", "no-reply",
     "noreply", "notifications", "office", "postmaster", "root", "sales", "security", "support",
     "team", "webmaster"}
)  # fmt: skip
_JWT = re.compile(r"eyJ[\w-]{8,}={0,2}\.[\w-]{2,}={0,2}\.[\w-]*={0,2}")
# Formats of the password hashing schemes, as their libraries write them: bcrypt, Argon2, scrypt,
# PBKDF2 (passlib, Django, Werkzeug), sha256-crypt and sha512-crypt.
_HASH = re.compile(
    r"\$2[abxy]\$\d{2}\$[./A-Za-z0-9]{53}"
    r"|\$argon2(?:id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+"
    r"|\$(?:scrypt|pbkdf2(?:-sha\d+)?)\$\S+\$\S+"
    r"|(?:pbkdf2_sha\d+|argon2|bcrypt(?:_sha256)?|scrypt)\$\S+\$\S+"
    r"|(?:pbkdf2:sha\d+:\d+|scrypt:\d+:\d+:\d+)\$\S+\$[0-9a-f]{32,}"
    r"|\$[56]\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43,86}"
)
_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")
_CARD = re.compile(r"\d(?:[ -]?\d){12,18}")
_GROUPED_CARD = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{5}")
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")
_PHONE = re.compile(r"\+?\(?\d[\d ().-]{5,20}\d")

# Issuer ranges: first digits and lengths. Source: ISO/IEC 7812 prefixes as the networks publish.
_ISSUERS = (
    (re.compile(r"4"), {13, 16, 19}),
    (re.compile(r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), {16}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"6(?:011|4[4-9]|5)"), {16, 19}),
    (re.compile(r"35(?:2[89]|[3-8])"), {16, 19}),
    (re.compile(r"3(?:0[0-5]|[689])"), {14, 16, 19}),
    (re.compile(r"62"), {16, 17, 18, 19}),
)

_CARD_WORDS = frozenset({"card", "cc", "credit", "debit", "pan", "payment"})
_PHONE_WORDS = frozenset(
    {"cell", "contact", "fax", "mobile", "msisdn", "phone", "sms", "tel", "telephone", "whatsapp"}
)
_ID_WORDS = frozenset({"identity", "national", "security", "social", "ssn", "tax", "taxpayer"})

# National ids with a checksum, by the word that names them.
_NATIONAL = {
    "aadhaar": "in_.aadhaar",
    "aadhar": "in_.aadhaar",
    "bsn": "nl.bsn",
    "cpf": "br.cpf",
    "curp": "mx.curp",
    "dni": "es.dni",
    "fiscale": "it.codicefiscale",
    "itin": "us.itin",
    "nhs": "gb.nhs",
    "nif": "es.nif",
    "personnummer": "se.personnummer",
    "pesel": "pl.pesel",
    "rrn": "kr.rrn",
    "sin": "ca.sin",
    "tfn": "au.tfn",
}


def shape(value: str, name: str) -> Sensitivity | None:
    """Say what a sample value shows its attribute to be; None when it shows nothing.

    `name` is the attribute's name. The value is in no part of the answer.
    """
    text = value.strip()
    if not _SHORTEST <= len(text) <= _LONGEST:
        return None
    words = frozenset(split_words(name))
    return _secret(text) or _contact(text, words) or _number(text, words)


def _secret(text: str) -> Sensitivity | None:
    if _HASH.fullmatch(text):
        return _found(Category.CREDENTIAL, "password-hash", "a password hash", 0.97)
    if _JWT.fullmatch(text) and _is_jwt(text):
        return _found(Category.CREDENTIAL, "token", "a JSON Web Token", 0.9)
    return None


def _is_jwt(text: str) -> bool:
    """Tell whether the first part is a JSON header that names an algorithm."""
    head = text.split(".", 1)[0].rstrip("=")
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header


def _contact(text: str, words: frozenset[str]) -> Sensitivity | None:
    email = _EMAIL.fullmatch(text)
    if email is not None:
        if email["local"].lower() in _ROLES:
            return None
        return _found(Category.PERSONAL, "email", "an e-mail address", 0.85)
    named = not words.isdisjoint(_PHONE_WORDS)
    if _PHONE.fullmatch(text) and (text.startswith("+") or named) and _is_phone(text):
        return _found(Category.PERSONAL, "phone", "a phone number", 0.85 if named else 0.75)
    return None


def _is_phone(text: str) -> bool:
    phonenumbers = _phonenumbers()
    # Without a country code the number is read as a North American one, which has no trunk
    # prefix and so the fewest numbers that fit by chance.
    region = None if text.startswith("+") else "US"
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(text, region)))
    except phonenumbers.NumberParseException:
        return False


def _number(text: str, words: frozenset[str]) -> Sensitivity | None:
    if _IBAN.fullmatch(text) and _valid("iban", text):
        return _found(Category.FINANCIAL, "bank-account", "an IBAN", 0.95)
    if _CARD.fullmatch(text) and _is_card(text, words):
        return _found(Category.FINANCIAL, "card-number", "a payment card number", 0.95)
    if _SSN.fullmatch(text) and not words.isdisjoint(_ID_WORDS) and _valid("us.ssn", text):
        return _found(Category.PERSONAL, "government-id", "a social security number", 0.95)
    for word in sorted(words & _NATIONAL.keys()):
        if _valid(_NATIONAL[word], text):
            return _found(Category.PERSONAL, "government-id", "a national id number", 0.95)
    return None


def _is_card(text: str, words: frozenset[str]) -> bool:
    digits = re.sub(r"\D", "", text)
    if words.isdisjoint(_CARD_WORDS) and not _GROUPED_CARD.fullmatch(text):
        return False
    issued = any(prefix.match(digits) and len(digits) in lengths for prefix, lengths in _ISSUERS)
    return issued and _valid("luhn", digits)


def _valid(module: str, text: str) -> bool:
    return bool(_checker(module).is_valid(text))


@cache
def _checker(module: str) -> Any:  # noqa: ANN401 - a module
    """Load a checker of python-stdnum with the first value that needs it."""
    return import_module(f"stdnum.{module}")


@cache
def _phonenumbers() -> Any:  # noqa: ANN401 - a module
    """Load phonenumbers with the first value that needs it: it takes 50 ms to import."""
    return import_module("phonenumbers")


def _found(category: Category, kind: str, what: str, confidence: float) -> Sensitivity:
    return Sensitivity(category, kind, f"a sample value has the shape of {what}", confidence)

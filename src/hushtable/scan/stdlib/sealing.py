"""Hashing, signing, encrypting, tokens and ids: what they seal and what they make."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hushtable.model.facts import Seal
from hushtable.scan.carrying import carried, carrying, fixed, labels_in
from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.labels import Kind, Label, seal_all
from hushtable.scan.values import NONE, UNKNOWN, Instance, Opaque, deep_labels, join

HASHES = (
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "blake2b",
    "blake2s",
    "sha3_224",
    "sha3_256",
    "sha3_384",
    "sha3_512",
    "shake_128",
    "shake_256",
)


def sealing(seal: Seal, hint: str = "") -> Handler:
    """Make a handler whose result carries everything that went in, sealed."""

    def handler(_m: Machine, call: Call) -> Any:
        return Opaque(
            seal_all(labels_in(call.everything()), seal), hint, of=f"{call.name}()", deep=not hint
        )

    return handler


def _digest(seal: Seal) -> Handler:
    """Make a hash object that is fed piece by piece."""

    def handler(_m: Machine, call: Call) -> Any:
        fed = Opaque(seal_all(labels_in(call.everything()), seal))
        return Instance(native="hashlib.hash", slots={"fed": fed}, extra=seal)

    return handler


def _feed(m: Machine, call: Call) -> Any:
    if isinstance(call.receiver, Instance):
        seal = call.receiver.extra if isinstance(call.receiver.extra, Seal) else Seal.HASHED
        more = Opaque(seal_all(labels_in(call.args), seal))
        held = call.receiver.slots.get("fed", UNKNOWN)
        m.journal.set(call.receiver.slots, "fed", join(held, more))
    return NONE


def _fed(hint: str) -> Handler:
    def handler(_m: Machine, call: Call) -> Any:
        if isinstance(call.receiver, Instance):
            return Opaque(deep_labels(call.receiver.slots.get("fed", UNKNOWN)), hint)
        return carried(call, hint)

    return handler


def fresh(hint: str = "str") -> Handler:
    """Make a handler whose result is a value of its own: a token, an id."""

    def handler(m: Machine, call: Call) -> Any:
        name = call.name.rpartition(".")[2]
        label = Label(Kind.FRESH, name=name, place=m.place(call.node, call.frame))
        return Opaque(frozenset({label}), hint, of=f"{call.name}()")

    return handler


def _claims(m: Machine, call: Call) -> Any:
    m.may_raise(call.name)
    return Opaque(frozenset({Label(Kind.CALLER, name="claims")}), of=f"{call.name}()")


def _compared(m: Machine, call: Call) -> Any:
    """Compare a signature: what was signed is no longer the client's alone.

    Compared with a setting as it is, it is no signature but a key; the outcome depends on that.
    """
    sides = [deep_labels(one) for one in call.args]
    labels = frozenset().union(*sides)
    m.observer.notes.verified.update(x.name for x in labels if x.kind is Kind.INPUT)
    for one in call.args[:1]:
        for other in call.args[1:]:
            m.observer.compared(m, one, other)
    keyed = any(side and all(x.kind is Kind.SETTING for x in side) for side in sides)
    return replace(BOOLEAN, labels=labels) if keyed else BOOLEAN


def made(name: str) -> Handler:
    """Make a handler that makes an object of a library's class."""

    def handler(_m: Machine, _call: Call) -> Any:
        return Instance(native=name)

    return handler


FERNET = "cryptography.fernet.Fernet"
AEAD = "cryptography.hazmat.primitives.ciphers.aead"
NATIVES: dict[str, Any] = {
    **{f"hashlib.{name}": _digest(Seal.HASHED) for name in (*HASHES, "new")},
    "hmac.new": _digest(Seal.SIGNED),
    "hmac.HMAC": _digest(Seal.SIGNED),
    "hmac.digest": sealing(Seal.SIGNED, "bytes"),
    "hashlib.pbkdf2_hmac": sealing(Seal.HASHED, "bytes"),
    "hashlib.scrypt": sealing(Seal.HASHED, "bytes"),
    "hashlib.hash.update": _feed,
    "hashlib.hash.digest": _fed("bytes"),
    "hashlib.hash.hexdigest": _fed("str"),
    "hashlib.hash.copy": lambda _m, c: c.receiver,
    "?.hexdigest": carrying("str"),
    "?.digest": carrying("bytes"),
    "bcrypt.hashpw": sealing(Seal.HASHED, "bytes"),
    "bcrypt.gensalt": fresh("bytes"),
    "crypt.crypt": sealing(Seal.HASHED, "str"),
    "werkzeug.security.generate_password_hash": sealing(Seal.HASHED, "str"),
    **dict.fromkeys(
        (
            "bcrypt.checkpw",
            "werkzeug.security.check_password_hash",
            "passlib.context.CryptContext.verify",
            "argon2.PasswordHasher.verify",
            "pwdlib.PasswordHash.verify",
        ),
        fixed(BOOLEAN),
    ),
    "hmac.compare_digest": _compared,
    "secrets.compare_digest": _compared,
    **{name: made(name) for name in (FERNET, f"{AEAD}.AESGCM", f"{AEAD}.ChaCha20Poly1305")},
    f"{FERNET}.encrypt": sealing(Seal.ENCRYPTED, "bytes"),
    f"{AEAD}.AESGCM.encrypt": sealing(Seal.ENCRYPTED, "bytes"),
    f"{AEAD}.ChaCha20Poly1305.encrypt": sealing(Seal.ENCRYPTED, "bytes"),
    "jwt.encode": fresh(),
    "jose.jwt.encode": fresh(),
    "jwt.decode": _claims,
    "jose.jwt.decode": _claims,
    **{f"secrets.{name}": fresh() for name in ("token_hex", "token_urlsafe", "choice")},
    "secrets.token_bytes": fresh("bytes"),
    **{f"secrets.{name}": fresh("int") for name in ("randbelow", "randbits")},
    "os.urandom": fresh("bytes"),
    **{f"uuid.{name}": fresh("") for name in ("uuid1", "uuid4", "uuid7")},
    "uuid.uuid3": sealing(Seal.HASHED),
    "uuid.uuid5": sealing(Seal.HASHED),
    "uuid.UUID": carrying(),
}

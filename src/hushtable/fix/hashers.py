"""How a password is hashed and checked: by what a project has already, else by scrypt.

Each way answers with False for what it did not make, such as a password stored before in clear.
"""

from __future__ import annotations

from dataclasses import dataclass

from hushtable.fix.installed import needs
from hushtable.fix.source import Sources

HASH, CHECK = "hash_password", "password_matches"


@dataclass(frozen=True, slots=True)
class Hasher:
    """Two functions as text, with what each imports; `{i}` is one step of indentation."""

    hash: str
    check: str
    for_hash: tuple[tuple[str, str], ...]
    for_check: tuple[tuple[str, str], ...]


_SCRYPT = Hasher(
    hash="""\
def hash_password(password: str) -> str:
{i}salt = secrets.token_bytes(16)
{i}derived = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=5)
{i}return f"scrypt${{salt.hex()}}${{derived.hex()}}"
""",
    check="""\
def password_matches(password: str, stored: str) -> bool:
{i}kind, _, rest = stored.partition("$")
{i}salt, _, derived = rest.partition("$")
{i}if kind != "scrypt":
{i}{i}return False
{i}again = hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=5)
{i}return hmac.compare_digest(again.hex(), derived)
""",
    for_hash=(("hashlib", ""), ("secrets", "")),
    for_check=(("hashlib", ""), ("hmac", "")),
)

_ARGON2 = Hasher(
    hash="""\
def hash_password(password: str) -> str:
{i}return PasswordHasher().hash(password)
""",
    check="""\
def password_matches(password: str, stored: str) -> bool:
{i}try:
{i}{i}return PasswordHasher().verify(stored.encode(), password)
{i}except (InvalidHash, VerificationError):
{i}{i}return False
""",
    for_hash=(("argon2", "PasswordHasher"),),
    for_check=(
        ("argon2", "PasswordHasher"),
        ("argon2.exceptions", "InvalidHash"),
        ("argon2.exceptions", "VerificationError"),
    ),
)

# bcrypt takes 72 bytes at most and ends at a zero: it is given the text of a digest.
_BCRYPT = Hasher(
    hash="""\
def hash_password(password: str) -> str:
{i}short = base64.b64encode(hashlib.sha256(password.encode()).digest())
{i}return bcrypt.hashpw(short, bcrypt.gensalt()).decode()
""",
    check="""\
def password_matches(password: str, stored: str) -> bool:
{i}short = base64.b64encode(hashlib.sha256(password.encode()).digest())
{i}try:
{i}{i}return bcrypt.checkpw(short, stored.encode())
{i}except ValueError:
{i}{i}return False
""",
    for_hash=(("base64", ""), ("hashlib", ""), ("bcrypt", "")),
    for_check=(("base64", ""), ("hashlib", ""), ("bcrypt", "")),
)

_GUARD = Hasher(
    hash="""\
def hash_password(password: str) -> str:
{i}return Passwords().hash(password)
""",
    check="""\
def password_matches(password: str, stored: str) -> bool:
{i}return Passwords().verify(stored, password)
""",
    for_hash=(("hushtable.guard.hashed", "Passwords"),),
    for_check=(("hushtable.guard.hashed", "Passwords"),),
)


def hasher(sources: Sources) -> Hasher:
    """Choose how a project hashes passwords; nothing new is to be installed for it."""
    if needs(sources, "hushtable", "hushtable.guard", "guard"):
        return _GUARD
    if needs(sources, "argon2-cffi", "argon2"):
        return _ARGON2
    if needs(sources, "bcrypt", "bcrypt"):
        return _BCRYPT
    return _SCRYPT

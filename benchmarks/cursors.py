"""`python -m benchmarks.cursors`: changed cursors, how many are accepted (none), and the time.

Every cursor is made for a key of its own and changed in one of the ways below. The count of those
that are accepted is asserted: it is a property and no figure.
"""

from __future__ import annotations

import argparse
import base64
import random
import string
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from hushtable.guard.cursor import Scope, Sealer
from hushtable.guard.errors import InvalidCursorError
from hushtable.guard.keyring import KeyRing

ALPHABET = string.ascii_letters + string.digits + "-_"
RENEWED = 100
"""Changes made to one cursor before a new one is sealed."""

SCOPE = Scope(route="GET /users", query="status=active", caller="user-1")
Change = Callable[[str, random.Random], str]


def one_character(text: str, chance: random.Random) -> str:
    """Replace one character."""
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(ALPHABET.replace(text[at], "")) + text[at + 1 :]


def several_characters(text: str, chance: random.Random) -> str:
    """Replace two to sixteen characters."""
    for _ in range(chance.randint(2, 16)):
        text = one_character(text, chance)
    return text


def last_character(text: str, chance: random.Random) -> str:
    """Replace the last character, whose spare bits a plain decoder ignores."""
    return text[:-1] + chance.choice(ALPHABET.replace(text[-1], ""))


def one_bit(text: str, chance: random.Random) -> str:
    """Flip one bit of the bytes below the text."""
    data = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return base64.urlsafe_b64encode(bytes(data)).rstrip(b"=").decode("ascii")


def shorter(text: str, chance: random.Random) -> str:
    """Drop characters anywhere."""
    at = chance.randrange(len(text))
    return text[:at] + text[at + chance.randint(1, 8) :]


def longer(text: str, chance: random.Random) -> str:
    """Put characters in anywhere: of the alphabet, padding, or ones that a decoder skips."""
    at = chance.randint(0, len(text))
    letters = chance.choice((ALPHABET, "=", "\n ", "+/", "!\0"))
    return text[:at] + "".join(chance.choices(letters, k=chance.randint(1, 8))) + text[at:]


CHANGES: tuple[Change, ...] = (
    one_character,
    several_characters,
    last_character,
    one_bit,
    shorter,
    longer,
)


def accepted(sealer: Sealer, text: str, scope: Scope = SCOPE) -> bool:
    """Whether a cursor is accepted."""
    try:
        sealer.open(text, scope)
    except InvalidCursorError:
        return False
    return True


def attack(sealer: Sealer, count: int, chance: random.Random) -> Counter[str]:
    """Change `count` cursors, and count those accepted by the way they were changed."""
    passed: Counter[str] = Counter()
    text = ""
    for number in range(count):
        if number % RENEWED == 0:
            text = sealer.seal({"user_id": {"S": f"user-{chance.randrange(10**8)}"}}, SCOPE)
            passed["untouched"] += accepted(sealer, text)
            others = (replace(SCOPE, route="GET /x"), replace(SCOPE, query=""))
            passed["moved"] += sum(accepted(sealer, text, other) for other in others)
        change = chance.choice(CHANGES)
        changed = change(text, chance)
        # Several replacements may undo each other.
        passed[change.__name__] += changed != text and accepted(sealer, changed)
    return passed


def microseconds(work: Callable[[], object], times: int) -> float:
    """Time one call: the best of five rounds."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, time.perf_counter() - start)
    return best / times * 1e6


def main(argv: Sequence[str] | None = None) -> int:
    """Print how many changed cursors were accepted. 1 when any was, or a good one was not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cursors", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="changed cursors to try")
    parser.add_argument("--seed", type=int, default=1, help="of the changes (the keys are random)")
    options = parser.parse_args(argv)
    sealer = Sealer(KeyRing.generated())
    passed = attack(sealer, options.count, random.Random(options.seed))  # noqa: S311 - no secret
    good = passed.pop("untouched")
    wrong = sum(passed.values())
    print(f"changed {options.count}  accepted = {wrong}  {dict(passed)}")
    print(f"untouched {-(-options.count // RENEWED)}  accepted = {good}")
    key = {"user_id": {"S": "u-12345678"}, "created": {"N": "1700000000"}}
    text = sealer.seal(key, SCOPE)
    rounds = max(1, min(20_000, options.count // 10))
    sealing = microseconds(lambda: sealer.seal(key, SCOPE), rounds)
    opening = microseconds(lambda: sealer.open(text, SCOPE), rounds)
    print(f"seal {sealing:.1f} us  open {opening:.1f} us  {len(text)} characters")
    return int(wrong != 0 or good != -(-options.count // RENEWED))


if __name__ == "__main__":
    raise SystemExit(main())

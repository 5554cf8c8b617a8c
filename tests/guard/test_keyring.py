"""Keys by name: rotation, sources, and no secret shown."""

import base64
import copy
import hmac
import json
import logging
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.guard.errors import DeclarationError
from hushtable.guard.keyring import KEY_BYTES, KeyRing, Purpose

ONE = bytes(range(100, 132))
TWO = bytes(range(200, 232))


def base64_of(secret: bytes) -> str:
    """Encode a key as an environment variable holds it."""
    return base64.b64encode(secret).decode()


def shown(secret: bytes, text: str) -> bool:
    """Whether a text tells a secret in any of the forms it comes in."""
    forms = (base64_of(secret)[:12], secret.hex()[:12], repr(secret)[2:14])
    return any(form in text for form in forms)


def test_the_first_key_is_active() -> None:
    """The first key makes new values unless another one is named."""
    assert KeyRing({"k2": TWO, "k1": ONE}).active == "k2"
    ring = KeyRing({"k2": TWO, "k1": ONE}, active="k1")
    assert ring.ids == ("k1", "k2")
    assert "k2" in ring
    assert "k3" not in ring
    assert len(ring) == 2


def test_every_purpose_has_a_key_of_its_own() -> None:
    """No two purposes and no two keys share a derived key, and none is the secret itself."""
    ring = KeyRing({"k2": TWO, "k1": ONE})
    derived = [ring.subkey(name, purpose) for name in ring.ids for purpose in Purpose]
    assert len({*derived, ONE, TWO}) == len(ring.ids) * len(Purpose) + 2
    assert {len(key) for key in derived} == {KEY_BYTES}


def test_derived_keys_are_the_same_tomorrow() -> None:
    """What a secret derives to is HKDF-SHA256 and does not change: stored values depend on it."""
    extracted = hmac.digest(bytes(32), ONE, "sha256")
    expanded = hmac.digest(extracted, b"hushtable/1/attribute\x01", "sha256")
    assert KeyRing({"k1": ONE}).subkey("k1", Purpose.ATTRIBUTE) == expanded


def test_rotation_keeps_the_old_keys() -> None:
    """A rotated ring makes with the new key, reads with all, and leaves the old ring as it was."""
    old = KeyRing({"k1": ONE})
    new = old.rotated("k2", TWO)
    assert new.ids == ("k2", "k1")
    assert new.subkey("k1", Purpose.CURSOR) == old.subkey("k1", Purpose.CURSOR)
    assert old.ids == ("k1",)
    with pytest.raises(DeclarationError, match="k1 is taken"):
        old.rotated("k1", TWO)


@pytest.mark.parametrize(
    "text",
    [
        f"k2:{base64_of(TWO)},k1:{base64_of(ONE)}",
        f" k2:{base64_of(TWO)}\nk1:{base64_of(ONE).rstrip('=')} ",
        f"k2:{base64.urlsafe_b64encode(TWO).decode()}, k1:{base64_of(ONE)}",
        json.dumps({"k2": base64_of(TWO), "k1": base64_of(ONE)}),
    ],
)
def test_a_ring_is_read_from_the_environment(text: str) -> None:
    """Pairs and JSON give the same ring, the first key being the active one."""
    ring = KeyRing.from_environment("KEYS", {"KEYS": text})
    known = KeyRing({"k2": TWO, "k1": ONE})
    assert ring.ids == ("k2", "k1")
    assert ring.subkey("k1", Purpose.BLIND) == known.subkey("k1", Purpose.BLIND)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        base64_of(ONE),
        f"k1={base64_of(ONE)}",
        f"k1:{base64_of(ONE)[:-4]}",
        f"k1:{base64_of(ONE)}AAAA",
        f"k1:{base64_of(ONE)},k1:{base64_of(TWO)}",
        f"{base64_of(ONE)}:k1",
        f"k1:!{base64_of(ONE)}",
        "{" + base64_of(ONE),
        json.dumps({"k1": 1, "k2": base64_of(ONE)}),
        json.dumps({"k1": {"k2": base64_of(ONE)}}),
        '{"k1": "' + base64_of(ONE) + '", "k1": "' + base64_of(TWO) + '"}',
        "{}",
        '{"k1":' * 3000,
        f"k1:{base64_of(bytes(32))}",
    ],
)
def test_a_wrong_variable_is_named_and_not_quoted(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with the variable is told with its name, and no frame holds its value."""
    monkeypatch.setenv("GUARD_KEYS", text)
    with pytest.raises(DeclarationError, match=r"^GUARD_KEYS: ") as caught:
        KeyRing.from_environment("GUARD_KEYS")
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert not shown(ONE, str(error))
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [frame for frame in frames if frame.f_globals["__name__"] == KeyRing.__module__]
    assert ours
    assert not any(shown(ONE, repr(frame.f_locals)) for frame in ours)


def test_a_missing_variable_is_told() -> None:
    """Without the variable there is no ring, and its default name is told."""
    with pytest.raises(DeclarationError, match="HUSHTABLE_KEYS: not set, or empty"):
        KeyRing.from_environment(environ={})


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"k1": b"short"},
        {"": ONE},
        {"k" * 33: ONE},
        {"k 1": ONE},
        {"k1": b"\0" * 32},
        {"k1": ""},
    ],
)
def test_a_wrong_key_is_refused(keys: dict[str, bytes]) -> None:
    """Keys are 32 random bytes under a short plain name."""
    with pytest.raises(DeclarationError):
        KeyRing(keys)


def test_an_unknown_active_key_is_refused() -> None:
    """The active key must be one of the ring."""
    with pytest.raises(DeclarationError, match="names no key"):
        KeyRing({"k1": ONE}, active="k2")


@given(st.text(max_size=200))
def test_any_text_is_a_ring_or_a_declaration_error(text: str) -> None:
    """Reading keys from any text gives a ring or a DeclarationError, nothing else."""
    try:
        KeyRing.from_environment("KEYS", {"KEYS": text})
    except DeclarationError as error:
        assert str(error).startswith("KEYS: ")  # noqa: PT017 - most texts are refused, some not


def test_a_generated_ring_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    """A ring for development has a random key, and one line of the log says so."""
    with caplog.at_level(logging.WARNING, "hushtable.guard"):
        one = KeyRing.generated()
    assert len(caplog.records) == 1
    assert "development" in caplog.text
    other = KeyRing.generated()
    assert one.subkey("generated", Purpose.CURSOR) != other.subkey("generated", Purpose.CURSOR)


def test_a_ring_shows_no_secret() -> None:
    """No repr, str, copy or pickle of a ring holds a secret."""
    ring = KeyRing({"k1": ONE})
    secrets = [ONE, *(ring.subkey("k1", purpose) for purpose in Purpose)]
    for text in (repr(ring), str(ring), f"{ring}", repr([ring])):
        assert not any(shown(secret, text) for secret in secrets)
    assert copy.copy(ring) is ring
    assert copy.deepcopy([ring])[0] is ring
    assert not hasattr(ring, "__dict__")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(ring, protocol)

"""Data keys in memory: bounded in time, uses and number, and got once for all who wait."""

import gc
import pickle
import threading
import weakref
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hushtable.guard.datakeys import DataKey, DataKeys, Fault, Held, Wait, Want
from hushtable.guard.errors import DeclarationError

WANT = Want("key", "users", "email")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def made(name: bytes) -> Callable[[], tuple[Want, DataKey]]:
    """Get a new data key that is called `name`."""
    return lambda: (WANT._replace(wrapped=name), DataKey(AESGCM(bytes(range(32))), name))


def landed(keys: DataKeys, want: Want, name: bytes) -> Held:
    """Ask for a key that is not held, and get it."""
    wait = keys.take(want, 1)
    assert isinstance(wait, Wait)
    assert wait.mine
    keys.land(want, made(name))
    held = wait.flight.result()
    assert isinstance(held, Held)
    return held


def test_a_key_is_held_for_its_uses() -> None:
    """A key is given until its uses are up, and no use more than that."""
    keys = DataKeys(uses=3)
    held = landed(keys, WANT, b"one")
    assert keys.take_landed(held, 1)[1] == 1
    taken = keys.take(WANT, 5)
    assert not isinstance(taken, Wait)
    assert taken[1] == 2
    assert isinstance(keys.take(WANT, 1), Wait)
    assert keys.take_landed(held, 1)[1] == 0


def test_a_key_is_held_for_its_life() -> None:
    """A key is given until its time is over, counted from before it was asked for."""
    clock = Clock()
    keys = DataKeys(lifetime=60, clock=clock)
    landed(keys, WANT, b"one")
    clock.now += 59.9
    assert not isinstance(keys.take(WANT, 1), Wait)
    clock.now += 0.1
    assert isinstance(keys.take(WANT, 1), Wait)


def test_an_expired_key_is_let_go() -> None:
    """When its time is over no reference to a key is left, whichever key is asked for next."""
    clock = Clock()
    keys = DataKeys(lifetime=60, clock=clock)
    key = weakref.ref(landed(keys, WANT, b"one").key)
    assert key() is not None
    clock.now += 61
    keys.take(Want("other", "users", "email"), 1)
    gc.collect()
    assert key() is None


def test_keys_are_let_go_at_once() -> None:
    """All keys can be let go."""
    keys = DataKeys()
    key = weakref.ref(landed(keys, WANT, b"one").key)
    assert len(keys) == 2
    keys.forget()
    gc.collect()
    assert key() is None
    assert len(keys) == 0


def test_a_new_key_can_be_read_with() -> None:
    """What is written with a new key is read without asking for that key again."""
    keys = DataKeys()
    landed(keys, WANT, b"one")
    assert not isinstance(keys.take(WANT._replace(wrapped=b"one"), 1), Wait)


def test_the_number_of_keys_is_bounded() -> None:
    """The key used longest ago goes when there are too many."""
    keys = DataKeys(capacity=4)
    wants = [Want("key", "users", name) for name in ("a", "b", "c", "d", "e")]
    for want in wants[:4]:
        keys.take(want, 1)
        keys.land(want, lambda want=want: (want, made(b"x")()[1]))  # type: ignore[misc]
    assert not isinstance(keys.take(wants[0], 1), Wait)
    keys.take(wants[4], 1)
    keys.land(wants[4], lambda: (wants[4], made(b"x")()[1]))
    assert len(keys) == 4
    assert not isinstance(keys.take(wants[0], 1), Wait)
    assert isinstance(keys.take(wants[1], 1), Wait)


def test_who_comes_second_waits() -> None:
    """Of those who want one key only the first has to get it; a failure is told to all of them."""
    keys = DataKeys()
    first, second = keys.take(WANT, 1), keys.take(WANT, 1)
    assert isinstance(first, Wait)
    assert isinstance(second, Wait)
    assert (first.mine, second.mine) == (True, False)
    keys.land(WANT, lambda: Fault("why", lasting=True))
    assert first.flight.result() == second.flight.result() == Fault("why", lasting=True)
    again = keys.take(WANT, 1)
    assert isinstance(again, Wait)
    assert again.mine


def test_an_interruption_is_told_to_those_who_wait() -> None:
    """When getting a key ends in any way, nobody waits for ever."""
    keys = DataKeys()
    wait = keys.take(WANT, 1)
    assert isinstance(wait, Wait)

    def interrupted() -> Fault:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keys.land(WANT, interrupted)
    assert wait.flight.result(timeout=1) == Fault("interrupted", lasting=False)


def test_uses_are_counted_across_threads() -> None:
    """Threads that take uses at once get exactly those there are."""
    keys = DataKeys(uses=5000)
    landed(keys, WANT, b"one")
    taken: list[int] = []

    def work() -> None:
        for _ in range(1000):
            got = keys.take(WANT, 1)
            if isinstance(got, Wait):
                return
            taken.append(got[1])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 5000


@pytest.mark.parametrize("bounds", [(0, 1, 1), (1, 0, 1), (1, 1, 0), (float("nan"), 1, 1)])
def test_bounds_are_more_than_nothing(bounds: tuple[float, int, int]) -> None:
    """A bound that lets nothing through is refused."""
    with pytest.raises(DeclarationError):
        DataKeys(*bounds)


def test_data_keys_show_nothing() -> None:
    """Neither a data key nor the cache is pickled, and no repr holds one."""
    keys = DataKeys()
    held = landed(keys, WANT, b"wrapped")
    assert repr(held.key) == "DataKey()"
    for thing in (keys, held.key, held):
        with pytest.raises(TypeError):
            pickle.dumps(thing)

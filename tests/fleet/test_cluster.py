"""A Dask cluster of two workers carries orders out: nothing is lost, nothing is there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from hushtable.fleet import cluster
from hushtable.model.errors import UsageError
from hushtable.model.fleet import Order, Outcome, State
from tests.fleet.conftest import Fleet, order

distributed = pytest.importorskip("distributed", reason="Dask is not installed")


@pytest.fixture
def address(fleet: Fleet) -> Iterator[str]:
    """Start two workers that are begun again when they are gone; give the scheduler's address."""
    settings = {
        "distributed.scheduler.allowed-failures": 1,
        "distributed.comm.retry.count": 0,
        "distributed.admin.log-format": "",
    }
    dask = pytest.importorskip("dask")
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=None,
            local_directory=str(fleet.folder / "dask"),
            silence_logs=60,
        ) as made,
    ):
        yield made.scheduler_address.removeprefix("tcp://")


def test_a_worker_that_is_gone_loses_nothing(fleet: Fleet, address: str) -> None:
    """A worker is killed midway: each service has one outcome, and no process is left."""
    services = [fleet.service(f"quiet{number}") for number in range(6)]
    services.insert(1, fleet.service("fatal", "end the worker at first"))
    found = list(cluster.carried_out([order(one) for one in services], address))
    assert Counter(one.id for one in found) == Counter(one.id for one in services)
    assert {one.state for one in found} == {State.EXAMINED}
    assert all('"score": 100' in one.texts["json"] for one in found)
    assert fleet.began.count("fatal") == 2
    assert fleet.left == []

    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(cluster, "_installed", lambda: "0")
        with pytest.raises(UsageError, match=r"has hushtable .*, here is 0"):
            list(cluster.carried_out([order(services[0])], address))
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(cluster, "__version__", "0")
        (late,) = cluster.carried_out([order(services[0])], address)
    assert "looked at it, here is 0" in late.why


def test_what_ends_each_worker_is_unknown(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was blamed is tried once more, alone; what then ends its workers again is unknown."""
    fatal, beside = fleet.service("fatal"), fleet.service("beside")
    rounds: list[list[str]] = []

    def together(_client: object, orders: list[Order]) -> Iterator[tuple[Order, Outcome | None]]:
        rounds.append([one.service.name for one in orders])
        for one in orders:
            lost = one.service == fatal or len(orders) > 1
            yield one, None if lost else Outcome(one.service.id, State.EXAMINED)

    monkeypatch.setattr(cluster, "_together", together)
    monkeypatch.setattr(cluster, "_check", lambda _client: None)
    monkeypatch.setattr(cluster, "_connected", lambda _address: nullcontext())
    found = list(cluster.carried_out([order(fatal), order(beside)], "127.0.0.1:1"))
    assert rounds == [["fatal", "beside"], ["fatal"], ["beside"]]
    assert [one.state for one in found] == [State.UNKNOWN, State.EXAMINED]
    assert found[0].why == "each worker that began it was gone before its end"


def test_a_cluster_without_workers_is_left(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no worker is left, what was blamed does not wait for one again."""
    services = [fleet.service(name) for name in "abc"]

    def together(_client: object, orders: list[Order]) -> Iterator[tuple[Order, Outcome | None]]:
        assert len(orders) == 3
        yield orders[0], None
        yield orders[1], None
        yield orders[2], cluster.unknown(orders[2].service, "the cluster has no worker left")

    monkeypatch.setattr(cluster, "_together", together)
    monkeypatch.setattr(cluster, "_check", lambda _client: None)
    monkeypatch.setattr(cluster, "_connected", lambda _address: nullcontext())
    found = list(cluster.carried_out([order(one) for one in services], "127.0.0.1:1"))
    assert {one.id for one in found} == {one.id for one in services}
    assert {one.why for one in found} == {"the cluster has no worker left"}


def test_no_scheduler_answers(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler that does not answer is a wrong command line, not a fleet that is unknown."""
    monkeypatch.setattr(cluster, "CONNECTING", 0.2)
    for address in ("127.0.0.1:1", "[::1]:1", "no-such-host.invalid:1", "127.0.0.1:99999"):
        with pytest.raises(UsageError, match="no Dask scheduler answers at "):
            list(cluster.carried_out([order(fleet.service("a"))], address))

"""The scan of the two example shops: every planted leak, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from hushtable.model.config import ScanConfig
from hushtable.model.finding import Finding, Result
from hushtable.rules.judge import judge
from hushtable.scan.run import scan
from tests.examples.markers import Marker, markers

EXAMPLES = Path(__file__).parents[2] / "examples"
SHOP, QUIET, HUSHED = (EXAMPLES / name for name in ("shop", "shop_quiet", "shop_hushed"))
CONFIG = ScanConfig(jobs=1, cache=False)


def examined(folder: Path) -> Result:
    """Scan a folder and judge it by every rule."""
    return judge(scan(folder, CONFIG), CONFIG, str(folder))


@pytest.fixture(scope="module")
def leaky() -> Result:
    """Scan examples/shop once."""
    return examined(SHOP)


@pytest.fixture(scope="module")
def quiet() -> Result:
    """Scan examples/shop_quiet once."""
    return examined(QUIET)


@pytest.fixture(scope="module")
def hushed() -> Result:
    """Scan examples/shop_hushed once."""
    return examined(HUSHED)


def differences(wanted: Iterable[Marker], findings: Iterable[Finding]) -> list[str]:
    """Say what is marked and not found, found without its attributes, or found and not marked."""
    found: dict[tuple[str, int, str], set[str]] = {}
    for finding in findings:
        at = (finding.place.path, finding.place.line, finding.code)
        found.setdefault(at, set()).update(str(one) for one in finding.attributes)
    said = []
    marked = set()
    for path, line, code, attributes in wanted:
        marked.add((path, line, code))
        if (path, line, code) not in found:
            said.append(f"{path}:{line} is marked {code} and not found")
        elif missing := sorted(set(attributes) - found[path, line, code]):
            said.append(f"{path}:{line} is found by {code} without {', '.join(missing)}")
    extra = sorted(found.keys() - marked)
    return said + [f"{path}:{line} is found by {code} and not marked" for path, line, code in extra]


def test_every_planted_leak_is_found_and_nothing_else(leaky: Result) -> None:
    """Every marked line of the shop is found with its attributes, and no unmarked line is."""
    assert differences(markers(SHOP), leaky.findings) == []


def test_the_quiet_shop_is_quiet(quiet: Result) -> None:
    """The shop with every leak closed has no finding, not even a note."""
    assert [f"{one.code} {one.place}: {one.message}" for one in quiet.findings] == []


def test_the_shop_on_the_guard_is_quiet(hushed: Result) -> None:
    """The shop on the guard has no finding: its gates, limits and Views are known."""
    assert [f"{one.code} {one.place}: {one.message}" for one in hushed.findings] == []


def test_views_leave_what_the_quiet_shop_shows(quiet: Result, hushed: Result) -> None:
    """Each route of the shop on the guard is seen to show what the quiet one's does, no more."""
    shown = {str(one): {str(leaf) for leaf in one.leaves} for one in quiet.routes}
    more = {str(one): {str(leaf) for leaf in one.leaves} - shown[str(one)] for one in hushed.routes}
    assert {route: leaves for route, leaves in more.items() if leaves} == {}
    reading = {str(one) for one in hushed.routes if one.leaves}
    assert {route for route in shown if shown[route] and route.startswith("GET ")} <= reading


def test_the_shops_are_understood(leaky: Result, quiet: Result, hushed: Result) -> None:
    """The shops are read whole: no unknown, no failed file, the same routes in each."""
    for result in (leaky, quiet, hushed):
        assert [f"{one.place}: {one.why}" for one in result.unknown] == []
        assert result.coverage.files_failed == 0
    assert {str(one) for one in hushed.routes} == {str(one) for one in quiet.routes}
    assert {str(one) for one in leaky.routes} == {str(one) for one in quiet.routes}


def test_the_comparison_can_fail(leaky: Result) -> None:
    """A missed leak, a missing attribute and an unmarked finding are each told."""
    wanted = markers(SHOP)
    first = wanted[0]
    unknown: Marker = (first[0], 1, first[2], ())
    assert differences([*wanted, unknown], leaky.findings) == [
        f"{first[0]}:1 is marked {first[2]} and not found"
    ]
    more: Marker = (first[0], first[1], first[2], ("nothing.at_all",))
    assert differences([more, *wanted[1:]], leaky.findings) == [
        f"{first[0]}:{first[1]} is found by {first[2]} without nothing.at_all"
    ]
    assert differences(wanted[1:], leaky.findings) == [
        f"{first[0]}:{first[1]} is found by {first[2]} and not marked"
    ]


def test_an_index_bounds_what_leaves(leaky: Result) -> None:
    """A query on an index with a projection of its own returns what is projected, no more."""
    (route,) = [one for one in leaky.routes if one.path == "/orders/by-status/{order_status}"]
    assert {str(one) for one in route.leaves} == {
        "orders.user_id", "orders.order_id", "orders.status", "orders.created_at",
        "orders.total", "orders.currency",
    }  # fmt: skip


def test_a_key_tells_kinds_of_items_apart(leaky: Result) -> None:
    """Of a table with several kinds of items, only the kind that the key names is told."""
    told = {
        str(attribute)
        for finding in leaky.findings
        for route in finding.routes
        if route.path == "/products/{product_id}"
        for attribute in finding.attributes
    }
    assert told == {"shop.*"}


def test_a_served_file_weighs_more(leaky: Result) -> None:
    """An export into a folder that the app serves says that others can read it."""
    (finding,) = [one for one in leaky.findings if one.code == "HT603"]
    assert "others can read" in finding.message

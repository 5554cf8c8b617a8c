"""What is cut to stay fast keeps its labels or is counted: nothing disappears in silence."""

from __future__ import annotations

from hushtable.model.place import Place
from hushtable.scan.beside import MAX_TEXT
from hushtable.scan.call import MAX_EXITS
from hushtable.scan.labels import Kind, Label
from hushtable.scan.members import dict_item
from hushtable.scan.spending import LOADING, MODULE_STEPS, Spending
from hushtable.scan.trying import MAX_STATES
from hushtable.scan.values import (
    CUTS,
    MAX_CHOICE,
    MAX_GATHERED,
    REST,
    WORK,
    Dict,
    Instance,
    Opaque,
    deep_labels,
    mapping,
    sequence,
)
from hushtable.testing.scanning import scan_source

HEAD = """\
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")
"""
ROUTE = """
@app.get("/users/{user_id}")
def read(user_id: str, kind: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return picked(kind, item)
"""


def picking(branches: int) -> str:
    """Write a service that answers with one of many shapes of an item."""
    lines = (
        f"    if kind == 'k{n}':\n        return {{'shown': item['name_{n}']}}\n"
        for n in range(branches)
    )
    return HEAD + "\ndef picked(kind, item):\n" + "".join(lines) + "    return {}\n" + ROUTE


def leaves(source: str) -> tuple[set[str], int]:
    """Give the attributes that leave the first route, and the bounds that were hit."""
    facts = scan_source(source)
    return {str(one) for one in facts.routes[0].leaves}, facts.coverage.bounds_hit


def test_a_value_of_few_shapes_hits_no_bound() -> None:
    """As many shapes as are kept apart are followed whole, and no bound is told."""
    found, bounds = leaves(picking(MAX_CHOICE - 1))
    assert found == {f"users.name_{n}" for n in range(MAX_CHOICE - 1)}
    assert bounds == 0


def test_a_value_of_many_shapes_keeps_every_attribute() -> None:
    """What is more than can be kept apart still leaves, and the bound is told."""
    found, bounds = leaves(picking(MAX_CHOICE + 4))
    assert found == {f"users.name_{n}" for n in range(MAX_CHOICE + 4)}
    assert bounds > 0


def test_more_ways_out_of_a_function_than_are_followed_are_told() -> None:
    """A function with more returns than are followed hits a bound."""
    returns = "".join(f"    if kind == 'k{n}':\n        return {n}\n" for n in range(MAX_EXITS + 1))
    source = HEAD + "\ndef picked(kind, item):\n" + returns + "    return 0\n" + ROUTE
    assert leaves(source)[1] > 0


def test_more_ways_into_a_handler_than_are_followed_are_told() -> None:
    """A `try` with more raises than are followed hits a bound."""
    raises = "".join(
        f"        if kind == 'k{n}':\n            raise ValueError({n})\n"
        for n in range(MAX_STATES + 1)
    )
    body = f"    try:\n{raises}    except ValueError:\n        return 1\n    return 0\n"
    assert leaves(HEAD + "\ndef picked(kind, item):\n" + body + ROUTE)[1] > 0


def test_a_graph_too_large_to_gather_is_told() -> None:
    """Labels that lie too far behind too many objects are not gathered, and the cut is counted."""
    far = Opaque(frozenset({Label(Kind.ATTRIBUTE, table="users")}))
    few, many = (
        sequence([sequence([sequence([far], "list")], "list") for _ in range(count)], "list")
        for count in (1, MAX_GATHERED)
    )
    before = CUTS.count
    assert deep_labels(few) == far.labels
    assert CUTS.count == before
    assert deep_labels(many) == frozenset()
    assert CUTS.count == before + 1


def test_a_data_file_too_large_to_search_is_told() -> None:
    """A text too large to be searched for credentials is unknown, not clean."""
    facts = scan_source({"app.py": HEAD, "backup.json": '{"rows": "' + "x" * MAX_TEXT + '"}'})
    assert [(one.place, one.why) for one in facts.unknown] == [
        (Place("backup.json", 1), "too large to be searched for credentials")
    ]


def test_gathering_labels_is_work() -> None:
    """Opening objects for their labels costs steps, so a budget bounds it."""
    before = WORK.places
    deep_labels(sequence([sequence([], "list") for _ in range(100)], "list"))
    assert WORK.places == before + 101


def test_loading_has_one_budget() -> None:
    """The more was spent on loading, the less the next module may cost, down to the least."""
    spending = Spending()
    found = []
    while spending.affordable() != MODULE_STEPS[-1]:
        found.append(spending.affordable())
        spending.spend(found[-1])
    assert found == sorted(found, reverse=True)
    assert set(found) == set(MODULE_STEPS[:-1])
    assert sum(found) <= LOADING


def test_a_module_that_never_ends_is_told() -> None:
    """Top levels that run too long are cut, the cut is told, and the routes are still found."""
    busy = "def f(n):\n    while n:\n        n = f(n) or f(n + 1) or f(n - 1)\n    return n\n"
    facts = scan_source(
        {"app.py": HEAD + "import busy\n" + ROUTE.replace("picked(kind, item)", "item"),
         "busy.py": "import boto3\n" + busy + "f(1)\n" * 50_000}
    )  # fmt: skip
    assert facts.coverage.bounds_hit > 0
    assert [route.path for route in facts.routes] == ["/users/{user_id}"]


def test_an_object_that_is_a_key_has_no_name() -> None:
    """What an open map holds under an object is not named by what that object holds."""
    held = Opaque(frozenset({Label(Kind.INPUT, name="body")}))
    found = dict_item(mapping({}, held), Instance(slots={"loop": Dict({REST: held})}))
    assert {label.path for label in found.labels} == {("[]",)}

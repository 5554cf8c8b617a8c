"""Driving doors: inputs, edges, faults, rounds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from fastapi import FastAPI

from hushtable.prove.drive.door import Door
from hushtable.prove.drive.drive import LEAST_ROUNDS, Driver, drive, reached
from hushtable.prove.drive.paging import cursor_in, is_cursor
from hushtable.prove.exchange import Answered, Asked, Exchange
from hushtable.prove.sketch import Form, Sketch, TableSketch
from tests.prove.conftest import Driven
from tests.prove.fakes import order_of, owner_of, purposes, run

CREATED = 201
REACHED = [
    "GET /open/{user_id}", "GET /orders/{id}", "POST /orders", "GET /orders", "GET /filter",
    "GET /products/{product_id}", "POST /form", "POST /upload", "POST /raw", "WEBSOCKET /talk",
    "GET /sub/inner/{number:int}", "GET /openapi.json",
]  # fmt: skip


@pytest.mark.parametrize("route", REACHED)
def test_a_door_is_reached(service: Driven, route: str) -> None:
    """Every door answers well, whatever its inputs, and within its number of requests."""
    exchanges = service.drive(route)
    assert reached(service.door(route), exchanges) == (True, "")
    assert len(exchanges) <= 40


def test_planted_keys_stand_in_paths(service: Driven) -> None:
    """Each owner asks with their own keys, then with each other's."""
    exchanges = service.drive("GET /orders/{id}")
    paths = {(one.asked.identity, one.asked.keys_of): one.asked.path for one in exchanges}
    assert paths["A", "A"] == f"/orders/{order_of('A')}"
    assert paths["B", "B"] == f"/orders/{order_of('B')}"
    assert paths["B", "A"] == paths["A", "A"]
    foreign = [one for one in exchanges if one.asked.purpose == "B with A's keys"]
    assert [one.answered.status for one in foreign] == [404]


def test_composed_keys_are_learned_from_the_store(service: Driven) -> None:
    """What the app puts around an input is taken off the planted key."""
    exchanges = service.drive("GET /products/{product_id}")
    assert exchanges[0].answered.status == 404
    assert exchanges[1].asked.path == "/products/product-of-A"
    assert exchanges[1].answered.status == 200


def test_a_refusal_is_learned_from(service: Driven) -> None:
    """After a 422 the body is as the app wants it."""
    exchanges = service.drive("POST /orders")
    first, second = (json.loads(one.asked.body) for one in exchanges[:2])
    assert [one.answered.status for one in exchanges[:2]] == [422, 201]
    assert second["code"] in {"1234", "5678"}
    assert second["lines"] == first["lines"]


def test_an_undeclared_body_is_learned_from_complaints(service: Driven) -> None:
    """What a handler looks up in its source, and what it misses, stands in the next body."""
    exchanges = service.drive("POST /raw")
    assert set(json.loads(exchanges[0].asked.body)) == {"first"}
    assert set(json.loads(exchanges[1].asked.body)) == {"first", "second"}


def test_a_socket_gets_frames_with_the_names_it_looks_up(service: Driven) -> None:
    """A socket is spoken to in JSON with the names that its handler reads."""
    exchange = service.drive("WEBSOCKET /talk")[0]
    sent = json.loads(exchange.asked.body)
    assert set(sent) == {"name"}
    assert json.loads(exchange.answered.body) == {"hello": sent["name"]}


def test_files_and_forms_arrive(service: Driven) -> None:
    """A form is encoded, and a file is a file."""
    form = service.drive("POST /form")[0]
    assert form.answered.status == 200
    upload = json.loads(service.drive("POST /upload")[0].answered.body)
    assert upload["name"] == "note.txt"
    assert upload["size"] > 0


def test_the_edges_of_a_list_are_tried(service: Driven) -> None:
    """Limits, cursors, sort fields and free texts are tried at their edges."""
    exchanges = service.drive("GET /orders")
    found = purposes(exchanges)
    assert {"limit at 1", "limit at 1000", "limit at -1"} <= set(found)
    assert found.index("a page of one") < found.index("the next page")
    assert {"a changed cursor", "an expression in q", "a text in q"} <= set(found)
    assert "sort_by names password_hash" in found
    following = next(one for one in exchanges if one.asked.purpose == "the next page")
    assert "cursor=abcdef123456" in following.asked.path
    assert found == list(dict.fromkeys(found))


def test_odd_bodies_are_tried(service: Driven) -> None:
    """A body with keys nobody asked for, a broken and an empty one are sent."""
    exchanges = {one.asked.purpose: one for one in service.drive("POST /orders")}
    body = json.loads(exchanges["unexpected keys"].asked.body)
    assert body["is_admin"] is True
    planted = {canary.planted for canary in exchanges["unexpected keys"].asked.inputs}
    assert {body["unexpected"], body["password_hash"]} <= planted
    assert exchanges["broken JSON"].answered.status == 422
    assert exchanges["an empty body"].answered.status == 422


def test_keys_that_are_not_there_and_of_the_wrong_type(service: Driven) -> None:
    """A missing key, a value of the wrong type and a long text are asked for."""
    exchanges = {one.asked.purpose: one for one in service.drive("GET /open/{user_id}")}
    assert exchanges["a key that is not there"].answered.status == 404
    signs = {one.asked.purpose: one for one in service.drive("GET /products/{product_id}")}
    assert signs["signs in product_id"].asked.path.endswith("%23x")
    assert exchanges["a value of the wrong type"].answered.status == 422
    products = {one.asked.purpose: one for one in service.drive("GET /products/{product_id}")}
    assert len(products["a text too long"].asked.path) > 3000


def test_choices_are_each_taken(service: Driven) -> None:
    """A parameter with choices is asked with more than one."""
    paths = [one.asked.path for one in service.drive("GET /filter")]
    assert any("status=user" in path for path in paths)
    assert any("status=administrator" in path for path in paths)


def test_every_fault_of_the_store_is_provoked(service: Driven) -> None:
    """Each error code strikes the operation that the handler ends with, and nothing after it."""
    exchanges = service.drive("GET /open/{user_id}")
    faults = [one for one in exchanges if one.asked.fault]
    assert [one.asked.fault for one in faults] == [
        "GetItem is throttled",
        "GetItem is refused as invalid",
        "GetItem is denied",
        "GetItem fails inside of the store",
        "GetItem loses its connection",
    ]
    assert all(call.provoked for one in faults for call in one.calls)
    assert service.store.failing == ""
    writes = [one.asked.fault for one in service.drive("POST /orders")]
    assert "PutItem fails its condition" in writes


def test_writes_are_undone(service: Driven) -> None:
    """After each exchange that wrote, and only then, planted items are put back."""
    service.drive("GET /open/{user_id}")
    assert service.store.restored == 0
    exchanges = service.drive("POST /orders")
    assert service.store.restored == sum(bool(one.calls) for one in exchanges)


@pytest.mark.parametrize(("share", "lessons"), [(0.0, LEAST_ROUNDS - 1), (1e9, 40)])
def test_basics_are_asked_again_while_something_is_learned(
    service: Driven, share: float, lessons: int
) -> None:
    """When the store was planted anew the basic requests are asked again, while there is time."""
    rounds: list[int] = []

    def learn(_door: object, seen: object) -> bool:
        rounds.append(len(list(seen)))  # type: ignore[call-overload]
        return len(rounds) <= 39

    driven = Driven(service.module, learn=learn, share=lambda: share)
    exchanges = driven.drive("GET /open/{user_id}")
    assert len(rounds) == lessons
    last = rounds[-1]
    assert purposes(exchanges).count("as it should be") == sum(rounds) + (share == 0) * last


def test_what_a_page_teaches_is_tried(service: Driven) -> None:
    """Where only the page of a list told what is wanted, the edges are asked again; else never."""
    app = FastAPI()
    service.module.app = app  # type: ignore[attr-defined]
    known: list[str] = []

    @app.get("/lists")
    def lists() -> str:
        service.module.store.list("orders", {})
        return known[0]

    def learn(_door: object, seen: Sequence[Exchange]) -> bool:
        pages = any(one.asked.purpose == "a page of one" for one in seen)
        if pages:
            known.append("a key")
        return pages

    driven = Driven(service.module, learn=learn)
    pages = [one for one in driven.drive("GET /lists") if one.asked.purpose == "a page of one"]
    assert [one.answered.status for one in pages] == [500, 200]


def test_only_what_is_asked_for_is_sent_again(service: Driven) -> None:
    """A replay sends the basic requests and the labels it was given."""
    label = next(
        one.asked.label
        for one in service.drive("GET /orders")
        if one.asked.purpose == "limit at 1000"
    )
    again = Driven(service.module, only=frozenset({label}))
    assert set(purposes(again.drive("GET /orders"))) >= {"as it should be", "limit at 1000"}
    assert "limit at 1" not in purposes(again.drive("GET /orders"))


def test_two_runs_ask_the_same(service: Driven) -> None:
    """A run with the same canaries sends the same requests."""

    def sent() -> list[Asked]:
        driven = Driven(service.module)
        routes = ("POST /orders", "GET /admin", "GET /orders/{id}")
        return [one.asked for route in routes for one in driven.drive(route)]

    assert sent() == sent()


def test_a_smaller_request_is_sent_as_somebody(service: Driven) -> None:
    """A request can be sent again without its plan, as the identity it names."""
    service.drive("GET /me")
    door = service.door("GET /me")
    asked = Asked("GET", "/me", door.index, identity="A")
    seen = run(service.driver.resend(door, asked))
    assert owner_of("A") in seen.answered.body.decode()
    nobody = run(service.driver.resend(door, Asked("GET", "/me", door.index)))
    assert nobody.answered.status in {401, 403}


def test_what_a_planted_key_must_look_like_is_noted(service: Driven) -> None:
    """A door that takes a UUID where the planted key is none says so."""
    service.store.owner_id = lambda _owner: "plain"  # type: ignore[method-assign]
    service.store.keys = lambda _owner, _item: {"users": {"user_id": "plain"}}  # type: ignore[method-assign]
    service.drive("GET /open/{user_id}")
    assert service.inputs.shapes["users", "user_id"].form is Form.UUID


def test_why_a_door_was_not_reached(service: Driven) -> None:
    """The reason names a status or the kind of an exception, and nothing else."""
    door = service.door("GET /me")
    asked = Asked("GET", "/me", door.index, purpose="as it should be")

    def why(answered: Answered) -> str:
        return reached(door, [Exchange(asked, answered)])[1]

    assert why(Answered(404)) == "it answered 404"
    assert why(Answered(500, raised="KeyError")) == "KeyError left the app"
    assert reached(door, [])[1] == "it was not asked"


def test_a_run_may_end_in_the_middle(service: Driven) -> None:
    """Whoever stops listening leaves no fault and no override behind."""

    async def some(driver: Driver) -> int:
        count = 0
        async for _, exchange in drive(driver, service.door("GET /session")):
            count += 1
            if exchange.asked.fault:
                break
        return count

    assert run(some(service.driver)) > 3
    assert service.store.failing == ""
    assert service.module.app.dependency_overrides == {}


@pytest.mark.parametrize(
    ("body", "cursor"),
    [
        (b'{"items": [], "next": "abc"}', "abc"),
        (b'{"page": {"nextToken": {"pk": "x"}}}', {"pk": "x"}),
        (b'{"LastEvaluatedKey": {"pk": {"S": "x"}}}', {"pk": {"S": "x"}}),
        (b'{"next": null}', None),
        (b"[1, 2]", None),
        (b"<html>", None),
    ],
)
def test_a_cursor_is_found_in_an_answer(body: bytes, cursor: object) -> None:
    """The place of the next page is found by its name, wherever it stands."""
    assert cursor_in(body) == cursor


@pytest.mark.parametrize(
    ("name", "right"),
    [("cursor", True), ("next_token", True), ("exclusiveStartKey", True), ("start_date", False),
     ("last_name", False), ("limit", False)],
)  # fmt: skip
def test_a_cursor_is_known_by_its_name(name: str, *, right: bool) -> None:
    """A date that something starts at is no cursor."""
    assert is_cursor(name) is right


def test_a_cursor_is_made_up_where_none_is_handed_out(service: Driven) -> None:
    """A door that wants a cursor gets a key of the table that it asked for."""
    service.store.sketch = Sketch((TableSketch("orders", (("user_id", "S"), ("order_id", "S"))),))
    exchanges = service.drive("GET /pages")
    purposes_ = purposes(exchanges)
    assert purposes_[-1].startswith("cursor is a key") or "cursor is a key in base64" in purposes_
    assert any(one.answered.status == 200 for one in exchanges)


def test_what_a_condition_lets_through_is_sent(service: Driven) -> None:
    """A text that is none of a few is one of them then; flags are turned; odd keys are texts."""
    exchanges = service.drive("POST /sorted")
    assert [one.answered.status for one in exchanges[:2]] == [400, 200]
    assert "field=locale" in exchanges[1].asked.path
    odd = next(one for one in exchanges if one.asked.purpose == "unexpected keys")
    assert odd.answered.status == 200
    asked = {one.asked.purpose: one.asked.path for one in exchanges}
    assert "raw=true" in asked["raw is true"]
    assert "checked=false" in asked["checked is false"]
    tokens = {canary.planted for canary in odd.asked.inputs}
    assert tokens & set(json.loads(odd.asked.body))


def test_what_must_be_alone_is_asked(service: Driven) -> None:
    """Where more than must be was given, a request with no more than must be follows."""
    exchanges = service.drive("POST /orders")
    (least,) = [one for one in exchanges if one.asked.purpose == "what must be alone"]
    usual = next(one for one in exchanges if one.answered.status == CREATED)
    missing = json.loads(usual.asked.body).keys() - json.loads(least.asked.body).keys()
    assert missing == {"note"}


def test_other_services_are_made_to_refuse(service: Driven) -> None:
    """A service that was asked denies what is asked, and what was done to it is told."""
    told: list[tuple[str, ...]] = []
    watched = replace(
        service.driver.watched,
        services=lambda: ("sns",),
        provoke=lambda step: told.append(step.services),
    )
    driver = replace(service.driver, watched=watched)
    found = run(collected(driver, service.door("GET /open/{user_id}")))
    assert ("sns",) in told
    assert "sns denies what is asked" in [one.asked.fault for one in found]


async def collected(driver: Driver, door: Door) -> list[Exchange]:
    """Give the exchanges of a door."""
    return [exchange async for _, exchange in drive(driver, door)]

"""The shop on the guard does what the quiet one does, in fewer lines, and shows no more."""

from __future__ import annotations

import base64
import json
import logging
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute

from hushtable.guard import Table
from hushtable.guard.fastapi import tables_of
from tests.examples.everything import comparable, reads, writes
from tests.examples.opened import EXAMPLES, PASSWORD, OpenShop
from tests.examples.requests_of_shops import answers, names_in
from tests.examples.test_shop_quiet import NEVER_SHOWN, REFUSED

KEPT = frozenset({"pk", "sk", "entity", "user_id", "order_id", "product_id", "token_digest", "role",
                  "digest", "label", "expires_at", "at"})  # fmt: skip
"""What the shop finds things by; a canary there would be another key."""
TABLES = ("users", "sessions", "orders", "shop")


def routes() -> list[APIRoute]:
    """Give the routes of the shop that was opened last."""
    modules = [sys.modules[name] for name in sorted(sys.modules) if name.startswith("app.routers.")]
    return [one for module in modules for one in module.router.routes]


def lines(folder: Path) -> int:
    """Count the lines of a shop's package that hold something."""
    texts = (path.read_text("utf-8") for path in (folder / "app").rglob("*.py"))
    return sum(bool(line.strip()) for text in texts for line in text.splitlines())


def test_it_reads_what_the_quiet_shop_reads(quiet: OpenShop, hushed: OpenShop) -> None:
    """Every route that reads gives the quiet shop's answer, but for the names of pages' lists."""
    wanted = {name: comparable(answer) for name, answer in reads(quiet).items()}
    assert {name: comparable(answer) for name, answer in reads(hushed).items()} == wanted


def test_it_refuses_whom_the_quiet_shop_refuses(quiet: OpenShop, hushed: OpenShop) -> None:
    """Who may not ask gets the same status, and what names the owner is 404 for all others."""
    wanted, given = answers(quiet), answers(hushed)
    statuses = {name: answer.status_code for name, answer in given.items()}
    assert statuses == {name: answer.status_code for name, answer in wanted.items()}
    assert {name: statuses[name] for name in REFUSED} == REFUSED
    for name, answer in given.items():
        assert not names_in(answer.json()) & NEVER_SHOWN, name


def test_it_writes_what_the_quiet_shop_writes(quiet: OpenShop, hushed: OpenShop) -> None:
    """Every route that writes gives the quiet shop's answer, and no route is left out."""
    wanted = {name: comparable(answer) for name, answer in writes(quiet).items()}
    given = writes(hushed)
    assert {name: comparable(answer) for name, answer in given.items()} == wanted
    assert {one.name for one in routes()} == {*given, *reads(hushed)}


def test_it_is_the_shorter_shop() -> None:
    """The package has at most two thirds of the quiet shop's lines."""
    assert lines(EXAMPLES / "shop_hushed") * 3 <= lines(EXAMPLES / "shop_quiet") * 2


def canaries(shop: OpenShop) -> dict[str, tuple[str, str]]:
    """Put a value of its own into every attribute, and some that nobody declared beside them."""
    known: dict[str, tuple[str, str]] = {}
    for table in TABLES:
        for item in shop.items(table):
            for name in set(item) - KEPT - {"status"}:
                item[name] = planted(known, table, name, item[name])
            for undeclared in ("internal_note", "zz_legacy"):
                item[undeclared] = planted(known, table, undeclared, {"M": {"x": {"S": ""}}})
            shop.emulator.ask("PutItem", {"TableName": table, "Item": item})
    return known


def planted(known: dict[str, tuple[str, str]], table: str, path: str, wire: Any) -> Any:
    """Give a canary of the same type as a value, and keep what it stands for."""
    ((kind, value),) = wire.items()
    number = 710000000 + len(known)
    match kind:
        case "S":
            known[f"c{number}"] = (table, path)
            return {"S": f"c{number}"}
        case "N":
            known[str(number)] = (table, path)
            return {"N": str(number)}
        case "M":
            inside = {name: planted(known, table, f"{path}.{name}", one)
                      for name, one in value.items()}  # fmt: skip
            return {"M": {**inside, "undeclared": planted(known, table, f"{path}.undeclared",
                                                          {"S": ""})}}  # fmt: skip
        case "L":
            return {"L": [planted(known, table, f"{path}[]", one) for one in value]}
        case _:
            return wire


def declared(route: APIRoute) -> set[tuple[str, str]]:
    """Give the attributes that a route's View shows."""
    model: Any = route.response_model
    for _ in range(2):
        told = getattr(model, "__pydantic_generic_metadata__", None)
        model = next(iter(get_args(model) or (told and told["args"]) or ()), model)
    if not hasattr(model, "declared_"):
        return set()
    compiled = model.declared_.seen_by(None)
    return {(model.declared_.schema.table, str(path)) for path in compiled.paths}


def stored(shop: OpenShop, table: str, handle: str, name: str) -> str:
    """Give an attribute of one of somebody's items."""
    own = {"S": shop.ids[handle]}
    return next(one[name]["S"] for one in shop.items(table) if one["user_id"] == own)


@pytest.fixture
def planted_shop(hushed: OpenShop) -> Iterator[tuple[OpenShop, dict[str, tuple[str, str]]]]:
    """Plant canaries in what is stored, and put everything back."""
    before = {table: hushed.items(table) for table in TABLES}
    yield hushed, canaries(hushed)
    for table, items in before.items():
        for item in items:
            hushed.emulator.ask("PutItem", {"TableName": table, "Item": item})


def test_no_canary_comes_out_but_where_it_is_declared(
    planted_shop: tuple[OpenShop, dict[str, tuple[str, str]]], caplog: pytest.LogCaptureFixture
) -> None:
    """Of all attributes of all items, an answer holds those of the route's View and no other."""
    shop, known = planted_shop
    caplog.set_level(logging.INFO)
    seen: set[tuple[str, str]] = set()
    views = {route.name: declared(route) for route in routes()}
    currency = stored(shop, "orders", "maren", "currency")
    handle = stored(shop, "users", "jonas", "handle")
    for name, answer in reads(shop, handle=handle, currency=currency).items():
        text = answer.text + json.dumps(dict(answer.headers))
        out = {attribute for canary, attribute in known.items() if canary in text}
        assert answer.status_code == 200, name
        assert out <= views[name], name
        seen |= out
    # The test client tells of its requests, by one library or the other.
    own = (one for one in caplog.records if one.name not in {"httpx", "httpx2"})
    told = " ".join(one.getMessage() for one in own)
    assert not [canary for canary in known if canary in told]
    shown = {"handle", "email", "phone", "bio", "website", "settings.theme", "street",
             "postcode", "city", "total", "currency", "title", "price", "author", "stars",
             "comment", "plan"}  # fmt: skip
    assert {path for _, path in seen} == shown
    assert len(known) > 100


def test_errors_tell_nothing_of_what_is_stored(
    planted_shop: tuple[OpenShop, dict[str, tuple[str, str]]],
) -> None:
    """Refusals of every kind are problems with an id, and hold no canary and no name of a table."""
    shop, known = planted_shop
    me, nobody = shop.ids["maren"], "00000000-0000-4000-8000-000000000000"
    told = [
        (404, shop.call("GET", f"/orders/{nobody}/summary", "maren")),
        (404, shop.call("POST", f"/customers/{me}/orders/{nobody}/cancel", "maren")),
        (404, shop.call("GET", f"/customers/{me}/orders/{nobody}", "jonas")),
        (404, shop.call("DELETE", f"/admin/users/{nobody}", "omar")),
        (400, shop.call("GET", "/orders?cursor=made-up", "maren")),
        (400, shop.call("PATCH", "/users/me", "maren", json={})),
    ]
    for status, answer in told:
        assert (answer.status_code, answer.headers["content-type"]) == (
            status, "application/problem+json"
        )  # fmt: skip
        assert set(answer.json()) == {"type", "title", "status", "error_id"}
        assert not [one for one in (*known, *TABLES) if one in answer.text]


def test_what_is_stored_can_be_read_by_nobody(hushed: OpenShop) -> None:
    """Encrypted attributes are bytes, passwords argon2id hashes, and tokens digests."""
    held = {table: hushed.items(table) for table in TABLES}
    for table, name in (("shop", "national_id"), ("shop", "card_holder"),
                        ("orders", "payment_reference")):  # fmt: skip
        kinds = {next(iter(item[name])) for item in held[table] if name in item}
        assert kinds == {"B"}, name
    hashes = [item["password_hash"]["S"] for item in held["users"] if "password_hash" in item]
    assert hashes
    assert all(one.startswith("$argon2id$") for one in hashes)
    text = json.dumps(held)
    assert not [one for one in (*hushed.tokens.values(), PASSWORD) if one in text]


def test_a_cursor_is_for_its_list_and_its_caller(hushed: OpenShop) -> None:
    """A page leads on for the one who got it, and nowhere for anybody else."""
    first = hushed.call("GET", "/admin/users?limit=3", "omar").json()
    query = {"limit": "3", "cursor": first["next"]}
    rest = hushed.call("GET", "/admin/users", "omar", params=query).json()
    handles = {one["handle"] for one in (*first["items"], *rest["items"])}
    assert {"maren", "jonas", "ines", "omar"} <= handles
    assert hushed.call("GET", "/orders", "omar", params=query).status_code == 400


def test_an_address_belongs_to_one_account(hushed: OpenShop) -> None:
    """A second account with an address is a conflict, and nothing of it is stored."""
    before = len(hushed.items("users"))
    body = {"email": "maren@shop.example", "handle": "maren2", "role": "staff"}
    assert hushed.call("POST", "/admin/users", "omar", json=body).status_code == 409
    assert len(hushed.items("users")) == before


def test_a_mailed_code_sets_a_password_once(
    hushed: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code that was mailed sets a new password, and is used up."""
    mailed: list[str] = []

    async def mail(_: str, text: str) -> None:
        mailed.append(text)

    monkeypatch.setattr("app.accounts.mail", mail)
    told = {"email": "ines@shop.example"}
    assert hushed.call("POST", "/auth/forgot-password", json=told).status_code == 204
    (text,) = mailed
    body = {**told, "code": text.rpartition(" ")[2], "password": "another-long-one"}
    tried = [hushed.call("POST", "/auth/reset-password", json=body).status_code for _ in range(2)]
    assert tried == [204, 400]
    login = {**told, "password": "another-long-one"}
    assert hushed.call("POST", "/auth/login", json=login).status_code == 200


def test_an_order_on_its_way_is_not_cancelled(hushed: OpenShop) -> None:
    """Cancelling is a conflict once an order is shipped, and stays undone."""
    order = hushed.first_order("jonas")
    key = {"user_id": {"S": hushed.ids["jonas"]}, "order_id": {"S": order}}
    asked = {"TableName": "orders", "Key": key, "UpdateExpression": "SET #s = :s",
             "ExpressionAttributeNames": {"#s": "status"},
             "ExpressionAttributeValues": {":s": {"S": "shipped"}}}  # fmt: skip
    hushed.emulator.ask("UpdateItem", asked)
    path = f"/customers/{hushed.ids['jonas']}/orders/{order}"
    assert hushed.call("POST", f"{path}/cancel", "jonas").status_code == 409
    assert hushed.call("GET", path, "jonas").json()["status"] == "shipped"


def test_guesses_are_limited(hushed: OpenShop) -> None:
    """A code can be tried five times a minute, and then no more."""
    body = {"email": "omar@shop.example", "code": "x" * 43, "password": "long-enough-to-be"}
    tried = [hushed.call("POST", "/auth/reset-password", json=body) for _ in range(6)]
    assert {one.status_code for one in tried} == {400, 429}
    assert int(tried[-1].headers["retry-after"]) >= 1


def test_a_lost_table_is_told_by_an_id(hushed: OpenShop, caplog: pytest.LogCaptureFixture) -> None:
    """What DynamoDB refuses is a 500 that tells an id; the log has its code and the id."""
    caplog.set_level(logging.INFO)
    hushed.emulator.ask("DeleteTable", {"TableName": "shop"})
    answer = hushed.call("GET", "/products")
    assert answer.status_code == 500
    assert set(answer.json()) == {"type", "title", "status", "error_id"}
    (told,) = [one for one in caplog.records if getattr(one, "error_id", "") ==
               answer.json()["error_id"]]  # fmt: skip
    assert "ResourceNotFoundException" in told.getMessage()
    assert hushed.call("GET", "/health/ready").json() == {"status": "down"}


@pytest.mark.parametrize(
    ("form", "file"), [("cloudformation", "template.yaml"), ("terraform", "main.tf")]
)
def test_its_tables_and_its_role_are_what_it_declares(form: str, file: str) -> None:
    """What lies in infra/ is what `hushtable policy` writes, which lacks no table of a route."""
    folder = EXAMPLES / "shop_hushed"
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    done = subprocess.run(
        [sys.executable, "-m", "hushtable.cli.main", "policy", "app.main:app", "--format", form],
        cwd=folder,
        env={**os.environ, "HUSHTABLE_KEYS": f"test:{key}", "SHOP_MAIL_API_KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, (folder / "infra" / file).read_text("utf-8"))
    assert "no operations are declared" not in done.stderr


def test_no_table_is_left_to_do_what_it_likes(hushed: OpenShop) -> None:
    """Every Table of the shop is given to the app, and says what is done with it."""
    del hushed
    app, tables = sys.modules["app.main"].app, sys.modules["app.tables"]
    declared = {one for one in vars(tables).values() if isinstance(one, Table)}
    assert set(tables_of(app)) == declared
    assert not [one for one in declared if one.unsaid]

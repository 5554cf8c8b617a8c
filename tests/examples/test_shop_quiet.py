"""The quiet shop does what the leaky one does, and shows nothing it should not."""

from __future__ import annotations

import base64
import json
import logging

import pytest

from tests.examples.opened import OpenShop
from tests.examples.requests_of_shops import answers, names_in

NEVER_SHOWN = {
    "password_hash",
    "temporary_password",
    "reset_code",
    "reset_digest",
    "date_of_birth",
    "payment_token",
    "payment_reference",
    "national_id",
    "recovery_email",
    "card_holder",
    "card_last_digits",
    "supplier_cost",
    "ResponseMetadata",
    "pk",
}

REFUSED = {
    "directory": 401,
    "list_every_user": 401,
    "read_user": 404,
    "read_order": 404,
    "read_customer": 403,
}


def test_it_answers_without_what_must_not_be_seen(quiet: OpenShop) -> None:
    """Every route answers, or refuses who may not ask, and no answer names a secret."""
    given = answers(quiet)
    statuses = {name: answer.status_code for name, answer in given.items()}
    assert statuses == {**dict.fromkeys(given, 200), **REFUSED}
    for name, answer in given.items():
        assert not names_in(answer.json()) & NEVER_SHOWN, name


def test_only_owners_see_an_address(quiet: OpenShop) -> None:
    """An e-mail address is in the answers about oneself, and in no other."""
    given = answers(quiet)
    shows = {name for name, one in given.items() if "email" in names_in(one.json())}
    assert shows == {"read_me", "export_me"}


def test_owners_and_staff_are_let_through(quiet: OpenShop) -> None:
    """The gates that refuse others let through whom they should."""
    order = quiet.first_order("maren")
    path = f"/customers/{quiet.ids['maren']}/orders/{order}"
    assert quiet.call("GET", path, "maren").status_code == 200
    assert quiet.call("GET", f"/users/{quiet.ids['maren']}", "maren").status_code == 200
    assert quiet.call("GET", f"/customers/{quiet.ids['maren']}", "ines").status_code == 200
    accounts = quiet.call("GET", "/admin/users?limit=3", "omar").json()
    more = quiet.call("GET", "/admin/users", "omar", params={"cursor": accounts["next"]}).json()
    assert len(accounts["accounts"]) + len(more["accounts"]) == 4


def test_cursors_are_signed_and_bound_to_their_caller(quiet: OpenShop) -> None:
    """A cursor of one's own works, a changed one and somebody else's do not."""
    cursor = quiet.call("GET", "/orders?limit=1", "maren").json()["next"]
    key = {"user_id": quiet.ids["maren"], "order_id": "0"}
    made_up = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
    cases = [
        ("maren", cursor, 200),
        ("jonas", cursor, 400),
        ("maren", made_up, 400),
        ("maren", f"{made_up}.{cursor.rpartition('.')[2]}", 400),
        ("maren", "ü.ü", 400),
    ]
    for handle, text, status in cases:
        answer = quiet.call("GET", "/orders", handle, params={"cursor": text})
        assert answer.status_code == status
    assert quiet.call("GET", "/orders?limit=101", "maren").status_code == 422


def test_a_client_chooses_no_names(quiet: OpenShop) -> None:
    """Fields of a search and of an update come from a fixed set."""
    assert quiet.call("GET", "/search/orders?field=total&value=1", "maren").status_code == 422
    assert quiet.call("PATCH", "/users/me", "maren", json={"role": "admin"}).status_code == 422
    changed = quiet.call("PATCH", "/users/me", "maren", json={"phone": "+49301"})
    assert changed.json() == {"updated": ["phone"]}
    assert quiet.call("GET", "/users/me", "maren").json()["phone"] == "+49301"


def test_errors_say_nothing_of_the_store(quiet: OpenShop) -> None:
    """What DynamoDB refuses is answered with a text of our own, and a missing account with 404."""
    nothing = f"/customers/{quiet.ids['maren']}/orders/{quiet.ids['maren']}/cancel"
    answer = quiet.call("POST", nothing, "maren")
    assert (answer.status_code, answer.json()["detail"]) == (400, "It cannot be cancelled")
    nobody = "/admin/users/00000000-0000-4000-8000-000000000000"
    assert quiet.call("DELETE", nobody, "omar").status_code == 404
    assert quiet.client.app.debug is False  # type: ignore[attr-defined]


def test_a_lost_table_is_told_by_an_incident_number(
    quiet: OpenShop, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of DynamoDB reaches the log by its code, and the client by a number only."""
    reviews = "/products/5f0c3c1e-6a0e-4b0e-9d55-0d1c0a6f1a01/reviews"
    held = quiet.items("shop")
    description = quiet.emulator.ask("DescribeTable", {"TableName": "shop"})["Table"]
    quiet.emulator.ask("DeleteTable", {"TableName": "shop"})
    try:
        answer = quiet.call("GET", reviews)
        health = quiet.call("GET", "/health/ready")
    finally:
        index = description["GlobalSecondaryIndexes"][0]
        wanted = ("TableName", "KeySchema", "AttributeDefinitions")
        quiet.emulator.ask(
            "CreateTable",
            {name: description[name] for name in wanted}
            | {
                "BillingMode": "PAY_PER_REQUEST",
                "GlobalSecondaryIndexes": [
                    {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
                ],
            },
        )
        for item in held:
            quiet.emulator.ask("PutItem", {"TableName": "shop", "Item": item})
    assert answer.status_code == 502
    assert set(answer.json()) == {"detail", "incident"}
    assert answer.json()["incident"] in caplog.text
    assert health.json() == {"status": "down"}


def test_nothing_secret_is_stored_or_logged(
    quiet: OpenShop, caplog: pytest.LogCaptureFixture
) -> None:
    """Tables hold digests in place of tokens and codes, and a log holds no password."""
    caplog.set_level(logging.INFO)
    body = {"email": "maren@shop.example", "password": "a-wrong-password"}
    assert quiet.call("POST", "/auth/login", json=body).status_code == 401
    assert "a-wrong-password" not in caplog.text
    stored = json.dumps([quiet.items(table) for table in ("users", "sessions", "orders")])
    assert not any(token in stored for token in quiet.tokens.values())
    assert names_in(quiet.items("users")).isdisjoint({"reset_code", "temporary_password"})


def test_guesses_are_limited(quiet: OpenShop) -> None:
    """A code can be tried five times a minute, and then no more."""
    body = {"email": "maren@shop.example", "code": "x" * 43, "password": "long-enough-to-be"}
    tried = [quiet.call("POST", "/auth/reset-password", json=body).status_code for _ in range(6)]
    assert tried == [400, 400, 400, 400, 400, 429]


def test_no_export_is_served_and_no_token_taken_from_a_url(quiet: OpenShop) -> None:
    """The folder of exports is gone, and an invoice wants its token in a header."""
    assert quiet.call("GET", f"/files/{quiet.ids['maren']}.json").status_code == 404
    order, token = quiet.first_order("maren"), quiet.tokens["maren"]
    path = f"/orders/{order}/invoice"
    assert quiet.call("GET", f"{path}?access_token={token}").status_code == 422
    answer = quiet.client.get(path, headers={"X-Session-Token": token})
    assert answer.json()["order_id"] == order


def test_secrets_have_no_default(quiet: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its secrets in the environment the shop does not start."""
    assert quiet.call("GET", "/health").status_code == 200
    settings = __import__("app.settings").settings
    monkeypatch.delenv("SHOP_CURSOR_KEY")
    with pytest.raises(ValueError, match="cursor_key"):
        settings.Settings()

"""The leaky shop leaks what its markers say."""

from __future__ import annotations

import ast
import base64
import json
import logging

import pytest

from tests.examples.markers import markers
from tests.examples.opened import EXAMPLES, PASSWORD, OpenShop
from tests.examples.requests_of_shops import answers, names_in

SHOP = EXAMPLES / "shop"
IN_ANSWERS = {"HT101", "HT102", "HT103", "HT105"}


def marked_answers() -> list[tuple[str, str, tuple[str, ...]]]:
    """Give (handler, code, attributes) of every marker on a return of a route."""
    found = []
    for path, line, code, attributes in markers(SHOP):
        if code in IN_ANSWERS and path.startswith("app/routers/"):
            tree = ast.parse((SHOP / path).read_text())
            handler = next(
                node.name
                for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and node.lineno <= line <= (node.end_lineno or 0)
            )
            found.append((handler, code, attributes))
    return found


@pytest.fixture(scope="module")
def shop(leaky: OpenShop) -> OpenShop:
    """Open the shop, with a colleague invited and a password forgotten."""
    body = {"email": "nadia@shop.example", "handle": "nadia", "role": "staff"}
    assert leaky.call("POST", "/admin/users", "omar", json=body).status_code == 201
    for handle in ("maren", "jonas"):
        body = {"email": f"{handle}@shop.example"}
        assert leaky.call("POST", "/auth/forgot-password", json=body).status_code == 204
    return leaky


def test_every_marked_attribute_is_in_the_answer(shop: OpenShop) -> None:
    """What a marker on a route's return names comes out of that route."""
    given = {handler: names_in(answer.json()) for handler, answer in answers(shop).items()}
    missing = [
        (handler, code, attribute)
        for handler, code, attributes in marked_answers()
        for attribute in attributes
        # Nobody but an invited colleague has one, and a route about jonas shows jonas.
        if (handler, attribute) != ("read_user", "users.temporary_password")
        if not {part for part in attribute.split(".")[1:] if part != "*"} <= given[handler]
    ]
    assert len(marked_answers()) > 10
    assert missing == []


def test_a_route_without_a_marker_gives_nothing_marked(shop: OpenShop) -> None:
    """An unmarked route shows no attribute that is marked as a secret elsewhere."""
    secret = {
        attribute.rpartition(".")[2]
        for _, code, attributes in marked_answers()
        if code == "HT102"
        for attribute in attributes
    }
    marked = {handler for handler, _, _ in marked_answers()}
    unmarked = {name: one for name, one in answers(shop).items() if name not in marked}
    assert len(unmarked) > 5
    for name, answer in unmarked.items():
        assert not names_in(answer.json()) & secret, name


def test_whole_items_hold_more_than_a_model_would(shop: OpenShop) -> None:
    """A whole item shows attributes that no marker has to name, such as the role."""
    given = answers(shop)
    assert {"role", "created_at"} <= names_in(given["list_users"].json())
    assert "card_holder" in names_in(given["read_customer"].json())
    assert "supplier_cost" in names_in(given["read_product"].json())


def test_an_index_bounds_what_leaks(shop: OpenShop) -> None:
    """A whole item out of an index holds what the index includes and nothing else."""
    given = answers(shop)["list_orders_for_staff"]
    marked = next(names for handler, _, names in marked_answers() if handler.endswith("for_staff"))
    assert names_in(given.json()) == {name.removeprefix("orders.") for name in marked}


def test_metadata_and_cursor_are_returned(shop: OpenShop) -> None:
    """HT106, HT203: a write answers with DynamoDB's metadata, a list with its key in base64."""
    profile = {"bio": "", "website": "", "national_id": "1", "theme": "dark"}
    answer = shop.call(
        "PUT", "/profiles/me", "omar", json={**profile, "recovery_email": "o@shop.example"}
    )
    assert "RequestId" in names_in(answer.json())
    cursor = shop.call("GET", "/orders?limit=1", "maren").json()["next"]
    assert json.loads(base64.urlsafe_b64decode(cursor))["user_id"] == shop.ids["maren"]


def test_the_client_controls_pagination(shop: OpenShop) -> None:
    """HT202: any limit is taken, and so is a start key that the client made up."""
    assert shop.call("GET", "/orders?limit=100000", "maren").status_code == 200
    key = {"user_id": shop.ids["maren"], "order_id": "0"}
    made_up = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
    page = shop.call("GET", f"/orders?cursor={made_up}", "maren")
    assert len(page.json()["orders"]) == 1


def test_input_becomes_expression_text(shop: OpenShop) -> None:
    """HT301: a search field can be a condition of its own, a handle can end the string."""
    true = "attribute_exists(payment_token) AND currency"
    false = "attribute_not_exists(payment_token) AND currency"
    for field, count in ((true, 1), (false, 0)):
        query = {"field": field, "value": "EUR"}
        assert len(shop.call("GET", "/search/orders", "maren", params=query).json()) == count
    for role, count in (("admin", 1), ("customer", 0)):
        query = {"handle": f"omar' AND role = '{role}"}
        assert len(shop.call("GET", "/search/users", "maren", params=query).json()) == count


def test_a_reserved_word_breaks_a_read_and_the_error_tells(shop: OpenShop) -> None:
    """HT303, HT501: the tracking route fails, and says what DynamoDB said."""
    answer = shop.call("GET", f"/orders/{shop.first_order('maren')}/tracking", "maren")
    assert answer.status_code == 502
    assert "reserved keyword; reserved keyword: status" in answer.json()["detail"]
    nothing = f"/customers/{shop.ids['maren']}/orders/{shop.ids['maren']}/cancel"
    assert "ConditionalCheckFailed" in shop.call("POST", nothing, "maren").json()["detail"]


def test_a_client_names_the_attributes_it_sets(shop: OpenShop) -> None:
    """HT304: somebody signed in writes a role of their own choice."""
    assert shop.call("PATCH", "/users/me", "ines", json={"role": "admin"}).status_code == 200
    me = shop.call("GET", f"/users/{shop.ids['ines']}", "ines").json()
    assert me["role"] == "admin"


def test_other_peoples_objects_can_be_changed(shop: OpenShop) -> None:
    """HT402, HT602: somebody cancels another one's order, whose item is logged whole."""
    order = shop.first_order("omar")
    path = f"/customers/{shop.ids['omar']}/orders/{order}"
    assert shop.call("POST", f"{path}/cancel", "maren").status_code == 204
    assert shop.call("GET", path, "maren").json()["status"] == "cancelled"


def test_logs_hold_secrets(shop: OpenShop, caplog: pytest.LogCaptureFixture) -> None:
    """HT602: a wrong password and a payment token are logged."""
    caplog.set_level(logging.INFO)
    body = {"email": "maren@shop.example", "password": "a-wrong-password"}
    assert shop.call("POST", "/auth/login", json=body).status_code == 401
    assert "a-wrong-password" in caplog.text
    path = f"/customers/{shop.ids['jonas']}/orders/{shop.first_order('jonas')}/cancel"
    shop.call("POST", path, "jonas")
    assert "payment_token" in caplog.text


def test_guesses_are_not_limited(shop: OpenShop) -> None:
    """HT403: codes can be tried as often as one likes."""
    body = {"email": "maren@shop.example", "code": "000000", "password": PASSWORD}
    tried = {shop.call("POST", "/auth/reset-password", json=body).status_code for _ in range(15)}
    assert tried <= {400, 204}


def test_debug_is_on_and_a_404_becomes_a_500(shop: OpenShop) -> None:
    """HT401, HT502, HT503: anybody deletes accounts, and is told 500 when there is none."""
    assert shop.client.app.debug is True  # type: ignore[attr-defined]
    nobody = "/admin/users/00000000-0000-4000-8000-000000000000"
    assert shop.call("DELETE", nobody).status_code == 500


def test_secrets_are_stored_in_clear(shop: OpenShop) -> None:
    """HT601: tokens, codes and passwords stand in the tables as they are."""
    tokens = {item["token"]["S"] for item in shop.items("sessions")}
    assert set(shop.tokens.values()) <= tokens
    users = names_in(shop.items("users"))
    assert {"reset_code", "temporary_password"} <= users
    assert "payment_token" in names_in(shop.items("orders"))


def test_an_export_is_served_to_anybody(shop: OpenShop) -> None:
    """HT603: the file with a whole item needs no session to be read."""
    url = shop.call("POST", "/users/me/export", "maren").json()["url"]
    assert "password_hash" in shop.call("GET", url).json()


def test_a_token_is_taken_from_the_url(shop: OpenShop) -> None:
    """HT606: an invoice opens with the session token in its query string."""
    order, token = shop.first_order("maren"), shop.tokens["maren"]
    answer = shop.call("GET", f"/orders/{order}/invoice?access_token={token}")
    assert answer.json()["order_id"] == order

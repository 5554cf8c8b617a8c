"""What the shop's clients rely on."""

from typing import Any

TEA_POT = "5f0c3c1e-6a0e-4b0e-9d55-0d1c0a6f1a01"
PROFILE = {
    "bio": "Tea.",
    "website": "https://tea.example",
    "national_id": "ID-9",
    "theme": "light",
    "recovery_email": "r@tea.example",
}


def test_the_catalogue_is_open(shop: Any) -> None:
    """Anybody sees products with their prices, and their reviews."""
    assert [one["title"] for one in shop.ask("GET", "/products").json()] == ["Tea pot", "Tea cup"]
    product = shop.ask("GET", f"/products/{TEA_POT}").json()
    assert (product["title"], product["price"]) == ("Tea pot", 34.5)
    assert shop.ask("GET", f"/products/{TEA_POT}/reviews").json()[0]["stars"] == 5
    assert shop.ask("GET", f"/products/{TEA_POT[:-1]}9").status_code == 404


def test_sessions_begin_and_end(shop: Any) -> None:
    """A session says who one is until it is ended; nobody gets in without one."""
    assert shop.ask("GET", "/users/me").status_code in {401, 403}
    assert shop.ask("GET", "/users/me", "jonas").json()["handle"] == "jonas"
    first = shop.tokens["maren"]
    shop.sign_in("maren")
    assert shop.ask("POST", "/auth/logout", "maren").status_code == 204
    assert shop.ask("GET", "/users/me", "maren").status_code == 401
    shop.tokens["maren"] = first
    assert shop.ask("GET", "/users/me", "maren").status_code == 200


def test_a_wrong_password_is_refused(shop: Any) -> None:
    """A wrong password starts no session."""
    body = {"email": "maren@shop.example", "password": "not-the-password"}
    assert shop.ask("POST", "/auth/login", json=body).status_code == 401


def test_registration_and_reset_are_answered(shop: Any) -> None:
    """Somebody signs up, forgets the password, and tries a code that is none."""
    eve = {"email": "eve@shop.example", "handle": "eve", "password": "long-enough-to-be",
           "phone": "+49", "date_of_birth": "1990-01-01"}  # fmt: skip
    assert shop.ask("POST", "/auth/register", json=eve).json()["handle"] == "eve"
    assert shop.ask("POST", "/auth/register", json=eve).status_code == 409
    body = {"email": "eve@shop.example"}
    assert shop.ask("POST", "/auth/forgot-password", json=body).status_code == 204
    wrong = {**body, "code": "0", "password": "another-long-one"}
    assert shop.ask("POST", "/auth/reset-password", json=wrong).status_code == 422
    wrong["code"] = "000000"
    assert shop.ask("POST", "/auth/reset-password", json=wrong).status_code in {204, 400}


def test_orders_are_placed_listed_and_cancelled(shop: Any) -> None:
    """Orders are placed, read, listed page by page, found, and cancelled."""
    line = {"product_id": TEA_POT, "quantity": 2}
    body = {"lines": [line], "street": "a", "postcode": "b", "payment_token": "p"}
    placed = shop.ask("POST", "/orders", "maren", json=body).json()
    assert (placed["total"], placed["status"]) == ("69.0", "open")
    first = shop.ask("GET", "/orders?limit=1", "maren").json()
    rest = shop.ask("GET", "/orders", "maren", params={"cursor": first["next"]}).json()
    ids = [one["order_id"] for one in (*first["orders"], *rest["orders"])]
    assert placed["order_id"] in ids
    assert len(ids) == 2
    order = placed["order_id"]
    summary = shop.ask("GET", f"/orders/{order}/summary", "maren").json()
    assert summary == {"total": 69, "currency": "EUR"}
    owner = shop.ask("GET", "/users/me", "maren").json()["user_id"]
    mine = f"/customers/{owner}/orders/{order}"
    assert shop.ask("GET", mine, "maren").json()["order_id"] == order
    found = shop.ask("GET", "/search/orders?field=currency&value=EUR", "maren").json()
    assert {one["order_id"] for one in found} == set(ids)
    assert shop.ask("POST", f"{mine}/cancel", "maren").status_code == 204
    assert shop.ask("GET", mine, "maren").json()["status"] == "cancelled"
    open_ones = shop.ask("GET", "/orders/mine/open", "maren").json()
    assert {one["order_id"] for one in open_ones} == set(ids) - {order}


def test_staff_and_administrators_see_more(shop: Any) -> None:
    """Staff and administrators list orders by status, the latter accounts and revenue; customers do not."""
    orders = shop.ask("GET", "/orders/by-status/open", "omar").json()
    assert {"order_id", "total", "currency"} <= set(orders[0])
    assert shop.ask("GET", "/orders/by-status/open", "maren").status_code == 403
    assert shop.ask("GET", "/admin/revenue", "omar").json() == {"revenue": "0"}
    handles = {one["handle"] for one in shop.ask("GET", "/admin/users", "omar").json()}
    assert {"maren", "jonas", "ines", "omar"} <= handles


def test_accounts_are_made_and_removed(shop: Any) -> None:
    """An administrator invites a colleague, and removes the account."""
    body = {"email": "new@shop.example", "handle": "newbie", "role": "staff"}
    made = shop.ask("POST", "/admin/users", "omar", json=body).json()
    assert made["handle"] == "newbie"
    path = f"/admin/users/{made['user_id']}"
    assert shop.ask("DELETE", path, "omar").status_code == 204
    assert shop.ask("DELETE", path, "omar").status_code >= 400


def test_products_are_added(shop: Any) -> None:
    """An administrator puts a product on offer."""
    body = {"title": "Tea spoon", "price": "3.20", "supplier_cost": "1.10"}
    made = shop.ask("POST", "/admin/products", "omar", json=body)
    assert (made.status_code, made.json()["title"]) == (201, "Tea spoon")
    assert shop.ask("POST", "/admin/products", "maren", json=body).status_code == 403
    titles = [one["title"] for one in shop.ask("GET", "/products").json()]
    assert "Tea spoon" in titles


def test_profiles_and_addresses_are_kept(shop: Any) -> None:
    """What somebody writes of themselves they read again."""
    assert shop.ask("PUT", "/profiles/me", "jonas", json=PROFILE).status_code == 200
    profile = shop.ask("GET", "/profiles/me", "jonas").json()
    assert (profile["bio"], profile["website"]) == ("Tea.", "https://tea.example")
    address = {"street": "s", "postcode": "p", "city": "c"}
    written = shop.ask("PUT", "/profiles/me/addresses/work", "jonas", json=address)
    assert written.status_code == 204
    assert address in shop.ask("GET", "/profiles/me/addresses", "jonas").json()
    card = {"last_digits": "1234", "holder": "jonas"}
    assert shop.ask("PUT", "/profiles/me/cards/second", "jonas", json=card).status_code == 204


def test_an_account_can_be_read_changed_and_exported(shop: Any) -> None:
    """People read, rename and export their own account, and find others by their handle."""
    me = shop.ask("GET", "/users/me", "jonas").json()["user_id"]
    assert shop.ask("GET", f"/users/{me}", "jonas").json()["handle"] == "jonas"
    assert shop.ask("GET", "/users/me/security", "jonas").json()["status"] == "active"
    changed = shop.ask("PATCH", "/users/me", "jonas", json={"handle": "jonas"})
    assert changed.json() == {"updated": ["handle"]}
    found = shop.ask("GET", "/search/users?handle=jonas", "maren").json()
    assert [one["user_id"] for one in found] == [me]
    listed = shop.ask("GET", "/users", "maren").json()
    assert me in {one["user_id"] for one in listed}
    seen = shop.ask("GET", "/users/directory", "maren").json()
    assert "jonas" in {one["handle"] for one in seen}
    url = shop.ask("POST", "/users/me/export", "jonas").json()["url"]
    assert shop.ask("GET", url, "jonas").json()["handle"] == "jonas"


def test_it_says_that_it_is_well(shop: Any) -> None:
    """The health checks answer."""
    assert shop.ask("GET", "/health").json() == {"status": "ok"}
    assert shop.ask("GET", "/health/ready").json() == {"status": "ready"}

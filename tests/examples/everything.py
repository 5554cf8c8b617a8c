"""A request for every route of a shop, as somebody who may make it, by the handler's name."""

from __future__ import annotations

import re
from typing import Any

from httpx import Response

from tests.examples.opened import PASSWORD, OpenShop
from tests.examples.requests_of_shops import TEA_POT

WRITTEN = {"bio": "x", "website": "https://w.example", "national_id": "ID-1", "theme": "light",
           "recovery_email": "a@b.example"}  # fmt: skip
COLLEAGUE = {"email": "new@shop.example", "handle": "newbie", "role": "staff"}
STRANGER = {"email": "eve@shop.example", "handle": "eve", "password": "long-enough-to-be",
            "phone": "+49", "date_of_birth": "1990-01-01"}  # fmt: skip
PRODUCT = {"title": "Tea spoon", "price": "3.20", "supplier_cost": "1.10"}
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def reads(shop: OpenShop, *, handle: str = "jonas", currency: str = "EUR") -> dict[str, Response]:
    """Ask for everything there is to read."""
    me, mine = shop.ids["maren"], shop.first_order("maren")
    invoice = {"X-Session-Token": shop.tokens["maren"]}
    return {
        "read_health": shop.call("GET", "/health"),
        "read_readiness": shop.call("GET", "/health/ready"),
        "read_me": shop.call("GET", "/users/me", "maren"),
        "read_security": shop.call("GET", "/users/me/security", "maren"),
        "export_me": shop.call("POST", "/users/me/export", "maren"),
        "directory": shop.call("GET", "/users/directory", "maren"),
        "list_users": shop.call("GET", "/users", "maren"),
        "read_user": shop.call("GET", f"/users/{me}", "maren"),
        "read_profile": shop.call("GET", "/profiles/me", "maren"),
        "read_addresses": shop.call("GET", "/profiles/me/addresses", "maren"),
        "read_customer": shop.call("GET", f"/customers/{me}", "ines"),
        "list_products": shop.call("GET", "/products"),
        "read_product": shop.call("GET", f"/products/{TEA_POT}"),
        "list_reviews": shop.call("GET", f"/products/{TEA_POT}/reviews"),
        "search_users": shop.call("GET", f"/search/users?handle={handle}", "maren"),
        "list_orders": shop.call("GET", "/orders?limit=1", "maren"),
        "list_orders_of_status": shop.call("GET", "/orders/mine/open", "maren"),
        "list_orders_for_staff": shop.call("GET", "/orders/by-status/open", "ines"),
        "read_summary": shop.call("GET", f"/orders/{mine}/summary", "maren"),
        "read_tracking": shop.call("GET", f"/orders/{mine}/tracking", "maren"),
        "read_invoice": shop.client.get(f"/orders/{mine}/invoice", headers=invoice),
        "read_order": shop.call("GET", f"/customers/{me}/orders/{mine}", "maren"),
        "search_orders": shop.call(
            "GET", f"/search/orders?field=currency&value={currency}", "maren"
        ),
        "list_every_user": shop.call("GET", "/admin/users", "omar"),
        "read_revenue": shop.call("GET", "/admin/revenue", "omar"),
    }


def writes(shop: OpenShop) -> dict[str, Response]:
    """Write something by every route that writes."""
    login = {"email": "jonas@shop.example", "password": PASSWORD}
    line = {"product_id": TEA_POT, "quantity": 2}
    order = {"lines": [line], "street": "a", "postcode": "b", "payment_reference": "c"}
    wrong = {"email": "ines@shop.example", "code": "x" * 43, "password": "long-enough-to-be"}
    told = {"email": "nobody@shop.example"}
    address = {"street": "a", "postcode": "b", "city": "c"}
    card = {"last_digits": "1234", "holder": "me"}
    given = {
        "register": shop.call("POST", "/auth/register", json=STRANGER),
        "login": shop.call("POST", "/auth/login", json=login),
        "forgot": shop.call("POST", "/auth/forgot-password", json=told),
        "reset": shop.call("POST", "/auth/reset-password", json=wrong),
        "update_me": shop.call("PATCH", "/users/me", "maren", json={"phone": "+49301"}),
        "write_profile": shop.call("PUT", "/profiles/me", "maren", json=WRITTEN),
        "write_address": shop.call("PUT", "/profiles/me/addresses/work", "maren", json=address),
        "write_card": shop.call("PUT", "/profiles/me/cards/second", "maren", json=card),
        "place_order": shop.call("POST", "/orders", "maren", json=order),
        "invite_user": shop.call("POST", "/admin/users", "omar", json=COLLEAGUE),
        "add_product": shop.call("POST", "/admin/products", "omar", json=PRODUCT),
    }
    placed, made = given["place_order"].json(), given["invite_user"].json()
    mine = f"/customers/{shop.ids['maren']}/orders/{placed['order_id']}"
    session = {"Authorization": f"Bearer {given['login'].json()['token']}"}
    return given | {
        "cancel_order": shop.call("POST", f"{mine}/cancel", "maren"),
        "delete_user": shop.call("DELETE", f"/admin/users/{made['user_id']}", "omar"),
        "logout": shop.client.post("/auth/logout", headers=session),
    }


def comparable(answer: Response) -> Any:
    """Give a status and a body without what differs from run to run."""
    return answer.status_code, _plain(answer.json()) if answer.content else None


def _plain(value: Any) -> Any:
    match value:
        case dict():
            renamed = {"orders": "items", "accounts": "items"}
            masked = {"token", "expires_at", "next"}
            return {
                renamed.get(name, name): bool(part) if name in masked else _plain(part)
                for name, part in value.items()
            }
        case list():
            return sorted((_plain(part) for part in value), key=repr)
        case str():
            return _ID.sub("an id", value)
        case _:
            return value

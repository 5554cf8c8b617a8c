"""A request for every route of the shops that answers with data, by the handler's name."""

from __future__ import annotations

from httpx import Response

from tests.examples.opened import OpenShop

TEA_POT = "5f0c3c1e-6a0e-4b0e-9d55-0d1c0a6f1a01"


def answers(shop: OpenShop) -> dict[str, Response]:
    """Call each route once: as maren about jonas where the path names somebody."""
    other = shop.ids["jonas"]
    mine, theirs = shop.first_order("maren"), shop.first_order("jonas")
    return {
        "read_me": shop.call("GET", "/users/me", "maren"),
        "read_security": shop.call("GET", "/users/me/security", "maren"),
        "export_me": shop.call("POST", "/users/me/export", "maren"),
        "directory": shop.call("GET", "/users/directory"),
        "list_users": shop.call("GET", "/users", "maren"),
        "read_user": shop.call("GET", f"/users/{other}", "maren"),
        "read_profile": shop.call("GET", "/profiles/me", "maren"),
        "read_addresses": shop.call("GET", "/profiles/me/addresses", "maren"),
        "read_customer": shop.call("GET", f"/customers/{other}", "maren"),
        "list_products": shop.call("GET", "/products"),
        "read_product": shop.call("GET", f"/products/{TEA_POT}"),
        "list_reviews": shop.call("GET", f"/products/{TEA_POT}/reviews"),
        "search_users": shop.call("GET", "/search/users?handle=jonas", "maren"),
        "list_orders": shop.call("GET", "/orders?limit=1", "maren"),
        "list_orders_of_status": shop.call("GET", "/orders/mine/open", "maren"),
        "list_orders_for_staff": shop.call("GET", "/orders/by-status/open", "ines"),
        "read_summary": shop.call("GET", f"/orders/{mine}/summary", "maren"),
        "read_tracking": shop.call("GET", f"/orders/{mine}/tracking", "maren"),
        "read_order": shop.call("GET", f"/customers/{other}/orders/{theirs}", "maren"),
        "search_orders": shop.call("GET", "/search/orders?field=currency&value=EUR", "maren"),
        "list_every_user": shop.call("GET", "/admin/users"),
        "read_revenue": shop.call("GET", "/admin/revenue", "omar"),
    }


def names_in(value: object) -> set[str]:
    """Give every key of a decoded answer, at any depth."""
    match value:
        case dict():
            return set(value).union(*map(names_in, value.values()))
        case list():
            return set().union(*map(names_in, value))
        case _:
            return set()

"""The catalogue, open to everybody, and the search for customers."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from app.models import ProductOut, ReviewOut
from app.security import SignedIn
from app.services.catalogue import Shop

router = APIRouter(tags=["catalogue"])


@router.get("/products", response_model=list[ProductOut])
def list_products(shop: Shop) -> Any:
    """Return the catalogue."""
    return shop.products()


@router.get("/products/{product_id}")
def read_product(product_id: UUID, shop: Shop) -> Any:
    """Return one product."""
    return shop.product(str(product_id))  # leaks HT101: shop.*


@router.get("/products/{product_id}/reviews", response_model=list[ReviewOut])
def list_reviews(product_id: UUID, shop: Shop) -> Any:
    """Return what customers say of a product."""
    return shop.reviews(str(product_id))


@router.get("/search/users")
def search_users(handle: str, user: SignedIn, shop: Shop) -> Any:
    """Return the accounts with a handle."""
    return [
        {"user_id": found["user_id"], "handle": found["handle"]}
        for found in shop.with_handle(handle)
    ]

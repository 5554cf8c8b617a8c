"""The catalogue, open to everybody, and the search for customers."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Query

from app.models import ProductOut, ReviewOut, UserFound
from app.security import SignedIn
from app.services.catalogue import Shop

router = APIRouter(tags=["catalogue"])


@router.get("/products", response_model=list[ProductOut])
def list_products(shop: Shop) -> Any:
    """Return the catalogue."""
    return shop.products()


@router.get("/products/{product_id}", response_model=ProductOut)
def read_product(product_id: UUID, shop: Shop) -> Any:
    """Return one product."""
    return shop.product(str(product_id))


@router.get("/products/{product_id}/reviews", response_model=list[ReviewOut])
def list_reviews(product_id: UUID, shop: Shop) -> Any:
    """Return what customers say of a product."""
    return shop.reviews(str(product_id))


@router.get("/search/users", response_model=list[UserFound])
def search_users(
    user: SignedIn, shop: Shop, handle: str = Query(pattern=r"^[a-z0-9_]{3,30}$")
) -> Any:
    """Return the accounts with a handle."""
    return [
        {"user_id": found["user_id"], "handle": found["handle"]}
        for found in shop.with_handle(handle)
    ]

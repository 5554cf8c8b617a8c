"""The catalogue, open to everybody, and the search for customers."""

from fastapi import APIRouter

from app.inputs import Handle
from app.records import Product
from app.security import SignedIn
from app.tables import OTHERS, products, reviews, users
from app.views import ProductOut, ReviewOut, UserRow

router = APIRouter(tags=["catalogue"])

ProductId = Product.key.product_id


@router.get("/products")
async def list_products() -> list[ProductOut]:
    """Return the catalogue."""
    return (await products.query(ProductOut, index="entity-index", limit=100)).items


@router.get("/products/{product_id}")
async def read_product(product_id: ProductId) -> ProductOut:
    """Return one product."""
    return await products.get(ProductOut, product_id)


@router.get("/products/{product_id}/reviews")
async def list_reviews(product_id: ProductId) -> list[ReviewOut]:
    """Return what customers say of a product."""
    return (await reviews.query(ReviewOut, product_id=product_id, limit=50)).items


@router.get("/search/users")
async def search_users(me: SignedIn, handle: Handle) -> list[UserRow]:
    """Return the accounts with a handle."""
    found = await users.query(UserRow, index="handle-index", handle=handle, limit=20, by=OTHERS)
    return found.items

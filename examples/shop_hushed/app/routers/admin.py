"""What administrators do."""

import secrets
import uuid
from decimal import Decimal

from fastapi import APIRouter, status

from app import accounts
from app.inputs import Invitation, ProductIn
from app.records import OrderStatus, Product, User
from app.security import Admin, digest
from app.tables import ADMIN, claims, orders, products, store, users
from app.views import AccountRow, EmailOf, OrderTotal, ProductOut, UserRow
from hushtable.guard import Page, allow_scan, view_of
from hushtable.guard.fastapi import Cursor, Limit

router = APIRouter(prefix="/admin", tags=["admin"])

UserId = User.key.user_id


@router.get("/users")
@allow_scan("administrators go through every account")
async def list_every_user(
    me: Admin, limit: Limit = 50, cursor: Cursor = None
) -> Page[AccountRow]:
    """Return one page of accounts."""
    return await users.scan_page(AccountRow, limit=limit, cursor=cursor, by=ADMIN)


@router.post("/users", status_code=status.HTTP_201_CREATED)
async def invite_user(body: Invitation, me: Admin) -> UserRow:
    """Make an account for a colleague, who is mailed a code to set a password with."""
    code = secrets.token_urlsafe(32)
    made = await accounts.add(
        body, reset_digest=digest(code), role=body.role, plan="staff", status="invited"
    )
    await accounts.mail(body.email, f"Set your password with the code {code}")
    return made


@router.delete("/users/{user_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_user(user_id: UserId, me: Admin) -> None:
    """Remove an account, and free its address."""
    claim = digest((await users.get(EmailOf, user_id, by=ADMIN)).email)
    await store.together([users.will_delete(user_id, by=ADMIN), claims.will_delete(claim)])


@router.get("/revenue")
async def read_revenue(me: Admin) -> dict[str, str]:
    """Return what the first paid orders add up to."""
    paid = orders.each(
        OrderTotal, index="status-index", status=OrderStatus.PAID, at_most=1000, by=ADMIN
    )
    return {"revenue": str(sum([one.total async for one in paid], Decimal(0)))}


@router.post("/products", status_code=status.HTTP_201_CREATED)
async def add_product(body: ProductIn, me: Admin) -> ProductOut:
    """Put a product on offer."""
    product = Product(product_id=str(uuid.uuid4()), **body.model_dump())
    await products.put(product, only_new=True)
    return view_of(ProductOut, product)

"""What administrators do."""

import logging
from typing import Any
from uuid import UUID

from botocore.exceptions import ClientError
from fastapi import APIRouter, HTTPException, Query, status

from app.models import AccountPage, CreatedOut, Invitation, ProductIn, ProductOut
from app.security import Admin
from app.services.accounts import Accounts
from app.services.catalogue import Shop
from app.services.orders import Orders
from app.services.reports import every_account

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/admin", tags=["admin"])


@router.get("/users", response_model=AccountPage)
async def list_every_user(
    admin: Admin,
    limit: int = Query(50, ge=1, le=100),
    cursor: str | None = Query(None, max_length=500),
) -> Any:
    """Return one page of accounts."""
    return await every_account(admin.user_id, limit, cursor)


@router.post("/users", status_code=status.HTTP_201_CREATED, response_model=CreatedOut)
def invite_user(body: Invitation, admin: Admin, accounts: Accounts) -> Any:
    """Make an account for a colleague."""
    return accounts.invite(body)


@router.delete("/users/{user_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_user(user_id: UUID, admin: Admin, accounts: Accounts) -> None:
    """Remove an account."""
    try:
        if not accounts.delete(str(user_id)):
            raise HTTPException(404, "No such account")
    except ClientError as error:
        logger.warning("Could not remove an account")
        raise HTTPException(500, "Could not remove the account") from error


@router.get("/revenue")
def read_revenue(admin: Admin, orders: Orders) -> dict[str, str]:
    """Return what the paid orders add up to."""
    return {"revenue": str(orders.revenue())}


@router.post("/products", status_code=status.HTTP_201_CREATED, response_model=ProductOut)
def add_product(body: ProductIn, admin: Admin, shop: Shop) -> Any:
    """Put a product on offer."""
    return shop.add_product(body)

"""What administrators do."""

import logging
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, status

from app.models import CreatedOut, Invitation, ProductIn, ProductOut
from app.security import Admin
from app.services.accounts import Accounts
from app.services.catalogue import Shop
from app.services.orders import Orders
from app.services.reports import every_account

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/admin", tags=["admin"])


@router.get("/users")  # leaks HT401
async def list_every_user() -> Any:
    """Return every account."""
    return await every_account()  # leaks HT101: users.*; HT102: users.temporary_password, users.reset_code; HT103: users.email, users.phone, users.date_of_birth


@router.post("/users", status_code=status.HTTP_201_CREATED, response_model=CreatedOut)
def invite_user(body: Invitation, admin: Admin, accounts: Accounts) -> Any:
    """Make an account for a colleague."""
    return accounts.invite(body)


@router.delete("/users/{user_id}", status_code=status.HTTP_204_NO_CONTENT)  # leaks HT401
def delete_user(user_id: UUID, accounts: Accounts) -> None:
    """Remove an account."""
    try:
        if not accounts.delete(str(user_id)):
            raise HTTPException(404, "No such account")
    except Exception as error:  # leaks HT503
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

"""Orders."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from app.models import OrderIn, OrderOut, OrderPage, OrderStatus
from app.security import CurrentUser, SignedIn, Staff, user_of_link
from app.services.orders import Orders

router = APIRouter(tags=["orders"])


@router.post("/orders", status_code=status.HTTP_201_CREATED, response_model=OrderOut)
def place_order(body: OrderIn, user: SignedIn, orders: Orders) -> Any:
    """Place an order."""
    return orders.place(user.user_id, body)


@router.get("/orders", response_model=OrderPage)
def list_orders(
    user: SignedIn, orders: Orders, limit: int = 20, cursor: str | None = None
) -> Any:
    """Return one page of one's own orders."""
    return orders.page(user.user_id, limit, cursor)  # leaks HT203


@router.get("/orders/mine/{order_status}", response_model=list[OrderOut])
def list_orders_of_status(order_status: OrderStatus, user: SignedIn, orders: Orders) -> Any:
    """Return one's own orders of a status."""
    return orders.mine_by_status(user.user_id, order_status)


@router.get("/orders/by-status/{order_status}", response_model=list[dict[str, Any]])  # leaks HT104: orders.user_id, orders.order_id, orders.status, orders.created_at, orders.total, orders.currency
def list_orders_for_staff(order_status: OrderStatus, user: Staff, orders: Orders) -> Any:
    """Return everybody's orders of a status."""
    return orders.by_status(order_status)  # leaks HT101: orders.user_id, orders.order_id, orders.status, orders.created_at, orders.total, orders.currency


@router.get("/orders/{order_id}/summary")
def read_summary(order_id: UUID, user: SignedIn, orders: Orders) -> Any:
    """Return what one of one's own orders costs."""
    return orders.summary(user.user_id, str(order_id))


@router.get("/orders/{order_id}/tracking")
def read_tracking(order_id: UUID, user: SignedIn, orders: Orders) -> Any:
    """Return how far one of one's own orders is."""
    return orders.tracking(user.user_id, str(order_id))


@router.get("/orders/{order_id}/invoice", response_model=OrderOut)
def read_invoice(
    order_id: UUID, user: Annotated[CurrentUser, Depends(user_of_link)], orders: Orders
) -> Any:
    """Return one of one's own orders, to a link that opens in a new tab."""
    return orders.get(user.user_id, str(order_id))


@router.get("/customers/{owner_id}/orders/{order_id}", response_model=OrderOut)
def read_order(owner_id: UUID, order_id: UUID, user: SignedIn, orders: Orders) -> Any:
    """Return an order."""
    return orders.get(str(owner_id), str(order_id))


@router.post(
    "/customers/{owner_id}/orders/{order_id}/cancel", status_code=status.HTTP_204_NO_CONTENT
)
def cancel_order(owner_id: UUID, order_id: UUID, user: SignedIn, orders: Orders) -> None:
    """Cancel an order."""
    orders.cancel(str(owner_id), str(order_id))


@router.get("/search/orders", response_model=list[OrderOut])
def search_orders(
    user: SignedIn, orders: Orders, field: str, value: str = Query(max_length=100)
) -> Any:
    """Return one's own orders that have a value in a field."""
    return orders.search(user.user_id, field, value)

"""Orders."""

import logging
import time
import uuid
from decimal import Decimal

from fastapi import APIRouter, HTTPException, Query, status

from app.inputs import OrderIn, SearchField
from app.records import Order, OrderStatus
from app.security import Linked, SignedIn, Staff
from app.tables import STAFF, orders, products
from app.views import OrderOut, OrderSummary, OrderTracking, ProductOut
from hushtable.guard import Page, view_of
from hushtable.guard.fastapi import Cursor, Limit

logger = logging.getLogger(__name__)

router = APIRouter(tags=["orders"])

OwnerId, OrderId = Order.key.user_id, Order.key.order_id
SEARCHED = {SearchField.CURRENCY: Order.at.currency, SearchField.POSTCODE: Order.at.postcode}
CANCELLABLE = Order.at.status.in_([OrderStatus.OPEN, OrderStatus.PAID])


async def place(user_id: str, body: OrderIn) -> OrderOut:
    """Store an order at today's prices."""
    wanted = [{"product_id": line.product_id} for line in body.lines]
    total = Decimal(0)
    for line, product in zip(body.lines, await products.get_many(ProductOut, wanted), strict=True):
        if product is None:
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, "No such product")
        total += product.price * line.quantity
    order = Order(
        user_id=user_id,
        order_id=str(uuid.uuid4()),
        created_at=int(time.time()),
        total=total,
        **body.model_dump(),
    )
    await orders.put(order, only_new=True)
    return view_of(OrderOut, order)


@router.post("/orders", status_code=status.HTTP_201_CREATED)
async def place_order(body: OrderIn, me: SignedIn) -> OrderOut:
    """Place an order."""
    return await place(me.id, body)


@router.get("/orders")
async def list_orders(me: SignedIn, limit: Limit = 20, cursor: Cursor = None) -> Page[OrderOut]:
    """Return one page of one's own orders."""
    return await orders.query(OrderOut, user_id=me.id, limit=limit, cursor=cursor)


@router.get("/orders/mine/{order_status}")
async def list_orders_of_status(order_status: OrderStatus, me: SignedIn) -> list[OrderOut]:
    """Return one's own orders of a status."""
    found = await orders.query(
        OrderOut, index="mine-index", user_id=me.id, status=order_status, limit=100
    )
    return found.items


@router.get("/orders/by-status/{order_status}")
async def list_orders_for_staff(order_status: OrderStatus, me: Staff) -> list[OrderOut]:
    """Return everybody's orders of a status."""
    found = await orders.query(
        OrderOut, index="status-index", status=order_status, limit=50, by=STAFF
    )
    return found.items


@router.get("/orders/{order_id}/summary")
async def read_summary(order_id: OrderId, me: SignedIn) -> OrderSummary:
    """Return what one of one's own orders costs."""
    return await orders.get(OrderSummary, me.id, order_id)


@router.get("/orders/{order_id}/tracking")
async def read_tracking(order_id: OrderId, me: SignedIn) -> OrderTracking:
    """Return how far one of one's own orders is."""
    return await orders.get(OrderTracking, me.id, order_id)


@router.get("/orders/{order_id}/invoice")
async def read_invoice(order_id: OrderId, me: Linked) -> OrderOut:
    """Return one of one's own orders, to a script that downloads it."""
    return await orders.get(OrderOut, me.id, order_id)


@router.get("/customers/{owner_id}/orders/{order_id}")
async def read_order(owner_id: OwnerId, order_id: OrderId, me: SignedIn) -> OrderOut:
    """Return an order to its owner."""
    return await orders.get(OrderOut, owner_id, order_id)


@router.post(
    "/customers/{owner_id}/orders/{order_id}/cancel", status_code=status.HTTP_204_NO_CONTENT
)
async def cancel_order(owner_id: OwnerId, order_id: OrderId, me: SignedIn) -> None:
    """Cancel an order for its owner, unless it is on its way."""
    changed = {"status": OrderStatus.CANCELLED}
    await orders.update(owner_id, order_id, values=changed, where=CANCELLABLE)
    logger.info("Cancelled an order")


@router.get("/search/orders")
async def search_orders(
    me: SignedIn, field: SearchField, value: str = Query(max_length=100)
) -> list[OrderOut]:
    """Return one's own orders that have a value in a field."""
    same = SEARCHED[field] == value
    return (await orders.query(OrderOut, user_id=me.id, where=same, limit=100)).items

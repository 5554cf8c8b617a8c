"""Orders: placing, listing, searching, cancelling."""

import logging
import time
import uuid
from decimal import Decimal
from typing import Annotated, Any

from botocore.exceptions import ClientError
from fastapi import Depends, HTTPException, status

from app.conversion import plain
from app.cursors import decode_cursor, encode_cursor
from app.models import OrderIn, OrderStatus
from app.repositories.orders import OrderRepository, get_order_repository
from app.repositories.shop import ShopRepository, get_shop_repository

logger = logging.getLogger(__name__)


class OrderService:
    """What can be done with orders."""

    def __init__(self, orders: OrderRepository, shop: ShopRepository) -> None:
        self.orders = orders
        self.shop = shop

    def place(self, user_id: str, body: OrderIn) -> dict[str, Any]:
        """Store an order at today's prices."""
        prices = {product["product_id"]: product["price"] for product in self.shop.products()}
        total = Decimal(0)
        for line in body.lines:
            if line.product_id not in prices:
                raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, "No such product")
            total += Decimal(str(prices[line.product_id])) * line.quantity
        order = {
            "user_id": user_id,
            "order_id": str(uuid.uuid4()),
            "status": OrderStatus.OPEN.value,
            "created_at": int(time.time()),
            "total": total,
            "currency": "EUR",
            "lines": [line.model_dump() for line in body.lines],
            "street": body.street,
            "postcode": body.postcode,
            "payment_token": body.payment_token,
        }
        self.orders.add(order)
        return {"order_id": order["order_id"], "status": "open", "total": total, "currency": "EUR"}

    def page(self, user_id: str, limit: int, cursor: str | None) -> dict[str, Any]:
        """Return one page of a customer's orders."""
        start = decode_cursor(cursor) if cursor else None
        orders, following = self.orders.page(user_id, limit, start)
        return {"orders": orders, "next": encode_cursor(following)}

    def get(self, user_id: str, order_id: str) -> dict[str, Any]:
        """Return an order. Raises 404 when there is none."""
        order = self.orders.get(user_id, order_id)
        if order is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "No such order")
        return order

    def summary(self, user_id: str, order_id: str) -> dict[str, Any]:
        """Return what an order costs."""
        order = self.orders.get_whole(user_id, order_id)
        if order is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "No such order")
        return {"total": plain(order["total"]), "currency": order["currency"]}

    def tracking(self, user_id: str, order_id: str) -> dict[str, Any]:
        """Return how far an order is."""
        order = self.orders.tracking(user_id, order_id)
        if order is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "No such order")
        return {"order_id": order["order_id"], "status": order["status"]}

    def cancel(self, user_id: str, order_id: str) -> None:
        """Cancel an order."""
        try:
            order = self.orders.set_status(user_id, order_id, OrderStatus.CANCELLED.value)
        except ClientError as error:
            raise HTTPException(status.HTTP_400_BAD_REQUEST, detail=str(error)) from error  # leaks HT501
        logger.info("Cancelled %s", order)  # leaks HT602: orders.*

    def by_status(self, order_status: OrderStatus) -> list[dict[str, Any]]:
        """Return the first orders of a status."""
        return [plain(order) for order in self.orders.by_status(order_status.value)]

    def mine_by_status(self, user_id: str, order_status: OrderStatus) -> list[dict[str, Any]]:
        """Return a customer's orders of a status."""
        return self.orders.mine_by_status(user_id, order_status.value)

    def search(self, user_id: str, field: str, value: str) -> list[dict[str, Any]]:
        """Return a customer's orders that have a value in a field."""
        return self.orders.search(user_id, field, value)

    def revenue(self) -> Decimal:
        """Return what the first paid orders add up to."""
        return self.orders.revenue(OrderStatus.PAID.value)


def get_order_service(
    orders: Annotated[OrderRepository, Depends(get_order_repository)],
    shop: Annotated[ShopRepository, Depends(get_shop_repository)],
) -> OrderService:
    """Give a route its service."""
    return OrderService(orders, shop)


Orders = Annotated[OrderService, Depends(get_order_service)]

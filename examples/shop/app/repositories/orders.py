"""The orders table: a customer's orders, newest last, and the orders of a status."""

from decimal import Decimal
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from app.conversion import from_wire
from app.database import get_client, orders_table
from app.settings import get_settings

NAMES = {"#status": "status", "#total": "total"}
SHOWN = "order_id, #status, #total, currency"


class OrderRepository:
    """Orders."""

    def __init__(self, table: Any, client: Any) -> None:
        self.table = table
        self.client = client

    def add(self, order: dict[str, Any]) -> None:
        """Store a new order."""
        self.table.put_item(Item=order)  # leaks HT601: orders.payment_token

    def page(
        self, user_id: str, limit: int, start: dict[str, Any] | None
    ) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        """Return one page of a customer's orders, and where the next one starts."""
        kwargs: dict[str, Any] = {"ExclusiveStartKey": start} if start else {}
        response = self.table.query(  # leaks HT202
            KeyConditionExpression=Key("user_id").eq(user_id),
            ProjectionExpression=SHOWN,
            ExpressionAttributeNames=NAMES,
            Limit=limit,
            **kwargs,
        )
        return response["Items"], response.get("LastEvaluatedKey")

    def get(self, user_id: str, order_id: str) -> dict[str, Any] | None:
        """Return what is shown of one order."""
        response = self.table.get_item(  # leaks HT402
            Key={"user_id": user_id, "order_id": order_id},
            ProjectionExpression=SHOWN,
            ExpressionAttributeNames=NAMES,
        )
        item: dict[str, Any] | None = response.get("Item")
        return item

    def get_whole(self, user_id: str, order_id: str) -> dict[str, Any] | None:
        """Return one order."""
        response = self.table.get_item(Key={"user_id": user_id, "order_id": order_id})  # leaks HT205: orders.payment_token
        item: dict[str, Any] | None = response.get("Item")
        return item

    def tracking(self, user_id: str, order_id: str) -> dict[str, Any] | None:
        """Return how far an order is."""
        response = self.table.get_item(  # leaks HT303
            Key={"user_id": user_id, "order_id": order_id},
            ProjectionExpression="order_id, status",
        )
        item: dict[str, Any] | None = response.get("Item")
        return item

    def set_status(self, user_id: str, order_id: str, status: str) -> dict[str, Any]:
        """Move an order on, and return it."""
        response = self.table.update_item(  # leaks HT402
            Key={"user_id": user_id, "order_id": order_id},
            UpdateExpression="SET #status = :status",
            ConditionExpression="attribute_exists(order_id)",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":status": status},
            ReturnValues="ALL_NEW",
        )
        attributes: dict[str, Any] = response["Attributes"]
        return attributes

    def by_status(self, status: str) -> list[dict[str, Any]]:
        """Return the first orders of a status, as far as the index has them."""
        response = self.table.query(
            IndexName="status-index",
            KeyConditionExpression=Key("status").eq(status),
            Limit=50,
        )
        items: list[dict[str, Any]] = response["Items"]
        return items

    def mine_by_status(self, user_id: str, status: str) -> list[dict[str, Any]]:
        """Return a customer's orders of a status."""
        response = self.table.query(  # leaks HT204
            IndexName="status-index",
            KeyConditionExpression=Key("status").eq(status),
            FilterExpression=Attr("user_id").eq(user_id),
            ProjectionExpression=SHOWN,
            ExpressionAttributeNames=NAMES,
            Limit=100,
        )
        items: list[dict[str, Any]] = response["Items"]
        return items

    def search(self, user_id: str, field: str, value: str) -> list[dict[str, Any]]:
        """Return a customer's orders that have a value in a field."""
        page = self.client.query(  # leaks HT301
            TableName=get_settings().orders_table,
            KeyConditionExpression="user_id = :user",
            FilterExpression=f"{field} = :value",
            ProjectionExpression=SHOWN,
            ExpressionAttributeNames=NAMES,
            ExpressionAttributeValues={":user": {"S": user_id}, ":value": {"S": value}},
            Limit=100,
        )
        return [from_wire(item) for item in page["Items"]]

    def revenue(self, status: str) -> Decimal:
        """Add up the first orders of a status."""
        page = self.table.query(
            IndexName="status-index",
            KeyConditionExpression=Key("status").eq(status),
            ProjectionExpression="#total",
            ExpressionAttributeNames={"#total": "total"},
            Limit=1000,
        )
        return sum((item["total"] for item in page["Items"]), Decimal(0))


def get_order_repository() -> OrderRepository:
    """Give a route its repository."""
    return OrderRepository(orders_table(), get_client())

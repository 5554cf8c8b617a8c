"""The single table: profiles, addresses, cards, products and reviews, told apart by their keys.

    pk              sk                entity
    USER#<id>       PROFILE           a customer's profile
    USER#<id>       ADDRESS#<label>   where to ship to
    USER#<id>       CARD#<label>      a stored card
    PRODUCT#<id>    META              a product
    PRODUCT#<id>    REVIEW#<time>     what a customer says of it
"""

from typing import Any

from app.conversion import from_wire, to_wire
from app.database import get_client
from app.settings import get_settings


class ShopRepository:
    """Everything that is not an account or an order."""

    def __init__(self, client: Any, table: str) -> None:
        self.client = client
        self.table = table

    def put_profile(self, user_id: str, profile: dict[str, Any]) -> dict[str, Any]:
        """Store a customer's profile."""
        item = {"pk": f"USER#{user_id}", "sk": "PROFILE", **profile}
        answer: dict[str, Any] = self.client.put_item(TableName=self.table, Item=to_wire(item))
        return answer

    def put_card(self, user_id: str, label: str, last_digits: str, holder: str) -> None:
        """Store what is kept of a card."""
        item = {
            "pk": {"S": f"USER#{user_id}"},
            "sk": {"S": f"CARD#{label}"},
            "card_last_digits": {"S": last_digits},
            "card_holder": {"S": holder},
        }
        self.client.put_item(TableName=self.table, Item=item)

    def put_address(self, user_id: str, label: str, address: dict[str, str]) -> None:
        """Store where to ship to."""
        item = {
            "pk": {"S": f"USER#{user_id}"},
            "sk": {"S": f"ADDRESS#{label}"},
            "street": {"S": address["street"]},
            "postcode": {"S": address["postcode"]},
            "city": {"S": address["city"]},
        }
        self.client.put_item(TableName=self.table, Item=item)

    def get_profile(self, user_id: str) -> dict[str, Any] | None:
        """Return what a customer sees of their own profile."""
        response = self.client.get_item(
            TableName=self.table,
            Key={"pk": {"S": f"USER#{user_id}"}, "sk": {"S": "PROFILE"}},
            ProjectionExpression="bio, website, settings",
        )
        return from_wire(response["Item"]) if "Item" in response else None

    def addresses(self, user_id: str) -> list[dict[str, Any]]:
        """Return a customer's addresses."""
        response = self.client.query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ProjectionExpression="street, postcode, city",
            ExpressionAttributeValues={
                ":pk": {"S": f"USER#{user_id}"},
                ":sk": {"S": "ADDRESS#"},
            },
            Limit=20,
        )
        return [from_wire(item) for item in response["Items"]]

    def customer(self, customer_id: str) -> list[dict[str, Any]]:
        """Return everything that is kept of a customer."""
        response = self.client.query(  # leaks HT302; HT402
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"USER#{customer_id}"}},
            Limit=100,
        )
        return [from_wire(item) for item in response["Items"]]

    def add_product(self, product_id: str, product: dict[str, Any]) -> None:
        """Store a product."""
        item = {
            "pk": f"PRODUCT#{product_id}",
            "sk": "META",
            "entity": "PRODUCT",
            "product_id": product_id,
            "title": product["title"],
            "price": product["price"],
            "supplier_cost": product["supplier_cost"],
        }
        self.client.put_item(TableName=self.table, Item=to_wire(item))

    def products(self) -> list[dict[str, Any]]:
        """Return the catalogue."""
        response = self.client.query(
            TableName=self.table,
            IndexName="entity-index",
            KeyConditionExpression="entity = :entity",
            ProjectionExpression="product_id, title, price",
            ExpressionAttributeValues={":entity": {"S": "PRODUCT"}},
            Limit=100,
        )
        return [from_wire(item) for item in response["Items"]]

    def get_product(self, product_id: str) -> dict[str, Any] | None:
        """Return one product."""
        response = self.client.get_item(
            TableName=self.table,
            Key={"pk": {"S": f"PRODUCT#{product_id}"}, "sk": {"S": "META"}},
        )
        return from_wire(response["Item"]) if "Item" in response else None

    def reviews(self, product_id: str) -> list[dict[str, Any]]:
        """Return what customers say of a product."""
        response = self.client.query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ProjectionExpression="author, stars, #comment",
            ExpressionAttributeNames={"#comment": "comment"},
            ExpressionAttributeValues={
                ":pk": {"S": f"PRODUCT#{product_id}"},
                ":sk": {"S": "REVIEW#"},
            },
            Limit=50,
        )
        return [from_wire(item) for item in response["Items"]]

    def users_with_handle(self, handle: str) -> list[dict[str, Any]]:
        """Return the accounts with a handle."""
        users = get_settings().users_table
        response = self.client.execute_statement(  # leaks HT301
            Statement=f"SELECT user_id, handle FROM \"{users}\" WHERE handle = '{handle}'",
            Limit=20,
        )
        return [from_wire(item) for item in response["Items"]]


def get_shop_repository() -> ShopRepository:
    """Give a route its repository."""
    return ShopRepository(get_client(), get_settings().shop_table)

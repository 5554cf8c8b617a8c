"""Nine endpoints, six of them leaking, each in one way: `uvicorn benchmarks.lab.app:app`.

LEAKS says which, and what leaves. The three others do the same work and leak nothing.
"""

import base64
import json
import os
from typing import Annotated, Any

import boto3
from boto3.dynamodb.conditions import Key
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, ConfigDict, Field

app = FastAPI(title="Leak lab")
dynamodb = boto3.resource(
    "dynamodb",
    region_name="eu-west-1",
    endpoint_url=os.environ.get("LAB_DYNAMODB_ENDPOINT"),
    aws_access_key_id="nobody",
    aws_secret_access_key="nothing",  # noqa: S106 - of nobody
)
users, orders, products = (dynamodb.Table(name) for name in ("users", "orders", "products"))

LEAKS = {
    "GET /users/{user_id}": "raw-item-returned",
    "GET /users": "unfiltered-scan",
    "GET /orders": "raw-cursor-returned",
    "GET /orders/{order_id}": "bola",
    "GET /products/{product_id}": "open-response-model",
    "GET /reports/{day}": "error-detail-leak",
}
"""Each leaking endpoint, with the rule that its leak breaks."""


class Card(BaseModel):
    """What everybody may see of a user."""

    user_id: str
    nickname: str


class Product(BaseModel):
    """What the shop shows of a product; the rest of the item comes along."""

    model_config = ConfigDict(extra="allow")

    product_id: str
    title: str


class Feedback(BaseModel):
    """What a visitor says."""

    text: Annotated[str, Field(max_length=500)]


def caller(x_user: Annotated[str, Header(pattern=r"^[A-Za-z0-9_-]{1,64}$")]) -> str:
    """Take the caller from a header that the gateway sets."""
    if "Item" not in users.get_item(Key={"user_id": x_user}, ProjectionExpression="user_id"):
        raise HTTPException(401, "not signed in")
    return x_user


Caller = Annotated[str, Depends(caller)]


@app.get("/users/{user_id}")
def read_user(user_id: str) -> dict[str, Any]:
    """Leak the whole item."""
    item = users.get_item(Key={"user_id": user_id}).get("Item")
    if item is None:
        raise HTTPException(404, "no such user")
    return item


@app.get("/users/{user_id}/card")
def read_card(user_id: str) -> Card:
    """Show two attributes and read no more."""
    item = users.get_item(Key={"user_id": user_id}, ProjectionExpression="user_id, nickname")
    if "Item" not in item:
        raise HTTPException(404, "no such user")
    return Card(**item["Item"])


@app.get("/users")
def list_users() -> list[dict[str, Any]]:
    """Leak the whole table, though with two attributes of each item."""
    return [{"user_id": item["user_id"], "email": item["email"]} for item in users.scan()["Items"]]


@app.get("/orders")
def list_orders(who: Caller, cursor: str | None = None) -> dict[str, Any]:
    """Leak where the page ended, as DynamoDB says it."""
    start = json.loads(base64.b64decode(cursor)) if cursor else None
    more = {"ExclusiveStartKey": start} if start else {}
    found = orders.query(
        IndexName="by-customer", KeyConditionExpression=Key("customer_id").eq(who), Limit=2, **more
    )
    last = found.get("LastEvaluatedKey")
    return {
        "orders": [
            {"order_id": item["order_id"], "state": item["state"]} for item in found["Items"]
        ],
        "cursor": base64.b64encode(json.dumps(last).encode()).decode() if last else None,
    }


@app.get("/orders/{order_id}")
def read_order(order_id: str, _who: Caller) -> dict[str, Any]:
    """Leak an order to whoever is signed in."""
    item = orders.get_item(Key={"order_id": order_id}).get("Item")
    if item is None:
        raise HTTPException(404, "no such order")
    return {"order_id": item["order_id"], "address": item["address"]}


@app.get("/my/orders/{order_id}")
def read_my_order(order_id: str, who: Caller) -> dict[str, Any]:
    """Show an order to the one whose it is."""
    item = orders.get_item(Key={"order_id": order_id}).get("Item")
    if item is None or item["customer_id"] != who:
        raise HTTPException(404, "no such order")
    return {"order_id": item["order_id"], "state": item["state"]}


@app.get("/products/{product_id}")
def read_product(product_id: str) -> Product:
    """Leak what the model does not name."""
    item = products.get_item(Key={"product_id": product_id}).get("Item")
    if item is None:
        raise HTTPException(404, "no such product")
    return Product(**item)


@app.get("/reports/{day}")
def read_report(day: str) -> dict[str, int]:
    """Leak what DynamoDB says of a failure."""
    try:
        found = orders.query(
            IndexName="by-day", KeyConditionExpression=Key("day").eq(day), Select="COUNT"
        )
    except Exception as error:
        raise HTTPException(500, f"report failed: {error}") from error
    return {"count": found["Count"]}


@app.post("/feedback")
def give_feedback(_said: Feedback) -> dict[str, str]:
    """Take a text and keep it."""
    return {"state": "thank you"}

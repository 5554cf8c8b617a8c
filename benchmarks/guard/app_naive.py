"""A FastAPI service as it is often written: a boto3 Table in plain handlers, a response model.

The response model is what keeps the undeclared attributes in; they were read all the same.
"""

from __future__ import annotations

import os
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key
from fastapi import FastAPI

from benchmarks.guard.canned import PAGE, TABLE
from benchmarks.guard.clients.asked import REGION
from benchmarks.guard.clients.shown import OrderOut

app = FastAPI()
table = boto3.resource(
    "dynamodb", endpoint_url=os.environ["BENCHMARK_STORE"], region_name=REGION
).Table(TABLE)


@app.get("/orders/{user_id}/{order_id}", response_model=OrderOut)
def read_order(user_id: str, order_id: str) -> Any:  # noqa: ANN401 - as it is often written
    """Give one order."""
    return table.get_item(Key={"user_id": user_id, "order_id": order_id})["Item"]


@app.get("/orders/{user_id}", response_model=list[OrderOut])
def read_orders(user_id: str) -> Any:  # noqa: ANN401 - as it is often written
    """Give a page of orders."""
    found = table.query(KeyConditionExpression=Key("user_id").eq(user_id), Limit=PAGE)
    return found["Items"]

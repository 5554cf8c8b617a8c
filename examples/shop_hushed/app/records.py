"""What is stored, and what each attribute is: the users, sessions, orders and the single table.

    pk              sk                entity
    USER#<id>       PROFILE           a customer's profile
    USER#<id>       ADDRESS#<label>   where to ship to
    USER#<id>       CARD#<label>      a stored card
    EMAIL#<digest>  CLAIM             which account an e-mail address belongs to
    PRODUCT#<id>    META              a product
    PRODUCT#<id>    REVIEW#<time>     what a customer says of it
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from hushtable.guard import (
    Credential,
    Encrypted,
    ExpiresAt,
    Financial,
    Index,
    Internal,
    Owner,
    PartitionKey,
    Personal,
    Record,
    SortKey,
    Version,
    Visible,
)

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,20}$")]


class OrderStatus(StrEnum):
    """How far an order is."""

    OPEN = "open"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class User(Record, table="users", indexes=[Index("handle-index", partition="handle", includes=())]):
    """Somebody who may sign in."""

    user_id: Annotated[Id, PartitionKey, Owner]
    handle: str
    email: Annotated[str, Personal]
    phone: Annotated[str | None, Personal] = None
    date_of_birth: Annotated[str | None, Personal] = None
    password_hash: Annotated[str | None, Credential] = None
    reset_digest: Annotated[str | None, Credential] = None
    role: Annotated[str, Visible("admin")]
    plan: str
    status: str
    created_at: int


class Session(Record, table="sessions"):
    """Who is signed in, by the digest of their token."""

    token_digest: Annotated[str, PartitionKey, Credential]
    user_id: str
    role: str
    expires_at: Annotated[int, ExpiresAt]


class OrderLine(BaseModel):
    """So many of one product."""

    product_id: str = Field(max_length=36)
    quantity: int = Field(ge=1, le=100)


class Order(
    Record,
    table="orders",
    indexes=[
        Index("status-index", "status", "created_at", includes=("total", "currency")),
        Index("mine-index", "user_id", "status", includes=("total", "currency")),
    ],
):
    """What somebody bought."""

    user_id: Annotated[Id, PartitionKey, Owner]
    order_id: Annotated[Id, SortKey]
    status: OrderStatus = OrderStatus.OPEN
    created_at: int
    total: Decimal
    currency: str = "EUR"
    lines: list[OrderLine]
    street: Annotated[str, Personal]
    postcode: Annotated[str, Personal]
    payment_reference: Annotated[str, Financial, Encrypted]
    revision: Annotated[int, Version] = 0


class Settings(BaseModel):
    """What a customer set."""

    theme: str
    recovery_email: Annotated[str, Personal]


OF_USER = {"pk": "USER#{user_id}"}
OF_PRODUCT = {"pk": "PRODUCT#{product_id}"}


class Profile(
    Record, table="shop", partition_key=OF_USER, sort_key={"sk": "PROFILE"}, entity="PROFILE"
):
    """What a customer tells of themselves."""

    user_id: Annotated[Id, Owner]
    bio: str
    website: str
    national_id: Annotated[str, Personal, Encrypted]
    settings: Settings


class Address(
    Record,
    table="shop",
    partition_key=OF_USER,
    sort_key={"sk": "ADDRESS#{label}"},
    entity="ADDRESS",
):
    """Where to ship to."""

    user_id: Annotated[Id, Owner]
    label: Label
    street: Annotated[str, Personal]
    postcode: Annotated[str, Personal]
    city: Annotated[str, Personal]


class Card(
    Record, table="shop", partition_key=OF_USER, sort_key={"sk": "CARD#{label}"}, entity="CARD"
):
    """What is kept of a card."""

    user_id: Annotated[Id, Owner]
    label: Label
    card_last_digits: Annotated[str, Financial, Encrypted]
    card_holder: Annotated[str, Financial, Encrypted]


class Claim(
    Record,
    table="shop",
    partition_key={"pk": "EMAIL#{digest}"},
    sort_key={"sk": "CLAIM"},
    entity="CLAIM",
):
    """Which account an e-mail address belongs to: written with it, so that no two have one."""

    digest: str
    user_id: str


class Product(
    Record,
    table="shop",
    partition_key=OF_PRODUCT,
    sort_key={"sk": "META"},
    entity="PRODUCT",
    indexes=[Index("entity-index", {"entity": "PRODUCT"}, OF_PRODUCT, ("product_id", "title", "price"))],
):
    """Something on offer."""

    product_id: Id
    title: str
    price: Decimal
    supplier_cost: Annotated[Decimal, Internal]


class Review(
    Record, table="shop", partition_key=OF_PRODUCT, sort_key={"sk": "REVIEW#{at}"}, entity="REVIEW"
):
    """What a customer says of a product."""

    product_id: Id
    at: str
    author: str
    stars: int
    comment: str

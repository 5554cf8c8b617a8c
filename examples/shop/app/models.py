"""What the shop takes and gives."""

from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

EMAIL_PATTERN = r"^[^@\s]{1,64}@[A-Za-z0-9.-]{1,190}$"


class OrderStatus(StrEnum):
    """How far an order is."""

    OPEN = "open"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class Registration(BaseModel):
    """A new customer."""

    email: str = Field(pattern=EMAIL_PATTERN)
    handle: str = Field(pattern=r"^[a-z0-9_]{3,30}$")
    password: str = Field(min_length=10, max_length=200)
    phone: str = Field(max_length=30)
    date_of_birth: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


class Login(BaseModel):
    """An e-mail address and a password."""

    email: str = Field(pattern=EMAIL_PATTERN)
    password: str = Field(max_length=200)


class ForgottenPassword(BaseModel):
    """Who forgot a password."""

    email: str = Field(pattern=EMAIL_PATTERN)


class PasswordReset(BaseModel):
    """A new password, with the code that was mailed."""

    email: str = Field(pattern=EMAIL_PATTERN)
    code: str = Field(pattern=r"^\d{6}$")
    password: str = Field(min_length=10, max_length=200)


class Invitation(BaseModel):
    """A colleague to be given an account."""

    email: str = Field(pattern=EMAIL_PATTERN)
    handle: str = Field(pattern=r"^[a-z0-9_]{3,30}$")
    role: str = Field(pattern=r"^(staff|admin)$")


class TokenOut(BaseModel):
    """A new session."""

    token: str
    expires_at: int


class CreatedOut(BaseModel):
    """A new account."""

    user_id: str
    handle: str


class UserOut(BaseModel):
    """An account, as its owner sees it."""

    user_id: str
    handle: str
    email: str
    plan: str


class UserRow(BaseModel):  # leaks HT104: users.*
    """An account in a list."""

    model_config = ConfigDict(extra="allow")

    user_id: str
    handle: str


class DirectoryEntry(BaseModel):
    """A customer, as other customers see them."""

    handle: str
    email: str
    phone: str | None = None


class SecurityOut(BaseModel):
    """The security settings of an account."""

    user_id: str
    status: str
    reset_code: str | None = None


class ProfileIn(BaseModel):
    """A profile, as its owner writes it."""

    bio: str = Field(max_length=500)
    website: str = Field(max_length=200)
    national_id: str = Field(max_length=30)
    theme: str = Field(max_length=20)
    recovery_email: str = Field(pattern=EMAIL_PATTERN)


class ProfileOut(BaseModel):  # leaks HT104: shop.settings.*
    """A profile, as its owner sees it."""

    bio: str
    website: str
    settings: dict[str, Any]


class AddressOut(BaseModel):
    """Where to ship to."""

    street: str
    postcode: str
    city: str


class AddressIn(BaseModel):
    """Where to ship to, as its owner writes it."""

    street: str = Field(max_length=100)
    postcode: str = Field(max_length=12)
    city: str = Field(max_length=60)


class CardIn(BaseModel):
    """What is kept of a card."""

    last_digits: str = Field(pattern=r"^\d{4}$")
    holder: str = Field(max_length=60)


class OrderLine(BaseModel):
    """So many of one product."""

    product_id: str = Field(max_length=36)
    quantity: int = Field(ge=1, le=100)


class OrderIn(BaseModel):
    """A new order."""

    lines: list[OrderLine] = Field(max_length=50)
    street: str = Field(max_length=100)
    postcode: str = Field(max_length=12)
    payment_token: str = Field(max_length=100)


class OrderOut(BaseModel):
    """An order, as its owner sees it."""

    order_id: str
    status: str
    total: Decimal
    currency: str


class OrderPage(BaseModel):
    """One page of orders."""

    orders: list[OrderOut]
    next: str | None = None


class ProductOut(BaseModel):
    """A product on offer."""

    product_id: str
    title: str
    price: Decimal


class ProductIn(BaseModel):
    """A product to be sold."""

    title: str = Field(max_length=100)
    price: Decimal = Field(gt=0, le=100000, decimal_places=2)
    supplier_cost: Decimal = Field(gt=0, le=100000, decimal_places=2)


class ReviewOut(BaseModel):
    """What a customer says of a product."""

    author: str
    stars: int
    comment: str

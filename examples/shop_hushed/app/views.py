"""What is shown, and so what is read."""

from decimal import Decimal

from pydantic import BaseModel

from app.records import Address, Claim, Order, OrderStatus, Product, Profile, Review, Session, User
from hushtable.guard import View


class UserOut(View[User]):
    """An account, as its owner sees it."""

    user_id: str
    handle: str
    email: str
    phone: str | None = None
    plan: str


class UserRow(View[User]):
    """An account in a list."""

    user_id: str
    handle: str


class AccountRow(View[User]):
    """An account, as administrators see it."""

    user_id: str
    handle: str
    role: str | None = None
    status: str


class DirectoryEntry(View[User]):
    """A customer, as other customers see them."""

    handle: str


class SecurityOut(View[User]):
    """The security settings of an account."""

    user_id: str
    status: str


class SigningIn(View[User]):
    """What a new session is made of."""

    user_id: str
    role: str | None = None


class EmailOf(View[User]):
    """The address that is free again when the account is gone."""

    email: str


class SessionOut(View[Session]):
    """Who is signed in."""

    user_id: str
    role: str


class ClaimOut(View[Claim]):
    """Whose an e-mail address is."""

    user_id: str


class ProfileSettings(BaseModel):
    """The settings a customer sees."""

    theme: str


class ProfileOut(View[Profile]):
    """A profile, as its owner sees it."""

    bio: str
    website: str
    settings: ProfileSettings


class AddressOut(View[Address]):
    """Where to ship to."""

    street: str
    postcode: str
    city: str


class CustomerAddress(View[Address]):
    """Where a customer's parcels go, as support sees it."""

    postcode: str
    city: str


class OrderOut(View[Order]):
    """An order, as its owner sees it."""

    order_id: str
    status: OrderStatus
    total: Decimal
    currency: str


class OrderSummary(View[Order]):
    """What an order costs."""

    total: Decimal
    currency: str


class OrderTotal(View[Order]):
    """What an order adds to the revenue."""

    total: Decimal


class OrderTracking(View[Order]):
    """How far an order is."""

    order_id: str
    status: OrderStatus


class ProductOut(View[Product]):
    """A product on offer."""

    product_id: str
    title: str
    price: Decimal


class ReviewOut(View[Review]):
    """What a customer says of a product."""

    author: str
    stars: int
    comment: str

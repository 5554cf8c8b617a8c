"""What customers and colleagues send."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from app.records import OrderLine

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[A-Za-z0-9.-]{1,190}$")]
Handle = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{3,30}$")]
NewPassword = Annotated[SecretStr, Field(min_length=10, max_length=200)]


class SearchField(StrEnum):
    """What a customer can look for in their orders."""

    CURRENCY = "currency"
    POSTCODE = "postcode"


class Registration(BaseModel):
    """A new customer."""

    email: Email
    handle: Handle
    password: NewPassword
    phone: str = Field(max_length=30)
    date_of_birth: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


class Login(BaseModel):
    """An e-mail address and a password."""

    email: Email
    password: SecretStr = Field(max_length=200)


class ForgottenPassword(BaseModel):
    """Who forgot a password."""

    email: Email


class PasswordReset(BaseModel):
    """A new password, with the code that was mailed."""

    email: Email
    code: SecretStr = Field(min_length=43, max_length=43)
    password: NewPassword


class Invitation(BaseModel):
    """A colleague to be given an account."""

    email: Email
    handle: Handle
    role: str = Field(pattern=r"^(staff|admin)$")


class UserUpdate(BaseModel):
    """What customers may change of their account."""

    model_config = ConfigDict(extra="forbid")

    handle: Handle | None = None
    phone: str | None = Field(default=None, max_length=30)


class ProfileIn(BaseModel):
    """A profile, as its owner writes it."""

    bio: str = Field(max_length=500)
    website: str = Field(max_length=200)
    national_id: str = Field(max_length=30)
    theme: str = Field(max_length=20)
    recovery_email: Email


class AddressIn(BaseModel):
    """Where to ship to, as its owner writes it."""

    street: str = Field(max_length=100)
    postcode: str = Field(max_length=12)
    city: str = Field(max_length=60)


class CardIn(BaseModel):
    """What is kept of a card."""

    last_digits: str = Field(pattern=r"^\d{4}$")
    holder: str = Field(max_length=60)


class OrderIn(BaseModel):
    """A new order."""

    lines: list[OrderLine] = Field(max_length=50)
    street: str = Field(max_length=100)
    postcode: str = Field(max_length=12)
    payment_reference: str = Field(max_length=100)


class ProductIn(BaseModel):
    """A product to be sold."""

    title: str = Field(max_length=100)
    price: Decimal = Field(gt=0, le=100000, decimal_places=2)
    supplier_cost: Decimal = Field(gt=0, le=100000, decimal_places=2)

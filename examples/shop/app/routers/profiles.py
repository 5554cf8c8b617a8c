"""Profiles and addresses, and what support sees of a customer."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, status

from app.models import AddressIn, AddressOut, CardIn, ProfileIn, ProfileOut
from app.security import SignedIn
from app.services.catalogue import Shop

router = APIRouter(tags=["profiles"])

Label = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,20}$")]


@router.get("/profiles/me", response_model=ProfileOut)
def read_profile(user: SignedIn, shop: Shop) -> Any:
    """Return one's own profile."""
    return shop.profile(user.user_id)  # leaks HT105: shop.settings.*


@router.put("/profiles/me")
def write_profile(body: ProfileIn, user: SignedIn, shop: Shop) -> Any:
    """Store one's own profile."""
    return shop.write_profile(user.user_id, body)  # leaks HT106


@router.get("/profiles/me/addresses", response_model=list[AddressOut])
def read_addresses(user: SignedIn, shop: Shop) -> Any:
    """Return one's own addresses."""
    return shop.addresses(user.user_id)


@router.put("/profiles/me/addresses/{label}", status_code=status.HTTP_204_NO_CONTENT)
def write_address(label: Label, body: AddressIn, user: SignedIn, shop: Shop) -> None:
    """Store where to ship to."""
    shop.write_address(user.user_id, label, body)


@router.put("/profiles/me/cards/{label}", status_code=status.HTTP_204_NO_CONTENT)
def write_card(label: Label, body: CardIn, user: SignedIn, shop: Shop) -> None:
    """Store what is kept of a card."""
    shop.write_card(user.user_id, label, body)


@router.get("/customers/{customer_id}")
def read_customer(customer_id: str, user: SignedIn, shop: Shop) -> Any:
    """Return everything that is kept of a customer."""
    return shop.customer(customer_id)  # leaks HT101: shop.*; HT103: shop.national_id, shop.street, shop.postcode

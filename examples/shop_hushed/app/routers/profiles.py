"""Profiles and addresses, and what support sees of a customer."""

from fastapi import APIRouter, HTTPException, status

from app.inputs import AddressIn, CardIn, ProfileIn
from app.records import Address, Card, Profile, Settings
from app.security import SignedIn, Staff
from app.tables import STAFF, addresses, cards, profiles
from app.views import AddressOut, CustomerAddress, ProfileOut

router = APIRouter(tags=["profiles"])

CustomerId, Label = Address.key.user_id, Address.key.label


@router.get("/profiles/me")
async def read_profile(me: SignedIn) -> ProfileOut:
    """Return one's own profile."""
    return await profiles.get(ProfileOut, me.id)


@router.put("/profiles/me", status_code=status.HTTP_204_NO_CONTENT)
async def write_profile(body: ProfileIn, me: SignedIn) -> None:
    """Store one's own profile."""
    settings = Settings(theme=body.theme, recovery_email=body.recovery_email)
    told = body.model_dump(include={"bio", "website", "national_id"})
    await profiles.put(Profile(user_id=me.id, settings=settings, **told))


@router.get("/profiles/me/addresses")
async def read_addresses(me: SignedIn) -> list[AddressOut]:
    """Return one's own addresses."""
    return (await addresses.query(AddressOut, user_id=me.id, limit=20)).items


@router.put("/profiles/me/addresses/{label}", status_code=status.HTTP_204_NO_CONTENT)
async def write_address(label: Label, body: AddressIn, me: SignedIn) -> None:
    """Store where to ship to."""
    await addresses.put(Address(user_id=me.id, label=label, **body.model_dump()))


@router.put("/profiles/me/cards/{label}", status_code=status.HTTP_204_NO_CONTENT)
async def write_card(label: Label, body: CardIn, me: SignedIn) -> None:
    """Store what is kept of a card."""
    kept = {f"card_{name}": value for name, value in body.model_dump().items()}
    await cards.put(Card(user_id=me.id, label=label, **kept))


@router.get("/customers/{customer_id}")
async def read_customer(customer_id: CustomerId, me: Staff) -> list[CustomerAddress]:
    """Return where a customer's parcels go, to support."""
    found = await addresses.query(CustomerAddress, user_id=customer_id, limit=20, by=STAFF)
    if not found.items:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "No such customer")
    return found.items

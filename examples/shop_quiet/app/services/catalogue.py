"""Products and reviews, and what customers keep beside their account."""

import uuid
from typing import Annotated, Any

from fastapi import Depends, HTTPException, status

from app.models import AddressIn, CardIn, ProductIn, ProfileIn
from app.repositories.shop import ShopRepository, get_shop_repository


class ShopService:
    """What can be done with the single table."""

    def __init__(self, shop: ShopRepository) -> None:
        self.shop = shop

    def products(self) -> list[dict[str, Any]]:
        """Return the catalogue."""
        return self.shop.products()

    def add_product(self, body: ProductIn) -> dict[str, Any]:
        """Put a product on offer."""
        product_id = str(uuid.uuid4())
        self.shop.add_product(product_id, body.model_dump())
        return {"product_id": product_id, "title": body.title, "price": body.price}

    def product(self, product_id: str) -> dict[str, Any]:
        """Return one product. Raises 404 when there is none."""
        product = self.shop.get_product(product_id)
        if product is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "No such product")
        return product

    def reviews(self, product_id: str) -> list[dict[str, Any]]:
        """Return what customers say of a product."""
        return self.shop.reviews(product_id)

    def profile(self, user_id: str) -> dict[str, Any]:
        """Return a customer's own profile. Raises 404 when there is none."""
        profile = self.shop.get_profile(user_id)
        if profile is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "No profile yet")
        return profile

    def write_profile(self, user_id: str, body: ProfileIn) -> None:
        """Store a customer's profile."""
        profile = {
            "bio": body.bio,
            "website": body.website,
            "national_id": body.national_id,
            "settings": {"theme": body.theme, "recovery_email": body.recovery_email},
        }
        self.shop.put_profile(user_id, profile)

    def addresses(self, user_id: str) -> list[dict[str, Any]]:
        """Return a customer's own addresses."""
        return self.shop.addresses(user_id)

    def write_address(self, user_id: str, label: str, body: AddressIn) -> None:
        """Store where to ship to."""
        self.shop.put_address(user_id, label, body.model_dump())

    def write_card(self, user_id: str, label: str, body: CardIn) -> None:
        """Store what is kept of a card."""
        self.shop.put_card(user_id, label, body.last_digits, body.holder)

    def customer(self, customer_id: str) -> list[dict[str, Any]]:
        """Return where a customer's parcels go. Raises 404 when there is nothing."""
        entities = self.shop.customer(customer_id)
        if not entities:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "No such customer")
        return entities

    def with_handle(self, handle: str) -> list[dict[str, Any]]:
        """Return the accounts with a handle."""
        return self.shop.users_with_handle(handle)


def get_shop_service(
    shop: Annotated[ShopRepository, Depends(get_shop_repository)],
) -> ShopService:
    """Give a route its service."""
    return ShopService(shop)


Shop = Annotated[ShopService, Depends(get_shop_service)]

"""Accounts and their e-mail addresses, of which each belongs to one account."""

import time
import uuid

import httpx

from app.inputs import Invitation, Registration
from app.records import Claim, User
from app.security import digest, passwords
from app.settings import get_settings
from app.tables import SIGNING, claims, store, users
from app.views import ClaimOut, UserRow
from hushtable.guard import view_of


async def add(body: Registration | Invitation, **more: str | None) -> UserRow:
    """Store a new account and the claim of its address: both, or a conflict and neither."""
    user = User(
        user_id=str(uuid.uuid4()),
        email=body.email,
        handle=body.handle,
        created_at=int(time.time()),
        **more,
    )
    claim = Claim(digest=digest(body.email), user_id=user.user_id)
    await store.together(
        [users.will_put(user, only_new=True, by=SIGNING), claims.will_put(claim, only_new=True)]
    )
    return view_of(UserRow, user, by=SIGNING)


async def register(body: Registration, role: str = "customer") -> UserRow:
    """Make an account."""
    return await add(
        body,
        phone=body.phone,
        date_of_birth=body.date_of_birth,
        password_hash=await passwords.hash_async(body.password),
        role=role,
        plan="free",
        status="active",
    )


async def with_address(email: str) -> str | None:
    """Give the id of the account with an address."""
    claim = await claims.find(ClaimOut, digest(email))
    return claim.user_id if claim else None


async def mail(recipient: str, text: str) -> None:
    """Send a mail, when a provider is configured."""
    settings = get_settings()
    if not settings.mail_url:
        return
    key = {"Authorization": f"Bearer {settings.mail_api_key.get_secret_value()}"}
    async with httpx.AsyncClient() as client:
        body = {"to": recipient, "text": text}
        await client.post(f"{settings.mail_url}/send", json=body, headers=key)

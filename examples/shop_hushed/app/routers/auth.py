"""Signing up, in and out."""

import secrets
import time

from fastapi import APIRouter, Depends, HTTPException, status
from pydantic import BaseModel

from app import accounts
from app.inputs import ForgottenPassword, Login, PasswordReset, Registration
from app.records import Session, User
from app.security import Credentials, SignedIn, digest, passwords
from app.settings import get_settings
from app.tables import SIGNING, sessions, users
from app.views import SigningIn, UserRow
from hushtable.guard import ConflictError, NotFoundError
from hushtable.guard.limits import RateLimit

router = APIRouter(prefix="/auth", tags=["auth"])

NOBODY = "00000000-0000-0000-0000-000000000000"


class TokenOut(BaseModel):
    """A new session."""

    token: str
    expires_at: int


@router.post("/register", status_code=201, dependencies=[Depends(RateLimit("5/minute"))])
async def register(body: Registration) -> UserRow:
    """Make an account."""
    return await accounts.register(body)


@router.post("/login", dependencies=[Depends(RateLimit("10/minute"))])
async def login(body: Login) -> TokenOut:
    """Start a session."""
    user_id = await accounts.with_address(body.email) or NOBODY
    stored = await users.credential("password_hash", user_id, by=SIGNING)
    if not await passwords.verify_async(stored, body.password):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Wrong address or password")
    user = await users.get(SigningIn, user_id, by=SIGNING)
    token = secrets.token_urlsafe(32)
    expires_at = int(time.time()) + 3600 * get_settings().session_hours
    await sessions.put(
        Session(
            token_digest=digest(token), user_id=user_id, role=user.role, expires_at=expires_at
        )
    )
    return TokenOut(token=token, expires_at=expires_at)


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def logout(me: SignedIn, credentials: Credentials) -> None:
    """End this session."""
    await sessions.delete(digest(credentials.credentials), missing_ok=True)


@router.post(
    "/forgot-password", status_code=204, dependencies=[Depends(RateLimit("3/minute"))]
)
async def forgot(body: ForgottenPassword) -> None:
    """Mail a code that resets the password."""
    user_id = await accounts.with_address(body.email)
    if user_id is None:
        return
    code = secrets.token_urlsafe(32)
    await users.update(user_id, values={"reset_digest": digest(code)}, by=SIGNING)
    await accounts.mail(body.email, f"Your code is {code}")


@router.post("/reset-password", status_code=204, dependencies=[Depends(RateLimit("5/minute"))])
async def reset(body: PasswordReset) -> None:
    """Set a new password, and use up the code."""
    user_id = await accounts.with_address(body.email) or NOBODY
    changed = {"password_hash": await passwords.hash_async(body.password), "reset_digest": None}
    mailed = User.at.reset_digest == digest(body.code.get_secret_value())
    try:
        await users.update(user_id, values=changed, where=mailed, by=SIGNING)
    except (ConflictError, NotFoundError):
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "Wrong code") from None

"""Signing up, in and out."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, status

from app.models import CreatedOut, ForgottenPassword, Login, PasswordReset, Registration, TokenOut
from app.rate_limit import RateLimit
from app.security import SignedIn
from app.services.accounts import Accounts

router = APIRouter(prefix="/auth", tags=["auth"])

register_limit = RateLimit(times=5, seconds=60)
forgot_limit = RateLimit(times=3, seconds=60)
login_limit = RateLimit(times=10, seconds=60)
reset_limit = RateLimit(times=5, seconds=60)


@router.post("/register", status_code=status.HTTP_201_CREATED, response_model=CreatedOut)
def register(
    body: Registration, accounts: Accounts, _: Annotated[None, Depends(register_limit)]
) -> Any:
    """Make an account."""
    return accounts.register(body)


@router.post("/login", response_model=TokenOut)
def login(body: Login, accounts: Accounts, _: Annotated[None, Depends(login_limit)]) -> Any:
    """Start a session."""
    return accounts.login(body)


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
def logout(user: SignedIn, accounts: Accounts) -> None:
    """End this session."""
    accounts.logout(user.session_digest)


@router.post("/forgot-password", status_code=status.HTTP_204_NO_CONTENT)
def forgot(
    body: ForgottenPassword, accounts: Accounts, _: Annotated[None, Depends(forgot_limit)]
) -> None:
    """Mail a code that resets the password."""
    accounts.forgot(body.email)


@router.post("/reset-password", status_code=status.HTTP_204_NO_CONTENT)
def reset(
    body: PasswordReset, accounts: Accounts, _: Annotated[None, Depends(reset_limit)]
) -> None:
    """Set a new password."""
    accounts.reset(body)

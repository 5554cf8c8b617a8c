"""Accounts, one's own and others'."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Body

from app.conversion import plain
from app.models import DirectoryEntry, SecurityOut, UserOut, UserRow
from app.repositories.users import get_user_repository
from app.security import SignedIn
from app.services.accounts import Accounts

router = APIRouter(prefix="/users", tags=["users"])


@router.get("/me", response_model=UserOut)
def read_me(user: SignedIn, accounts: Accounts) -> Any:
    """Return one's own account."""
    return accounts.get(user.user_id)


@router.patch("/me")
def update_me(user: SignedIn, accounts: Accounts, changes: dict[str, Any] = Body()) -> Any:
    """Change one's own account."""
    return {"updated": accounts.update(user.user_id, changes)}


@router.get("/me/security", response_model=SecurityOut)
def read_security(user: SignedIn, accounts: Accounts) -> Any:
    """Return one's own security settings."""
    return accounts.security(user.user_id)  # leaks HT102: users.reset_code


@router.post("/me/export")
def export_me(user: SignedIn, accounts: Accounts) -> dict[str, str]:
    """Write down everything that is kept of one's own account."""
    return {"url": accounts.export(user.user_id)}


@router.get("/directory", response_model=list[DirectoryEntry])  # leaks HT401
def directory() -> Any:
    """Return the customers who may be found."""
    return get_user_repository().directory()  # leaks HT103: users.email, users.phone


@router.get("", response_model=list[UserRow])
def list_users(user: SignedIn) -> Any:
    """Return the accounts of the first page."""
    return get_user_repository().list_all()  # leaks HT101: users.*; HT102: users.password_hash, users.temporary_password, users.reset_code; HT103: users.email, users.phone, users.date_of_birth


@router.get("/{user_id}")
def read_user(user_id: UUID, user: SignedIn, accounts: Accounts) -> Any:
    """Return an account."""
    return plain(accounts.get(str(user_id)))  # leaks HT101: users.*; HT102: users.password_hash, users.temporary_password, users.reset_code; HT103: users.email, users.phone, users.date_of_birth

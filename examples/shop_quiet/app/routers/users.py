"""Accounts, one's own and others'."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, status

from app.conversion import plain
from app.models import DirectoryEntry, SecurityOut, UserOut, UserRow, UserUpdate
from app.repositories.users import get_user_repository
from app.security import SignedIn
from app.services.accounts import Accounts

router = APIRouter(prefix="/users", tags=["users"])


@router.get("/me", response_model=UserOut)
def read_me(user: SignedIn, accounts: Accounts) -> Any:
    """Return one's own account."""
    return accounts.get(user.user_id)


@router.patch("/me")
def update_me(user: SignedIn, accounts: Accounts, changes: UserUpdate) -> Any:
    """Change one's own account."""
    given = changes.model_dump(exclude_none=True)
    return {"updated": accounts.update(user.user_id, given)}


@router.get("/me/security", response_model=SecurityOut)
def read_security(user: SignedIn, accounts: Accounts) -> Any:
    """Return one's own security settings."""
    return accounts.security(user.user_id)


@router.post("/me/export", response_model=UserOut)
def export_me(user: SignedIn, accounts: Accounts) -> Any:
    """Return what is kept of one's own account."""
    return accounts.export(user.user_id)


@router.get("/directory", response_model=list[DirectoryEntry])
def directory(user: SignedIn) -> Any:
    """Return the customers who may be found."""
    return get_user_repository().directory()


@router.get("", response_model=list[UserRow])
def list_users(user: SignedIn) -> Any:
    """Return the accounts of the first page."""
    return get_user_repository().list_all()


@router.get("/{user_id}", response_model=UserOut)
def read_user(user_id: UUID, user: SignedIn, accounts: Accounts) -> Any:
    """Return an account to its owner."""
    if str(user_id) != user.user_id:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "No such account")
    return plain(accounts.get(str(user_id)))

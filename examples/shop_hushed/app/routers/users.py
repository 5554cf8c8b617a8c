"""Accounts, one's own and others'."""

from fastapi import APIRouter

from app.inputs import UserUpdate
from app.records import User
from app.security import SignedIn
from app.tables import OTHERS, users
from app.views import DirectoryEntry, SecurityOut, UserOut, UserRow
from hushtable.guard import allow_scan

router = APIRouter(prefix="/users", tags=["users"])

UserId = User.key.user_id


@router.get("/me")
async def read_me(me: SignedIn) -> UserOut:
    """Return one's own account."""
    return await users.get(UserOut, me.id)


@router.patch("/me")
async def update_me(me: SignedIn, body: UserUpdate) -> dict[str, list[str]]:
    """Change one's own account."""
    changes = body.model_dump(exclude_none=True)
    await users.update(me.id, values=changes)
    return {"updated": sorted(changes)}


@router.get("/me/security")
async def read_security(me: SignedIn) -> SecurityOut:
    """Return one's own security settings."""
    return await users.get(SecurityOut, me.id)


@router.post("/me/export")
async def export_me(me: SignedIn) -> UserOut:
    """Return what is kept of one's own account."""
    return await users.get(UserOut, me.id)


@router.get("/directory")
@allow_scan("the directory is everybody")
async def directory(me: SignedIn) -> list[DirectoryEntry]:
    """Return the customers who may be found."""
    found = users.scan(DirectoryEntry, at_most=100, by=OTHERS)
    return [one async for one in found]


@router.get("")
@allow_scan("the list is everybody")
async def list_users(me: SignedIn) -> list[UserRow]:
    """Return the first accounts."""
    found = users.scan(UserRow, at_most=50, by=OTHERS)
    return [one async for one in found]


@router.get("/{user_id}")
async def read_user(user_id: UserId, me: SignedIn) -> UserOut:
    """Return an account to its owner."""
    return await users.get(UserOut, user_id)

"""Who is calling, and who may call what."""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.tables import sessions
from app.views import SessionOut
from hushtable.guard import Caller
from hushtable.guard.fastapi import caller_of
from hushtable.guard.hashed import Passwords

passwords = Passwords()
bearer = HTTPBearer()
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(bearer)]


def digest(secret: str) -> str:
    """Derive what is stored in place of a random token or code."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def user_of_token(token: str) -> Caller:
    """Find the caller behind a token. Raises 401 when there is none."""
    session = await sessions.find(SessionOut, digest(token))
    if session is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Not signed in")
    return Caller(session.user_id, frozenset({session.role}))


async def current_user(credentials: Credentials) -> Caller:
    """Require a session token in the Authorization header."""
    return await user_of_token(credentials.credentials)


async def user_of_link(
    x_session_token: Annotated[str, Header(pattern=r"^[A-Za-z0-9_-]{43}$")],
) -> Caller:
    """Require a session token in a header of its own, for downloads made by a script."""
    return await user_of_token(x_session_token)


SignedIn = Annotated[Caller, Depends(caller_of(current_user))]
Linked = Annotated[Caller, Depends(caller_of(user_of_link))]


async def require_staff(me: SignedIn) -> Caller:
    """Let staff and administrators through."""
    if not me.roles & {"staff", "admin"}:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Staff only")
    return me


async def require_admin(me: SignedIn) -> Caller:
    """Let administrators through."""
    if "admin" not in me.roles:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Administrators only")
    return me


Staff = Annotated[Caller, Depends(require_staff)]
Admin = Annotated[Caller, Depends(require_admin)]

"""Passwords, sessions, and who may call what."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.repositories.sessions import SessionRepository, get_session_repository

TOKEN_PATTERN = r"^[A-Za-z0-9_-]{43}$"

bearer = HTTPBearer()


@dataclass(frozen=True)
class CurrentUser:
    """Who is calling."""

    user_id: str
    role: str
    session_digest: str


def hash_password(password: str) -> str:
    """Derive what is stored in place of a password."""
    salt = secrets.token_bytes(16)
    derived = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
    return f"{salt.hex()}${derived.hex()}"


def password_matches(password: str, stored: str) -> bool:
    """Compare a password with what is stored, in constant time."""
    salt, _, derived = stored.partition("$")
    again = hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1)
    return hmac.compare_digest(again.hex(), derived)


def digest(secret: str) -> str:
    """Derive what is stored in place of a random token or code."""
    return hashlib.sha256(secret.encode()).hexdigest()


def user_of_token(sessions: SessionRepository, token: str) -> CurrentUser:
    """Find the caller behind a token. Raises 401 when there is none."""
    session = sessions.get(digest(token)) if re.fullmatch(TOKEN_PATTERN, token) else None
    if session is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Not signed in")
    return CurrentUser(
        user_id=session["user_id"], role=session["role"], session_digest=digest(token)
    )


def current_user(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
    sessions: Annotated[SessionRepository, Depends(get_session_repository)],
) -> CurrentUser:
    """Require a session token in the Authorization header."""
    return user_of_token(sessions, credentials.credentials)


def user_of_link(
    sessions: Annotated[SessionRepository, Depends(get_session_repository)],
    x_session_token: Annotated[str, Header(pattern=TOKEN_PATTERN)],
) -> CurrentUser:
    """Require a session token in a header of its own, for downloads made by a script."""
    return user_of_token(sessions, x_session_token)


def require_staff(user: Annotated[CurrentUser, Depends(current_user)]) -> CurrentUser:
    """Let staff and administrators through."""
    if user.role not in {"staff", "admin"}:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Staff only")
    return user


def require_admin(user: Annotated[CurrentUser, Depends(current_user)]) -> CurrentUser:
    """Let administrators through."""
    if user.role != "admin":
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Administrators only")
    return user


SignedIn = Annotated[CurrentUser, Depends(current_user)]
Staff = Annotated[CurrentUser, Depends(require_staff)]
Admin = Annotated[CurrentUser, Depends(require_admin)]

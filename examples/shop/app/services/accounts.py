"""Accounts: signing up, in and out, forgotten passwords, invitations."""

import json
import logging
import secrets
import time
import uuid
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import Depends, HTTPException, status

from app.models import Invitation, Login, PasswordReset, Registration
from app.repositories.sessions import SessionRepository, get_session_repository
from app.repositories.users import UserRepository, get_user_repository
from app.security import hash_password, password_matches
from app.settings import get_settings

logger = logging.getLogger(__name__)


class AccountService:
    """What can be done with accounts."""

    def __init__(self, users: UserRepository, sessions: SessionRepository) -> None:
        self.users = users
        self.sessions = sessions

    def register(self, body: Registration, role: str = "customer") -> dict[str, Any]:
        """Make an account."""
        if self.users.find_by_email(body.email) is not None:
            raise HTTPException(status.HTTP_409_CONFLICT, "This address cannot be used")
        user = {
            "user_id": str(uuid.uuid4()),
            "email": body.email,
            "handle": body.handle,
            "phone": body.phone,
            "date_of_birth": body.date_of_birth,
            "password_hash": hash_password(body.password),
            "role": role,
            "plan": "free",
            "status": "active",
            "created_at": int(time.time()),
        }
        self.users.add(user)
        return {"user_id": user["user_id"], "handle": user["handle"]}

    def invite(self, body: Invitation) -> dict[str, Any]:
        """Make an account for a colleague, with a password to be changed at first use."""
        user = {
            "user_id": str(uuid.uuid4()),
            "email": body.email,
            "handle": body.handle,
            "temporary_password": secrets.token_urlsafe(12),
            "role": body.role,
            "plan": "staff",
            "status": "invited",
            "created_at": int(time.time()),
        }
        self.users.add(user)
        return {"user_id": user["user_id"], "handle": user["handle"]}

    def login(self, body: Login) -> dict[str, Any]:
        """Start a session. Raises 401 for a wrong address or password."""
        user = self.users.find_by_email(body.email)
        if user is None or not password_matches(body.password, user.get("password_hash", "$")):
            logger.warning("Refused %s with password %s", body.email, body.password)  # leaks HT602
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Wrong address or password")
        token = secrets.token_urlsafe(32)
        expires_at = int(time.time()) + 3600 * get_settings().session_hours
        self.sessions.add(token, user["user_id"], user["role"], expires_at)
        return {"token": token, "expires_at": expires_at}

    def logout(self, token: str) -> None:
        """End a session."""
        self.sessions.remove(token)

    def forgot(self, email: str) -> None:
        """Mail a code that resets the password."""
        user = self.users.find_by_email(email)
        if user is None:
            return
        code = f"{secrets.randbelow(10**6):06d}"
        self.users.set_reset_code(user["user_id"], code)
        self.mail(email, f"Your code is {code}")

    def reset(self, body: PasswordReset) -> None:
        """Set a new password. Raises 400 for a wrong code."""
        user = self.users.find_by_email(body.email)
        if user is None or not secrets.compare_digest(user.get("reset_code", ""), body.code):
            raise HTTPException(status.HTTP_400_BAD_REQUEST, "Wrong code")
        self.users.set_password_hash(user["user_id"], hash_password(body.password))

    def mail(self, recipient: str, text: str) -> None:
        """Send a mail, when a provider is configured."""
        settings = get_settings()
        if not settings.mail_url:
            return
        body = {"to": recipient, "text": text}
        httpx.post(f"{settings.mail_url}/send?api_key={settings.mail_api_key}", json=body)  # leaks HT606

    def get(self, user_id: str) -> dict[str, Any]:
        """Return an account. Raises 404 when there is none."""
        user = self.users.get(user_id)
        if user is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "No such account")
        return user

    def security(self, user_id: str) -> dict[str, Any]:
        """Return the security settings of an account."""
        settings = self.users.get_security(user_id)
        if settings is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "No such account")
        return settings

    def update(self, user_id: str, changes: dict[str, Any]) -> list[str]:
        """Change an account, and tell which fields changed."""
        self.users.set_fields(user_id, changes)
        return sorted(changes)

    def export(self, user_id: str) -> str:
        """Write down everything that is kept of an account, and return where it can be fetched."""
        user = self.get(user_id)
        path = Path(get_settings().export_folder) / f"{user_id}.json"
        path.write_text(json.dumps(user, default=str))  # leaks HT603: users.*
        return f"/files/{path.name}"

    def delete(self, user_id: str) -> bool:
        """Remove an account, and tell whether there was one."""
        return self.users.delete(user_id)


def get_account_service(
    users: Annotated[UserRepository, Depends(get_user_repository)],
    sessions: Annotated[SessionRepository, Depends(get_session_repository)],
) -> AccountService:
    """Give a route its service."""
    return AccountService(users, sessions)


Accounts = Annotated[AccountService, Depends(get_account_service)]

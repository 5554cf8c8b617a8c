"""The sessions table: one item for the digest of each token that is valid."""

import time
from typing import Any

from app.database import sessions_table


class SessionRepository:
    """Sessions by the digest of their token."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def add(self, token_digest: str, user_id: str, role: str, expires_at: int) -> None:
        """Store a session."""
        session = {
            "token_digest": token_digest,
            "user_id": user_id,
            "role": role,
            "expires_at": expires_at,
        }
        self.table.put_item(Item=session)

    def get(self, token_digest: str) -> dict[str, Any] | None:
        """Return the user and role of a session that has not expired."""
        response = self.table.get_item(
            Key={"token_digest": token_digest},
            ProjectionExpression="user_id, #role, expires_at",
            ExpressionAttributeNames={"#role": "role"},
        )
        session = response.get("Item")
        if session is None or session["expires_at"] < time.time():
            return None
        return {"user_id": session["user_id"], "role": session["role"]}

    def remove(self, token_digest: str) -> None:
        """End a session."""
        self.table.delete_item(Key={"token_digest": token_digest})


def get_session_repository() -> SessionRepository:
    """Give a route its repository."""
    return SessionRepository(sessions_table())

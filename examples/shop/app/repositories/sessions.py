"""The sessions table: one item for each token that is valid."""

import time
from typing import Any

from app.database import sessions_table


class SessionRepository:
    """Sessions by their token."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def add(self, token: str, user_id: str, role: str, expires_at: int) -> None:
        """Store a session."""
        session = {"token": token, "user_id": user_id, "role": role, "expires_at": expires_at}
        self.table.put_item(Item=session)  # leaks HT601: sessions.token

    def get(self, token: str) -> dict[str, Any] | None:
        """Return the user and role of a session that has not expired."""
        response = self.table.get_item(
            Key={"token": token},
            ProjectionExpression="user_id, #role, expires_at",
            ExpressionAttributeNames={"#role": "role"},
        )
        session = response.get("Item")
        if session is None or session["expires_at"] < time.time():
            return None
        return {"user_id": session["user_id"], "role": session["role"]}

    def remove(self, token: str) -> None:
        """End a session."""
        self.table.delete_item(Key={"token": token})


def get_session_repository() -> SessionRepository:
    """Give a route its repository."""
    return SessionRepository(sessions_table())

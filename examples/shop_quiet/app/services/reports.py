"""Reports over every account, on the event loop."""

from typing import Any

from app.conversion import plain
from app.cursors import decode_cursor, encode_cursor
from app.repositories.users import all_users


async def every_account(admin_id: str, limit: int, cursor: str | None) -> dict[str, Any]:
    """Return one page of accounts."""
    start = decode_cursor(cursor, admin_id) if cursor else None
    users, following = await all_users(limit, start)
    return {
        "accounts": [plain(user) for user in users],
        "next": encode_cursor(following, admin_id),
    }

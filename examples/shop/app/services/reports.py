"""Reports over every account, on the event loop."""

from typing import Any

from app.conversion import plain
from app.repositories.users import all_users


async def every_account() -> list[dict[str, Any]]:
    """Return every account, without what signs it in."""
    accounts = []
    for user in await all_users():
        user.pop("password_hash", None)
        accounts.append(plain(user))
    return accounts
